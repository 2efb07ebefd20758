"""Article versions with their chunks and vectors in SQLite, as they are written.

A version is immutable and complete: it is stored together with its chunks, and
their vectors were stored before or with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.chunk_rows import read_headings
from index.connections import Connection
from index.models import Article, Chunk
from index.sql import insert_rows, marks, pages


def embedding_key(fingerprint: str, text: str) -> str:
    """Names a vector by what made it: 32 hex digits."""
    return hashlib.sha256(f"{fingerprint}\n{text}".encode()).hexdigest()[:32]


def known_embeddings(connection: Connection, library: int, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` whose vectors are stored."""
    known: set[str] = set()
    for page in pages(keys):
        rows = connection.execute(
            f"SELECT key FROM embedding WHERE library = ? AND key IN ({marks(page)})",
            (library, *page),
        )
        known.update(r["key"] for r in rows)
    return known


def save_embeddings(
    connection: Connection, library: int, keys: Sequence[str], vectors: NDArray[np.float32]
) -> None:
    """Store vectors of shape ``(len(keys), dimension)``."""
    insert_rows(
        connection,
        "embedding (library, key, vector)",
        ((library, k, v.astype("<f4").tobytes()) for k, v in zip(keys, vectors, strict=True)),
        then="ON CONFLICT (library, key) DO UPDATE SET vector = excluded.vector",
    )


def complete_versions(
    connection: Connection, library: int, version_ids: Sequence[str], fingerprint: str
) -> set[str]:
    """Those of ``version_ids`` that are stored with chunks made by ``fingerprint``."""
    complete: set[str] = set()
    for page in pages(version_ids):
        rows = connection.execute(
            "SELECT version_id FROM version WHERE library = ? AND fingerprint = ? "
            f"AND version_id IN ({marks(page)})",
            (library, fingerprint, *page),
        )
        complete.update(r["version_id"] for r in rows)
    return complete


def save_versions(
    connection: Connection,
    library: int,
    chunked: Iterable[tuple[Article, Sequence[Chunk]]],
    fingerprint: str,
) -> None:
    """Store versions with their chunks and their lexical rows; their vectors must be stored."""
    each = {article.version_id: (article, chunks) for article, chunks in chunked}
    key = partial(embedding_key, fingerprint)
    keyed = {
        _put_version(connection, library, article): chunks for article, chunks in each.values()
    }
    insert_rows(
        connection,
        'chunk (version, chunk_id, ordinal, start, "end", heading, embedding)',
        (
            (pk, c.id, c.ordinal, c.start, c.end, c.heading, key(c.embedded_text))
            for pk, chunks in keyed.items()
            for c in chunks
        ),
    )
    for page in pages(list(keyed)):
        connection.execute(
            f"UPDATE version SET fingerprint = ?, collection = NULL WHERE pk IN ({marks(page)})",
            (fingerprint, *page),
        )
    # All at once: PostgreSQL's index writes a segment each time, and merges them again.
    rows = [row for pk in keyed for row in _lexical_rows(connection, pk)]
    lexical.add_rows(connection, library, rows)


def _put_version(connection: Connection, library: int, article: Article) -> int:
    """The version's key; it has no chunks yet, or none any more."""
    new = connection.execute(
        "INSERT INTO version (library, version_id, article_id, title, text, published_at,"
        " authors, url, publisher, headings, likeness) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING pk",
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
            article.likeness,
        ),
    ).fetchone()
    if new is not None:
        return int(new["pk"])
    (pk,) = connection.execute(
        "SELECT pk FROM version WHERE library = ? AND version_id = ?",
        (library, article.version_id),
    ).fetchone()
    lexical.remove_rows(connection, library, _lexical_rows(connection, pk))
    connection.execute("DELETE FROM chunk WHERE version = ?", (pk,))
    return int(pk)


def _lexical_rows(connection: Connection, version: int) -> list[lexical.LexicalRow]:
    title, text = connection.execute(
        "SELECT title, text FROM version WHERE pk = ?", (version,)
    ).fetchone()
    rows = connection.execute(
        'SELECT pk, start, "end", heading FROM chunk WHERE version = ? ORDER BY ordinal', (version,)
    )
    return [
        lexical.LexicalRow(r["pk"], title, r["heading"], text[r["start"] : r["end"]]) for r in rows
    ]


def text_of(connection: Connection, library: int, version_id: str) -> str | None:
    """The clean text of a version, current or not."""
    row = connection.execute(
        "SELECT text FROM version WHERE library = ? AND version_id = ?", (library, version_id)
    ).fetchone()
    return None if row is None else str(row["text"])


def sketches(connection: Connection, library: int, edition: int) -> list[tuple[str, bytes]]:
    """What an edition's articles look like (``index.likeness``), by article id."""
    rows = connection.execute(
        "SELECT m.article_id, v.likeness FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) AND v.likeness IS NOT NULL",
        (library, edition, edition),
    )
    return [(r["article_id"], r["likeness"]) for r in rows]


def find_titles(
    connection: Connection, library: int, edition: int, text: str, limit: int
) -> list[tuple[str, str]]:
    """Ids and titles of an edition's articles with ``text`` in either, best places first."""
    rows = connection.execute(
        "SELECT m.article_id, v.title, instr(lower(v.title), :text) AS place "
        "FROM membership AS m JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = :library AND m.from_edition <= :edition "
        "AND (m.to_edition IS NULL OR m.to_edition > :edition) "
        "AND (instr(lower(v.title), :text) > 0 OR instr(lower(m.article_id), :text) > 0) "
        "ORDER BY place <> 1, v.title, m.article_id LIMIT :limit",
        {"text": text.lower(), "library": library, "edition": edition, "limit": limit},
    )
    return [(r["article_id"], r["title"]) for r in rows]


def incomplete_versions(
    connection: Connection, library: int, version_ids: Sequence[str], fingerprint: str
) -> list[str]:
    """Those of ``version_ids`` that are not stored with chunks made by ``fingerprint``."""
    complete = complete_versions(connection, library, version_ids, fingerprint)
    return [id_ for id_ in version_ids if id_ not in complete]


def load_article(connection: Connection, library: int, version_id: str) -> Article | None:
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
        headings=read_headings(row["headings"]),
    )
