"""Whether the best sentence answers at all: when it does not, the bot says so.

Likeness and covered words tell questions that the articles are not about. For a near
miss, a question on the right subject whose answer is not there, only plain signs
count: something the question names is missing, no figure stands where one is asked
for, or the sentence denies what is asked, or says the opposite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from bot.answering.contrasts import contrast_of
from bot.answering.facts import dates_in, published_dates
from bot.answering.features import Candidate, Features, covered_share, holds
from bot.answering.models import Reason
from bot.answering.question import Wanted
from bot.answering.words import words_of
from index.models import SearchResult

_USUAL_CHUNKS = 1000
_USUAL_PASSAGES = 8
_FEW_CHUNKS, _MANY_CHUNKS = 6, 30


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for and against the best sentence as an answer.

    ``cosine`` is its likeness, with or without the title in front, whichever is
    more. ``log_chunks`` is the library's size, up to where more makes no difference: of
    many sentences the best looks good by chance. ``no_figure`` is 1 when no figure stands
    where one is asked for, ``no_count`` when what "how many" counts is there without one,
    the ``missing_`` ones when something the question names is not there: a name in the
    sentence and what stands before it, a figure or date in the passage. ``lost_denial``,
    ``other_denial`` and ``turned_round`` are a ``Contrast``. ``reader`` is the score of a
    ``SentenceScorer``, 0 without one.
    """

    cosine: float
    passage_cosine: float
    coverage: float
    passage_coverage: float
    no_figure: float
    no_count: float
    date: float
    missing_name: float
    missing_number: float
    missing_date: float
    log_chunks: float
    lost_denial: float
    other_denial: float
    turned_round: float
    reader: float = 0.0


@dataclass(frozen=True, slots=True)
class SupportWeights:
    """A logistic model of "this sentence answers"; it belongs to one embedder.

    Fitted with all-MiniLM-L6-v2 (int8) by weighted logistic regression on half of
    the development questions (SQuAD, CLAPnq, TimeQA, news, seeds, in libraries of 6 to 8,500
    chunks; near misses and questions put to a library on other subjects as the
    negatives) and rounded. ``log_chunks`` and ``floor`` are set by hand: at ``floor``
    about 7 % of that half's answerable questions are refused. A passage must share
    ``least_passage_coverage`` of the question's topic words; an embedder that compares
    languages wants 0 there.

    ``reader`` weighs nothing: fitted beside the others it got 0.03 to 0.07, refused no more
    near misses, and refused more answerable questions about news, which its training lacked.

    The ``about_`` ones are a second model, of "the articles are about this at all": at less
    than 0 they are not.
    """

    cosine: float = 4.3
    passage_cosine: float = 2.4
    coverage: float = 1.15
    passage_coverage: float = 0.5
    no_figure: float = -1.0
    no_count: float = -3.4
    date: float = 0.85
    missing_name: float = -0.95
    missing_number: float = -1.35
    missing_date: float = -0.95
    log_chunks: float = -0.7
    lost_denial: float = -2.2
    other_denial: float = -1.3
    turned_round: float = -0.8
    reader: float = 0.0
    bias: float = -1.7
    floor: float = -0.6
    least_passage_coverage: float = 0.05
    about_cosine: float = 9.6
    about_passage_cosine: float = 5.0
    about_passage_coverage: float = 3.7
    about_bias: float = -7.4


WORDS_ONLY = SupportWeights(
    cosine=0.0,
    passage_cosine=0.0,
    coverage=1.15,
    passage_coverage=2.35,
    no_figure=-1.0,
    no_count=-3.2,
    date=1.15,
    missing_name=-1.05,
    missing_number=-1.2,
    missing_date=-0.55,
    lost_denial=-1.95,
    other_denial=-1.25,
    turned_round=-0.55,
    bias=0.75,
    floor=-0.2,
    about_cosine=0.0,
    about_passage_cosine=0.0,
    about_passage_coverage=7.0,
    about_bias=-3.7,
)
"""The same, fitted for when no meanings could be compared."""


def why_not(signals: Signals, weights: SupportWeights) -> Reason | None:
    """Why the best sentence must not be shown as an answer; None when it may."""
    if is_supported(signals, weights):
        return None
    return Reason.NOT_SUPPORTED if is_about(signals, weights) else Reason.NOTHING_FOUND


def is_supported(signals: Signals, weights: SupportWeights) -> bool:
    """Whether the best sentence answers the question well enough to be shown."""
    if signals.missing_date and signals.date <= -1:
        return False  # the same thing at another time is another thing
    if signals.passage_coverage < weights.least_passage_coverage:
        return False
    return log_odds(signals, weights) >= weights.floor


def is_about(signals: Signals, weights: SupportWeights) -> bool:
    """Whether the best sentence is at least on the question's subject."""
    odds = (
        weights.about_cosine * signals.cosine
        + weights.about_passage_cosine * signals.passage_cosine
        + weights.about_passage_coverage * signals.passage_coverage
        + weights.about_bias
    )
    return odds >= 0


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
    contrast = contrast_of(wanted.words, best.evidence.text, best.words)
    return Signals(
        cosine=max(features.cosine, alone),
        passage_cosine=features.passage_cosine,
        coverage=features.coverage,
        passage_coverage=covered_share(wanted.terms, best.passage_stems),
        no_figure=features.figure < 0,
        no_count=_lacks_count(wanted, best, features),
        date=features.date,
        missing_name=_lacks_name(wanted, around),
        missing_number=any(not holds(best.passage_stems, figure) for figure in figures),
        missing_date=_lacks_date(wanted, best),
        log_chunks=math.log(min(_MANY_CHUNKS, max(_FEW_CHUNKS, _chunks_of(found)))),
        lost_denial=contrast.lost_denial,
        other_denial=contrast.other_denial,
        turned_round=contrast.turned_round,
        reader=features.reader,
    )


def _lacks_count(wanted: Wanted, best: Candidate, features: Features) -> bool:
    """Whether what is counted stands there uncounted; by another name it may be counted."""
    return features.counted < 0 and any(holds(best.stems, stem) for stem in wanted.counted)


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
