"""Sitemaps by expat, without any entity of their own; runs in the reading process."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from index.errors import SourceError
from index.reading.cleaning import MAX_DATE, clean_date, clean_url
from index.reading.listed import MAX_ENTRIES, ListedEntry, Listing, ListingKind

_LONGEST = 4_000
_ITEMS = {"url", "sitemap"}
_FIELDS = {"loc", "lastmod"}


def parse_sitemap(data: bytes, kind: ListingKind) -> Listing:
    """The addresses in a sitemap or in an index of sitemaps.

    Raises:
        SourceError: it is broken.
    """
    collector = _Collector()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.Parse(data.lstrip(), True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as exc:
        raise SourceError(f"The sitemap is broken: {exc}.") from exc
    return Listing(kind, tuple(collector.entries), is_whole=not collector.has_more)


def _refuse_entities(*_: Any) -> None:  # noqa: ANN401 - expat's seven arguments
    raise SourceError("The sitemap declares entities, which is refused.")


class _Collector:
    """Takes ``loc`` and ``lastmod`` that stand directly in an item, no other namespace's."""

    def __init__(self) -> None:
        self.entries: list[ListedEntry] = []
        self.has_more = False
        self._path: list[str] = []
        self._fields: dict[str, str] = {}

    def start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name.rpartition(" ")[2])
        if self._path[-1] in _ITEMS:
            self._fields = {}

    def text(self, data: str) -> None:
        field = self._field()
        if field is not None and len(self._fields.get(field, "")) < _LONGEST:
            self._fields[field] = self._fields.get(field, "") + data

    def end(self, _: str) -> None:
        if self._path.pop() in _ITEMS and len(self._path) == 1:
            self._take()

    def _field(self) -> str | None:
        path = self._path
        is_field = len(path) == 3 and path[1] in _ITEMS and path[2] in _FIELDS  # noqa: PLR2004
        return path[2] if is_field else None

    def _take(self) -> None:
        if len(self.entries) >= MAX_ENTRIES:
            self.has_more = True
            return
        url = clean_url(self._fields.get("loc", "").partition("#")[0])
        if url is not None:
            changed = clean_date(self._fields.get("lastmod", "").strip()[:MAX_DATE])
            self.entries.append(ListedEntry(url, changed_at=changed))
