"""From what people name - paths, addresses, attached files - to what was read there."""

from __future__ import annotations

from collections.abc import Sequence

from index import sources
from index.entries import EVERYTHING, SourceOptions
from index.errors import SourceError
from index.library import Library
from index.models import OnProgress, Progress, ReadResult, Source, SourceKind
from index.reading import Reader
from index.records import SourceInfo
from index.rereading import Known
from index.sources.fetching import Fetcher

Upload = tuple[str, bytes]
_LOCAL = frozenset({SourceKind.FILE, SourceKind.FOLDER, SourceKind.JSONL})


class SourceReading:
    """Reads sources for the first time and again.

    Args:
        reader: Parses what is read.
        fetcher: Fetches pages.
        max_pages: How many pages a sitemap or feed gives at most.
    """

    def __init__(self, *, reader: Reader, fetcher: Fetcher, max_pages: int) -> None:
        self._reader = reader
        self._fetcher = fetcher
        self._max_pages = max_pages

    async def read_targets(
        self,
        library: Library,
        targets: Sequence[str],
        options: SourceOptions | None,
        on_progress: OnProgress,
    ) -> list[ReadResult]:
        """What absolute paths and addresses give.

        Raises:
            SourceError: one of them is missing or gave nothing; then none is read.
        """
        # All are looked at first: a typing error in the last adds none of them.
        named = [sources.identify(target) for target in targets]
        found = [await sources.resolve(one, self._fetcher, self._reader) for one in named]
        remembered = {info.source: info.options for info in await library.sources()}
        results = []
        for source in found:
            before = remembered.get(source, EVERYTHING)
            now = before if options is None else options
            # Entries say what was taken with the options of that time.
            known = await library.known(source) if now == before else {}
            results.append(await self._read(source, now, known, on_progress))
        return results

    async def read_uploads(
        self, uploads: Sequence[Upload], on_progress: OnProgress
    ) -> list[ReadResult]:
        """What files that somebody handed over hold.

        Raises:
            SourceError: one of them cannot be read.
        """
        results = []
        for done, (name, data) in enumerate(uploads):
            on_progress(Progress("reading", done, len(uploads)))
            results.append(await sources.read_upload(name, data, reader=self._reader))
        return results

    async def read_again(
        self, info: SourceInfo, known: Known, on_progress: OnProgress
    ) -> ReadResult:
        """What a remembered source gives now.

        Raises:
            SourceError: it cannot be read, or is not what it was.
        """
        source = info.source
        # A folder may have gone, or become a file.
        if source.kind in _LOCAL and sources.identify(source.location).kind is not source.kind:
            raise SourceError(f"{source.location} is no longer a {source.kind}.")
        return await self._read(source, info.options, known, on_progress)

    async def _read(
        self, source: Source, options: SourceOptions, known: Known, on_progress: OnProgress
    ) -> ReadResult:
        return await sources.read_source(
            source,
            options=options,
            known=known,
            reader=self._reader,
            fetcher=self._fetcher,
            on_progress=on_progress,
            max_pages=self._max_pages,
        )
