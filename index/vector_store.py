"""Chroma as the vector index: ids, vectors and distances, nothing else.

The only file that imports ``chromadb``. Texts and fields live in SQLite, and
everything here can be rebuilt from there without embedding anything again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.chroma_files import clear_leftovers, segment_folders
from index.errors import VectorStoreError
from index.gate import Gate

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

T = TypeVar("T")

# Measured on 8,470 MiniLM vectors and 369 questions, recall@10 against exact search: .92
# with Chroma's own values (16, 100, 100), .9986 with these, at 1.2 ms a query instead of .8.
# With 16 neighbours, groups of equal vectors (a newsletter's footer, say) also cut parts of
# the graph off for good: of 60 rows with such a group 11 were never found. With 32, none.
_HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 256,
    "ef_search": 400,
}


# Clearing away what a large collection left takes seconds; a million passages, a minute.
_SHRINK_TIMEOUT = 300.0


class ChromaFolder:
    """One folder of Chroma collections, blocking; cosine space.

    Opening imports chromadb, which takes more than a second: do it in a thread.
    """

    def __init__(self, folder: Path) -> None:
        # Chroma sends nothing in this release; said twice so that it stays so.
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        import chromadb
        from chromadb.config import Settings

        # Declared as its interface, which lacks close().
        self._client = cast(
            "Client",
            chromadb.PersistentClient(
                path=str(folder), settings=Settings(anonymized_telemetry=False)
            ),
        )
        self._handles: dict[str, Any] = {}

    def upsert(self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write vectors of shape ``(len(ids), dimension)``, replacing known ids."""
        self._open(collection).upsert(ids=list(ids), embeddings=vectors)

    def query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        """The nearest ids with their cosine similarity in [-1, 1], best first."""
        handle = self._find(collection)
        if handle is None:
            return []
        if handle.count() <= limit:
            return _rank_all(handle, vector)
        found = handle.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(id_, 1.0 - float(d)) for id_, d in zip(found["ids"][0], distances, strict=True)]

    def count(self, collection: str) -> int:
        """Number of vectors, dead ones included."""
        handle = self._find(collection)
        return 0 if handle is None else int(handle.count())

    def missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that are not in the collection."""
        handle = self._find(collection)
        if handle is None:
            return list(ids)
        absent: list[str] = []
        for at in range(0, len(ids), 2000):
            page = list(ids[at : at + 2000])
            present = set(handle.get(ids=page, include=[])["ids"])
            absent.extend(id_ for id_ in page if id_ not in present)
        return absent

    def names(self) -> list[str]:
        """The collections in this folder."""
        return [c.name for c in self._client.list_collections()]

    def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        self._handles.pop(collection, None)
        if collection in self.names():
            self._client.delete_collection(collection)

    def close(self) -> None:
        """Release the files."""
        self._handles.clear()
        self._client.close()

    def _find(self, collection: str) -> Any:  # noqa: ANN401 - as _open
        # Reading makes no collection: one that is asked for while it is being replaced
        # must not come back to life empty.
        if collection not in self._handles and collection not in self.names():
            return None
        return self._open(collection)

    def _open(self, collection: str) -> Any:  # noqa: ANN401 - chromadb's own class is generic over its server
        if collection not in self._handles:
            self._handles[collection] = self._client.get_or_create_collection(
                collection,
                embedding_function=None,
                configuration={"hnsw": _HNSW},
            )
        return self._handles[collection]


def _rank_all(handle: Any, vector: NDArray[np.float32]) -> list[tuple[str, float]]:  # noqa: ANN401 - as _open
    """Every row, by exact cosine: the graph may lose a few of many nearly equal rows for good."""
    held = handle.get(include=["embeddings"])
    if not held["ids"]:
        return []
    rows = np.asarray(held["embeddings"], np.float32)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
    cosines = rows @ vector / np.maximum(lengths, np.finfo(np.float32).tiny)
    order = np.argsort(-cosines, kind="stable")
    return [(held["ids"][at], float(cosines[at])) for at in order]


class VectorStore:
    """The same off the event loop, opened on first use, with a deadline on each call.

    Args:
        folder: Where Chroma keeps its files.
        timeout: Seconds for one call; a locked Chroma file would hang for ever.
        threads: Chroma gains nothing beyond a few.
        on_open: Called before Chroma first touches the folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        timeout: float = 20.0,
        threads: int = 3,
        on_open: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder
        self._timeout = timeout
        self._on_open = on_open
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="chroma")
        self._chroma: ChromaFolder | None = None
        self._opening = Lock()
        self._gate = Gate()
        self._has_dropped = False

    async def upsert(
        self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Write vectors of shape ``(len(ids), dimension)``, replacing known ids."""
        await self._call(lambda chroma: chroma.upsert(collection, ids, vectors))

    async def query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        """The nearest ids with their cosine similarity in [-1, 1], best first."""
        return await self._call(lambda chroma: chroma.query(collection, vector, limit))

    async def count(self, collection: str) -> int:
        """Number of vectors, dead ones included."""
        return await self._call(lambda chroma: chroma.count(collection))

    async def missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that are not in the collection."""
        return await self._call(lambda chroma: chroma.missing(collection, ids))

    async def names(self) -> list[str]:
        """The collections there are."""
        return await self._call(lambda chroma: chroma.names())

    async def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        await self._call(lambda chroma: chroma.drop(collection))
        self._has_dropped = True

    async def shrink(self) -> bool:
        """Give back the disk space of dropped collections; whether there was any to give back.

        Chroma keeps the files of what was dropped. They are cleared away while it is closed,
        so queries wait that long.

        Raises:
            VectorStoreError: the files cannot be read, or Chroma did not open again.
        """
        return await self._hop(self._shrink, _SHRINK_TIMEOUT)

    async def close(self) -> None:
        """Release the files. The store cannot be used afterwards."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._release()

    @property
    def is_open(self) -> bool:
        """Whether Chroma has been loaded and may have touched its files."""
        return self._chroma is not None

    async def _call(self, work: Callable[[ChromaFolder], T]) -> T:
        return await self._hop(lambda: self._work(work), self._timeout)

    async def _hop(self, work: Callable[[], T], seconds: float) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._pool, self._run, work)
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError as error:
            raise VectorStoreError(
                f"The vector index did not answer within {seconds:.0f} s. Is another "
                f"program using {self.folder}?"
            ) from error

    def _run(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except VectorStoreError:
            raise
        # Chroma raises plain exceptions of many kinds, its Rust part even BaseException.
        except Exception as error:
            raise VectorStoreError(
                f"The vector index failed ({type(error).__name__}: {error}). "
                "`footnote index rebuild` makes it anew from the database."
            ) from error

    def _work(self, work: Callable[[ChromaFolder], T]) -> T:
        with self._gate.together():
            return work(self._opened())

    def _opened(self) -> ChromaFolder:
        with self._opening:
            if self._chroma is None:
                self._on_open()
                self._chroma = ChromaFolder(self.folder)
            return self._chroma

    def _shrink(self) -> bool:
        # A process that was cut off may have dropped what this one does not know of.
        if not self._has_dropped and not self._work(self._has_leftovers):
            return False
        with self._gate.alone(self._timeout):
            self._opened()
            self._release()
            try:
                clear_leftovers(self.folder)
                self._has_dropped = False
            finally:
                self._opened()
        return True

    def _has_leftovers(self, chroma: ChromaFolder) -> bool:
        return len(list(segment_folders(self.folder))) > len(chroma.names())

    def _release(self) -> None:
        with self._opening:
            if self._chroma is not None:
                self._chroma.close()
                self._chroma = None
