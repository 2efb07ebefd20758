"""Whether a library's three stores agree, from the outside and in detail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, editions, lexical, library_rows, versions
from index.database import Database
from index.errors import VectorStoreError
from index.library_rows import LibraryRow
from index.models import VerifyReport
from index.vector_store import VectorStore

# Vectors asked to find themselves; the share that may miss, since HNSW is approximate.
_SAMPLE = 200
_MISS_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored chunk that must find itself in the vector index."""

    chunk_id: str
    vector: NDArray[np.float32]


async def verify(
    name: str, database: Database, vectors: VectorStore, fingerprint: str
) -> VerifyReport:
    """Check the current edition: rows, spans, lexical index, vectors, self-retrieval."""
    row = await database.read(lambda c: library_rows.find_library(c, name))
    if row is None or not row.edition:
        return VerifyReport(0, 0, ("the library is empty",), ())
    problems = await database.read(lambda c: _check_rows(c, row, fingerprint))
    problems += await database.write(lambda c: _check_lexical(c, row))
    ids = await database.read(lambda c: chunk_ids(c, row))
    try:
        problems += await _check_vectors(database, vectors, row, ids)
    except VectorStoreError as error:
        problems.append(str(error))
    checks = (
        "the database is sound",
        "every article has its text, its chunks and their vectors",
        "the lexical index holds every chunk",
        "the vector index holds every chunk, and chunks find themselves",
    )
    return VerifyReport(row.edition, len(ids), checks, tuple(problems))


def chunk_ids(connection: sqlite3.Connection, row: LibraryRow) -> list[str]:
    """The chunks of the current edition, in a stable order."""
    rows = connection.execute(
        "SELECT c.chunk_id FROM membership AS m JOIN chunk AS c ON c.version = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) ORDER BY c.chunk_id",
        (row.pk, row.edition, row.edition),
    )
    return [r["chunk_id"] for r in rows]


def take_sample(
    connection: sqlite3.Connection, row: LibraryRow, ids: Sequence[str], size: int = _SAMPLE
) -> list[Sample]:
    """Chunks spread evenly over the edition."""
    step = max(1, len(ids) // size)
    picked = list(ids[::step][:size])
    chunks = chunk_rows.load_chunks(connection, row.pk, row.edition, chunk_ids=picked)
    return [Sample(c.chunk_id, c.vector) for c in chunks]


def _check_rows(connection: sqlite3.Connection, row: LibraryRow, fingerprint: str) -> list[str]:
    problems = []
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        problems.append(f"the database is damaged: {answer}")
    if row.fingerprint != fingerprint:
        problems.append(f"the index was made with '{row.fingerprint}', not '{fingerprint}'")
    for article_id, member in editions.members(connection, row.pk, row.edition).items():
        problems += _check_article(connection, row, article_id, member.version_id)
    return problems


def _check_article(
    connection: sqlite3.Connection, row: LibraryRow, article_id: str, version_id: str
) -> list[str]:
    article = versions.load_article(connection, row.pk, version_id)
    if article is None or article.version_id != version_id:
        return [f"article '{article_id}': its stored text does not match its version's hash"]
    spans = connection.execute(
        'SELECT c.start, c."end", e.key FROM version AS v JOIN chunk AS c ON c.version = v.pk '
        "LEFT JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
        "WHERE v.library = ? AND v.version_id = ?",
        (row.pk, version_id),
    ).fetchall()
    if not spans:
        return [f"article '{article_id}' has no chunks"]
    if any(not 0 <= s["start"] < s["end"] <= len(article.text) for s in spans):
        return [f"article '{article_id}': a chunk lies outside its text"]
    if any(s["key"] is None for s in spans):
        return [f"article '{article_id}': a chunk has lost its vector"]
    return []


def _check_lexical(connection: sqlite3.Connection, row: LibraryRow) -> list[str]:
    if (trouble := lexical.check_integrity(connection, row.pk)) is not None:
        return [f"the lexical index is damaged: {trouble}"]
    stored = {
        r["pk"]
        for r in connection.execute(
            "SELECT c.pk FROM chunk AS c JOIN version AS v ON v.pk = c.version WHERE v.library = ?",
            (row.pk,),
        )
    }
    indexed = lexical.indexed_rows(connection, row.pk)
    if stored != indexed:
        missing, extra = len(stored - indexed), len(indexed - stored)
        return [f"the lexical index misses {missing} chunks and holds {extra} too many"]
    return []


async def _check_vectors(
    database: Database, vectors: VectorStore, row: LibraryRow, ids: Sequence[str]
) -> list[str]:
    assert row.collection is not None  # noqa: S101 - set when the library was made
    problems = []
    if missing := await vectors.missing(row.collection, ids):
        problems.append(f"the vector index misses {len(missing)} of {len(ids)} chunks")
    sample = await database.read(lambda c: take_sample(c, row, ids))
    lost = 0
    for item in sample:
        found = await vectors.query(row.collection, item.vector, 5)
        lost += not finds_itself(item, found)
    if lost > _MISS_SHARE * len(sample):
        problems.append(f"{lost} of {len(sample)} sampled chunks do not find themselves")
    return problems


def finds_itself(item: Sample, found: Sequence[tuple[str, float]]) -> bool:
    """Whether the chunk, or one with the same vector, is among what its vector found."""
    return any(id_ == item.chunk_id or cosine > 0.9999 for id_, cosine in found)  # noqa: PLR2004
