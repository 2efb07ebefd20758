"""A page prepared for searching as browsers search it: any case, any kind of space.

Browsers compare by a collation that also looks past accents, soft hyphens and the shape of
quotation marks. Ours looks past a little more. So what is the first match here is the first
match there, and what is not is given up.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from index.pages import OBJECT

_WORD = re.compile(r"[^\W_]+")
_SINGLE = dict.fromkeys(map(ord, "‘’‚‛`´ʼ′"), "'")
_DOUBLE = dict.fromkeys(map(ord, "“”„‟«»″"), '"')
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_PARTS = f"\n{OBJECT}"
_KEPT = {ord(sign): sign for sign in _PARTS}
# A line's end may be a block's, or a space: where no page was kept, nobody knows. Nothing that
# is searched for goes over one, so this only finds more places that a browser may take.
# Neither gives back what it took: else a run of spaces could be split in endless ways.
_GAP = rf"[ {_PARTS}]*+"
_SPACE = rf"[ {_PARTS}]++"
# Between two of these no browser sees a word's end; many scripts are left out, to be sure.
_JOINED = "0-9A-Za-z\u00df\u0430-\u044f\u03b1-\u03c9"
_INSIDE = re.compile(f"(?<=[{_JOINED}])[{_JOINED}]")


@dataclass(frozen=True, slots=True)
class Place:
    """A half-open range of a searchable page's text."""

    start: int
    end: int


class _Folding(dict[int, str]):
    """What ``str.translate`` puts in place of a character; made as characters come."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded
        return folded


def _fold(sign: str) -> str:
    if unicodedata.category(sign) in {"Cf", "Cc", "Mn", "Me", "Cs"}:
        return ""
    if sign.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


class SearchablePage:
    """The blocks of a page as one text, with a folded copy to search in.

    Newlines part the blocks in ``text`` and ``OBJECT`` stands for what is no text; nothing
    that is searched for holds either.
    """

    def __init__(self, blocks: Sequence[str]) -> None:
        self.text = "\n".join(blocks)
        self._table = _Folding(_SINGLE | _DOUBLE | _DASHES | _KEPT)
        self.folded = self.text.translate(self._table)
        self._block_starts = list(accumulate((len(b) + 1 for b in blocks), initial=0))

    def fold(self, text: str) -> str:
        """Text as it is compared: one kind of space, quotation mark and dash, lower case."""
        return text.translate(self._table)

    def block_at(self, at: int) -> int:
        """The index of the block that a place of the text lies in."""
        return min(bisect_right(self._block_starts, at), len(self._block_starts) - 1) - 1

    @cached_property
    def _folded_at(self) -> list[int]:
        """For each character of the text, and its end, where it begins in the folded copy."""
        lengths = {sign: len(self.fold(sign)) for sign in set(self.text)}
        return list(accumulate(map(lengths.__getitem__, self.text), initial=0))

    def to_folded(self, at: int) -> int:
        """Where a place of the text is in the folded copy."""
        return self._folded_at[at]

    def to_text(self, at: int) -> int:
        """The character of the text that made a character of the folded copy."""
        return bisect_right(self._folded_at, at) - 1

    @cached_property
    def letters(self) -> Letters:
        """Its letters and digits, without all that may differ between a page and its text."""
        return Letters(self.folded)

    def find(
        self, *parts: str, wanted: int = 0, at: int = 0, whole_words: bool = False
    ) -> Iterator[int]:
        """Where in the folded copy part number ``wanted`` begins, for each fit from ``at`` on.

        What stands between two parts is space at most. Parts may be parts of words: a browser
        that insists on whole ones finds no place more. ``whole_words`` leaves out what surely
        begins or ends inside a word.
        """
        folded = [_SPACE.join(map(re.escape, self.fold(part).split())) for part in parts]
        folded[wanted] = f"({folded[wanted]})"
        pattern = re.compile(_GAP.join(folded))
        while found := pattern.search(self.folded, at):
            at = found.start() + 1
            if not whole_words or not any(map(self._is_inside_word, found.span())):
                yield found.start(1)

    def _is_inside_word(self, at: int) -> bool:
        """Whether a place of the folded copy surely lies between two letters of one word.

        What folding leaves out between them, such as a control character, may part words.
        """
        if not _INSIDE.match(self.folded, at):
            return False
        return self.to_text(at) - self.to_text(at - 1) <= 1


class Letters:
    """The letters and digits of a folded text, run together."""

    def __init__(self, folded: str) -> None:
        words = [(match.group(), match.start()) for match in _WORD.finditer(folded)]
        self.text = "".join(word for word, _ in words)
        self._starts = [start for _, start in words]
        self._runs = list(accumulate((len(word) for word, _ in words), initial=0))

    def find(self, wanted: str, start: int = 0, end: int | None = None) -> Iterator[int]:
        """Where ``wanted`` stands, places that overlap too."""
        at = self.text.find(wanted, start, len(self.text) if end is None else end)
        while at >= 0:
            yield at
            at = self.text.find(wanted, at + 1, len(self.text) if end is None else end)

    def to_folded(self, at: int) -> int:
        """Where a letter stands in the folded text."""
        word = bisect_right(self._runs, at) - 1
        return self._starts[word] + at - self._runs[word]

    def is_word_start(self, at: int) -> bool:
        """Whether a word begins there."""
        return self._runs[bisect_right(self._runs, at) - 1] == at
