"""Raw HTML inside Markdown: its text in blocks, without tags, scripts and comments."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from index.reading.blocks import BlockBuilder

# What these hold is no text for readers; struck-out words are words taken back.
UNREAD = frozenset("script style template noscript svg iframe del s strike".split())
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt figcaption figure footer "
    "form header hr main nav ol p pre section summary table tbody tfoot thead ul".split()
)
_OPENING = re.compile(r"h[1-6]|li")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")


def tag_of(markup: str) -> tuple[str, bool]:
    """The lower-case name of a single tag and whether it closes; ("", False) for a comment."""
    match = _TAG.match(markup)
    return (match[2].lower(), bool(match[1])) if match else ("", False)


def add_html(markup: str, builder: BlockBuilder) -> None:
    """Adds the blocks of an HTML fragment to ``builder``."""
    parser = _FragmentParser(builder)
    parser.feed(markup)
    parser.close()
    parser.finish()


class _FragmentParser(HTMLParser):
    def __init__(self, builder: BlockBuilder) -> None:
        super().__init__(convert_charrefs=True)
        self._builder = builder
        self._words: list[str] = []
        self._opened = ""
        self._cells: list[str] | None = None
        self._in_cell = False
        self._unread = ""
        self._run: object = object()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unread:
            return
        if tag in UNREAD:
            self._unread = tag
        elif tag == "img":
            self._words.append(dict(attrs).get("alt") or "")
        elif tag == "br":
            self._words.append("\n")
        elif tag == "tr":
            self._flush()
            self._end_row()
            self._cells = []
        elif tag in {"td", "th"}:
            self._end_cell()
            self._in_cell = True
        elif tag in _BLOCKS or _OPENING.fullmatch(tag):
            self._flush()
            if _OPENING.fullmatch(tag):
                self._opened = tag
            elif tag in {"table", "ul", "ol"}:
                self._run = object()

    def handle_endtag(self, tag: str) -> None:
        if self._unread:
            self._unread = "" if tag == self._unread else self._unread
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self._end_row()
            self._flush()
        elif tag in _BLOCKS or _OPENING.fullmatch(tag):
            self._flush()
            self._opened = ""

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._words.append(data.replace("\n", " "))

    def finish(self) -> None:
        """Writes what is still open."""
        self._end_row()
        self._flush()

    def _take(self) -> str:
        text, self._words = "".join(self._words), []
        return text

    def _flush(self) -> None:
        if self._cells is not None:
            # Inside a table row a block is only a part of its cell.
            self._words.append(" ")
            return
        text = self._take()
        if not text.strip():
            return
        opened, self._opened = self._opened, ""
        if opened == "li":
            self._builder.item(text, "-", 0, self._run)
        elif opened:
            self._builder.heading(text, int(opened[1]))
        else:
            self._builder.paragraph(text)

    def _end_cell(self) -> None:
        if self._in_cell and self._cells is not None:
            self._cells.append(self._take())
        self._in_cell = False

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells is not None:
            cells, self._cells = self._cells, None
            self._builder.row(cells, self._run)
