"""Chunks in SQLite, as they are read: for a passage, and for the vector index."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.connections import Connection, Row
from index.models import Heading
from index.sql import marks, pages


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as stored, with its vector's key."""

    row: int
    chunk_id: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk with everything a passage needs. ``vector`` has unit length."""

    row: int
    chunk_id: str
    article_id: str
    version_id: str
    title: str
    url: str | None
    published_at: str | None
    authors: tuple[str, ...]
    publisher: str | None
    heading: str
    headings: tuple[Heading, ...]
    start: int
    end: int
    text: str
    vector: NDArray[np.float32]
    superseded_by: str | None = None


ChunkKey = tuple[int, str, str, int]
"""A chunk's key in the database, its vector's key, its version's id, and where it starts there."""


class ChunkCache:
    """The chunks that were read last. What they say of themselves never changes.

    Whether they belong to an edition, and what supersedes their article, may; that is no part
    of it. Safe to share between threads.

    Args:
        size: How many are kept; each takes about four kilobytes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._chunks: OrderedDict[ChunkKey, ChunkRow] = OrderedDict()
        self._lock = Lock()

    def get(self, key: ChunkKey) -> ChunkRow | None:
        """The chunk, if it is here."""
        return self.get_all([key]).get(key[0])

    def get_all(self, keys: Iterable[ChunkKey]) -> dict[int, ChunkRow]:
        """Those of the chunks that are here, by their keys in the database."""
        found = {}
        with self._lock:
            for key in keys:
                if (chunk := self._chunks.get(key)) is not None:
                    self._chunks.move_to_end(key)
                    found[key[0]] = chunk
        return found

    def put(self, key: ChunkKey, chunk: ChunkRow) -> None:
        """Keep a chunk; the one that was not asked for longest makes room."""
        with self._lock:
            self._chunks[key] = chunk
            while len(self._chunks) > self._size:
                self._chunks.popitem(last=False)


def unindexed_chunks(
    connection: Connection, library: int, version_ids: Sequence[str], collection: str
) -> list[StoredChunk]:
    """Chunks of these versions whose vectors are not known to be in the Chroma collection."""
    found: list[StoredChunk] = []
    for page in pages(version_ids):
        rows = connection.execute(
            "SELECT c.pk, c.chunk_id, e.vector FROM version AS v "
            "JOIN chunk AS c ON c.version = v.pk "
            "JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
            "WHERE v.library = ? AND v.collection IS NOT ? "
            f"AND v.version_id IN ({marks(page)}) ORDER BY v.pk, c.ordinal",
            (library, collection, *page),
        )
        found.extend(StoredChunk(r["pk"], r["chunk_id"], _vector(r["vector"])) for r in rows)
    return found


def mark_indexed(
    connection: Connection, library: int, version_ids: Sequence[str], collection: str
) -> None:
    """Remember that all chunks of these versions are in the Chroma collection."""
    for page in pages(version_ids):
        connection.execute(
            "UPDATE version SET collection = ? WHERE library = ? "
            f"AND version_id IN ({marks(page)})",
            (collection, library, *page),
        )


def forget_indexed(connection: Connection) -> None:
    """Chroma's folder was lost: nothing is known to be in it."""
    connection.execute("UPDATE version SET collection = NULL")


def libraries_to_fill(connection: Connection, fingerprint: str) -> list[str]:
    """Libraries indexed by ``fingerprint`` whose edition is not known to be whole in Chroma."""
    rows = connection.execute(
        "SELECT DISTINCT l.name FROM library AS l "
        "JOIN membership AS m ON m.library = l.pk AND m.to_edition IS NULL "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE l.fingerprint = ? AND v.collection IS NOT l.collection",
        (fingerprint,),
    )
    return [r["name"] for r in rows]


def was_filled(connection: Connection) -> bool:
    """Whether any version is said to be in Chroma."""
    row = connection.execute("SELECT 1 FROM version WHERE collection IS NOT NULL LIMIT 1")
    return row.fetchone() is not None


def load_chunks(
    connection: Connection,
    library: int,
    edition: int,
    *,
    rows: Sequence[int] = (),
    chunk_ids: Sequence[str] = (),
    cache: ChunkCache | None = None,
) -> list[ChunkRow]:
    """Chunks of one edition by key or id, with text and vector; others are left out.

    Those in ``cache`` are not read again, but for what may change.
    """
    cache = cache or ChunkCache(0)
    live: dict[int, tuple[ChunkKey, str | None]] = {}
    for column, keys in (("c.pk", list(rows)), ("c.chunk_id", list(chunk_ids))):
        for page in pages(keys):
            live |= _find_live(connection, library, edition, column, page)
    known = cache.get_all(key for key, _ in live.values())
    for page in pages([pk for pk in live if pk not in known]):
        for read in _read_chunks(connection, page):
            known[read.row] = read
            cache.put(live[read.row][0], read)
    return [
        chunk if by_title is None else replace(chunk, superseded_by=by_title)
        for pk, (_, by_title) in live.items()
        if (chunk := known.get(pk)) is not None
    ]


def _find_live(
    connection: Connection, library: int, edition: int, column: str, page: Sequence[object]
) -> dict[int, tuple[ChunkKey, str | None]]:
    """Chunks of the edition by key: what names their content, and what supersedes their article."""
    cursor = connection.execute(
        "SELECT c.pk, c.embedding, c.start, v.version_id, s.by_title "
        "FROM chunk AS c CROSS JOIN version AS v ON v.pk = c.version "
        "CROSS JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) "
        "LEFT JOIN supersession AS s ON s.library = v.library AND s.article_id = v.article_id "
        f"WHERE v.library = ? AND {column} IN ({marks(page)})",
        (edition, edition, library, *page),
    )
    return {
        pk: ((pk, embedding, version_id, start), by_title)
        for pk, embedding, start, version_id, by_title in cursor
    }


def _read_chunks(connection: Connection, page: Sequence[int]) -> Iterator[ChunkRow]:
    # substr() counts code points, as Python does, and copies only the slice. CROSS JOIN
    # keeps SQLite from walking all vectors as soon as it is given twenty keys.
    cursor = connection.execute(
        'SELECT c.pk, c.chunk_id, c.start, c."end", c.heading, v.article_id, v.version_id,'
        " v.title, v.url, v.published_at, v.authors, v.publisher, v.headings,"
        ' substr(v.text, c.start + 1, c."end" - c.start) AS text, e.vector '
        "FROM chunk AS c CROSS JOIN version AS v ON v.pk = c.version "
        "CROSS JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
        f"WHERE c.pk IN ({marks(page)})",
        tuple(page),
    )
    return map(_chunk_row, cursor)


def _chunk_row(row: Row) -> ChunkRow:
    return ChunkRow(
        row=row["pk"],
        chunk_id=row["chunk_id"],
        article_id=row["article_id"],
        version_id=row["version_id"],
        title=row["title"],
        url=row["url"],
        published_at=row["published_at"],
        authors=tuple(json.loads(row["authors"])),
        publisher=row["publisher"],
        heading=row["heading"],
        headings=read_headings(row["headings"]),
        start=row["start"],
        end=row["end"],
        text=row["text"],
        vector=_vector(row["vector"]),
    )


def read_headings(encoded: str) -> tuple[Heading, ...]:
    """Headings as a version's row keeps them."""
    return tuple(Heading(*values) for values in json.loads(encoded))


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")
