"""Chroma's collections, blocking: ids, vectors and distances, nothing else.

The only file that imports ``chromadb``. Texts and fields live in the database, and everything
here can be rebuilt from there without embedding anything again.
"""

# ruff: noqa: PLC0415 - chromadb takes more than a second to import
from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.chroma_at import ChromaAt
from index.errors import VectorStoreError

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import (
        CreateCollectionConfiguration,
        CreateHNSWConfiguration,
    )
    from chromadb.config import Settings

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
# Chroma Cloud has another index, which it tunes by itself.
_SPANN: CreateCollectionConfiguration = {"spann": {"space": "cosine"}}
# What Chroma Cloud lets one call write, and give back. Its limits are not told by its server.
_CLOUD_ROWS = 300
_ROWS_A_READ = 2_000
_NAMES_A_PAGE = 100
_CONNECT_SECONDS = 5.0
# A collection never shrinks. One so much larger than what is asked for need not be counted.
_SURELY_LARGER = 4
# Up to so many rows in a folder are all compared: 4 ms instead of 1. Of about 30 graphs of some
# hundred rows one had cut a row off for good, whatever was asked of it.
_FEW_ROWS = 200
# Where the server's answer is not what it says: a page of a proxy, for example.
_LONGEST_REASON = 300


class _Api(Protocol):
    """What Chroma's clients have in common."""

    def get_collection(self, name: str) -> Any:  # noqa: ANN401 - chromadb's own class is generic
        ...

    def get_or_create_collection(self, name: str) -> Any:  # noqa: ANN401 - as above
        ...

    def list_names(self, limit: int, offset: int) -> list[str]: ...

    def delete_collection(self, name: str) -> None: ...

    def max_rows(self) -> int: ...

    def close(self) -> None: ...


class ChromaCollections:
    """Collections in cosine space, in a folder or on a server.

    Args:
        api: The client.
        prefix: What the names of ours begin with there.
        most_rows: How many rows one call may be asked for; None: any number.
        is_ours: Nobody else writes there, so rows need not be counted at each query; and small
            collections, quickly read, are compared whole.
        on_lost: Called when a collection that was known is gone.
    """

    def __init__(
        self,
        api: _Api,
        *,
        prefix: str = "",
        most_rows: int | None = None,
        is_ours: bool = False,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_lost = on_lost
        self._api = api
        self._prefix = prefix
        self._most_rows = most_rows
        self._is_ours = is_ours
        self._rows_a_write: int | None = None
        self._handles: dict[str, Any] = {}
        self._known_rows: dict[str, int] = {}

    def upsert(self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write vectors of shape ``(len(ids), dimension)``, replacing known ids."""
        if self._rows_a_write is None:
            self._rows_a_write = min(self._api.max_rows(), self._most_rows or _ROWS_A_READ)
        for at in range(0, len(ids), self._rows_a_write):
            page = list(ids[at : at + self._rows_a_write])
            rows = vectors[at : at + self._rows_a_write]
            self._with_new_handle(
                collection,
                lambda page=page, rows=rows: self._open(collection).upsert(  # type: ignore[misc]
                    ids=page, embeddings=rows
                ),
            )
            self._known_rows.pop(collection, None)

    def query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        """The nearest ids with their cosine similarity in [-1, 1], best first."""
        limit = min(limit, self._most_rows or limit)
        return self._with_new_handle(collection, lambda: self._query(collection, vector, limit))

    def _query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        handle = self._find(collection)
        if handle is None:
            return []
        few = max(limit, _FEW_ROWS) if self._is_ours else limit
        if self._count_rows(collection, handle, limit) <= few:
            every = _rank_all(handle, vector)
            # Somebody may have written while they were counted.
            self._known_rows[collection] = len(every)
            return every[:limit]
        found = handle.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(id_, 1.0 - float(d)) for id_, d in zip(found["ids"][0], distances, strict=True)]

    def _count_rows(self, collection: str, handle: Any, limit: int) -> int:  # noqa: ANN401 - as _Api
        known = self._known_rows.get(collection)
        # Chroma lets no other thread run while it counts.
        if known is None or (not self._is_ours and known < limit * _SURELY_LARGER):
            known = self._known_rows[collection] = int(handle.count())
        return known

    def count(self, collection: str) -> int:
        """Number of vectors, dead ones included."""

        def count() -> int:
            handle = self._find(collection)
            return 0 if handle is None else int(handle.count())

        return self._with_new_handle(collection, count)

    def missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that are not in the collection."""
        return self._with_new_handle(collection, lambda: self._missing(collection, ids))

    def _missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        handle = self._find(collection)
        if handle is None:
            return list(ids)
        absent: list[str] = []
        size = self._most_rows or _ROWS_A_READ
        for at in range(0, len(ids), size):
            page = list(ids[at : at + size])
            present = set(handle.get(ids=page, include=[])["ids"])
            absent.extend(id_ for id_ in page if id_ not in present)
        return absent

    def names(self) -> list[str]:
        """The collections of ours."""
        return [
            name.removeprefix(self._prefix)
            for name in self._all_names()
            if name.startswith(self._prefix)
        ]

    def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        from chromadb.errors import NotFoundError

        self._forget(collection)
        try:
            self._api.delete_collection(self._prefix + collection)
        except NotFoundError:
            return

    def close(self) -> None:
        """Release the files, or the connections."""
        self._handles.clear()
        self._api.close()

    def _all_names(self) -> Iterator[str]:
        offset = 0
        while page := self._api.list_names(_NAMES_A_PAGE, offset):
            yield from page
            offset += len(page)

    def _with_new_handle(self, collection: str, work: Callable[[], T]) -> T:
        """Do it again where the collection that was known is gone: a server may lose all."""
        from chromadb.errors import NotFoundError

        try:
            return work()
        except NotFoundError:
            self._forget(collection)
            self._on_lost()
            return work()

    def _forget(self, collection: str) -> None:
        self._handles.pop(collection, None)
        self._known_rows.pop(collection, None)

    def _find(self, collection: str) -> Any:  # noqa: ANN401 - as _open
        # Reading makes no collection: one that is asked for while it is being replaced
        # must not come back to life empty.
        from chromadb.errors import NotFoundError

        if collection not in self._handles:
            try:
                self._handles[collection] = self._api.get_collection(self._prefix + collection)
            except NotFoundError:
                return None
        return self._handles[collection]

    def _open(self, collection: str) -> Any:  # noqa: ANN401 - chromadb's own class is generic over its server
        if collection not in self._handles:
            name = self._prefix + collection
            self._handles[collection] = self._api.get_or_create_collection(name)
        return self._handles[collection]


def _rank_all(handle: Any, vector: NDArray[np.float32]) -> list[tuple[str, float]]:  # noqa: ANN401 - as _Api
    """Every row, by exact cosine: the graph may lose a few of many nearly equal rows for good."""
    held = handle.get(include=["embeddings"])
    if not held["ids"]:
        return []
    rows = np.asarray(held["embeddings"], np.float32)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
    cosines = rows @ vector / np.maximum(lengths, np.finfo(np.float32).tiny)
    order = np.argsort(-cosines, kind="stable")
    return [(held["ids"][at], float(cosines[at])) for at in order]


def open_folder(folder: Path) -> ChromaCollections:
    """The collections in a folder of this process's own.

    It imports chromadb, which takes more than a second: do it in a thread.
    """
    return ChromaCollections(_Folder(folder), is_ours=True)


def open_server(
    at: ChromaAt, prefix: str, seconds: float, on_lost: Callable[[], None]
) -> ChromaCollections:
    """The collections on a server, or in Chroma Cloud; a call waits ``seconds`` at most.

    Raises:
        VectorStoreError: it refuses the key, or does not say which database is meant.
    """
    most = _CLOUD_ROWS if at.is_cloud else None
    server = _Server(at, seconds)
    return ChromaCollections(server, prefix=prefix, most_rows=most, on_lost=on_lost)


def look_at_server(at: ChromaAt, seconds: float) -> str:
    """The version of a server that lives and lets us in.

    Raises:
        VectorStoreError: it does not.
    """
    server = None
    try:
        server = _Server(at, seconds)
        server.list_names(1, 0)
        return server.version()
    except Exception as error:  # noqa: BLE001 - Chroma raises plain exceptions of many kinds
        raise VectorStoreError(describe_failure(error, at)) from None
    finally:
        if server is not None:
            server.close()


def describe_failure(error: Exception, at: ChromaAt | None) -> str:
    """What went wrong, in a line that holds no key."""
    reason = " ".join(str(error).split())[:_LONGEST_REASON]
    if at is not None and at.key:
        reason = reason.replace(at.key, "***")
    return f"{type(error).__name__}: {reason}"


def _settings(**more: Any) -> Settings:  # noqa: ANN401 - chromadb's settings of many types
    # Chroma sends nothing in this release; said twice so that it stays so.
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False, **more)


class _Folder:
    """Chroma in this process."""

    def __init__(self, folder: Path) -> None:
        settings = _settings()
        import chromadb

        # Declared as its interface, which lacks close().
        self._client = cast("Any", chromadb.PersistentClient(path=str(folder), settings=settings))

    def get_collection(self, name: str) -> Any:  # noqa: ANN401 - as _Api
        return self._client.get_collection(name, embedding_function=None)

    def get_or_create_collection(self, name: str) -> Any:  # noqa: ANN401 - as _Api
        return self._client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": _HNSW}
        )

    def list_names(self, limit: int, offset: int) -> list[str]:
        return [c.name for c in self._client.list_collections(limit, offset)]

    def delete_collection(self, name: str) -> None:
        self._client.delete_collection(name)

    def max_rows(self) -> int:
        return int(self._client.get_max_batch_size())

    def close(self) -> None:
        self._client.close()


class _Server:
    """Chroma's client for a server, one layer below ``HttpClient``.

    That one asks the server for things before anybody can give it a time limit.
    """

    def __init__(self, at: ChromaAt, seconds: float) -> None:
        import httpx
        from chromadb.api import ServerAPI
        from chromadb.config import System

        self._at = at
        self._system = System(
            _settings(
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=at.host,
                chroma_server_http_port=at.port,
                chroma_server_ssl_enabled=at.is_secure,
                chroma_server_headers=dict(at.headers),
            )
        )
        self._api: Any = self._system.instance(cast("Any", ServerAPI))
        self._session = self._api._session  # noqa: SLF001 - it has no time limit of its own
        self._session.timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        try:
            self._place = self._find_place()
        except BaseException:
            self.close()
            raise

    def _find_place(self) -> dict[str, str]:
        tenant, database = self._at.tenant, self._at.database
        if self._at.is_cloud and not (tenant and database):
            identity = self._api.get_user_identity()
            own = [name for name in identity.databases or [] if name != "*"]
            tenant = tenant or identity.tenant
            database = database or (own[0] if len(own) == 1 else None)
            if not (tenant and database):
                raise VectorStoreError(
                    "Chroma Cloud does not say which tenant and database the key is for. Set them."
                )
        return {
            "tenant": tenant or "default_tenant",
            "database": database or "default_database",
        }

    def get_collection(self, name: str) -> Any:  # noqa: ANN401 - as _Api
        return self._wrap(self._api.get_collection(name, **self._place))

    def get_or_create_collection(self, name: str) -> Any:  # noqa: ANN401 - as _Api
        configuration = _SPANN if self._at.is_cloud else {"hnsw": _HNSW}
        return self._wrap(
            self._api.get_or_create_collection(name, configuration=configuration, **self._place)
        )

    def _wrap(self, model: Any) -> Any:  # noqa: ANN401 - as _Api
        from chromadb.api.models.Collection import Collection

        return Collection(client=self._api, model=model, embedding_function=None)

    def list_names(self, limit: int, offset: int) -> list[str]:
        return [c.name for c in self._api.list_collections(limit, offset, **self._place)]

    def delete_collection(self, name: str) -> None:
        self._api.delete_collection(name, **self._place)

    def max_rows(self) -> int:
        most = int(self._api.get_max_batch_size())
        return most if most > 0 else _CLOUD_ROWS

    def version(self) -> str:
        """What it calls its version."""
        return str(self._api.get_version())

    def close(self) -> None:
        self._session.close()
