"""The figures of a question set: what searching finds, and what the replies are worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.evaluation.figures import Better, Unit
from bot.evaluation.measures import Measure, Quantile, Ratio, Share, f1, part_of, part_of_all
from bot.evaluation.metrics import DEEP, NEAR, SHORT, Found, Outcome, can_be_found

SERVED = "fused"
SEVERAL = "several facts"
_WAYS = {
    SERVED: "searching",
    "lexical": "searching by words alone (BM25)",
    "dense": "searching by meaning alone (cosine)",
}
_ANSWERS, _REFUSING, _SPEED = "answers", "refusing", "time of a reply"

_Measures = list[Measure[Outcome]]


def list_measures(ways: Sequence[str]) -> Sequence[Measure[Outcome]]:
    """All of them, in the order of the table."""
    searching = [measure for way in ways for measure in _search_measures(way)]
    return [*searching, *_answer_measures(), *_refusal_measures(), *_time_measures()]


def _search_measures(way: str) -> _Measures:
    part, served = _WAYS.get(way, f"searching: {way}"), way == SERVED

    def of(
        key: str, title: str, worth: Callable[[Found], float], *, of_parts: bool = False
    ) -> Share[Outcome]:
        def count(outcome: Outcome) -> Ratio:
            case = outcome.case
            if not can_be_found(case) or (of_parts and not case.needs_all):
                return 0.0, 0.0
            return worth(outcome.found[way]), 1.0

        charted = served and key in ("hits_at_1", "hits_at_10", "mrr_at_10")
        return Share(f"{way}.{key}", title, part, [count], charted=charted)

    def of_passages(key: str, title: str, worth: Callable[[int | None], float]) -> Share[Outcome]:
        def count(outcome: Outcome) -> Ratio:
            known = outcome.case.gold is not None
            return (worth(outcome.found[way].passage_rank), 1.0) if known else (0.0, 0.0)

        return Share(f"{way}.passage_{key}", f"{title}, the set's passages", part, [count])

    measures: _Measures = [
        of("hits_at_1", "Hits@1", lambda f: _within(f.rank, 1)),
        of("hits_at_4", "Hits@4", lambda f: _within(f.rank, NEAR)),
        of("hits_at_10", "Hits@10", lambda f: _within(f.rank, DEEP)),
        of("mrr_at_10", "MRR@10", lambda f: _reciprocal(f.rank)),
    ]
    if served:
        measures += [
            of("full_at_10", "Full@10", lambda f: float(f.full)),
            of("full_at_10_parts", f"Full@10, {SEVERAL}", lambda f: float(f.full), of_parts=True),
        ]
    return [
        *measures,
        of_passages("hits_at_1", "Hits@1", lambda rank: _within(rank, 1)),
        of_passages("hits_at_4", "Hits@4", lambda rank: _within(rank, NEAR)),
        of_passages("hits_at_10", "Hits@10", lambda rank: _within(rank, DEEP)),
        of_passages("mrr_at_10", "MRR@10", _reciprocal),
    ]


def _within(rank: int | None, depth: int) -> float:
    return float(rank is not None and rank <= depth)


def _reciprocal(rank: int | None) -> float:
    return 1 / rank if rank is not None and rank <= DEEP else 0.0


def _answer_measures() -> _Measures:
    def of_answerable(
        key: str, title: str, true: Callable[[Outcome], bool], *, charted: bool = False
    ) -> Share[Outcome]:
        return Share(
            key,
            title,
            _ANSWERS,
            [lambda o: part_of(true(o), o.case.answerable)],
            charted=charted,
        )

    return [
        of_answerable(
            "quotes_hold_answer",
            "quotes hold the answer",
            lambda o: o.judgement.any_is_right,
            charted=True,
        ),
        of_answerable(
            "short_and_right",
            f"... in {SHORT} sentences at most",
            lambda o: o.judgement.any_is_right and o.sentences <= SHORT,
        ),
        of_answerable(
            "first_citation_right", "first citation right", lambda o: o.judgement.first_is_right
        ),
        of_answerable(
            "first_citation_proves",
            "first citation is the known proof",
            lambda o: o.judgement.first_proves,
        ),
        Share(
            "exact_quotes",
            "quotes word for word",
            _ANSWERS,
            [lambda o: (float(o.exact_quotes), float(o.quotes))],
        ),
        Share(
            "sentences_per_answer",
            "sentences in an answer",
            _ANSWERS,
            [lambda o: (float(o.sentences), float(not o.refused))],
            unit=Unit.COUNT,
            better=Better.LESS,
        ),
        Share(
            "differences_noticed",
            "articles differ: noticed",
            _ANSWERS,
            [lambda o: part_of(o.differences > 0, o.case.differs)],
        ),
        Share(
            "differences_false",
            "articles agree: said to differ",
            _ANSWERS,
            [lambda o: part_of(o.differences > 0, not o.refused and not o.case.differs)],
            better=Better.LESS,
        ),
    ]


def _refusal_measures() -> _Measures:
    return [
        Share(
            "wrongly_refused",
            "wrongly refused",
            _REFUSING,
            [lambda o: part_of(o.refused, o.case.answerable)],
            better=Better.LESS,
            charted=True,
        ),
        Share(
            "refusal_precision",
            "refusals: precision",
            _REFUSING,
            [lambda o: part_of(not o.case.answerable, o.refused)],
            applies=_is_unanswerable,
        ),
        Share(
            "refusal_recall",
            "refusals: recall",
            _REFUSING,
            [lambda o: part_of(o.refused, not o.case.answerable)],
            charted=True,
        ),
        Share(
            "refusal_f1",
            "refusals: F1",
            _REFUSING,
            [lambda o: f1(o.refused, not o.case.answerable)],
            applies=_is_unanswerable,
        ),
        Share(
            "refused",
            "refused, of all",
            _REFUSING,
            [lambda o: part_of_all(o.refused)],
            better=Better.NEITHER,
        ),
    ]


def _is_unanswerable(outcome: Outcome) -> bool:
    return not outcome.case.answerable


def _time_measures() -> _Measures:
    return [
        Quantile("median_ms", "median", _SPEED, lambda o: o.milliseconds, 0.5),
        Quantile("p95_ms", "95 of 100 are under", _SPEED, lambda o: o.milliseconds, 0.95),
        Quantile(
            "embedding_ms", "embedding the question, median", _SPEED, lambda o: o.embedding_ms, 0.5
        ),
        Quantile(
            "times_embedding",
            "median, times embedding",
            _SPEED,
            lambda o: o.times_embedding,
            0.5,
            unit=Unit.TIMES,
        ),
    ]
