"""Cuts the bytes of a fuzzer into the values that a target needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Reads values off the front of some bytes; behind their end everything is small.

    The same bytes give the same values, so that a failure can be kept as a file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def number(self, least: int, most: int) -> int:
        """A number of this range, ends included."""
        width = (most - least).bit_length() // 8 + 1
        return least + int.from_bytes(self._take(width), "little") % (most - least + 1)

    def flag(self) -> bool:
        """Yes or no."""
        return self.number(0, 1) == 1

    def one_of(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[self.number(0, len(choices) - 1)]

    def data(self, most: int) -> bytes:
        """At most so many bytes; a number in front says how many."""
        return self._take(self.number(0, most))

    def text(self, most: int = 400) -> str:
        """At most so many bytes as text; what is no UTF-8 becomes halves of surrogate pairs."""
        return decode(self.data(most))

    def stored(self, most: int = 400) -> str:
        """At most so many bytes as a text out of the database, which takes no half of a pair."""
        return self.data(most).decode("utf-8", "replace")

    def texts(self, most: int, longest: int = 400) -> list[str]:
        """At most so many texts."""
        return [self.text(longest) for _ in range(self.number(0, most))]

    def rest(self) -> bytes:
        """All that is left."""
        return self._take(len(self._data))

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken


def decode(data: bytes) -> str:
    """Bytes as text, as hostile as it gets: what is no UTF-8 becomes half a surrogate pair."""
    return data.decode("utf-8", "surrogateescape")
