"""A search that knows of time: what is looked for besides, and which candidates stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from index import lexical
from index.arranging import Ranked
from index.chunk_rows import ChunkRow
from index.connections import Connection
from index.lexical_search import WordHits
from index.scope import WHOLE, Scope
from index.timing import Fitted, Timing, fit_time, read_timing

# A narrow time may be far down the list of what the words find.
_LOOKED_THROUGH = 5_000


def look_within(
    connection: Connection,
    question: str,
    found: WordHits,
    today: date,
    depth: int,
    columns: lexical.ColumnWeights,
    scope: Scope = WHOLE,
) -> tuple[Timing, WordHits]:
    """The time of a search, and what the words found with ``depth`` more of a strict time."""
    library = found.library
    if library is None:
        return Timing(today), found
    timing = read_timing(connection, library, question, today, scope)
    if timing.within is None:
        return timing, found
    words = [*found.term_weights, *found.spelled.values()]
    hits = lexical.search_rows(
        connection, library.pk, words, library.edition, _LOOKED_THROUGH, columns, scope
    )
    best = timing.within.best(hits, depth)
    if timing.wanted is not None and timing.wanted.alone:
        # No word of the question need be in what was published then.
        best = dict.fromkeys(timing.within.rows[:depth], 0.0) | best
    return timing, replace(found, scores=best | found.scores)


def split_by_time(chunks: Sequence[ChunkRow], timing: Timing) -> tuple[list[ChunkRow], ...]:
    """What a strict time leaves in, and the rest: each has its own best."""
    if timing.wanted is None:
        return list(chunks), []
    may = [timing.may_answer(chunk.published_at) for chunk in chunks]
    return (
        [chunk for chunk, stays in zip(chunks, may, strict=True) if stays],
        [chunk for chunk, stays in zip(chunks, may, strict=True) if not stays],
    )


def keep_fitting(ranked: Sequence[Ranked], timing: Timing) -> tuple[list[Ranked], Fitted]:
    """The candidates that time leaves, with their scores as it has them."""
    scores = np.array([r.score for r in ranked], np.float32)
    fitted = fit_time(scores, [r.chunk.published_at for r in ranked], timing)
    notice = " ".join(filter(None, (timing.notice, fitted.notice))) or None
    fitted = replace(fitted, notice=notice)
    anew = fitted.scores.tolist()
    return [_with_score(ranked[at], anew[at]) for at in fitted.kept], fitted


def _with_score(ranked: Ranked, score: float) -> Ranked:
    return ranked if ranked.score == score else replace(ranked, score=score)
