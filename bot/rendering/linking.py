"""The link of a citation: the article opened at the quote."""

from __future__ import annotations

import re
from collections import OrderedDict
from threading import Lock
from typing import Protocol
from urllib.parse import quote as percent_encode

from bot.answering.models import Quote
from bot.rendering.fragments import write_fragments
from bot.rendering.links import LINK_LIMIT, before_words, has_fragment, safe_url, without_words
from bot.rendering.locating import locate_quote
from bot.rendering.page_search import SearchablePage
from index.pages import OBJECT, PageText

_KEPT_PAGES = 16
_BLOCK_END = re.compile(r"[\n\r\t\v\f\u2028\u2029|]+")
_LIST_MARK = re.compile(r"^ *(?:[-*•–]|\d{1,4}[.)]) +")


class ReaderLinks(Protocol):
    """Where our own reader shows an article version. ``bot.reader.addresses`` is the real one."""

    def link(self, library: str, version_id: str, start: int, end: int) -> str:
        """The address that opens a version at ``text[start:end]``."""
        ...


class ArticleLinks:
    """Builds links; may be used from several threads.

    Args:
        reader: Shows the articles that have no public page; None: they have no link.
    """

    def __init__(self, reader: ReaderLinks | None = None) -> None:
        self._reader = reader
        self._pages = _Pages()

    def __call__(
        self, quote: Quote, article_text: str, page: PageText | None, *, library: str
    ) -> str | None:
        """The link for ``quote``, a slice of ``article_text``; at most 512 characters.

        In this order: the public page at the quote, at the nearest heading, at its top; our
        reader; None. ``page`` is the page as it was read, None where it is not known: then
        the text itself stands in for it.
        """
        url = safe_url(quote.url)
        link = url and self._link_page(url, quote, article_text, page)
        if link is None and self._reader is not None:
            link = self._reader.link(library, quote.version_id, quote.start, quote.end)
            link = link if len(link) <= LINK_LIMIT else None
        return link

    def _link_page(
        self, url: str, quote: Quote, article_text: str, page: PageText | None
    ) -> str | None:
        searchable = self._pages.of(quote.version_id, article_text, page)
        places = locate_quote(
            searchable, article_text, quote.start, quote.end, with_signs=page is not None
        )
        opener = before_words(url)
        written = write_fragments(searchable, places, LINK_LIMIT - len(opener))
        if written is not None:
            return opener + written
        plain = without_words(url)
        if page is not None and places and not has_fragment(url):
            anchor = nearest_anchor(page, searchable.block_at(places[0].start))
            link = f"{plain}#{percent_encode(anchor, safe='')}"
            if anchor and len(link) <= LINK_LIMIT:
                return link
        return plain if len(plain) <= LINK_LIMIT else None


class _Pages:
    """The pages that links were built on lately, prepared for searching."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[PageText, SearchablePage]] = OrderedDict()
        self._lock = Lock()

    def of(self, version_id: str, article_text: str, page: PageText | None) -> SearchablePage:
        """The page, or the text in its place, ready to be searched."""
        if page is None:
            page = PageText(blocks_of(article_text))
        with self._lock:
            before, searchable = self._kept.get(version_id, (None, None))
            if searchable is None or before != page:
                searchable = SearchablePage(page.blocks)
            self._kept[version_id] = (page, searchable)
            self._kept.move_to_end(version_id)
            while len(self._kept) > _KEPT_PAGES:
                self._kept.popitem(last=False)
        return searchable


def blocks_of(text: str) -> tuple[str, ...]:
    """The blocks that a page of an article's clean text will have: its lines, its cells.

    What stands between them on the page, nobody knows.
    """
    lines = (_LIST_MARK.sub("", line).strip() for line in _BLOCK_END.split(text))
    return tuple(line + OBJECT for line in lines if line)


def nearest_anchor(page: PageText, block: int) -> str:
    """The id of the heading that a block stands under, or of what is nearer; "" for none."""
    before = [anchor for anchor in page.anchors if anchor.block <= block]
    headings = [anchor for anchor in before if anchor.is_heading]
    if headings and headings[-1].id:
        return headings[-1].id
    # A heading without an id: whatever came since it is nearer than another heading.
    return next((anchor.id for anchor in reversed(before) if anchor.id), "")
