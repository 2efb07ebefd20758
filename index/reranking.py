"""The second stage: the first candidates, looked at word by word and weighed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.chunk_rows import ChunkRow
from index.fusing import Halves
from index.matching import Matcher, Signs

# Less than this is no score to be measured by.
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class SignWeights:
    """How much each sign counts; the score is their weighted mean, so it stays in [0, 1].

    Fitted as a conditional logit (which of a question's first thirty candidates holds the
    answer) with a light ridge, on one half each of: news questions; encyclopedia questions as
    written, in chat style and with slips; questions of a search engine's users; and the same
    with a third to four fifths of their words unknown, as when they are asked in other words.
    No weight came out below zero. Signs without a gain on the other half were left out.
    """

    cosine: float = 19.0
    bm25: float = 4.3
    coverage: float = 4.1
    sentence: float = 6.6
    pairs: float = 7.2
    figures: float = 4.8
    names: float = 6.1
    title: float = 3.5


@dataclass(frozen=True, slots=True)
class Reranking:
    """The weights, and how many of the fused candidates are looked at; 0: none."""

    depth: int = 30
    weights: SignWeights = field(default_factory=SignWeights)


def rerank(
    scores: NDArray[np.float32],
    halves: Halves,
    chunks: Sequence[ChunkRow],
    matcher: Matcher,
    reranking: Reranking,
) -> NDArray[np.float32]:
    """New scores in [0, 1] for the candidates; those that are not looked at come after.

    Args:
        scores: The fused scores, shape ``(len(chunks),)``.
        halves: What each half said of the same candidates.
        chunks: The candidates.
        matcher: Compares them with the question.
        reranking: How many are looked at, and what counts.
    """
    first = np.argsort(-scores, kind="stable")[: reranking.depth]
    if not first.size or halves.covered is None:
        return scores
    signs = [matcher.measure(c.title, c.heading, c.text) for c in (chunks[at] for at in first)]
    cosine = None if halves.cosine is None else halves.cosine[first]
    weighed = _weigh(sign_table(cosine, halves.covered[first], signs), reranking.weights, cosine)
    lowest_fused, lowest = float(scores[first[-1]]), float(weighed.min())
    anew = scores * np.float32(lowest / lowest_fused if lowest_fused > _TINY else 0.0)
    anew[first] = weighed
    return anew


def sign_table(
    cosine: NDArray[np.float32] | None, covered: NDArray[np.float32], signs: Sequence[Signs]
) -> NDArray[np.float32]:
    """One row a candidate, in the order of ``SignWeights``, each value in [0, 1]."""
    shown = np.array([_values(s) for s in signs], np.float32)
    coverage, sentence, window, pairs, figures, names, title = shown.T
    # Where no passage holds much of the question, it was asked in other words than the
    # articles', and a stray word that does match says little.
    trust = window.max()
    dense = np.zeros_like(covered) if cosine is None else np.clip(cosine, 0.0, 1.0)
    columns = (
        dense,
        covered * trust,
        coverage * trust,
        sentence,
        pairs,
        figures,
        names,
        title,
    )
    return np.stack(columns, axis=1)


def _values(signs: Signs) -> tuple[float, ...]:
    # astuple() copies each value deeply, which takes longer than measuring it did.
    return tuple(getattr(signs, name) for name in Signs.__slots__)


def _weigh(
    table: NDArray[np.float32], weights: SignWeights, cosine: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """The weighted mean of each row; without cosines the other signs share their part."""
    values = np.array(astuple(weights), np.float32)
    if cosine is None:
        values[0] = 0.0
    return np.asarray(np.clip(table @ (values / values.sum()), 0.0, 1.0), np.float32)
