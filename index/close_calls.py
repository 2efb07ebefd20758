"""The third stage: where the first passages are nearly even, a trained reader has its say."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from index.arranging import Ranked, fold_text, order_by_score
from index.chunk_rows import ChunkRow
from index.chunking import sentence_spans
from index.matching import Matcher


class SentenceScorer(Protocol):
    """Reads a question and texts together."""

    async def score(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        """How likely each text answers, in log-odds; None where that cannot be told now."""
        ...


@dataclass(frozen=True, slots=True)
class CloseCalls:
    """When the reader is asked, and what its word counts.

    Chosen on one half of the questions about articles that the reader was not trained with,
    seen to hold on the other half, and to cost nothing on news questions. One question in
    three is so close; asking the reader at every question gained no more.

    Attributes:
        depth: How many passages are read, each in two pieces; 0: none.
        margin: They are read where the first is not further than this above the second.
        weight: What the reader's word adds to a score at the most.
        middle: Log-odds at which it adds half of that.
        slope: Log-odds from there to where it adds three quarters.
    """

    depth: int = 4
    margin: float = 0.05
    weight: float = 0.12
    middle: float = 2.0
    slope: float = 2.2

    def lift(self, odds: float) -> float:
        """What log-odds add to a score, from 0 to ``weight``."""
        steep = math.log(3) / self.slope
        return self.weight / 2 * (1 + math.tanh(steep * (odds - self.middle) / 2))


async def settle_close_calls(
    question: str,
    ranked: Sequence[Ranked],
    matcher: Matcher,
    scorer: SentenceScorer,
    calls: CloseCalls,
) -> list[Ranked]:
    """The same candidates; the first few may have changed places.

    Scores belong to the places: the best passage has what the first one had before, so that
    a score means the same with the reader and without. When the reader fails, nothing changes.

    Args:
        question: As it was asked.
        ranked: All candidates, in any order.
        matcher: Finds the sentence of a passage that meets the question best.
        scorer: The trained reader.
        calls: When it is asked, and what its word counts.
    """
    first = order_by_score(ranked)[: calls.depth]
    if not _is_close(first, calls.margin):
        return list(ranked)
    pieces = await asyncio.to_thread(lambda: [_pieces(r.chunk, matcher) for r in first])
    odds = await _ask(question, pieces, scorer)
    if odds is None:
        return list(ranked)
    lifted = [r.score + calls.lift(o) for r, o in zip(first, odds, strict=True)]
    order = sorted(range(len(first)), key=lambda at: -lifted[at])
    # What another article repeats word for word moves with it.
    moves = {
        fold_text(first[at].chunk): place.score - first[at].score
        for place, at in zip(first, order, strict=True)
    }
    return [_move(r, moves.get(fold_text(r.chunk), 0.0)) for r in ranked]


def _is_close(first: Sequence[Ranked], margin: float) -> bool:
    return len(first) > 1 and first[0].score - first[1].score < margin


def _move(ranked: Ranked, by: float) -> Ranked:
    return replace(ranked, score=min(1.0, max(0.0, ranked.score + by))) if by else ranked


def _pieces(chunk: ChunkRow, matcher: Matcher) -> tuple[str, ...]:
    """The sentence with the most of the question's words, and the passage, whose start is read."""
    spans = sentence_spans(chunk.text, chunk.start, chunk.headings)
    sentences = [chunk.text[s.start - chunk.start : s.end - chunk.start] for s in spans]
    best = max(sentences, key=matcher.cover, default="")
    pieces = dict.fromkeys(" ".join(text.split()) for text in (best, chunk.text))
    return tuple(f"{chunk.title}: {piece}" for piece in pieces if piece)


async def _ask(
    question: str, passages: Sequence[Sequence[str]], scorer: SentenceScorer
) -> list[float] | None:
    """The best log-odds of each passage's pieces."""
    try:
        scores = await scorer.score(question, [piece for pieces in passages for piece in pieces])
    except Exception:  # noqa: BLE001 - a search does not fail for a second opinion
        return None
    if scores is None or len(scores) != sum(map(len, passages)):
        return None
    if not all(map(math.isfinite, scores)):
        return None
    left = iter(scores)
    return [max((next(left) for _ in pieces), default=-math.inf) for pieces in passages]
