"""Whether a library's three stores agree, from the outside and in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, editions, lexical, library_rows, versions
from index.connections import Connection, Row
from index.database import Database
from index.errors import VectorStoreError
from index.library_rows import LibraryRow
from index.models import VerifyReport
from index.vector_store import VectorStore

# Vectors asked to find themselves; the share that may miss, since HNSW is approximate.
_SAMPLE = 200
_MISS_SHARE = 0.01
_ARTICLES_A_PAGE = 200
# Reading every page of a large file takes minutes, and holds up nobody.
_PATIENCE = 3600.0
_CHECKS = (
    "the database is sound",
    "every article has its text, its chunks and their vectors",
    "the lexical index holds every chunk",
    "the vector index holds every chunk, and chunks find themselves",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored chunk that must find itself in the vector index."""

    chunk_id: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Page:
    """Some articles of an edition: what is wrong, their chunks, and where to go on."""

    problems: list[str]
    chunk_ids: list[str]
    last: str | None


async def verify(
    name: str, database: Database, vectors: VectorStore, fingerprint: str
) -> VerifyReport:
    """Check the current edition: rows, spans, lexical index, vectors, self-retrieval.

    Nobody waits for it for long: it reads a page at a time, and writes nothing.
    """
    row = await database.read(lambda c: library_rows.find_library(c, name))
    if row is None or not row.edition:
        return VerifyReport(0, 0, ("the library is empty",), ())
    problems = await database.find_damage()
    if row.fingerprint != fingerprint:
        problems.append(f"the index was made with '{row.fingerprint}', not '{fingerprint}'")
    problems += await _check_lexical(database, row)
    looker = _VectorLooker(vectors, row)
    total = await database.read(lambda c: editions.count_chunks(c, row.pk, row.edition))
    step, seen = max(1, total // _SAMPLE), 0
    picked: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await database.read(partial(_check_page, row=row, after=after))
        problems += page.problems
        await looker.look_for(page.chunk_ids)
        picked += [id_ for at, id_ in enumerate(page.chunk_ids, seen) if at % step == 0]
        seen, after = seen + len(page.chunk_ids), page.last
    sample = await database.read(lambda c: take_sample(c, row, picked))
    problems += await looker.conclude(sample, seen)
    return VerifyReport(row.edition, seen, _CHECKS, tuple(problems))


def chunk_ids(connection: Connection, row: LibraryRow) -> list[str]:
    """The chunks of the current edition, in a stable order."""
    rows = connection.execute(
        "SELECT c.chunk_id FROM membership AS m JOIN chunk AS c ON c.version = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) ORDER BY c.chunk_id",
        (row.pk, row.edition, row.edition),
    )
    return [r["chunk_id"] for r in rows]


def take_sample(
    connection: Connection, row: LibraryRow, ids: Sequence[str], size: int = _SAMPLE
) -> list[Sample]:
    """Chunks spread evenly over the edition."""
    step = max(1, len(ids) // size)
    picked = list(ids[::step][:size])
    chunks = chunk_rows.load_chunks(connection, row.pk, row.edition, chunk_ids=picked)
    return [Sample(c.chunk_id, c.vector) for c in chunks]


# Among many nearly equal vectors an approximate search may pass one by; asked for more, it
# does not, unless the chunk is cut off from the graph.
DEPTHS = (5, 100)


def finds_itself(item: Sample, found: Sequence[tuple[str, float]]) -> bool:
    """Whether the chunk, or one with the same vector, is among what its vector found."""
    return any(id_ == item.chunk_id or cosine > 0.9999 for id_, cosine in found)  # noqa: PLR2004


def _check_page(connection: Connection, row: LibraryRow, after: str) -> _Page:
    """Look at the articles whose ids come behind ``after``."""
    members = connection.execute(
        "SELECT m.article_id, m.version, v.version_id FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version WHERE m.library = ? AND m.article_id > ? "
        "AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?) "
        "ORDER BY m.article_id LIMIT ?",
        (row.pk, after, row.edition, row.edition, _ARTICLES_A_PAGE),
    ).fetchall()
    page = _Page([], [], members[-1]["article_id"] if len(members) == _ARTICLES_A_PAGE else None)
    for member in members:
        spans = connection.execute(
            'SELECT c.chunk_id, c.start, c."end", e.key FROM chunk AS c '
            "LEFT JOIN embedding AS e ON e.library = ? AND e.key = c.embedding "
            "WHERE c.version = ? ORDER BY c.ordinal",
            (row.pk, member["version"]),
        ).fetchall()
        page.chunk_ids.extend(span["chunk_id"] for span in spans)
        trouble = _find_trouble(connection, row, member["version_id"], spans)
        if trouble is not None:
            page.problems.append(f"article '{member['article_id']}'{trouble}")
    return page


def _find_trouble(
    connection: Connection, row: LibraryRow, version_id: str, spans: Sequence[Row]
) -> str | None:
    article = versions.load_article(connection, row.pk, version_id)
    if article is None or article.version_id != version_id:
        return ": its stored text does not match its version's hash"
    if not spans:
        return " has no chunks"
    if any(not 0 <= s["start"] < s["end"] <= len(article.text) for s in spans):
        return ": a chunk lies outside its text"
    if any(s["key"] is None for s in spans):
        return ": a chunk has lost its vector"
    return None


async def _check_lexical(database: Database, row: LibraryRow) -> list[str]:
    trouble = await database.read(lambda c: lexical.check_integrity(c, row.pk), patience=_PATIENCE)
    if trouble is not None:
        return [f"the lexical index is damaged: {trouble}"]
    missing, extra = await database.read(
        lambda c: lexical.count_strays(c, row.pk), patience=_PATIENCE
    )
    if missing or extra:
        return [f"the lexical index misses {missing} chunks and holds {extra} too many"]
    return []


class _VectorLooker:
    """Looks for chunks in the vector index, until it fails once."""

    def __init__(self, vectors: VectorStore, row: LibraryRow) -> None:
        assert row.collection is not None  # noqa: S101 - set when the library was made
        self._vectors = vectors
        self._collection = row.collection
        self._missing = 0
        self._failure: str | None = None

    async def look_for(self, ids: Sequence[str]) -> None:
        """Count those that are missing."""
        if self._failure is None:
            try:
                self._missing += len(await self._vectors.missing(self._collection, ids))
            except VectorStoreError as error:
                self._failure = str(error)

    async def conclude(self, sample: Sequence[Sample], seen: int) -> list[str]:
        """What is wrong; ``seen`` chunks were looked for, and the sample must find itself."""
        problems = []
        if self._missing:
            problems.append(f"the vector index misses {self._missing} of {seen} chunks")
        lost = 0
        try:
            for item in sample if self._failure is None else ():
                lost += await self._is_lost(item)
        except VectorStoreError as error:
            self._failure = str(error)
        if lost > _MISS_SHARE * len(sample):
            problems.append(f"{lost} of {len(sample)} sampled chunks do not find themselves")
        return problems if self._failure is None else [*problems, self._failure]

    async def _is_lost(self, item: Sample) -> bool:
        for depth in DEPTHS:
            if finds_itself(item, await self._vectors.query(self._collection, item.vector, depth)):
                return False
        return True
