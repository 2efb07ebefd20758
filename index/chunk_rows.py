"""Chunks in SQLite, as they are read: for a passage, and for the vector index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

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
) -> list[ChunkRow]:
    """Chunks of one edition by key or id, with text and vector; others are left out."""
    found: list[ChunkRow] = []
    for column, keys in (("c.pk", list(rows)), ("c.chunk_id", list(chunk_ids))):
        for page in pages(keys):
            # substr() counts code points, as Python does, and copies only the slice. CROSS JOIN
            # keeps SQLite from walking all vectors as soon as it is given twenty keys.
            cursor = connection.execute(
                'SELECT c.pk, c.chunk_id, c.start, c."end", c.heading, v.article_id, v.version_id,'
                " v.title, v.url, v.published_at, v.authors, v.publisher, v.headings,"
                ' substr(v.text, c.start + 1, c."end" - c.start) AS text, e.vector, '
                "s.by_title AS superseded_by "
                "FROM chunk AS c CROSS JOIN version AS v ON v.pk = c.version "
                "CROSS JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
                "AND (m.to_edition IS NULL OR m.to_edition > ?) "
                "CROSS JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
                "LEFT JOIN supersession AS s "
                "ON s.library = v.library AND s.article_id = v.article_id "
                f"WHERE v.library = ? AND {column} IN ({marks(page)})",
                (edition, edition, library, *page),
            )
            found.extend(_chunk_row(r) for r in cursor)
    return found


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
        superseded_by=row["superseded_by"],
    )


def read_headings(encoded: str) -> tuple[Heading, ...]:
    """Headings as a version's row keeps them."""
    return tuple(Heading(*values) for values in json.loads(encoded))


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")
