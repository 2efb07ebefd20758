"""Whether the best sentence answers at all: when it does not, the bot says so.

Likeness and covered words tell questions that the articles are not about. They
cannot tell a near miss, a question on the right subject whose answer is not
there; for those only the plain signs count: a year, name or figure of the
question that the passage lacks, or no figure where one is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.features import Candidate, Features, covered_share, holds
from bot.answering.question import Wanted


@dataclass(frozen=True, slots=True)
class SupportWeights:
    """A logistic model of "this sentence answers"; it belongs to one embedder.

    Fitted with all-MiniLM-L6-v2 (int8) by weighted logistic regression on half of
    the development questions (SQuAD, CLAPnq and news; near misses and questions
    put to a library on other subjects as the negatives). ``floor`` is where 5 % of
    that half's answerable questions are refused.
    """

    cosine: float = 2.7
    passage_cosine: float = 3.6
    coverage: float = 1.05
    passage_coverage: float = 0.5
    kind: float = 0.3
    date: float = 1.5
    missing_name: float = -0.8
    missing_number: float = -0.9
    bias: float = -4.3
    floor: float = -1.0


def is_supported(
    wanted: Wanted, best: Candidate, features: Features, weights: SupportWeights
) -> bool:
    """Whether the best candidate answers the question well enough to be shown."""
    if wanted.dates.years and features.date <= -1.0:
        return False  # the right subject in another year is another subject
    return support_of(wanted, best, features, weights) >= weights.floor


def support_of(
    wanted: Wanted, best: Candidate, features: Features, weights: SupportWeights
) -> float:
    """How likely the candidate answers, as log-odds."""
    lacks_name = any(not holds(best.passage_stems, stem) for stem in wanted.names)
    lacks_number = any(
        not holds(best.passage_stems, figure) for figure in wanted.numbers if figure[0].isdigit()
    )
    return (
        weights.bias
        + weights.cosine * features.cosine
        + weights.passage_cosine * features.passage_cosine
        + weights.coverage * features.coverage
        + weights.passage_coverage * covered_share(wanted.terms, best.passage_stems)
        + weights.kind * features.kind
        + weights.date * features.date
        + weights.missing_name * lacks_name
        + weights.missing_number * lacks_number
    )
