"""Asks every question of a set and reports how it went, in all and by group."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from bot.answering.models import Answer, Question, Refusal, Reply
from bot.evaluation.cases import Case
from bot.evaluation.figures import Report, Row
from bot.evaluation.measures import make_groups
from bot.evaluation.metrics import (
    DEEP,
    Found,
    Outcome,
    can_be_found,
    find_rank,
    has_all_facts,
    judge_reply,
)
from bot.evaluation.question_measures import SERVED, SEVERAL, list_measures
from index.models import OnProgress, Progress, SearchResult, no_progress

Ask = Callable[[Question], Awaitable[Reply]]
Search = Callable[[Question, int], Awaitable[SearchResult]]
TextOf = Callable[[str], Awaitable[str]]
Embed = Callable[[str], Awaitable[object]]

KIND = "questions"

# Several chunks of ours may belong to one passage of a set.
_DEEPER = 3 * DEEP

C = TypeVar("C")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Bot:
    """What is measured, as functions.

    Attributes:
        ask: The bot's own way to answer.
        text_of: An article version's text, to check the quotes against.
        search: Ways of searching by name; ``"fused"`` is the one that is served.
        embed: Embeds a text; None: times are not compared with it.
    """

    ask: Ask
    text_of: TextOf
    search: Mapping[str, Search]
    embed: Embed | None = None


async def run(
    cases: Sequence[Case],
    bot: Bot,
    *,
    name: str = "",
    about: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Ask every question, one after another, and measure.

    Cancelling it ends the asking: what was measured so far is the report.

    Args:
        cases: At least one question.
        bot: What is asked.
        name: Names the set.
        about: What else to say of the run, a sentence each.
        on_progress: Told after each question.
    """
    await _warm_up(cases[0], bot)
    outcomes, stopped = await ask_each(cases, lambda case: _try(case, bot), on_progress)
    groups = make_groups(outcomes, _groups_of, list_measures(list(bot.search)))
    rows = tuple(_row_of(outcome) for outcome in outcomes)
    return Report(name, KIND, (*about, _describe_writers(outcomes)), groups, rows, stopped)


async def ask_each(
    cases: Sequence[C], ask: Callable[[C], Awaitable[R]], on_progress: OnProgress
) -> tuple[list[R], bool]:
    """What became of each case; and True where it was cancelled after at least one."""
    outcomes: list[R] = []
    for done, case in enumerate(cases, start=1):
        try:
            outcomes.append(await ask(case))
        except asyncio.CancelledError:
            # Somebody pressed Ctrl-C after an hour: what was measured is worth reading.
            task = asyncio.current_task()
            if not outcomes or task is None:
                raise
            task.uncancel()
            return outcomes, True
        on_progress(Progress("asking", done, len(cases)))
    return outcomes, False


async def _warm_up(case: Case, bot: Bot) -> None:
    """Load what the first question loads, so that its time is not measured."""
    await bot.ask(Question(text=case.question, id="warm-up"))
    if bot.embed is not None:
        await bot.embed(case.question)


async def _try(case: Case, bot: Bot) -> Outcome:
    question = Question(text=case.question, id=case.id)
    embedding_ms = await _time_embedding(case.question, bot.embed)
    started = time.perf_counter()
    reply = await bot.ask(question)
    milliseconds = (time.perf_counter() - started) * 1000
    answer = reply if isinstance(reply, Answer) else None
    # Searched after asking, so that the answer finds nothing warm that a member's would not.
    found = {way: await _find(case, question, search) for way, search in bot.search.items()}
    return Outcome(
        case=case,
        found=found,
        refused=answer is None,
        reason=reply.reason.value if isinstance(reply, Refusal) else None,
        judgement=judge_reply(case, reply),
        sentences=len(answer.sentences) if answer else 0,
        quotes=len(answer.citations) if answer else 0,
        exact_quotes=await count_exact(answer, bot.text_of) if answer else 0,
        milliseconds=milliseconds,
        answer=answer.text if answer else "",
        embedding_ms=embedding_ms,
        differences=len(answer.differences) if answer else 0,
        composer=reply.model,
        timings_ms=reply.timings_ms,
    )


async def _time_embedding(question: str, embed: Embed | None) -> float | None:
    if embed is None:
        return None
    # The words the other way round are as much work, and no cache knows them.
    text = " ".join(reversed(question.split()))
    started = time.perf_counter()
    await embed(text)
    return (time.perf_counter() - started) * 1000


async def _find(case: Case, question: Question, search: Search) -> Found:
    if not can_be_found(case):
        return Found(None, full=False)
    depth = DEEP if case.gold is None else _DEEPER
    passages = (await search(question, depth)).passages
    first = passages[:DEEP]
    rank = case.gold.rank(passages) if case.gold is not None else None
    return Found(
        rank=find_rank(case, first),
        full=has_all_facts(case, first),
        passage_rank=rank if rank is not None and rank <= DEEP else None,
    )


async def count_exact(answer: Answer, text_of: TextOf) -> int:
    """Quotes that stand in their article's text, letter for letter."""
    exact = 0
    for quote in (c.quote for c in answer.citations):
        text = await text_of(quote.version_id)
        exact += bool(quote.text) and text[quote.start : quote.end] == quote.text
    return exact


def _describe_writers(outcomes: Sequence[Outcome]) -> str:
    """Which composers wrote the replies: a model that was down is a run of another kind."""
    counts = Counter(outcome.composer for outcome in outcomes)
    return "Replies by " + ", ".join(f"{who} ({n:,})" for who, n in counts.most_common()) + "."


def _groups_of(outcome: Outcome) -> tuple[str, ...]:
    case = outcome.case
    return (case.style, case.type, SEVERAL if case.needs_all else "")


def _row_of(outcome: Outcome) -> Row:
    case = outcome.case
    served = outcome.found.get(SERVED)
    marks: dict[str, bool | None] = {"refused": outcome.refused}
    if served is not None and can_be_found(case):
        marks["found in ten"] = served.rank is not None
    return Row(
        id=case.id,
        question=case.question,
        right=outcome.is_right,
        shown=outcome.answer or f"(refused: {outcome.reason})",
        marks=marks,
        details={
            "answerable": case.answerable,
            "groups": [name for name in _groups_of(outcome) if name],
            "found": {way: asdict(found) for way, found in outcome.found.items()},
            "reason": outcome.reason,
            **asdict(outcome.judgement),
            "sentences": outcome.sentences,
            "quotes": outcome.quotes,
            "exact_quotes": outcome.exact_quotes,
            "differences": outcome.differences,
            "milliseconds": round(outcome.milliseconds, 1),
            "embedding_ms": _rounded(outcome.embedding_ms),
            "composer": outcome.composer,
        },
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
