"""Asks every question of a set and reports how it went, in all and by group."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.answering.models import Answer, Question, Refusal, Reply
from bot.evaluation.cases import Case
from bot.evaluation.metrics import (
    DEEP,
    Answering,
    Outcome,
    Retrieval,
    find_rank,
    has_all_facts,
    judge_reply,
    measure_answering,
    measure_retrieval,
)
from index.models import OnProgress, Progress, SearchResult, no_progress

Ask = Callable[[Question], Awaitable[Reply]]
Search = Callable[[Question, int], Awaitable[SearchResult]]
TextOf = Callable[[str], Awaitable[str]]

SERVED = "fused"


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some of the questions; ``retrieval`` by way of searching."""

    name: str
    retrieval: dict[str, Retrieval]
    answering: Answering


@dataclass(frozen=True, slots=True)
class Report:
    """All figures; the first group holds every question."""

    groups: tuple[Group, ...]
    outcomes: tuple[Outcome, ...]

    def to_json(self) -> dict[str, Any]:
        """The figures by group, and one row a question."""
        return {
            "groups": [asdict(group) for group in self.groups],
            "questions": [_row_of(outcome) for outcome in self.outcomes],
        }


async def run(
    cases: Sequence[Case],
    *,
    ask: Ask,
    text_of: TextOf,
    search: Mapping[str, Search],
    on_progress: OnProgress = no_progress,
) -> Report:
    """Ask every question, one after another, and measure.

    Args:
        cases: at least one question.
        ask: the bot's own way to answer.
        text_of: an article version's text, to check the quotes against.
        search: ways of searching by name; ``"fused"`` is the one that is served.
        on_progress: told after each question.
    """
    outcomes = []
    for done, case in enumerate(cases, start=1):
        outcomes.append(await _try(case, ask, text_of, search))
        on_progress(Progress("asking", done, len(cases)))
    return Report(_group(outcomes, list(search)), tuple(outcomes))


async def _try(case: Case, ask: Ask, text_of: TextOf, search: Mapping[str, Search]) -> Outcome:
    question = Question(text=case.question, id=case.id)
    found = {}
    for way, find in search.items():
        passages = (await find(question, DEEP)).passages[:DEEP]
        found[way] = [passage.text for passage in passages]
    started = time.perf_counter()
    reply = await ask(question)
    milliseconds = (time.perf_counter() - started) * 1000
    answer = reply if isinstance(reply, Answer) else None
    return Outcome(
        case=case,
        ranks={way: find_rank(case, passages) for way, passages in found.items()},
        full={way: has_all_facts(case, passages) for way, passages in found.items()},
        refused=answer is None,
        reason=reply.reason.value if isinstance(reply, Refusal) else None,
        judgement=judge_reply(case, reply),
        sentences=len(answer.sentences) if answer else 0,
        quotes=len(answer.citations) if answer else 0,
        exact_quotes=await _count_exact(answer, text_of) if answer else 0,
        milliseconds=milliseconds,
        answer=answer.text if answer else "",
    )


async def _count_exact(answer: Answer, text_of: TextOf) -> int:
    """Quotes that stand in their article's text, letter for letter."""
    exact = 0
    for quote in (c.quote for c in answer.citations):
        text = await text_of(quote.version_id)
        exact += bool(quote.text) and text[quote.start : quote.end] == quote.text
    return exact


def _group(outcomes: Sequence[Outcome], ways: Sequence[str]) -> tuple[Group, ...]:
    groups = {"all": list(outcomes)}
    for outcome in outcomes:
        for name in filter(None, (outcome.case.style, outcome.case.type)):
            groups.setdefault(name, []).append(outcome)
    return tuple(
        Group(
            name,
            {way: r for way in ways if (r := measure_retrieval(members, way))},
            measure_answering(members),
        )
        for name, members in groups.items()
    )


def _row_of(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "id": case.id,
        "question": case.question,
        "answerable": case.answerable,
        "right": outcome.is_right,
        "ranks": outcome.ranks,
        "refused": outcome.refused,
        "reason": outcome.reason,
        **asdict(outcome.judgement),
        "quotes": outcome.quotes,
        "exact_quotes": outcome.exact_quotes,
        "milliseconds": round(outcome.milliseconds, 1),
        "answer": outcome.answer,
    }
