"""The front door of sources: one call for each, whatever its kind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.errors import FetchError, SourceError
from index.models import OnProgress, Progress, ReadResult, Source, SourceKind, no_progress
from index.reading import Reader
from index.sources.feeds import read_feed
from index.sources.files import read_file, read_folder
from index.sources.jsonl import read_jsonl
from index.sources.languages import keep_language
from index.sources.listings import ListedPages
from index.sources.pages import Clock, Page, PageReader, shown_address
from index.sources.results import Results, now_utc
from index.sources.sitemaps import read_sitemap
from index.sources.uploads import read_attachment

if TYPE_CHECKING:  # httpx takes a moment to import, and most sources need none of it
    from index.sources.fetching import Fetcher

MAX_PAGES = 500

_NOTHING: Mapping[str, EntryState] = MappingProxyType({})


async def read_source(
    source: Source,
    *,
    options: SourceOptions = EVERYTHING,
    known: Mapping[str, EntryState] = _NOTHING,
    reader: Reader,
    fetcher: Fetcher,
    on_progress: OnProgress = no_progress,
    max_pages: int = MAX_PAGES,
    clock: Clock = now_utc,
) -> ReadResult:
    """What a source gives now: its articles, and what could not be read.

    Args:
        source: Where to read.
        options: What to take of it.
        known: What its entries were the last time, read with the same options; what is
            unchanged since then is not read again.
        reader: Parses what is read.
        fetcher: Fetches pages.
        on_progress: Called on the event loop.
        max_pages: How many pages of a sitemap or feed are taken unless ``options`` says.
        clock: The time in UTC.

    Raises:
        SourceError: nothing could be read; the sentence says why.
    """
    pages = PageReader(reader, fetcher, clock)
    match source.kind:
        case SourceKind.FILE:
            result = await read_file(source, reader, known)
        case SourceKind.FOLDER:
            result = await read_folder(source, reader, on_progress, options=options, known=known)
        case SourceKind.JSONL:
            result = await _read_lines(source, on_progress, options, known)
        case SourceKind.PAGE:
            result = await _read_page(source, pages, known)
        case SourceKind.SITEMAP | SourceKind.FEED:
            listed = ListedPages(source, options, known, pages, clock(), on_progress)
            read_listed = read_feed if source.kind is SourceKind.FEED else read_sitemap
            limit = max_pages if options.limit is None else options.limit
            result = await read_listed(source, listed, fetcher=fetcher, reader=reader, limit=limit)
        case SourceKind.UPLOAD:
            raise SourceError(
                f"{source.location} was attached to a message and cannot be read again; "
                "attach it once more."
            )
    return replace(await keep_language(result, options.language), options=options)


async def read_upload(filename: str, data: bytes, *, reader: Reader) -> ReadResult:
    """The articles in an attached file.

    Raises:
        SourceError: a type that is not read, or nothing in it could be read.
    """
    return await read_attachment(filename, data, reader)


async def _read_lines(
    source: Source,
    on_progress: OnProgress,
    options: SourceOptions,
    known: Mapping[str, EntryState],
) -> ReadResult:
    loop = asyncio.get_running_loop()

    def count(done: int) -> None:
        loop.call_soon_threadsafe(on_progress, Progress("reading", done))

    return await asyncio.to_thread(read_jsonl, source, count, options=options, known=known)


async def _read_page(
    source: Source, pages: PageReader, known: Mapping[str, EntryState]
) -> ReadResult:
    """A page as a source of its own: what is not known must be readable."""
    outcome = await pages.read(Page(source.location, known.get(source.location)))
    if outcome.error is not None and outcome.key not in known:
        if isinstance(outcome.error, FetchError):
            raise outcome.error
        raise SourceError(f"{shown_address(source.location)}: {outcome.error}") from outcome.error
    results = Results(source)
    results.take_all([outcome])
    return results.build(known)
