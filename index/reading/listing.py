"""Feeds and sitemaps as lists of entries; runs in the reading process."""

from __future__ import annotations

import re
import zlib

from index.errors import SourceError
from index.reading.listed import Listing, ListingKind

MAX_LISTING = 40_000_000

_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = 47
_HEAD = 4_096
_NAME = re.compile(r"(?:[\w.-]+:)?([\w.-]+)")
_JSON_FEED = re.compile(r'\{.{0,2000}"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org', re.DOTALL)
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def sniff_listing(data: bytes) -> ListingKind | None:
    """What some bytes list, by their beginning; None for a web page or anything else."""
    head = data[:_HEAD]
    text = head.decode(_WIDE.get(head[:2], "latin-1"), "replace")
    root = _root_of(text)
    if root == "urlset":
        return ListingKind.PAGES
    if root == "sitemapindex":
        return ListingKind.SITEMAPS
    if root in {"rss", "feed", "rdf", "channel"} or _JSON_FEED.match(text.lstrip("ï»¿ \t\r\n")):
        return ListingKind.FEED
    return None


def parse_listing(data: bytes, *, url: str, content_type: str) -> Listing:
    """The entries in ``data``, which may be gzipped.

    Raises:
        SourceError: neither a feed nor a sitemap, or broken.
    """
    if is_packed(data):
        data = _unpack(data)
    kind = sniff_listing(data)
    if kind is None:
        raise SourceError("This is neither a feed nor a sitemap.")
    if kind is ListingKind.FEED:
        from index.reading.feeds import parse_feed  # noqa: PLC0415 - only when one is read

        return parse_feed(data, url=url, content_type=content_type)
    from index.reading.sitemaps import parse_sitemap  # noqa: PLC0415 - the same

    return parse_sitemap(data, kind)


def is_packed(data: bytes) -> bool:
    """Whether these bytes are gzipped."""
    return data.startswith(_GZIP)


def _unpack(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        content = unpacker.decompress(data, MAX_LISTING + 1)
    except zlib.error as exc:
        raise SourceError("The gzip data is damaged.") from exc
    if len(content) > MAX_LISTING:
        raise SourceError(f"It is larger than {MAX_LISTING // 1_000_000} MB, unpacked.")
    if not unpacker.eof:
        raise SourceError("The gzip data is cut off.")
    return content


def _root_of(text: str) -> str:
    """The local name of the first element, in lower case; "" where there is none."""
    at = text.find("<")
    while at >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!", at):
            end = _end_of_doctype(text, at)
        else:
            name = _NAME.match(text, at + 1)
            return name[1].lower() if name else ""
        at = text.find("<", end) if end >= 0 else -1
    return ""


def _end_of_doctype(text: str, at: int) -> int:
    close, subset = text.find(">", at), text.find("[", at)
    return text.find("]", subset) if 0 <= subset < close else close
