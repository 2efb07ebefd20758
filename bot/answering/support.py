"""Whether the best sentence answers at all: when it does not, the bot says so.

Likeness and covered words tell questions that the articles are not about. They
cannot tell a near miss, a question on the right subject whose answer is not
there; for those only the plain signs count: a date, name or figure of the
question that is missing, or no figure where one is asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from bot.answering.facts import dates_in, published_dates
from bot.answering.features import Candidate, Features, covered_share, holds
from bot.answering.question import Wanted
from bot.answering.words import words_of
from index.models import SearchResult

_USUAL_CHUNKS = 1000
_USUAL_PASSAGES = 8


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for and against the best sentence as an answer.

    ``cosine`` is its likeness, with or without the title in front, whichever is
    more. ``log_chunks`` is the library's size: of many sentences the best looks
    good by chance. The ``no_`` ones are 1 when the kind of thing asked for is not in
    the sentence (a figure; a figure of what "how many" counts; a name), the
    ``missing_`` ones when something the question names is not there: a name in the
    sentence and what stands before it, a figure or date in the passage.
    """

    cosine: float
    passage_cosine: float
    coverage: float
    passage_coverage: float
    no_figure: float
    no_count: float
    no_name: float
    date: float
    missing_name: float
    missing_number: float
    missing_date: float
    log_chunks: float


@dataclass(frozen=True, slots=True)
class SupportWeights:
    """A logistic model of "this sentence answers"; it belongs to one embedder.

    Fitted with all-MiniLM-L6-v2 (int8) by weighted logistic regression on half of
    the development questions (SQuAD, CLAPnq, news, seeds, in libraries of 5 to 7,500
    chunks; near misses and questions put to a library on other subjects as the
    negatives) and rounded. ``floor`` is where about 4 % of that half's answerable
    questions are refused. A passage must share ``least_passage_coverage`` of the
    question's topic words; an embedder that compares languages wants 0 there.
    """

    cosine: float = 4.2
    passage_cosine: float = 4.9
    coverage: float = 1.6
    passage_coverage: float = 1.25
    no_figure: float = -1.15
    no_count: float = -0.4
    no_name: float = -0.25
    date: float = 1.65
    missing_name: float = -1.3
    missing_number: float = -0.65
    missing_date: float = -1.4
    log_chunks: float = -0.2
    bias: float = -4.8
    floor: float = -1.45
    least_passage_coverage: float = 0.05


def is_supported(signals: Signals, weights: SupportWeights) -> bool:
    """Whether the best sentence answers the question well enough to be shown."""
    if signals.missing_date and signals.date <= -1:
        return False  # the same thing at another time is another thing
    if signals.passage_coverage < weights.least_passage_coverage:
        return False
    return log_odds(signals, weights) >= weights.floor


def log_odds(signals: Signals, weights: SupportWeights) -> float:
    """How likely the best sentence answers."""
    names = (field.name for field in fields(signals))
    return weights.bias + float(sum(getattr(weights, n) * getattr(signals, n) for n in names))


def read_signals(
    wanted: Wanted, best: Candidate, features: Features, alone: float, found: SearchResult
) -> Signals:
    """The signals of the best candidate; ``alone`` is its likeness without the title."""
    around = best.stems | best.context_stems
    figures = [figure for figure in wanted.numbers if figure[0].isdigit()]
    return Signals(
        cosine=max(features.cosine, alone),
        passage_cosine=features.passage_cosine,
        coverage=features.coverage,
        passage_coverage=covered_share(wanted.terms, best.passage_stems),
        no_figure=features.figure < 0,
        no_count=features.counted < 0,
        no_name=features.name < 0,
        date=features.date,
        missing_name=_lacks_name(wanted, around),
        missing_number=any(not holds(best.passage_stems, figure) for figure in figures),
        missing_date=_lacks_date(wanted, best),
        log_chunks=math.log(_chunks_of(found)),
    )


def _lacks_name(wanted: Wanted, stems: frozenset[str]) -> bool:
    """Whether a name is missing; of a question about several things one sentence has but some."""
    missing = [not holds(stems, stem) for stem in wanted.names]
    return bool(missing) and (all(missing) if wanted.asks_for_several else any(missing))


def _lacks_date(wanted: Wanted, best: Candidate) -> bool:
    """Whether none of the asked years, or none of the asked days, is in the passage."""
    passage = best.passage
    said = dates_in(words_of(f"{passage.title} . {passage.text}"))
    published = published_dates(passage.published_at)
    asked = wanted.dates
    lacks_year = bool(asked.years) and not asked.years & (said.years | published.years)
    lacks_day = bool(asked.days) and not asked.days & (said.days | published.days)
    return lacks_year or lacks_day


def _chunks_of(found: SearchResult) -> int:
    """The number of chunks searched; where it is not known, few passages are all there are."""
    few = len(found.passages) if len(found.passages) < _USUAL_PASSAGES else _USUAL_CHUNKS
    return max(1, found.chunks or few)
