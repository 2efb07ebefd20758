"""A vector index in memory that compares with every vector: what an index must answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ExactVectors:
    """The same calls as ``index.vector_store.VectorStore``, exact and forgetful."""

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, NDArray[np.float32]]] = {}

    async def upsert(
        self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        rows = self._collections.setdefault(collection, {})
        rows.update(zip(ids, vectors, strict=True))

    async def query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        rows = self._collections.get(collection, {})
        scored = [(id_, float(row @ vector)) for id_, row in rows.items()]
        return sorted(scored, key=lambda pair: -pair[1])[:limit]

    async def count(self, collection: str) -> int:
        return len(self._collections.get(collection, {}))

    async def missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        return [id_ for id_ in ids if id_ not in self._collections.get(collection, {})]

    async def drop(self, collection: str) -> None:
        self._collections.pop(collection, None)

    async def close(self) -> None:
        self._collections.clear()
