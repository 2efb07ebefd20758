"""Search over one edition: dense and lexical halves, fused, looked at again, arranged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, lexical, library_rows
from index.arranging import Ranked, arrange, order_by_score, to_passage
from index.chunk_rows import ChunkRow
from index.close_calls import CloseCalls, SentenceScorer, settle_close_calls
from index.connections import Connection
from index.database import Database
from index.dense_search import DenseSearch
from index.embedding import Embedder
from index.errors import EmbeddingError, VectorStoreError, say_words_only
from index.fusing import Halves, fuse, share_of_reachable
from index.language_gap import LanguageGap
from index.lexical_search import WordHits, search_plainly, search_words
from index.library_rows import LibraryRow
from index.matching import Matcher, read_words
from index.models import Passage, SearchResult
from index.note_rows import bring_notes
from index.reranking import Reranking, rerank
from index.scope import WHOLE, Scope
from index.scope_search import Reach, find_reach
from index.time_search import keep_fitting, look_within, split_by_time
from index.timing import Timing
from index.vector_store import VectorStore

_LOG = logging.getLogger(__name__)


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
    part of the fused score. ``depth`` is how many candidates each half gives, ``reranking``
    how the first of them are looked at again, ``close_calls`` when a trained reader has its say.
    """

    dense_share: float = 0.5
    sharpness: float = 1.5
    depth: int = 60
    columns: lexical.ColumnWeights = field(default_factory=lexical.ColumnWeights)
    reranking: Reranking = field(default_factory=Reranking)
    close_calls: CloseCalls = field(default_factory=CloseCalls)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: its vector where there is one, and how it is searched."""

    text: str
    mode: Mode
    query: NDArray[np.float32] | None


class Retriever:
    """Finds passages in one library's current edition.

    Args:
        library: The library's name.
        database: Its articles, and the words in them.
        vectors: The vector index.
        embedder: Turns questions into vectors.
        fusion: How the stages weigh.
        zone: The time zone that "last week" is counted in.
        scorer: Decides between passages that are nearly even; None: nobody does.
        chunks: Those that were read last, of all libraries of the database; None: not kept.
    """

    def __init__(
        self,
        *,
        library: str,
        database: Database,
        vectors: VectorStore,
        embedder: Embedder,
        fusion: Fusion,
        zone: tzinfo = UTC,
        scorer: SentenceScorer | None = None,
        chunks: chunk_rows.ChunkCache | None = None,
    ) -> None:
        self._library = library
        self._zone = zone
        self._language_gap = LanguageGap(database, embedder.languages)
        self._database = database
        self._dense = DenseSearch(
            library=library, database=database, vectors=vectors, embedder=embedder
        )
        self._fusion = fusion
        self._chunks = chunks or chunk_rows.ChunkCache(0)
        self._scorer = scorer

    async def search(
        self,
        question: str,
        *,
        limit: int,
        mode: Mode = Mode.FUSED,
        edition: int | None = None,
        today: date | None = None,
        scope: Scope = WHOLE,
    ) -> SearchResult:
        """Passages for a question, best first, without duplicates.

        They are those of the current edition, or of ``edition``: an earlier one, or the
        next one where it is laid out. Only those within ``scope``; every chunk of it is
        looked at, however far down the list of a search of everything it would be.

        When the dense half fails the lexical one answers alone, and the result says so.
        ``today`` is what "last week" is counted from; None: the day it is.
        """
        clock = _Clock()
        words = tuple(lexical.content_words(question))
        found, reach = await self._database.read(
            lambda c: self._find_lexically(c, words, mode, edition, scope)
        )
        clock.lap("lexical")
        library = found.library
        if library is None or not library.edition:
            return SearchResult(0, (), clock.laps, {})
        if reach is not None and reach.is_empty:
            return _find_nothing(library, clock.laps, found, reach)
        timing = Timing(today or datetime.now(self._zone).date())
        if mode is Mode.FUSED:
            timing, found = await self._look_within(question, found, timing.today, scope)
            clock.lap("time")
        dense: list[tuple[str, float]] = []
        query: NDArray[np.float32] | None = None
        degraded = None
        # Without a chunk there is no vector, and nothing is missing.
        if mode is not Mode.LEXICAL and found.chunks:
            try:
                query, dense = await self._dense.find(question, library, self._fusion.depth, reach)
                if timing.within is not None:
                    dense += timing.within.nearest(query, self._fusion.depth)
            except (EmbeddingError, VectorStoreError) as error:
                degraded = say_words_only(error)
                _LOG.warning("dense search failed: %s", error)
        clock.lap("dense")
        rows = found.rows if mode is not Mode.DENSE else []
        chunks = await self._load(library, rows, [id_ for id_, _ in dense])
        clock.lap("load")
        asked = _Asked(question, mode, query)
        parts = [
            await asyncio.to_thread(self._rank, part, found, asked)
            for part in split_by_time(chunks, timing)
            if part
        ]
        clock.lap("rank")
        if parts:
            parts[0] = await self._settle(parts[0], found, asked)
        clock.lap("settle")
        ranked = [candidate for part in parts for candidate in part]
        kept, fitted = keep_fitting(ranked, timing)
        passages = self._arrange(kept, found, mode, limit)
        if mode is Mode.FUSED:
            arranged = passages
            passages = await self._database.read(lambda c: bring_notes(c, library, arranged, limit))
        clock.lap("arrange")
        gap = await self._language_gap.tell(question, library)
        return SearchResult(
            library.edition,
            tuple(passages),
            clock.laps,
            found.term_weights,
            degraded,
            found.chunks if reach is None else reach.told.chunks,
            " ".join(filter(None, (fitted.notice, gap))) or None,
            fitted.outside,
            None if reach is None else reach.told,
        )

    def _find_lexically(
        self,
        connection: Connection,
        words: Sequence[str],
        mode: Mode,
        edition: int | None,
        scope: Scope,
    ) -> tuple[WordHits, Reach | None]:
        row = library_rows.find_library(connection, self._library)
        if row is not None and edition is not None:
            row = replace(row, edition=edition)
        if row is None or not row.edition:
            return WordHits(row), None
        reach = None if scope.is_whole else find_reach(connection, row, scope)
        depth, columns = self._fusion.depth, self._fusion.columns
        if mode is not Mode.FUSED:
            return search_plainly(connection, row, words, depth, scope), reach
        return search_words(connection, row, words, depth, columns, scope), reach

    async def _look_within(
        self, question: str, found: WordHits, today: date, scope: Scope
    ) -> tuple[Timing, WordHits]:
        return await self._database.read(
            lambda c: look_within(
                c, question, found, today, self._fusion.depth, self._fusion.columns, scope
            )
        )

    async def _load(
        self, library: LibraryRow, rows: Sequence[int], chunk_ids: Sequence[str]
    ) -> list[ChunkRow]:
        chunks = await self._database.read(
            lambda c: chunk_rows.load_chunks(
                c,
                library.pk,
                library.edition,
                rows=rows,
                chunk_ids=chunk_ids,
                cache=self._chunks,
            )
        )
        return list({chunk.row: chunk for chunk in chunks}.values())

    def _rank(self, chunks: Sequence[ChunkRow], found: WordHits, asked: _Asked) -> list[Ranked]:
        """Every candidate, one at least, with its scores, in no order. Off the event loop."""
        cosine = covered = None
        if asked.query is not None:
            cosine = np.stack([c.vector for c in chunks]) @ asked.query
        if asked.mode is not Mode.DENSE:
            bm25 = np.array([found.scores.get(c.row, 0.0) for c in chunks], np.float32)
            covered = share_of_reachable(bm25, found.reachable)
        halves = Halves(cosine, covered)
        scores = fuse(
            halves, dense_share=self._fusion.dense_share, sharpness=self._fusion.sharpness
        )
        if asked.mode is Mode.FUSED:
            words = read_words(asked.text, found.term_weights, found.spelled)
            scores = rerank(scores, halves, chunks, Matcher(words), self._fusion.reranking)
        return [
            Ranked(
                chunk,
                score=float(scores[at]),
                cosine=None if cosine is None else float(cosine[at]),
                bm25=found.scores.get(chunk.row) if asked.mode is not Mode.DENSE else None,
            )
            for at, chunk in enumerate(chunks)
        ]

    async def _settle(self, ranked: list[Ranked], found: WordHits, asked: _Asked) -> list[Ranked]:
        if self._scorer is None or asked.mode is not Mode.FUSED:
            return ranked
        matcher = Matcher(read_words(asked.text, found.term_weights, found.spelled))
        calls = self._fusion.close_calls
        return await settle_close_calls(asked.text, ranked, matcher, self._scorer, calls)

    def _arrange(
        self, ranked: Sequence[Ranked], found: WordHits, mode: Mode, limit: int
    ) -> list[Passage]:
        """The passages that are given back, best first; all candidates are still there."""
        if mode is not Mode.FUSED:
            return [to_passage(r) for r in order_by_score(ranked)[:limit]]
        return [to_passage(r) for r in arrange(ranked, limit, found.holders)]


def _find_nothing(
    library: LibraryRow, laps: dict[str, float], found: WordHits, reach: Reach
) -> SearchResult:
    """What a search gives in a scope that holds no article."""
    return SearchResult(
        library.edition,
        (),
        laps,
        found.term_weights,
        outside_time=reach.told.is_too_old,
        scoped=reach.told,
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
