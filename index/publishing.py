"""Turns what sources gave into the next edition of a library.

Everything is prepared first, where no reader sees it; one transaction publishes.
The caller sees to it that only one of these jobs runs at a time in a library.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from index import editions, library_rows
from index.database import Database
from index.editions import Changes, Member
from index.errors import EmbedderMismatch, SourceError
from index.indexing import Indexer, WriteRate
from index.library_rows import LibraryRow
from index.models import Article, OnProgress, Problem, ReadResult, SyncReport
from index.sync import SyncPlan, drops_too_much, plan_sync
from index.vector_store import VectorStore


class Publisher:
    """Publishes editions of one library, and makes its index anew."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        vectors: VectorStore,
        indexer: Indexer,
        rate: WriteRate,
    ) -> None:
        self._name = name
        self._database = database
        self._vectors = vectors
        self._indexer = indexer
        self._rate = rate

    async def row(self) -> LibraryRow | None:
        """The library's row, or None before its first article."""
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))

    async def members(self, row: LibraryRow | None) -> dict[str, Member]:
        """The articles of the current edition by id."""
        if row is None:
            return {}
        return await self._database.read(lambda c: editions.members(c, row.pk, row.edition))

    def check_fingerprint(self, row: LibraryRow | None) -> None:
        """Refuse to work on an index that another embedder or chunking made.

        Raises:
            EmbedderMismatch: it was; the error says how to rebuild.
        """
        if row is None or row.fingerprint in (None, self._indexer.fingerprint):
            return
        raise EmbedderMismatch(
            f"The library '{self._name}' was indexed with '{row.fingerprint}', but this "
            f"installation uses '{self._indexer.fingerprint}'. Run `footnote --library "
            f"{self._name} index rebuild` to index it anew; no article is lost."
        )

    async def take_in(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        drop_missing: bool,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Publish what the sources gave, if it differs from the current edition.

        Raises:
            SourceError: it would drop an implausible share of the library.
        """
        started, busy = time.perf_counter(), self._indexer.busy_seconds
        row = await self._database.write(
            lambda c: library_rows.open_library(c, self._name, self._indexer.fingerprint)
        )
        self.check_fingerprint(row)
        keyed = await self._database.write(lambda c: _remember(c, row.pk, results, actor))
        present = await self.members(row)
        withheld = await self._database.read(lambda c: editions.withheld(c, row.pk))
        plan = plan_sync(
            present,
            keyed,
            drop_missing=drop_missing,
            withheld=withheld if drop_missing else frozenset(),
        )
        _refuse_implausible(plan, len(present))
        problems = (*(p for result in results for p in result.problems), *_tell_kept(plan))
        if plan.is_empty:
            return SyncReport(
                row.edition,
                published=False,
                unchanged=plan.unchanged,
                problems=problems,
                seconds=time.perf_counter() - started,
            )
        back = withheld & set(plan.added)
        incoming = [plan.articles[id_] for id_ in (*plan.added, *plan.changed)]
        tally = await self._indexer.store_versions(row, incoming, on_progress)
        await self._fill(row, incoming, row.collection, on_progress)
        edition = await self.publish(row, plan.changes(), actor=actor, note=note, back=back)
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

    async def publish(
        self,
        row: LibraryRow,
        changes: Changes,
        *,
        actor: str,
        note: str,
        back: Iterable[str] = (),
    ) -> int:
        """Make the next edition; its number. ``back`` were removed by hand and are welcome."""

        def write(connection: sqlite3.Connection) -> int:
            editions.welcome(connection, row.pk, back)
            return editions.publish(connection, row.pk, changes, actor=actor, note=note, now=_now())

        return await self._database.write(write)

    async def withhold(self, row: LibraryRow, article_ids: Sequence[str]) -> None:
        """Remember that these were removed by hand, so that no sync brings them back."""
        await self._database.write(lambda c: editions.withhold(c, row.pk, article_ids))

    async def rebuild(self, on_progress: OnProgress) -> int:
        """Make the vector index anew from the database; the number of its vectors."""
        row = await self.row()
        if row is None:
            return 0
        fingerprint = self._indexer.fingerprint
        if row.fingerprint != fingerprint:
            # Cut off half-way, neither embedder may take this index for its own.
            await self._point_to(row, "(rebuilding)", row.collection)
        articles = await self._current_articles(row)
        collection = library_rows.next_collection(row)
        await self._indexer.store_versions(row, articles, on_progress)
        written = await self._fill(row, articles, collection, on_progress)
        await self._point_to(row, fingerprint, collection)
        if row.collection is not None:
            await self._vectors.drop(row.collection)
        return written

    async def refill(self, on_progress: OnProgress) -> int:
        """Put the current edition's vectors back where they are missing; their number."""
        row = await self.row()
        if row is None:
            return 0
        return await self._fill(row, await self._current_articles(row), row.collection, on_progress)

    async def _fill(
        self,
        row: LibraryRow,
        articles: Sequence[Article],
        collection: str | None,
        on_progress: OnProgress,
    ) -> int:
        assert collection is not None  # noqa: S101 - set when the library was made
        version_ids = [a.version_id for a in articles]
        return await self._indexer.fill_vectors(
            row, version_ids, collection, rate=self._rate, on_progress=on_progress
        )

    async def _current_articles(self, row: LibraryRow) -> list[Article]:
        present = await self.members(row)
        return await self._indexer.load_articles(row, [m.version_id for m in present.values()])

    async def _point_to(self, row: LibraryRow, fingerprint: str, collection: str | None) -> None:
        await self._database.write(
            lambda c: library_rows.set_index(c, row.pk, fingerprint, collection)
        )


def _refuse_implausible(plan: SyncPlan, current: int) -> None:
    if drops_too_much(plan, current):
        raise SourceError(
            f"This sync would drop {len(plan.removed)} of {current} articles, which looks like a "
            "fault of the source. Nothing was changed. If it is meant, take the articles out "
            "with `footnote index remove`."
        )


def _tell_kept(plan: SyncPlan) -> list[Problem]:
    if not plan.kept:
        return []
    names = ", ".join(plan.kept[:3]) + (", ..." if len(plan.kept) > 3 else "")  # noqa: PLR2004
    return [
        Problem(
            names,
            f"Kept {len(plan.kept)} that the source no longer gives, because not all of it could "
            "be read. Mend that and sync again, or use `footnote index remove`.",
        )
    ]


def _remember(
    connection: sqlite3.Connection, library: int, results: Sequence[ReadResult], actor: str
) -> list[tuple[int, ReadResult]]:
    now = _now()
    return [
        (library_rows.remember_source(connection, library, result.source, actor, now), result)
        for result in results
    ]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
