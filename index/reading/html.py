"""The main text of a web page, by trafilatura, as clean text with heading spans."""

from __future__ import annotations

import re
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document as PageFacts
from trafilatura.utils import load_html

from index.errors import SourceError
from index.pages import PageText
from index.reading.blocks import BlockBuilder, CleanText
from index.reading.html_metadata import page_metadata
from index.reading.metadata import Metadata
from index.reading.page_text import read_page_text

# lxml has no types.
Element = Any

_FRAME = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n]+")
_PROSE = frozenset({"p", "li", "td", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_DEPTH_OF_PROSE = 4
# Less than a short sentence is a leftover of a menu or a form.
_FEWEST = 20
_HEADING_LEVEL = re.compile(r"h([1-6])")


def read_html(source: str, url: str | None) -> tuple[Metadata, CleanText, PageText | None]:
    """What the page says about its article, the article's text, and all that the page shows.

    Raises:
        SourceError: the page has no article text.
    """
    # A fragment without a frame around it is not taken for a page.
    tree = load_html(source) if _FRAME.search(source) else None
    if tree is None:
        tree = load_html(f"<html><body>{source}</body></html>")
    if tree is None:
        raise SourceError("No article text was found on the page.")
    metadata = page_metadata(tree, url)
    page_text = read_page_text(tree)
    _keep_dates_in_sentences(tree)
    # Precision had the best 4-gram F1 on the development pages and keeps the headings.
    page = bare_extraction(tree, url=url, favor_precision=True, include_comments=False)
    content = _MainText().read(page.body) if isinstance(page, PageFacts) else CleanText("")
    if len(content.text) < _FEWEST:
        raise SourceError("No article text was found on the page.")
    return metadata, content, page_text


def _keep_dates_in_sentences(tree: Element) -> None:
    """Unwraps ``<time>`` in prose: the extractor drops it with the words in it."""
    for element in list(tree.iter("time")):
        above = list(zip(range(_DEPTH_OF_PROSE), element.iterancestors(), strict=False))
        if any(ancestor.tag in _PROSE for _, ancestor in above):
            element.drop_tag()


class _MainText:
    """Walks the extractor's tree of ``p head list item table row cell quote code lb``."""

    def __init__(self) -> None:
        self._builder = BlockBuilder()
        self._words: list[str] = []
        self._lists: list[tuple[Element, int]] = []
        self._marker: str | None = None

    def read(self, body: Element) -> CleanText:
        self._read_inside(body)
        self._flush()
        return self._builder.build()

    def _read_inside(self, element: Element) -> None:
        self._say(element.text)
        for child in element:
            self._read(child)
            self._say(child.tail)

    def _read(self, element: Element) -> None:
        match element.tag:
            case "head":
                self._flush()
                self._read_heading(element)
            case "table":
                self._flush()
                self._read_table(element)
            case "list":
                self._flush()
                self._lists.append((element, 0))
                self._read_inside(element)
                self._flush()
                self._lists.pop()
            case "item":
                self._read_item(element)
            case "code" if _is_block(element):
                self._flush()
                self._builder.code("".join(element.itertext()))
            case "lb":
                self._words.append("\n")
            case "p" | "quote" | "div":
                self._flush()
                self._read_inside(element)
                self._flush()
            case "del" | "graphic":
                # Struck-out words are words taken back.
                pass
            case _:
                self._read_inside(element)

    def _read_heading(self, element: Element) -> None:
        level = _HEADING_LEVEL.search(element.get("rend") or "h2")
        self._builder.heading(_words_of(element), int(level[1]) if level else 2)
        self._marker = None

    def _read_table(self, table: Element) -> None:
        for row in table.iter("row"):
            self._builder.row([_words_of(cell) for cell in row.iter("cell")], table)

    def _read_item(self, element: Element) -> None:
        self._flush()
        if self._lists:
            container, count = self._lists[-1]
            self._lists[-1] = (container, count + 1)
            self._marker = f"{count + 1}." if container.get("rend") == "ol" else "-"
        self._read_inside(element)
        self._flush()
        self._marker = None

    def _say(self, text: str | None) -> None:
        if text:
            self._words.append(_SPACES.sub(" ", text))

    def _flush(self) -> None:
        text, self._words = "".join(self._words), []
        if not text.strip():
            return
        if self._marker is None:
            self._builder.paragraph(text)
            return
        marker, self._marker = self._marker, None
        self._builder.item(text, marker, len(self._lists) - 1, self._lists[0][0])


def _words_of(element: Element) -> str:
    return " ".join(element.itertext())


def _is_block(element: Element) -> bool:
    return len(element) > 0 or "\n" in (element.text or "")
