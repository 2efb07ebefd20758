"""Reads one web page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import SourceError
from index.models import ReadResult, Source
from index.reading import Reader
from index.reading.cleaning import clean_line
from index.reading.file_names import base_name

if TYPE_CHECKING:  # httpx takes a moment to import, and most sources need none of it
    from index.sources.fetching import Fetcher

_SHOWN = 200


async def read_page(source: Source, reader: Reader, fetcher: Fetcher) -> ReadResult:
    """The article of a page; its address is its id.

    Raises:
        FetchError: the page could not be fetched.
        SourceError: it holds no article.
    """
    fetched = await fetcher.fetch(source.location)
    final = fetched.url_final
    try:
        article = await reader.read(
            fetched.data,
            base_name(urlsplit(final).path),
            url=final,
            content_type=fetched.content_type,
            derived_id=final,
        )
    except SourceError as exc:
        raise SourceError(f"{clean_line(source.location, _SHOWN)}: {exc}") from exc
    # An id that the page gives itself is not believed: it could take another article's place.
    address = page_address(final, article.url)
    return ReadResult(source, (replace(article, id=address, url=address, id_is_given=True),))


def page_address(final: str, canonical: str | None) -> str:
    """The address a page calls its own, when it is a page of the same host, else ``final``."""
    if canonical is None:
        return final
    own, stated = urlsplit(final), urlsplit(canonical)
    # Some sites name their front page as the canonical address of every page.
    is_front = stated.path in {"", "/"} and not stated.query and own.path not in {"", "/"}
    if is_front or _site(own.hostname) != _site(stated.hostname):
        return final
    return canonical.partition("#")[0]


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")
