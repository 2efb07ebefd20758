"""Article versions, chunks and vectors in SQLite. Plain functions over a connection."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.models import Article, Chunk, Heading, Source, SourceKind

K = TypeVar("K")

# SQLite's own limit on variables is far higher; this keeps statements readable in logs.
_PAGE = 500


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A library's own row: its current edition and what its index was made with."""

    pk: int
    name: str
    edition: int
    fingerprint: str | None
    collection: str | None


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


def find_library(connection: sqlite3.Connection, name: str) -> LibraryRow | None:
    """The library's row, or None before its first article."""
    row = connection.execute("SELECT * FROM library WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    return LibraryRow(row["pk"], row["name"], row["edition"], row["fingerprint"], row["collection"])


def list_libraries(connection: sqlite3.Connection) -> list[LibraryRow]:
    """Every library, by name."""
    names = [r["name"] for r in connection.execute("SELECT name FROM library ORDER BY name")]
    return [row for row in (find_library(connection, name) for name in names) if row]


def open_library(connection: sqlite3.Connection, name: str, fingerprint: str) -> LibraryRow:
    """The library's row, made now if it is new."""
    if (found := find_library(connection, name)) is not None:
        return found
    cursor = connection.execute("INSERT INTO library (name) VALUES (?)", (name,))
    pk = cursor.lastrowid
    assert pk is not None  # noqa: S101 - an INSERT has a row
    lexical.create_table(connection, pk)
    set_index(connection, pk, fingerprint, collection_name(pk, 1))
    return LibraryRow(pk, name, 0, fingerprint, collection_name(pk, 1))


def set_index(
    connection: sqlite3.Connection, library: int, fingerprint: str, collection: str | None
) -> None:
    """Remember what made the library's index, and which Chroma collection is its own."""
    connection.execute(
        "UPDATE library SET fingerprint = ?, collection = ? WHERE pk = ?",
        (fingerprint, collection, library),
    )


def collection_name(library: int, generation: int) -> str:
    """The name of a library's Chroma collection."""
    return f"library-{library}-{generation}"


def next_collection(row: LibraryRow) -> str:
    """The name of the collection that a rebuild fills."""
    generation = int((row.collection or "0").rsplit("-", 1)[-1])
    return collection_name(row.pk, generation + 1)


def embedding_key(fingerprint: str, text: str) -> str:
    """Names a vector by what made it: 32 hex digits."""
    return hashlib.sha256(f"{fingerprint}\n{text}".encode()).hexdigest()[:32]


def known_embeddings(connection: sqlite3.Connection, library: int, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` whose vectors are stored."""
    known: set[str] = set()
    for page in _pages(keys):
        rows = connection.execute(
            f"SELECT key FROM embedding WHERE library = ? AND key IN ({_marks(page)})",
            (library, *page),
        )
        known.update(r["key"] for r in rows)
    return known


def save_embeddings(
    connection: sqlite3.Connection, library: int, keys: Sequence[str], vectors: NDArray[np.float32]
) -> None:
    """Store vectors of shape ``(len(keys), dimension)``."""
    connection.executemany(
        "INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)",
        ((library, k, v.astype("<f4").tobytes()) for k, v in zip(keys, vectors, strict=True)),
    )


def complete_versions(
    connection: sqlite3.Connection, library: int, version_ids: Sequence[str], fingerprint: str
) -> set[str]:
    """Those of ``version_ids`` that are stored with chunks made by ``fingerprint``."""
    complete: set[str] = set()
    for page in _pages(version_ids):
        rows = connection.execute(
            "SELECT version_id FROM version WHERE library = ? AND fingerprint = ? "
            f"AND version_id IN ({_marks(page)})",
            (library, fingerprint, *page),
        )
        complete.update(r["version_id"] for r in rows)
    return complete


def save_version(
    connection: sqlite3.Connection,
    library: int,
    article: Article,
    chunks: Sequence[Chunk],
    fingerprint: str,
) -> None:
    """Store a version with its chunks and its lexical rows; their vectors must be stored."""
    pk = _version_pk(connection, library, article)
    _drop_chunks(connection, library, pk)
    connection.executemany(
        'INSERT INTO chunk (version, chunk_id, ordinal, start, "end", heading, embedding) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                pk,
                c.id,
                c.ordinal,
                c.start,
                c.end,
                c.heading,
                embedding_key(fingerprint, c.embedded_text),
            )
            for c in chunks
        ),
    )
    lexical.add_rows(connection, library, _lexical_rows(connection, pk))
    connection.execute(
        "UPDATE version SET fingerprint = ?, collection = NULL WHERE pk = ?", (fingerprint, pk)
    )


def _version_pk(connection: sqlite3.Connection, library: int, article: Article) -> int:
    connection.execute(
        "INSERT OR IGNORE INTO version (library, version_id, article_id, title, text, published_at,"
        " authors, url, publisher, headings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            library,
            article.version_id,
            article.id,
            article.title,
            article.text,
            article.published_at,
            json.dumps(article.authors, ensure_ascii=False),
            article.url,
            article.publisher,
            json.dumps([(h.start, h.end, h.level) for h in article.headings]),
        ),
    )
    (pk,) = connection.execute(
        "SELECT pk FROM version WHERE library = ? AND version_id = ?",
        (library, article.version_id),
    ).fetchone()
    return int(pk)


def _drop_chunks(connection: sqlite3.Connection, library: int, version: int) -> None:
    lexical.remove_rows(connection, library, _lexical_rows(connection, version))
    connection.execute("DELETE FROM chunk WHERE version = ?", (version,))


def _lexical_rows(connection: sqlite3.Connection, version: int) -> list[lexical.LexicalRow]:
    title, text = connection.execute(
        "SELECT title, text FROM version WHERE pk = ?", (version,)
    ).fetchone()
    rows = connection.execute(
        'SELECT pk, start, "end", heading FROM chunk WHERE version = ? ORDER BY ordinal', (version,)
    )
    return [
        lexical.LexicalRow(r["pk"], title, r["heading"], text[r["start"] : r["end"]]) for r in rows
    ]


def unindexed_chunks(
    connection: sqlite3.Connection, library: int, version_ids: Sequence[str], collection: str
) -> list[StoredChunk]:
    """Chunks of these versions whose vectors are not known to be in the Chroma collection."""
    found: list[StoredChunk] = []
    for page in _pages(version_ids):
        rows = connection.execute(
            "SELECT c.pk, c.chunk_id, e.vector FROM version AS v "
            "JOIN chunk AS c ON c.version = v.pk "
            "JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
            "WHERE v.library = ? AND v.collection IS NOT ? "
            f"AND v.version_id IN ({_marks(page)}) ORDER BY v.pk, c.ordinal",
            (library, collection, *page),
        )
        found.extend(StoredChunk(r["pk"], r["chunk_id"], _vector(r["vector"])) for r in rows)
    return found


def mark_indexed(
    connection: sqlite3.Connection, library: int, version_ids: Sequence[str], collection: str
) -> None:
    """Remember that all chunks of these versions are in the Chroma collection."""
    for page in _pages(version_ids):
        connection.execute(
            "UPDATE version SET collection = ? WHERE library = ? "
            f"AND version_id IN ({_marks(page)})",
            (collection, library, *page),
        )


def forget_indexed(connection: sqlite3.Connection) -> None:
    """Chroma's folder was lost: nothing is known to be in it."""
    connection.execute("UPDATE version SET collection = NULL")


def load_chunks(
    connection: sqlite3.Connection,
    library: int,
    edition: int,
    *,
    rows: Sequence[int] = (),
    chunk_ids: Sequence[str] = (),
) -> list[ChunkRow]:
    """Chunks of one edition by key or id, with text and vector; others are left out."""
    found: list[ChunkRow] = []
    for column, keys in (("c.pk", list(rows)), ("c.chunk_id", list(chunk_ids))):
        for page in _pages(keys):
            # substr() counts code points, as Python does, and copies only the slice.
            cursor = connection.execute(
                'SELECT c.pk, c.chunk_id, c.start, c."end", c.heading, v.article_id, v.version_id,'
                " v.title, v.url, v.published_at, v.authors, v.publisher, v.headings,"
                ' substr(v.text, c.start + 1, c."end" - c.start) AS text, e.vector '
                "FROM chunk AS c JOIN version AS v ON v.pk = c.version "
                "JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
                "AND (m.to_edition IS NULL OR m.to_edition > ?) "
                "JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
                f"WHERE v.library = ? AND {column} IN ({_marks(page)})",
                (edition, edition, library, *page),
            )
            found.extend(_chunk_row(r) for r in cursor)
    return found


def live_chunk_ids(
    connection: sqlite3.Connection, library: int, edition: int, chunk_ids: Sequence[str]
) -> set[str]:
    """Those of ``chunk_ids`` that belong to the edition."""
    live: set[str] = set()
    for page in _pages(chunk_ids):
        rows = connection.execute(
            "SELECT c.chunk_id FROM chunk AS c JOIN version AS v ON v.pk = c.version "
            "JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
            "AND (m.to_edition IS NULL OR m.to_edition > ?) "
            f"WHERE v.library = ? AND c.chunk_id IN ({_marks(page)})",
            (edition, edition, library, *page),
        )
        live.update(r["chunk_id"] for r in rows)
    return live


def text_of(connection: sqlite3.Connection, library: int, version_id: str) -> str | None:
    """The clean text of a version, current or not."""
    row = connection.execute(
        "SELECT text FROM version WHERE library = ? AND version_id = ?", (library, version_id)
    ).fetchone()
    return None if row is None else str(row["text"])


def load_article(connection: sqlite3.Connection, library: int, version_id: str) -> Article | None:
    """A stored version as the article it came from."""
    row = connection.execute(
        "SELECT * FROM version WHERE library = ? AND version_id = ?", (library, version_id)
    ).fetchone()
    if row is None:
        return None
    return Article(
        id=row["article_id"],
        title=row["title"],
        text=row["text"],
        published_at=row["published_at"],
        authors=tuple(json.loads(row["authors"])),
        url=row["url"],
        publisher=row["publisher"],
        headings=_headings(row["headings"]),
    )


def remember_source(
    connection: sqlite3.Connection, library: int, source: Source, actor: str, now: str
) -> int:
    """The source's key; remembered now if it is new."""
    connection.execute(
        "INSERT OR IGNORE INTO source (library, kind, location, added_by, added_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (library, source.kind.value, source.location, actor, now),
    )
    (pk,) = connection.execute(
        "SELECT pk FROM source WHERE library = ? AND kind = ? AND location = ?",
        (library, source.kind.value, source.location),
    ).fetchone()
    return int(pk)


def list_sources(connection: sqlite3.Connection, library: int) -> dict[Source, int]:
    """The remembered sources and their keys, oldest first."""
    rows = connection.execute("SELECT * FROM source WHERE library = ? ORDER BY pk", (library,))
    return {Source(SourceKind(r["kind"]), r["location"]): int(r["pk"]) for r in rows}


def _chunk_row(row: sqlite3.Row) -> ChunkRow:
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
        headings=_headings(row["headings"]),
        start=row["start"],
        end=row["end"],
        text=row["text"],
        vector=_vector(row["vector"]),
    )


def _headings(encoded: str) -> tuple[Heading, ...]:
    return tuple(Heading(*values) for values in json.loads(encoded))


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")


def _pages(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    for at in range(0, len(keys), _PAGE):
        yield keys[at : at + _PAGE]


def _marks(page: Iterable[object]) -> str:
    return ",".join("?" for _ in page)
