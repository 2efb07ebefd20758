"""What goes into the lexical half of search, and how its columns weigh."""

from __future__ import annotations

import math
from dataclasses import dataclass

# More rows than this make a word common; counting on would only cost time.
COUNT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """One chunk's text for the index; ``row`` is the chunk's key."""

    row: int
    title: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class ColumnWeights:
    """How much a match counts by column; chosen on the development questions."""

    title: float = 1.0
    heading: float = 0.5
    body: float = 1.0


def weigh_count(count: int, total: int) -> float:
    """The weight of a word that ``count`` of all chunks hold, in (0, 1]; 1 for none."""
    ceiling = math.log(1 + total) or 1.0
    return max(math.log((1 + total) / (1 + min(count, total))) / ceiling, 0.01)
