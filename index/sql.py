"""Small things that statements over many keys share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

K = TypeVar("K")

# SQLite's own limit on variables is far higher; this keeps statements readable in logs.
_PAGE = 500


def pages(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    """The keys, a statement's worth at a time."""
    for at in range(0, len(keys), _PAGE):
        yield keys[at : at + _PAGE]


def marks(page: Iterable[object]) -> str:
    """A question mark for each key."""
    return ",".join("?" for _ in page)
