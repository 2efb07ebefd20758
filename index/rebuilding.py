"""Makes a library's vector index anew from the database, or fills what is missing in it."""

from __future__ import annotations

from collections.abc import Sequence

from index import editions, library_rows
from index.database import Database
from index.indexing import Indexer, WriteRate
from index.library_rows import LibraryRow
from index.models import Article, OnProgress
from index.vector_store import VectorStore


class Rebuilder:
    """Looks after one library's collection in Chroma."""

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

    async def rebuild(self, on_progress: OnProgress) -> int:
        """Make the vector index anew from the database; the number of its vectors."""
        row = await self._row()
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
        # Going back to an edition waits for nobody: it may have come between, and its vectors
        # are then in the collection that is gone.
        return written + await self.refill(on_progress)

    async def refill(self, on_progress: OnProgress) -> int:
        """Put the current edition's vectors back where they are missing; their number."""
        row = await self._row()
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
        present = await self._database.read(lambda c: editions.members(c, row.pk, row.edition))
        return await self._indexer.load_articles(row, [m.version_id for m in present.values()])

    async def _row(self) -> LibraryRow | None:
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))

    async def _point_to(self, row: LibraryRow, fingerprint: str, collection: str | None) -> None:
        await self._database.write(
            lambda c: library_rows.set_index(c, row.pk, fingerprint, collection)
        )
