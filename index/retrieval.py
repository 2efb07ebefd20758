"""Dense and lexical search over one edition, fused by score.

Fusing scores instead of ranks keeps how much better one hit is than the next:
the lexical half's exact names and the dense half's paraphrases both survive.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, lexical, library_rows
from index.chunk_rows import ChunkRow
from index.chunking import sentence_spans
from index.database import Database
from index.embedding import Embedder
from index.errors import EmbeddingError, VectorStoreError
from index.library_rows import LibraryRow
from index.models import Passage, SearchResult
from index.vector_store import VectorStore

_TEXT_ONLY = lexical.ColumnWeights(title=0.0, heading=0.0)


class Mode(StrEnum):
    """Which halves take part. The single ones are for measuring.

    ``LEXICAL`` is plain BM25 over the passages' text, ``DENSE`` the plain cosine.
    """

    FUSED = "fused"
    LEXICAL = "lexical"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the halves are weighed; chosen on news and encyclopedia questions alike.

    The lexical part is BM25 over what a passage with every word of the question
    could reach, raised to ``sharpness``: a passage that holds most of the question's
    weight counts fully, a stray common word hardly. ``dense_share`` is the cosine's
    part of the fused score. ``depth`` is how many candidates each half gives.
    """

    dense_share: float = 0.5
    sharpness: float = 1.5
    depth: int = 60
    columns: lexical.ColumnWeights = field(default_factory=lexical.ColumnWeights)


@dataclass(frozen=True, slots=True)
class _Lexical:
    """The lexical half's findings, and the library as it stood when they were made."""

    library: LibraryRow | None
    scores: dict[int, float]
    term_weights: dict[str, float]
    reachable: float
    chunks: int


class Retriever:
    """Finds passages in one library's current edition."""

    def __init__(
        self,
        *,
        library: str,
        database: Database,
        vectors: VectorStore,
        embedder: Embedder,
        fusion: Fusion,
    ) -> None:
        self._library = library
        self._database = database
        self._vectors = vectors
        self._embedder = embedder
        self._fusion = fusion

    async def search(
        self,
        question: str,
        *,
        limit: int,
        mode: Mode = Mode.FUSED,
        edition: int | None = None,
        today: date | None = None,  # noqa: ARG002 - see below
    ) -> SearchResult:
        """Passages for a question, best first, without duplicates.

        They are those of the current edition, or of ``edition``: an earlier one, or the
        next one where it is laid out.

        When the dense half fails the lexical one answers alone, and the result says so.
        """
        clock = _Clock()
        words = lexical.content_words(question)
        columns = _TEXT_ONLY if mode is Mode.LEXICAL else self._fusion.columns
        found = await self._database.read(
            lambda c: self._find_lexically(c, words, columns, edition)
        )
        clock.lap("lexical")
        if found.library is None or not found.library.edition:
            return SearchResult(0, (), clock.laps, {})
        dense: list[tuple[str, float]] = []
        query: NDArray[np.float32] | None = None
        degraded = None
        # Without a chunk there is no vector, and nothing is missing.
        if mode is not Mode.LEXICAL and found.chunks:
            try:
                query, dense = await self._find_densely(question, found.library)
            except (EmbeddingError, VectorStoreError) as error:
                degraded = f"Only words were compared, not meanings: {error}"
        clock.lap("dense")
        scores = found.scores if mode is not Mode.DENSE else {}
        chunks = await self._load(found.library, scores, [id_ for id_, _ in dense])
        clock.lap("load")
        passages = self._fuse(chunks, scores, query, found.reachable, limit)
        clock.lap("fuse")
        return SearchResult(
            found.library.edition,
            tuple(passages),
            clock.laps,
            found.term_weights,
            degraded,
            found.chunks,
        )

    def _find_lexically(
        self,
        connection: sqlite3.Connection,
        words: Sequence[str],
        columns: lexical.ColumnWeights,
        edition: int | None,
    ) -> _Lexical:
        row = library_rows.find_library(connection, self._library)
        if row is not None and edition is not None:
            row = replace(row, edition=edition)
        if row is None or not row.edition:
            return _Lexical(row, {}, {}, 0.0, 0)
        hits = lexical.search_rows(
            connection, row.pk, words, row.edition, self._fusion.depth, columns
        )
        (total,) = connection.execute(f"SELECT count(*) FROM lexical_{row.pk}_docsize").fetchone()
        weights = lexical.weigh_terms(connection, row.pk, words, int(total))
        reachable = lexical.reachable_score(weights, int(total))
        return _Lexical(row, dict(hits), weights, reachable, int(total))

    async def _find_densely(
        self, question: str, library: LibraryRow
    ) -> tuple[NDArray[np.float32], list[tuple[str, float]]]:
        query = await self._embedder.embed_query(question)
        dense = await self._find_near(query, library)
        if dense is None:
            # A rebuild may just have put another collection in its place.
            again = await self._database.read(lambda c: library_rows.find_library(c, self._library))
            if again is not None and again.collection != library.collection:
                dense = await self._find_near(query, replace(again, edition=library.edition))
        if dense is None:
            raise VectorStoreError("The vector index is being made anew.")
        return query, dense

    async def _find_near(
        self, query: NDArray[np.float32], library: LibraryRow
    ) -> list[tuple[str, float]] | None:
        """The nearest chunks of the edition, best first; None where the collection is empty."""
        assert library.collection is not None  # noqa: S101 - set when the library was made
        # Versions of other editions stay in the collection until it is rebuilt, so ask
        # for more until enough of this edition came back, or there is no more.
        want = self._fusion.depth
        ask = want * 2
        while True:
            hits = await self._vectors.query(library.collection, query, ask)
            if not hits:
                return None
            live = await self._database.read(
                lambda c, ids=[id_ for id_, _ in hits]: chunk_rows.live_chunk_ids(  # type: ignore[misc]
                    c, library.pk, library.edition, ids
                )
            )
            kept = [(id_, score) for id_, score in hits if id_ in live]
            if len(kept) >= want or len(hits) < ask:
                return kept[:want]
            ask *= 4

    async def _load(
        self, library: LibraryRow, scores: dict[int, float], chunk_ids: Sequence[str]
    ) -> list[ChunkRow]:
        chunks = await self._database.read(
            lambda c: chunk_rows.load_chunks(
                c, library.pk, library.edition, rows=list(scores), chunk_ids=chunk_ids
            )
        )
        return list({chunk.row: chunk for chunk in chunks}.values())

    def _fuse(
        self,
        chunks: Sequence[ChunkRow],
        scores: dict[int, float],
        query: NDArray[np.float32] | None,
        reachable: float,
        limit: int,
    ) -> list[Passage]:
        if not chunks:
            return []
        bm25 = np.array([scores.get(c.row, 0.0) for c in chunks], dtype=np.float32)
        cosine = (
            np.stack([c.vector for c in chunks]) @ query
            if query is not None
            else np.zeros(len(chunks), dtype=np.float32)
        )
        share = self._fusion.dense_share if query is not None else 0.0
        if not scores:
            share = 1.0
        covered = np.clip(bm25 / max(reachable, 1e-6), 0.0, 1.0) ** self._fusion.sharpness
        fused = share * np.clip(cosine, 0.0, 1.0) + (1 - share) * covered
        order = sorted(range(len(chunks)), key=lambda i: (-float(fused[i]), chunks[i].chunk_id))
        passages: list[Passage] = []
        seen: set[str] = set()
        for i in order:
            same = " ".join(chunks[i].text.split()).casefold()
            if same in seen:
                continue
            seen.add(same)
            passages.append(
                _passage(
                    chunks[i],
                    score=float(fused[i]),
                    cosine=float(cosine[i]) if query is not None else None,
                    bm25=scores.get(chunks[i].row),
                )
            )
            if len(passages) == limit:
                break
        return passages


def _passage(chunk: ChunkRow, *, score: float, cosine: float | None, bm25: float | None) -> Passage:
    return Passage(
        chunk_id=chunk.chunk_id,
        article_id=chunk.article_id,
        version_id=chunk.version_id,
        title=chunk.title,
        url=chunk.url,
        published_at=chunk.published_at,
        authors=chunk.authors,
        publisher=chunk.publisher,
        heading=chunk.heading,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        sentences=sentence_spans(chunk.text, chunk.start, chunk.headings),
        score=score,
        cosine=cosine,
        bm25=bm25,
        superseded_by=chunk.superseded_by,
    )


class _Clock:
    """Milliseconds of each step, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now
