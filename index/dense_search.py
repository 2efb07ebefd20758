"""The dense half: an edition's chunks that are nearest to a question in meaning."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index import library_rows
from index.database import Database
from index.embedding import Embedder
from index.errors import VectorStoreError
from index.library_rows import LibraryRow
from index.scope import WHOLE, Scope
from index.scope_search import Reach, fitting_chunk_ids
from index.vector_store import VectorStore


class DenseAhead:
    """A search that was begun before it was known that ``library`` is still as it was.

    Args:
        library: The library as it stood a moment ago.
        query: Makes the question's vector.
        near: Finds its nearest chunks, as in ``library``; None as a result: there are none.
    """

    def __init__(
        self,
        library: LibraryRow,
        query: asyncio.Task[NDArray[np.float32]],
        near: asyncio.Task[list[tuple[str, float]] | None],
    ) -> None:
        self.library = library
        self.query = query
        self.near = near
        for task in (query, near):
            # Whoever left early does not want to know that it failed.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def leave(self) -> None:
        """Stop what still runs; nobody waits for it any more."""
        self.near.cancel()
        self.query.cancel()


class DenseSearch:
    """Finds by meaning in one library.

    Args:
        library: The library's name.
        database: Knows which chunks an edition has.
        vectors: The vector index.
        embedder: Turns the question into a vector.
    """

    def __init__(
        self, *, library: str, database: Database, vectors: VectorStore, embedder: Embedder
    ) -> None:
        self._library = library
        self._database = database
        self._vectors = vectors
        self._embedder = embedder

    def begin(self, question: str, library: LibraryRow, depth: int) -> DenseAhead:
        """Begin a search of a whole edition, to be given to ``find`` or left."""
        query = asyncio.create_task(self._embedder.embed_query(question))

        async def find_near() -> list[tuple[str, float]] | None:
            return await self._find_near(await query, library, depth, WHOLE)

        return DenseAhead(library, query, asyncio.create_task(find_near()))

    async def find(
        self,
        question: str,
        library: LibraryRow,
        depth: int,
        reach: Reach | None = None,
        ahead: DenseAhead | None = None,
    ) -> tuple[NDArray[np.float32], list[tuple[str, float]]]:
        """The question's vector, and at most ``depth`` chunk ids with their cosines, best first.

        ``reach`` is what they must lie in; None: anywhere in the edition. What was begun
        ``ahead`` with the same question and depth counts where the library is what it was then.

        Raises:
            EmbeddingError: the question cannot be embedded.
            VectorStoreError: the vector index cannot be read, or is being made anew.
        """
        query = await (self._embedder.embed_query(question) if ahead is None else ahead.query)
        if reach is not None and reach.near is not None:
            return query, await asyncio.to_thread(reach.near.nearest, query, depth)
        scope = WHOLE if reach is None else reach.told.scope
        if ahead is not None and reach is None and ahead.library == library:
            dense = await ahead.near
        else:
            dense = await self._find_near(query, library, depth, scope)
        if dense is None:
            # A rebuild may just have put another collection in its place.
            again = await self._database.read(lambda c: library_rows.find_library(c, self._library))
            if again is not None and again.collection != library.collection:
                again = replace(again, edition=library.edition)
                dense = await self._find_near(query, again, depth, scope)
        if dense is None:
            raise VectorStoreError("The vector index is being made anew.")
        return query, dense

    async def _find_near(
        self, query: NDArray[np.float32], library: LibraryRow, want: int, scope: Scope
    ) -> list[tuple[str, float]] | None:
        """The nearest chunks of the edition, best first; None where the collection is empty."""
        assert library.collection is not None  # noqa: S101 - set when the library was made
        # Versions of other editions stay in the collection until it is rebuilt, so ask
        # for more until enough of this edition and scope came back, or there is no more.
        ask = want * 2
        while True:
            hits = await self._vectors.query(library.collection, query, ask)
            if not hits:
                return None
            kept: list[tuple[str, float]] = []
            # Nearly always the first so many are all of this edition.
            for some in (hits[:want], hits[want:]):
                if some and len(kept) < want:
                    kept += await self._keep_fitting(library, some, scope)
            if len(kept) >= want or len(hits) < ask:
                return kept[:want]
            ask *= 4

    async def _keep_fitting(
        self, library: LibraryRow, hits: Sequence[tuple[str, float]], scope: Scope
    ) -> list[tuple[str, float]]:
        ids = [id_ for id_, _ in hits]
        fitting = await self._database.read(lambda c: fitting_chunk_ids(c, library, ids, scope))
        return [(id_, score) for id_, score in hits if id_ in fitting]
