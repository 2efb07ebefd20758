"""Old editions are let go, and what only they held is deleted.

An edition's line in the history goes first, so that nobody goes back to an edition that is
being taken apart; then what follows from it, a little at a time, so that others write in
between. Cut off at any moment, it is simply run again. What people did stays in the audit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from index import describing, lexical, library_rows, old_rows, shrinking
from index.connections import Connection
from index.database import Database
from index.library_rows import LibraryRow
from index.models import OnProgress, Progress
from index.old_rows import Retention
from index.records import CollectReport
from index.vector_store import VectorStore

Rebuild = Callable[[OnProgress], Awaitable[int]]
"""Makes the library's vector index anew from the database."""

# Taking a version out of the lexical index costs what putting it in did.
_VERSIONS_A_STEP = 10
# Of the rows that are alive, the share of dead ones beyond which an index is made anew.
_DEAD_SHARE = 0.3


class Collector:
    """Collects the old editions of one library; no other job may work on it meanwhile."""

    def __init__(
        self, *, name: str, database: Database, vectors: VectorStore, rebuild: Rebuild
    ) -> None:
        self._name = name
        self._database = database
        self._vectors = vectors
        self._rebuild = rebuild

    async def is_due(self, keep: Retention, *, now: datetime) -> bool:
        """Whether an edition may go; costs next to nothing."""

        def look(connection: Connection) -> bool:
            row = library_rows.find_library(connection, self._name)
            return row is not None and old_rows.count_old(connection, row, keep, now) > 0

        return await self._database.read(look)

    async def collect(
        self, keep: Retention, *, now: datetime, on_progress: OnProgress
    ) -> CollectReport:
        """Delete what no kept edition holds, and give the disk space back.

        Raises:
            StoreError: SQLite failed; what was deleted by then stays deleted.
            VectorStoreError: Chroma failed; nothing that is needed was lost.
        """
        row = await self._row()
        before = await self._bytes()
        if row is None:
            return CollectReport(0, 0, 0, before, before)
        on_progress(Progress("letting old editions go", 0))
        editions = await self._database.write(lambda c: old_rows.forget_old(c, row, keep, now))
        while await self._database.write(lambda c: old_rows.forget_memberships(c, row.pk)):
            pass
        versions, chunks = await self._delete_versions(row, on_progress)
        await self._delete_embeddings(row, on_progress)
        on_progress(Progress("giving disk space back", 0))
        if chunks > _DEAD_SHARE * await self._database.read(
            lambda c: lexical.count_rows(c, row.pk)
        ):
            await shrinking.shrink_lexical(self._database, row.pk)
        await self._tidy_vectors(row, on_progress)
        await self._database.shrink()
        after = await self._bytes()
        return CollectReport(editions, versions, chunks, before, after)

    async def _bytes(self) -> int:
        vectors = await asyncio.to_thread(describing.folder_bytes, self._vectors.folder)
        return await self._database.size() + vectors

    async def _delete_versions(self, row: LibraryRow, on_progress: OnProgress) -> tuple[int, int]:
        unused = await self._database.read(lambda c: old_rows.unused_versions(c, row.pk))
        versions = chunks = 0
        for at in range(0, len(unused), _VERSIONS_A_STEP):
            on_progress(Progress("deleting old texts", at, len(unused)))
            some = unused[at : at + _VERSIONS_A_STEP]
            gone = await self._database.write(partial(_delete_some, library=row.pk, versions=some))
            versions, chunks = versions + gone[0], chunks + gone[1]
        return versions, chunks

    async def _delete_embeddings(self, row: LibraryRow, on_progress: OnProgress) -> None:
        on_progress(Progress("deleting unused vectors", 0))
        after: str | None = ""
        while after is not None:
            look = partial(old_rows.unused_embeddings, library=row.pk, after=after)
            keys, after = await self._database.read(look)
            if keys:
                await self._database.write(
                    partial(old_rows.delete_embeddings, library=row.pk, keys=keys)
                )

    async def _tidy_vectors(self, row: LibraryRow, on_progress: OnProgress) -> None:
        """Make Chroma's collection anew when too much of it is dead, and clear up after it."""
        if row.collection is None or not row.edition:
            return
        held = await self._vectors.count(row.collection)
        alive = await self._database.read(lambda c: old_rows.count_filled(c, row))
        if held - alive > _DEAD_SHARE * alive:
            await self._rebuild(on_progress)
        now = await self._row()
        for name in await self._vectors.names():
            # One that was cut off leaves its collection, or the one before, behind.
            if now and name.startswith(f"library-{now.pk}-") and name != now.collection:
                await self._vectors.drop(name)
        await self._vectors.shrink()

    async def _row(self) -> LibraryRow | None:
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))


def _delete_some(connection: Connection, library: int, versions: Sequence[int]) -> tuple[int, int]:
    """How many versions and chunks went."""
    chunks = [old_rows.delete_version(connection, library, pk) for pk in versions]
    gone = [count for count in chunks if count is not None]
    return len(gone), sum(gone)
