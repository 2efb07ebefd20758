"""What the embedder reads before a chunk's own text: title, date and headings, bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.models import Article, Heading

# Word pieces in front of a chunk. With a slice of 200 and two special tokens the
# whole stays under the 256 that the embedder reads.
LONGEST_CONTEXT = 50
LONGEST_TITLE = 30
# Nobody's title; a bound on the work that a hostile one makes.
LETTERS_OF_TITLE = 400
SEPARATOR = " › "

_HASHES = re.compile(r"\A\s*#{1,6}\s+|\s+#+\s*\Z")


def heading_path(text: str, path: Sequence[Heading]) -> str:
    """The headings as a reader sees them, outermost first: ``"Council › Roads"``."""
    return SEPARATOR.join(_words_of(text, heading) for heading in path)


class ChunkContext:
    """Writes the context of an article's chunks."""

    def __init__(self, article: Article, count: Callable[[str], int]) -> None:
        self._text = article.text
        self._count = count
        self._title = self._fit(_one_line(article.title[:LETTERS_OF_TITLE]), LONGEST_TITLE)
        # The day is enough; a time of day only costs pieces.
        date = _one_line((article.published_at or "")[:10])
        self._head = f"{self._title} ({date})" if date else self._title
        self._left = LONGEST_CONTEXT - count(self._head)

    def before(self, start: int, path: Sequence[Heading]) -> str:
        """The context of a chunk that starts at ``start``, with a line feed at its end.

        Headings that stand in the chunk itself, or that repeat the title, are left out.
        """
        above = [_words_of(self._text, h) for h in path if h.end <= start]
        above = [words for words in above if words.casefold() != self._title.casefold()]
        # The nearest headings say most, so the outermost go first.
        while above and self._count(SEPARATOR.join(above)) > self._left:
            above.pop(0)
        lines = [line for line in (self._head, SEPARATOR.join(above)) if line]
        return "".join(f"{line}\n" for line in lines)

    def _fit(self, line: str, limit: int) -> str:
        while self._count(line) > limit:
            line = line[: len(line) * 3 // 4]
            line = line.rpartition(" ")[0] or line
        return line


def _words_of(text: str, heading: Heading) -> str:
    return _one_line(_HASHES.sub("", text[heading.start : heading.end]))


def _one_line(text: str) -> str:
    return " ".join(text.split())
