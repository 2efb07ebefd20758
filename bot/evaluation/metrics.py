"""What is measured of answers and passages, as pure functions over one question or many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bot.answering.models import Answer, Reply
from bot.evaluation.cases import Case, Fact

NEAR, DEEP = 4, 10

# Answers that no sentence needs to hold to be right.
_VERDICTS = frozenset({"yes", "no", "before", "after"})


def squash(text: str) -> str:
    """A text without any white space: layout differs between a fact and its chunk."""
    return "".join(text.split())


def find_rank(case: Case, passages: Sequence[str]) -> int | None:
    """The place, from 1, of the first passage with a whole fact in it; None without one."""
    return min(_ranks_by_fact(case, passages).values(), default=None)


def has_all_facts(case: Case, passages: Sequence[str]) -> bool:
    """Whether every fact lies in some passage."""
    return len(_ranks_by_fact(case, passages)) == len(set(case.facts))


def _ranks_by_fact(case: Case, passages: Sequence[str]) -> dict[Fact, int]:
    ranks: dict[Fact, int] = {}
    for rank, text in enumerate(map(squash, passages), start=1):
        for fact in case.facts:
            if squash(fact.text) in text:
                ranks.setdefault(fact, rank)
    return ranks


def proves(article_id: str, quote: str, fact: Fact) -> bool:
    """Whether a quote is the fact, holds it, or is a sentence of it."""
    shown, known = squash(quote), squash(fact.text)
    return article_id == fact.article_id and (known in shown or shown in known)


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether an expected answer stands in a text, by words; never "yes" or "no"."""
    words = f" {_plain(text)} "
    return any(f" {_plain(a)} " in words for a in answers if _plain(a) not in _VERDICTS and a)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the quotes of a reply are worth.

    The first citation ``first_proves`` when it is a known fact, and ``first_is_right``
    when it is one or holds an expected answer from elsewhere. ``any_is_right`` is the
    same of all citations.
    """

    first_proves: bool = False
    first_is_right: bool = False
    any_is_right: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    ``ranks`` gives the first passage with a fact by way of searching, None where
    none of ten has one. ``judgement`` is of the quotes; ``exact_quotes`` of
    ``quotes`` stand in their article letter for letter.
    """

    case: Case
    ranks: dict[str, int | None]
    full: dict[str, bool]
    refused: bool
    reason: str | None
    judgement: Judgement
    sentences: int
    quotes: int
    exact_quotes: int
    milliseconds: float
    answer: str

    @property
    def is_right(self) -> bool:
        """Refused what cannot be answered, or cited first what proves the answer."""
        return self.judgement.first_is_right if self.case.answerable else self.refused


def judge_reply(case: Case, reply: Reply) -> Judgement:
    """Holds the quotes of a reply against what is known of the answer."""
    if not isinstance(reply, Answer) or not case.answerable:
        return Judgement()
    quotes = [citation.quote for citation in reply.citations]
    proven = [any(proves(q.article_id, q.text, fact) for fact in case.facts) for q in quotes]
    right = [
        proof or holds_answer(q.text, case.answers) for proof, q in zip(proven, quotes, strict=True)
    ]
    return Judgement(proven[0], right[0], any(right))


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Hits@4, Hits@10, MRR@10 and the share with all facts in ten, over answerable questions."""

    questions: int
    hits_at_4: float
    hits_at_10: float
    mrr_at_10: float
    full_at_10: float


@dataclass(frozen=True, slots=True)
class Answering:
    """Shares of the answerable questions, the refusals as a detector, and what was quoted.

    ``refusal_precision`` is the share of refusals that were due, ``refusal_recall``
    the share of unanswerable questions that were refused. Figures without a
    denominator are None.
    """

    questions: int
    answerable: int
    first_citation_right: float | None
    first_citation_proves: float | None
    quotes_hold_answer: float | None
    wrongly_refused: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    refusal_f1: float | None
    sentences_per_answer: float | None
    exact_quotes: float | None
    median_ms: float
    p95_ms: float


def measure_retrieval(outcomes: Sequence[Outcome], way: str) -> Retrieval | None:
    """The figures of one way of searching; None when no question has a fact to find."""
    asked = [o for o in outcomes if o.case.facts]
    if not asked:
        return None
    ranks = [o.ranks[way] for o in asked]
    return Retrieval(
        questions=len(asked),
        hits_at_4=_mean(r is not None and r <= NEAR for r in ranks),
        hits_at_10=_mean(r is not None and r <= DEEP for r in ranks),
        mrr_at_10=_mean(1 / r if r is not None and r <= DEEP else 0.0 for r in ranks),
        full_at_10=_mean(o.full[way] for o in asked),
    )


def measure_answering(outcomes: Sequence[Outcome]) -> Answering:
    """The figures of the answers to at least one question."""
    good = [o for o in outcomes if o.case.answerable]
    bad = [o for o in outcomes if not o.case.answerable]
    refused = [o for o in outcomes if o.refused]
    answered = [o for o in outcomes if not o.refused]
    precision = _share((not o.case.answerable for o in refused), len(refused))
    recall = _share((o.refused for o in bad), len(bad))
    times = [o.milliseconds for o in outcomes]
    return Answering(
        questions=len(outcomes),
        answerable=len(good),
        first_citation_right=_share((o.judgement.first_is_right for o in good), len(good)),
        first_citation_proves=_share((o.judgement.first_proves for o in good), len(good)),
        quotes_hold_answer=_share((o.judgement.any_is_right for o in good), len(good)),
        wrongly_refused=_share((o.refused for o in good), len(good)),
        refusal_precision=precision,
        refusal_recall=recall,
        refusal_f1=_f1(precision, recall),
        sentences_per_answer=_share((o.sentences for o in answered), len(answered)),
        exact_quotes=_share((o.exact_quotes for o in outcomes), sum(o.quotes for o in outcomes)),
        median_ms=median(times),
        p95_ms=quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
    )


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return sum(kept) / len(kept)


def _share(values: Iterable[float], total: int) -> float | None:
    return sum(values) / total if total else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    if not precision or not recall:
        return None if recall is None else 0.0
    return 2 * precision * recall / (precision + recall)
