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

    async def find(
        self, question: str, library: LibraryRow, depth: int, reach: Reach | None = None
    ) -> tuple[NDArray[np.float32], list[tuple[str, float]]]:
        """The question's vector, and at most ``depth`` chunk ids with their cosines, best first.

        ``reach`` is what they must lie in; None: anywhere in the edition.

        Raises:
            EmbeddingError: the question cannot be embedded.
            VectorStoreError: the vector index cannot be read, or is being made anew.
        """
        query = await self._embedder.embed_query(question)
        if reach is not None and reach.near is not None:
            return query, await asyncio.to_thread(reach.near.nearest, query, depth)
        scope = WHOLE if reach is None else reach.told.scope
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
