"""Which of the candidate sentences answers best: each one's features, weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from bot.answering.features import Candidate, Features, measure
from bot.answering.question import Wanted


@dataclass(frozen=True, slots=True)
class ComposerWeights:
    """What each feature of a sentence counts, and when a further sentence is added.

    The weights are those of a conditional logit (which of the candidates answers?)
    with all-MiniLM-L6-v2 (int8), fitted on half of the development questions
    (SQuAD, CLAPnq, TimeQA, news, seeds) and rounded; score differences are log-odds
    between two sentences. ``fragment``, ``asks``, ``supposes`` and ``noise`` are set by hand:
    such sentences are rare there, and a reader minds them more than the data does. So is
    ``superseded``: the newer article comes first where both answer.

    A further sentence is added, up to ``most`` in all, when it is less than ``near`` behind
    the best and covers half as much, or less than ``far`` and covers ``least_gain`` more of
    the question's words. Where several things are asked for, it may be ``farthest`` behind.
    Never when it shares ``same`` of its topic words with one that is there.
    """

    cosine: float = 9.7
    passage_cosine: float = 4.0
    rank: float = 0.85
    coverage: float = 7.4
    context: float = 4.7
    figure: float = 1.55
    counted: float = 0.65
    name: float = 1.25
    reason: float = 0.9
    date: float = 2.2
    fragment: float = -2.0
    asks: float = -2.0
    supposes: float = -2.0
    noise: float = -5.0
    superseded: float = -2.0
    reader: float = 0.0
    near: float = 0.6
    far: float = 2.0
    farthest: float = 5.0
    least_gain: float = 0.15
    same: float = 0.7
    most: int = 3

    def score(self, features: Features) -> float:
        """The score of a sentence, in log-odds against another one."""
        names = (field.name for field in fields(features))
        return float(sum(getattr(self, name) * getattr(features, name) for name in names))


READER_WEIGHTS = ComposerWeights(reader=0.2, near=1.0, far=3.0)
"""The same where a ``SentenceScorer`` has read the sentences.

Only its weight is new. tests/bench/fit_support.py finds 0.3 for it; a little less does as well
and costs no right sentence elsewhere. It spreads the scores, so that a further sentence may be
farther behind.
"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    features: Features
    score: float


def rank_candidates(
    wanted: Wanted,
    candidates: Sequence[Candidate],
    cosines: Sequence[float],
    weights: ComposerWeights,
    readings: Sequence[float] | None = None,
) -> list[Ranked]:
    """The candidates, best first; the order of equals is kept.

    Args:
        wanted: what is asked for.
        candidates: the sentences.
        cosines: the likeness of each to the question.
        weights: what counts how much.
        readings: the score of a ``SentenceScorer`` for each, if there is one.
    """
    ranked = []
    for candidate, cosine, reading in zip(
        candidates, cosines, readings or [0.0] * len(candidates), strict=True
    ):
        features = measure(wanted, candidate, cosine, reading)
        ranked.append(Ranked(candidate, features, weights.score(features)))
    return sorted(ranked, key=lambda r: -r.score)
