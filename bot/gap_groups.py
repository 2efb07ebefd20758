"""Gaps that ask for the same thing in other words, grouped by what their questions mean.

Whoever writes an article fills a whole group, so a group may be somewhat wide; what may not
happen is that questions after another time, place or person are hidden behind one another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.state.gaps import Gap, Order

LIKENESS = 0.84
"""The least cosine of two questions of a group.

Of our own pairs of questions 13 of 16 that say the same reach it, and of 17 that do not 4; two
of those ask "when" and "where", which is told apart besides.
"""
_ASKED = re.compile(
    r"\b(?:(who|whom|whose)|(when)|(where)|(why)|(how (?:much|many|long|old|far|often)))\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps that say nearly the same; the one that was asked most stands for all.

    ``gaps`` is never empty, and begins with that one.
    """

    gaps: tuple[Gap, ...]

    @property
    def first(self) -> Gap:
        """The one that stands for all."""
        return self.gaps[0]

    @property
    def keys(self) -> tuple[int, ...]:
        """The numbers of all."""
        return tuple(gap.key for gap in self.gaps)

    @property
    def times(self) -> int:
        """How often all of them were asked."""
        return sum(gap.times for gap in self.gaps)

    @property
    def told(self) -> int:
        """How many members told the moderators of one of them."""
        return sum(gap.told for gap in self.gaps)

    @property
    def last_asked(self) -> str:
        """When one of them was asked last; UTC, ISO 8601."""
        return max(gap.last_asked for gap in self.gaps)


def group_gaps(
    gaps: Sequence[Gap],
    vectors: Mapping[int, NDArray[np.float32]],
    *,
    order: Order = Order.MOST_ASKED,
    likeness: float = LIKENESS,
) -> tuple[GapGroup, ...]:
    """The groups, each gap in one; those asked most first, or those asked last.

    Args:
        gaps: In any order.
        vectors: The vectors of their questions by key, of length 1; a gap without one stands
            alone.
        order: Which groups come first.
        likeness: The least cosine between a gap and the one that stands for its group.
    """
    groups: list[list[Gap]] = []
    leaders: list[NDArray[np.float32]] = []
    ordered = sorted(gaps, key=lambda gap: (-gap.times, gap.key))
    for gap in ordered:
        vector = vectors.get(gap.key)
        at = None if vector is None else _find_group(gap, vector, groups, leaders, likeness)
        if at is not None:
            groups[at].append(gap)
            continue
        groups.append([gap])
        # One without a vector is like nothing.
        leaders.append(np.zeros_like(_any(vectors)) if vector is None else vector)
    made = [GapGroup(tuple(group)) for group in groups]
    made.sort(key=lambda group: (group.last_asked, group.times), reverse=True)
    if order is Order.MOST_ASKED:
        made.sort(key=lambda group: -group.times)
    return tuple(made)


def _find_group(
    gap: Gap,
    vector: NDArray[np.float32],
    groups: Sequence[Sequence[Gap]],
    leaders: Sequence[NDArray[np.float32]],
    likeness: float,
) -> int | None:
    if not leaders:
        return None
    cosines = np.stack(leaders) @ vector
    for at in np.argsort(-cosines):
        if cosines[at] < likeness:
            return None
        if _may_be_same(gap.question, groups[at][0].question):
            return int(at)
    return None


def _may_be_same(one: str, other: str) -> bool:
    """Whether two questions ask for the same kind of thing, with the same figures."""
    if set(_FIGURES.findall(one)) != set(_FIGURES.findall(other)):
        return False
    first, second = _kinds(one), _kinds(other)
    return not first or not second or bool(first & second)


def _kinds(question: str) -> set[int]:
    return {match.lastindex or 0 for match in _ASKED.finditer(question)}


def _any(vectors: Mapping[int, NDArray[np.float32]]) -> NDArray[np.float32]:
    return next(iter(vectors.values()), np.zeros(1, np.float32))
