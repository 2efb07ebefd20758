"""The front door to one community's articles.

Readers always see one complete edition. Jobs that write run one at a time.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from index import editions, library_rows, verifying, versions
from index.database import Database
from index.editions import Changes
from index.errors import NothingToSync, SourceError
from index.indexing import Indexer, WriteRate
from index.library_rows import LibraryRow
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Problem,
    ReadResult,
    SearchResult,
    Source,
    SourceKind,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.publishing import Publisher
from index.retrieval import Mode, Retriever
from index.vector_store import VectorStore

ReadSource = Callable[[Source], Awaitable[ReadResult]]


class Library:
    """One library: search it, add to it, look after it."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        vectors: VectorStore,
        retriever: Retriever,
        indexer: Indexer,
        rate: WriteRate,
    ) -> None:
        self.name = name
        self._database = database
        self._vectors = vectors
        self._retriever = retriever
        self._fingerprint = indexer.fingerprint
        self._publisher = Publisher(
            name=name, database=database, vectors=vectors, indexer=indexer, rate=rate
        )
        self._writing = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether a job that writes is running."""
        return self._writing.locked()

    async def search(
        self, question: str, *, limit: int = 10, mode: Mode = Mode.FUSED
    ) -> SearchResult:
        """Passages for a question from the current edition, best first.

        Raises:
            EmbedderMismatch: the index was made by another embedder or chunking.
        """
        self._publisher.check_fingerprint(await self._publisher.row())
        return await self._retriever.search(question, limit=limit, mode=mode)

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version, current or not.

        Raises:
            KeyError: no such version is stored.
        """
        row = await self._publisher.row()
        if row is None:
            raise KeyError(version_id)
        text = await self._database.read(lambda c: versions.text_of(c, row.pk, version_id))
        if text is None:
            raise KeyError(version_id)
        return text

    async def add(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Add what sources gave, remember them, and publish an edition if anything changed."""
        async with self._writing:
            return await self._publisher.take_in(
                results, actor=actor, note=note, drop_missing=False, on_progress=on_progress
            )

    async def sync(
        self, read: ReadSource, *, actor: str, on_progress: OnProgress = no_progress
    ) -> SyncReport:
        """Read every remembered source again and publish what changed.

        A source that cannot be read keeps its articles and is reported.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
            SourceError: the sync would drop an implausible share of the library.
        """
        async with self._writing:
            results, problems = await self._read_again(read)
            report = await self._publisher.take_in(
                results, actor=actor, note="sync", drop_missing=True, on_progress=on_progress
            )
        return dataclasses.replace(report, problems=(*problems, *report.problems))

    async def _read_again(self, read: ReadSource) -> tuple[list[ReadResult], list[Problem]]:
        sources = [s for s in await self.sources() if s.kind is not SourceKind.UPLOAD]
        if not sources:
            raise NothingToSync(
                f"The library '{self.name}' has no source to read again. Add a folder, a file or "
                "a page first; uploaded files cannot be synced."
            )
        results, problems = [], []
        for source in sources:
            try:
                results.append(await read(source))
            except SourceError as error:
                problems.append(Problem(source.location, f"{error} Its articles were kept."))
        if not results:
            details = "; ".join(p.message for p in problems[:3])
            raise NothingToSync(f"No source could be read, so nothing was changed. {details}")
        return results, problems

    async def remove(self, article_ids: Sequence[str], *, actor: str) -> SyncReport:
        """Take articles out of the answers with a new edition; no sync brings them back.

        Raises:
            SourceError: an article that is not in the current edition.
        """
        async with self._writing:
            started = time.perf_counter()
            row = await self._publisher.row()
            present = await self._publisher.members(row)
            unknown = [id_ for id_ in article_ids if id_ not in present]
            if row is None or unknown or not article_ids:
                raise SourceError(f"No such article: {', '.join(unknown) or '(none named)'}.")
            gone = tuple(dict.fromkeys(article_ids))
            await self._publisher.withhold(row, gone)
            edition = await self._publisher.publish(
                row, Changes({}, gone, 0, 0), actor=actor, note="remove"
            )
        seconds = time.perf_counter() - started
        return SyncReport(edition, published=True, removed=gone, seconds=seconds)

    async def rebuild(self, on_progress: OnProgress = no_progress) -> int:
        """Make the vector index anew from the database; returns the number of vectors.

        Nothing is embedded again, unless the index was made by another embedder or
        chunking: then every current article is chunked and embedded anew, and the
        library answers again when that is done.
        """
        async with self._writing:
            return await self._publisher.rebuild(on_progress)

    async def refill(self, on_progress: OnProgress = no_progress) -> int:
        """Put the current edition's vectors back into its collection where they are missing."""
        async with self._writing:
            return await self._publisher.refill(on_progress)

    async def sources(self) -> tuple[Source, ...]:
        """The remembered sources, oldest first."""
        row = await self._publisher.row()
        if row is None:
            return ()
        return tuple(await self._database.read(lambda c: library_rows.list_sources(c, row.pk)))

    async def history(self) -> tuple[EditionInfo, ...]:
        """Every edition, newest first."""
        row = await self._publisher.row()
        if row is None:
            return ()
        return await self._database.read(lambda c: editions.history(c, row.pk))

    async def verify(self) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree about the current edition."""
        return await verifying.verify(self.name, self._database, self._vectors, self._fingerprint)

    async def status(self) -> LibraryStatus:
        """What the library holds now."""
        row = await self._publisher.row()
        if row is None:
            size = _file_bytes(self._database.path)
            return LibraryStatus(self.name, None, 0, 0, (), self._fingerprint, size, 0)
        return await self._database.read(lambda c: self._describe(c, row))

    def _describe(self, connection: sqlite3.Connection, row: LibraryRow) -> LibraryStatus:
        known = editions.history(connection, row.pk)
        return LibraryStatus(
            library=self.name,
            edition=known[0] if known else None,
            articles=len(editions.members(connection, row.pk, row.edition)),
            chunks=editions.count_chunks(connection, row.pk, row.edition),
            sources=tuple(library_rows.list_sources(connection, row.pk)),
            embedder=row.fingerprint or "",
            database_bytes=_file_bytes(self._database.path),
            vector_bytes=sum(_file_bytes(f) for f in self._vectors.folder.rglob("*")),
        )


def _file_bytes(path: Path) -> int:
    """Size of a file and of the log that SQLite may keep beside it."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(f.stat().st_size for f in files if f.is_file())
