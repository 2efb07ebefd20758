"""The front door of sources: one call for each, whatever its kind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.models import OnProgress, Progress, ReadResult, Source, SourceKind, no_progress
from index.reading import Reader
from index.sources.files import read_file, read_folder
from index.sources.jsonl import read_jsonl
from index.sources.pages import read_page
from index.sources.uploads import read_attachment

if TYPE_CHECKING:  # httpx takes a moment to import, and most sources need none of it
    from index.sources.fetching import Fetcher


async def read_source(
    source: Source, *, reader: Reader, fetcher: Fetcher, on_progress: OnProgress = no_progress
) -> ReadResult:
    """What a source gives now: its articles, and what could not be read.

    ``on_progress`` is called on the event loop.

    Raises:
        SourceError: nothing could be read; the sentence says why.
    """
    match source.kind:
        case SourceKind.FILE:
            return await read_file(source, reader)
        case SourceKind.FOLDER:
            return await read_folder(source, reader, on_progress)
        case SourceKind.JSONL:
            return await _read_lines(source, on_progress)
        case SourceKind.PAGE:
            return await read_page(source, reader, fetcher)
        case SourceKind.SITEMAP | SourceKind.FEED:
            raise SourceError(f"{source.location} is not read yet.")
        case SourceKind.UPLOAD:
            raise SourceError(
                f"{source.location} was attached to a message and cannot be read again; "
                "attach it once more."
            )


async def read_upload(filename: str, data: bytes, *, reader: Reader) -> ReadResult:
    """The articles in an attached file.

    Raises:
        SourceError: a type that is not read, or nothing in it could be read.
    """
    return await read_attachment(filename, data, reader)


async def _read_lines(source: Source, on_progress: OnProgress) -> ReadResult:
    loop = asyncio.get_running_loop()

    def count(done: int) -> None:
        loop.call_soon_threadsafe(on_progress, Progress("reading", done))

    return await asyncio.to_thread(read_jsonl, source, count)
