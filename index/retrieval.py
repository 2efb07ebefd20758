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
from index.dense_search import DenseAhead, DenseSearch
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
    """A question, and how it is searched. ``edition`` is None for the current one."""

    text: str
    mode: Mode
    today: date
    scope: Scope
    edition: int | None


@dataclass(frozen=True, slots=True)
class _Dense:
    """What the dense half gave: the question's vector and chunk ids; or why it gave nothing."""

    query: NDArray[np.float32] | None = None
    ids: Sequence[str] = ()
    degraded: str | None = None


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
        self._last: LibraryRow | None = None

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
        asked = _Asked(question, mode, today or datetime.now(self._zone).date(), scope, edition)
        ahead = self._begin_dense(asked)
        try:
            return await self._search(asked, limit, ahead)
        finally:
            if ahead is not None:
                ahead.leave()

    async def _search(self, asked: _Asked, limit: int, ahead: DenseAhead | None) -> SearchResult:
        clock = _Clock()
        found, reach, timing = await self._database.read(lambda c: self._find_by_words(c, asked))
        clock.lap("lexical")
        library = found.library
        if library is None or not library.edition:
            return SearchResult(0, (), clock.laps, {})
        if reach is not None and reach.is_empty:
            return _find_nothing(library, clock.laps, found, reach)
        dense = await self._find_by_meaning(asked, found, reach, timing, ahead)
        clock.lap("dense")
        rows = found.rows if asked.mode is not Mode.DENSE else []
        chunks, has_notes = await self._load(library, rows, dense.ids)
        clock.lap("load")
        parts = [part for part in split_by_time(chunks, timing) if part]
        ranked = await self._rank_all(parts, found, asked, dense.query)
        clock.lap("rank")
        if ranked:
            ranked[0] = await self._settle(ranked[0], found, asked)
        clock.lap("settle")
        kept, fitted = keep_fitting([r for part in ranked for r in part], timing)
        passages = self._arrange(kept, found, asked.mode, limit)
        if has_notes and asked.mode is Mode.FUSED:
            arranged = passages
            passages = await self._database.read(lambda c: bring_notes(c, library, arranged, limit))
        clock.lap("arrange")
        gap = await self._language_gap.tell(asked.text, library)
        return SearchResult(
            library.edition,
            tuple(passages),
            clock.laps,
            found.term_weights,
            dense.degraded,
            found.chunks if reach is None else reach.told.chunks,
            " ".join(filter(None, (fitted.notice, gap))) or None,
            fitted.outside,
            None if reach is None else reach.told,
        )

    def _begin_dense(self, asked: _Asked) -> DenseAhead | None:
        """The dense half, begun beside the lexical one as if the library were as it was last."""
        is_usual = asked.edition is None and asked.scope.is_whole
        if self._last is None or not is_usual or asked.mode is Mode.LEXICAL:
            return None
        return self._dense.begin(asked.text, self._last, self._fusion.depth)

    def _find_by_words(
        self, connection: Connection, asked: _Asked
    ) -> tuple[WordHits, Reach | None, Timing]:
        row = library_rows.find_library(connection, self._library)
        timing = Timing(asked.today)
        if row is not None and asked.edition is not None:
            row = replace(row, edition=asked.edition)
        if row is None or not row.edition:
            return WordHits(row), None, timing
        scope, depth, columns = asked.scope, self._fusion.depth, self._fusion.columns
        words = lexical.content_words(asked.text)
        reach = None if scope.is_whole else find_reach(connection, row, scope)
        if asked.mode is not Mode.FUSED:
            return search_plainly(connection, row, words, depth, scope), reach, timing
        found = search_words(connection, row, words, depth, columns, scope)
        if reach is None or not reach.is_empty:
            timing, found = look_within(
                connection, asked.text, found, asked.today, depth, columns, scope
            )
        return found, reach, timing

    async def _find_by_meaning(
        self,
        asked: _Asked,
        found: WordHits,
        reach: Reach | None,
        timing: Timing,
        ahead: DenseAhead | None,
    ) -> _Dense:
        library, depth = found.library, self._fusion.depth
        # Without a chunk there is no vector, and nothing is missing.
        has_vectors = library is not None and found.chunks > 0
        if asked.edition is None:
            self._last = library if has_vectors else None
        if library is None or not has_vectors or asked.mode is Mode.LEXICAL:
            return _Dense()
        try:
            query, near = await self._dense.find(asked.text, library, depth, reach, ahead)
        except (EmbeddingError, VectorStoreError) as error:
            _LOG.warning("dense search failed: %s", error)
            return _Dense(degraded=say_words_only(error))
        if timing.within is not None:
            near = near + timing.within.nearest(query, depth)
        return _Dense(query, [id_ for id_, _ in near])

    async def _load(
        self, library: LibraryRow, rows: Sequence[int], chunk_ids: Sequence[str]
    ) -> tuple[list[ChunkRow], bool]:
        """The candidates, each once, and whether the library holds any note."""

        def load(connection: Connection) -> tuple[list[ChunkRow], bool]:
            chunks = chunk_rows.load_chunks(
                connection,
                library.pk,
                library.edition,
                rows=rows,
                chunk_ids=chunk_ids,
                cache=self._chunks,
            )
            return chunks, _has_notes(connection, library.pk)

        return await self._database.read(load)

    async def _rank_all(
        self,
        parts: Sequence[Sequence[ChunkRow]],
        found: WordHits,
        asked: _Asked,
        query: NDArray[np.float32] | None,
    ) -> list[list[Ranked]]:
        if not parts:
            return []
        return await asyncio.to_thread(
            lambda: [self._rank(part, found, asked, query) for part in parts]
        )

    def _rank(
        self,
        chunks: Sequence[ChunkRow],
        found: WordHits,
        asked: _Asked,
        query: NDArray[np.float32] | None,
    ) -> list[Ranked]:
        """Every candidate, one at least, with its scores, in no order. Off the event loop."""
        cosine = covered = None
        if query is not None:
            cosine = np.stack([c.vector for c in chunks]) @ query
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
        near = [None] * len(chunks) if cosine is None else cosine.tolist()
        bm25s = {} if asked.mode is Mode.DENSE else found.scores
        return [
            Ranked(chunk, score, close, bm25s.get(chunk.row))
            for chunk, score, close in zip(chunks, scores.tolist(), near, strict=True)
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


def _has_notes(connection: Connection, library: int) -> bool:
    """Whether anybody ever corrected the library; hardly any library is."""
    row = connection.execute("SELECT 1 FROM note WHERE library = ? LIMIT 1", (library,))
    return row.fetchone() is not None


class _Clock:
    """Milliseconds of each step, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now
