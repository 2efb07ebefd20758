r"""Puts blocks together into one clean text and remembers where the headings stand.

The shape of a clean text: blocks separated by a blank line; a heading is a line of
its own; list items are lines that start with ``- `` or ``1. ``, two more spaces for
each level; table rows are lines with cells joined by `` | ``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.models import Heading
from index.reading.cleaning import clean_text

_SPACES = re.compile(r"[ \t\n]+")
_AROUND_BREAK = re.compile(r" *\n[ \n]*")
_SPACE_RUN = re.compile(r"[ \t]+")
MAX_INDENT = 10


@dataclass(frozen=True, slots=True)
class CleanText:
    """A clean text and its headings, as spans into it."""

    text: str
    headings: tuple[Heading, ...] = ()


def one_line(text: str) -> str:
    """The text as one line, spaces collapsed (no-break spaces stay)."""
    return _SPACES.sub(" ", clean_text(text)).strip(" ")


def broken_lines(text: str) -> str:
    """The text with its line breaks kept and other spaces collapsed."""
    return _AROUND_BREAK.sub("\n", _SPACE_RUN.sub(" ", clean_text(text))).strip(" \n")


class BlockBuilder:
    """Collects blocks in reading order; blank ones are left out."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        # Lines of one list or one table stand close together.
        self._run: object = None

    def paragraph(self, text: str) -> None:
        """A paragraph; a line break in it stays."""
        self._add(broken_lines(text))

    def heading(self, text: str, level: int) -> None:
        """A heading of level 1 to 6."""
        line = one_line(text)
        if line.strip():  # no-break spaces alone name nothing
            start = self._add(line)
            self._headings.append(Heading(start, start + len(line), min(max(level, 1), 6)))

    def item(self, text: str, marker: str, depth: int, run: object) -> None:
        """A list item; ``depth`` is 0 at the top; items of one list share ``run``."""
        line = one_line(text)
        if line.strip():
            self._add(f"{'  ' * min(depth, MAX_INDENT)}{marker} {line}", run)

    def row(self, cells: list[str], run: object) -> None:
        """A table row; rows of one table share ``run``."""
        lines = [one_line(cell) for cell in cells]
        if any(line.strip() for line in lines):
            self._add(" | ".join(lines).strip(" "), run)

    def code(self, text: str) -> None:
        """A block of code, its lines as they are."""
        self._add(clean_text(text).strip("\n").rstrip(" \t"))

    def build(self) -> CleanText:
        """The text so far."""
        return CleanText("".join(self._parts), tuple(self._headings))

    def _add(self, block: str, run: object = None) -> int:
        if not block.strip():
            return self._length
        if self._parts:
            self._push("\n" if run is not None and run is self._run else "\n\n")
        self._run = run
        start = self._length
        self._push(block)
        return start

    def _push(self, part: str) -> None:
        self._parts.append(part)
        self._length += len(part)
