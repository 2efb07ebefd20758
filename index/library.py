"""The front door to one community's articles.

Readers always see one complete edition. Writers prepare everything first and
publish in one transaction, one job at a time.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from index import editions, store, verifying
from index.database import Database
from index.editions import Changes, Member
from index.errors import EmbedderMismatch, NothingToSync, SourceError
from index.indexing import Indexer, WriteRate
from index.models import (
    Article,
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
from index.retrieval import Mode, Retriever
from index.store import LibraryRow
from index.sync import drops_too_much, plan_sync
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
        self._indexer = indexer
        self._rate = rate
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
        self._check_fingerprint(await self._row())
        return await self._retriever.search(question, limit=limit, mode=mode)

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version, current or not.

        Raises:
            KeyError: no such version is stored.
        """
        row = await self._row()
        if row is None:
            raise KeyError(version_id)
        text = await self._database.read(lambda c: store.text_of(c, row.pk, version_id))
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
            return await self._apply(
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
            report = await self._apply(
                results, actor=actor, note="sync", drop_missing=True, on_progress=on_progress
            )
        return _with_problems(report, problems)

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
        """Take articles out of the answers with a new edition.

        Raises:
            SourceError: an article that is not in the current edition.
        """
        async with self._writing:
            started = time.perf_counter()
            row = await self._row()
            present = await self._members(row)
            unknown = [id_ for id_ in article_ids if id_ not in present]
            if row is None or unknown or not article_ids:
                raise SourceError(f"No such article: {', '.join(unknown) or '(none named)'}.")
            gone = tuple(dict.fromkeys(article_ids))
            edition = await self._publish(row, Changes({}, gone, 0, 0), actor, "remove")
        seconds = time.perf_counter() - started
        return SyncReport(edition, published=True, removed=gone, seconds=seconds)

    async def _apply(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        drop_missing: bool,
        on_progress: OnProgress,
    ) -> SyncReport:
        started, busy = time.perf_counter(), self._indexer.busy_seconds
        row = await self._database.write(
            lambda c: store.open_library(c, self.name, self._indexer.fingerprint)
        )
        self._check_fingerprint(row)
        keyed = await self._database.write(lambda c: _remember(c, row.pk, results, actor))
        present = await self._members(row)
        plan = plan_sync(present, keyed, drop_missing=drop_missing)
        if drops_too_much(plan, len(present)):
            raise SourceError(
                f"This sync would drop {len(plan.removed)} of {len(present)} articles, which looks "
                "like a fault of the source. Nothing was changed. If it is meant, take the "
                "articles out with `footnote index remove`."
            )
        problems = tuple(p for _, result in keyed for p in result.problems)
        if plan.is_empty:
            seconds = time.perf_counter() - started
            return SyncReport(
                row.edition,
                published=False,
                unchanged=plan.unchanged,
                problems=problems,
                seconds=seconds,
            )
        incoming = [plan.articles[id_] for id_ in (*plan.added, *plan.changed)]
        tally = await self._indexer.store_versions(row, incoming, on_progress)
        await self._fill(row, [a.version_id for a in incoming], on_progress)
        edition = await self._publish(row, plan.changes(), actor, note)
        return SyncReport(
            edition,
            published=True,
            added=plan.added,
            changed=plan.changed,
            removed=plan.removed,
            unchanged=plan.unchanged,
            problems=problems,
            chunks_written=tally.chunks_written,
            texts_embedded=tally.texts_embedded,
            seconds=time.perf_counter() - started,
            embedding_seconds=self._indexer.busy_seconds - busy,
        )

    async def _fill(
        self, row: LibraryRow, version_ids: Sequence[str], on_progress: OnProgress
    ) -> None:
        assert row.collection is not None  # noqa: S101 - set when the library was made
        await self._indexer.fill_vectors(
            row, version_ids, row.collection, rate=self._rate, on_progress=on_progress
        )

    async def _publish(self, row: LibraryRow, changes: Changes, actor: str, note: str) -> int:
        return await self._database.write(
            lambda c: editions.publish(c, row.pk, changes, actor=actor, note=note, now=_now())
        )

    async def rebuild(self, on_progress: OnProgress = no_progress) -> int:
        """Make the vector index anew from the database; returns the number of vectors.

        Nothing is embedded again, unless the index was made by another embedder or
        chunking: then every current article is chunked and embedded anew, and the
        library answers again when that is done.
        """
        async with self._writing:
            row = await self._row()
            if row is None:
                return 0
            if row.fingerprint != self._indexer.fingerprint:
                # Cut off half-way, neither embedder may take this index for its own.
                await self._database.write(
                    lambda c: store.set_index(c, row.pk, "(rebuilding)", row.collection)
                )
            articles = await self._current_articles(row)
            version_ids = [a.version_id for a in articles]
            collection = store.next_collection(row)
            await self._indexer.store_versions(row, articles, on_progress)
            written = await self._indexer.fill_vectors(
                row, version_ids, collection, rate=self._rate, on_progress=on_progress
            )
            fingerprint = self._indexer.fingerprint
            await self._database.write(
                lambda c: store.set_index(c, row.pk, fingerprint, collection)
            )
            if row.collection is not None:
                await self._vectors.drop(row.collection)
            return written

    async def refill(self, on_progress: OnProgress = no_progress) -> int:
        """Put the current edition's vectors back into its collection where they are missing."""
        async with self._writing:
            row = await self._row()
            if row is None or row.collection is None:
                return 0
            present = await self._members(row)
            return await self._indexer.fill_vectors(
                row,
                [m.version_id for m in present.values()],
                row.collection,
                rate=self._rate,
                on_progress=on_progress,
            )

    async def status(self) -> LibraryStatus:
        """What the library holds now."""
        row = await self._row()
        if row is None:
            return LibraryStatus(
                self.name, None, 0, 0, (), self._indexer.fingerprint, self._database_bytes(), 0
            )
        return await self._database.read(lambda c: self._describe(c, row))

    def _describe(self, connection: sqlite3.Connection, row: LibraryRow) -> LibraryStatus:
        known = editions.history(connection, row.pk)
        return LibraryStatus(
            library=self.name,
            edition=known[0] if known else None,
            articles=len(editions.members(connection, row.pk, row.edition)),
            chunks=editions.count_chunks(connection, row.pk, row.edition),
            sources=tuple(store.list_sources(connection, row.pk)),
            embedder=row.fingerprint or "",
            database_bytes=self._database_bytes(),
            vector_bytes=_folder_bytes(self._vectors.folder),
        )

    async def sources(self) -> tuple[Source, ...]:
        """The remembered sources, oldest first."""
        row = await self._row()
        if row is None:
            return ()
        return tuple(await self._database.read(lambda c: store.list_sources(c, row.pk)))

    async def history(self) -> tuple[EditionInfo, ...]:
        """Every edition, newest first."""
        row = await self._row()
        if row is None:
            return ()
        return await self._database.read(lambda c: editions.history(c, row.pk))

    async def verify(self) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree about the current edition."""
        return await verifying.verify(
            self.name, self._database, self._vectors, self._indexer.fingerprint
        )

    async def _row(self) -> LibraryRow | None:
        return await self._database.read(lambda c: store.find_library(c, self.name))

    async def _members(self, row: LibraryRow | None) -> dict[str, Member]:
        if row is None:
            return {}
        return await self._database.read(lambda c: editions.members(c, row.pk, row.edition))

    async def _current_articles(self, row: LibraryRow) -> list[Article]:
        present = await self._members(row)
        return await self._indexer.load_articles(row, [m.version_id for m in present.values()])

    def _check_fingerprint(self, row: LibraryRow | None) -> None:
        if row is None or row.fingerprint in (None, self._indexer.fingerprint):
            return
        raise EmbedderMismatch(
            f"The library '{self.name}' was indexed with '{row.fingerprint}', but this "
            f"installation uses '{self._indexer.fingerprint}'. Run `footnote --library "
            f"{self.name} index rebuild` to index it anew; no article is lost."
        )

    def _database_bytes(self) -> int:
        path = self._database.path
        files = (path, path.with_name(path.name + "-wal"))
        return sum(f.stat().st_size for f in files if f.exists())


def _remember(
    connection: sqlite3.Connection, library: int, results: Sequence[ReadResult], actor: str
) -> list[tuple[int, ReadResult]]:
    now = _now()
    return [
        (store.remember_source(connection, library, result.source, actor, now), result)
        for result in results
    ]


def _with_problems(report: SyncReport, problems: Sequence[Problem]) -> SyncReport:
    return dataclasses.replace(report, problems=(*problems, *report.problems))


def _folder_bytes(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
