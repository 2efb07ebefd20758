"""Says what a target on the command line or in a chat is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import SourceError
from index.models import Source, SourceKind
from index.reading import Reader
from index.reading.cleaning import clean_line, clean_url
from index.reading.kinds import is_supported, why_not_read
from index.reading.listed import ListingKind
from index.reading.listing import is_packed, sniff_listing
from index.storable import can_be_stored

if TYPE_CHECKING:  # httpx takes a moment to import
    from index.sources.fetching import Fetcher

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")
_SITEMAP = re.compile(r"/[^/]*sitemap[^/]*\.xml(?:\.gz)?$", re.IGNORECASE)
_FEED = re.compile(r"\.(?:rss|atom)$|/(?:feed|rss|index|atom)\.xml$|/feed/?$", re.IGNORECASE)
_SHOWN = 200


def identify(target: str) -> Source:
    """The source a path or an http(s) address names; paths become absolute.

    Raises:
        SourceError: nothing is there, or it is nothing that is read.
    """
    target = target.strip()
    shown = clean_line(hide_credentials(target), _SHOWN)
    if scheme := _SCHEME.match(target):
        address = _page_address(target, scheme[1].lower(), shown)
        return Source(_kind_by_path(urlsplit(address).path), address)
    path = _resolve(target, shown)
    if path.is_dir():
        return Source(SourceKind.FOLDER, str(path))
    if not path.is_file():
        raise SourceError(f"This is neither a file nor a folder: {shown}")
    if is_jsonl(path.name):
        return Source(SourceKind.JSONL, str(path))
    if not is_supported(path.name):
        raise SourceError(f"{shown}: {why_not_read(shown)}")
    return Source(SourceKind.FILE, str(path))


async def resolve(source: Source, fetcher: Fetcher, reader: Reader) -> Source:
    """The source with the kind that its address really gives; for when it is added.

    A web page that merely links to a feed stays a page.

    Raises:
        FetchError: it could not be fetched.
    """
    if source.kind not in {SourceKind.PAGE, SourceKind.SITEMAP, SourceKind.FEED}:
        return source
    from index.sources.answers import ANYTHING_READ  # noqa: PLC0415 - httpx is slow to import

    fetched = await fetcher.fetch(source.location, accept=ANYTHING_READ)
    listing = sniff_listing(fetched.data)
    if listing is None and is_packed(fetched.data):
        found = await reader.read_listing(
            fetched.data, url=fetched.url_final, content_type=fetched.content_type
        )
        listing = found.kind
    return Source(_KINDS[listing], source.location)


_KINDS = {
    None: SourceKind.PAGE,
    ListingKind.FEED: SourceKind.FEED,
    ListingKind.PAGES: SourceKind.SITEMAP,
    ListingKind.SITEMAPS: SourceKind.SITEMAP,
}


def hide_credentials(target: str) -> str:
    """A target as it may be shown and kept: a name and password in an address are nobody's."""
    return _CREDENTIALS.sub("…@", target)


def _kind_by_path(path: str) -> SourceKind:
    if _SITEMAP.search(path):
        return SourceKind.SITEMAP
    return SourceKind.FEED if _FEED.search(path) else SourceKind.PAGE


def is_jsonl(name: str) -> bool:
    """Whether a file of this name holds many articles, one a line."""
    return name.lower().endswith((".jsonl", ".jsonl.gz"))


def _page_address(target: str, scheme: str, shown: str) -> str:
    if scheme not in {"http", "https"}:
        raise SourceError(f"Only http and https addresses are read: {shown}")
    address = clean_url(scheme + target[len(scheme) :].partition("#")[0])
    if address is None:
        raise SourceError(f"This is not an address of a public page: {shown}")
    return address


def _resolve(target: str, shown: str) -> Path:
    try:
        path = Path(target).resolve()
        exists = bool(target) and path.exists()
    except (OSError, ValueError, RuntimeError):
        exists = False
    if not exists:
        raise SourceError(f"No such file or folder: {shown}")
    if not can_be_stored(str(path)):
        raise SourceError(
            f"The name is not UTF-8, so it could not be found again; rename it: {shown}"
        )
    return path
