"""Asks the last turn of each conversation: is searching better once it is made to stand alone?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answering.models import Answer, Question, Refusal
from bot.evaluation.conversations import UNDERSPECIFIED, Task
from bot.evaluation.figures import Better, Report, Row, Unit
from bot.evaluation.measures import Measure, Quantile, Ratio, Share, make_groups, part_of
from bot.evaluation.metrics import DEEP
from bot.evaluation.question_measures import SERVED
from bot.evaluation.runner import Bot, ask_each, count_exact
from index.models import OnProgress, no_progress

KIND = "conversations"
_UNANSWERABLE = "unanswerable"
_ASKING_BACK, _ANSWERS, _SPEED = "asking back", "answers", "time of a reply"
# Several chunks of ours may belong to one passage of a conversation.
_DEEPER = 3 * DEEP

Ranks = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How one conversation went.

    ``typed`` and ``alone`` are the places, from 1, of the task's passages among the first ten:
    searched for as it was typed, and as it was made to stand alone. Asking back finds nothing.
    """

    task: Task
    typed: Ranks
    alone: Ranks
    alone_text: str
    asked_back: bool
    refused: bool
    quotes: int
    exact_quotes: int
    milliseconds: float
    shown: str


async def run(
    tasks: Sequence[Task],
    bot: Bot,
    *,
    name: str = "",
    about: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Ask the last turn of every conversation; cancelling it ends the asking.

    Args:
        tasks: At least one. The library must hold their passages, an article each.
        bot: What is asked.
        name: Names the set.
        about: What else to say of the run, a sentence each.
        on_progress: Told after each question.
    """
    outcomes, stopped = await ask_each(tasks, lambda task: _try(task, bot), on_progress)
    groups = make_groups(outcomes, lambda outcome: (outcome.task.kind,), _list_measures())
    return Report(name, KIND, tuple(about), groups, tuple(map(_row_of, outcomes)), stopped)


async def _try(task: Task, bot: Bot) -> FollowUp:
    reply = await bot.ask(Question(task.question, task.id, task.history))
    answer = reply if isinstance(reply, Answer) else None
    asks_back = reply.asks_back if isinstance(reply, Refusal) else None
    alone_text = reply.asked_as or task.question
    typed = await _find(task, task.question, bot)
    alone = typed if alone_text == task.question else await _find(task, alone_text, bot)
    return FollowUp(
        task=task,
        typed=typed,
        alone=() if asks_back is not None else alone,
        alone_text=alone_text,
        asked_back=asks_back is not None,
        refused=answer is None,
        quotes=len(answer.citations) if answer else 0,
        exact_quotes=await count_exact(answer, bot.text_of) if answer else 0,
        milliseconds=reply.timings_ms.get("total", 0.0),
        shown=_show(answer, reply, asks_back),
    )


def _show(answer: Answer | None, reply: Answer | Refusal, asks_back: str | None) -> str:
    if answer is not None:
        return answer.text
    if asks_back is not None:
        return f"(asks back) {asks_back}"
    return f"(refused: {reply.reason.value})" if isinstance(reply, Refusal) else ""


async def _find(task: Task, text: str, bot: Bot) -> Ranks:
    if not task.is_searchable:
        return ()
    found = await bot.search[SERVED](Question(text, task.id), _DEEPER)
    articles = list(dict.fromkeys(passage.article_id for passage in found.passages))[:DEEP]
    known = {context.id for context in task.contexts}
    return tuple(rank for rank, article in enumerate(articles, start=1) if article in known)


def _list_measures() -> Sequence[Measure[FollowUp]]:
    return [
        *_search_measures("typed", "searching, as typed", lambda o: o.typed),
        *_search_measures(
            "alone", "searching, made to stand alone", lambda o: o.alone, charted=True
        ),
        Share(
            "gain",
            "gain in Recall@10",
            "searching, made to stand alone",
            [lambda o: _recall(o, o.alone, less=_recall(o, o.typed)[0])],
            unit=Unit.GAIN,
        ),
        Share(
            "asked_back_precision",
            "asked back: rightly",
            _ASKING_BACK,
            [lambda o: part_of(o.task.kind == UNDERSPECIFIED, o.asked_back)],
        ),
        Share(
            "asked_back_recall",
            "underspecified: asked back",
            _ASKING_BACK,
            [lambda o: part_of(o.asked_back, o.task.kind == UNDERSPECIFIED)],
        ),
        Share(
            "asked_back_wrongly",
            "clear enough: asked back all the same",
            _ASKING_BACK,
            [lambda o: part_of(o.asked_back, o.task.kind != UNDERSPECIFIED)],
            better=Better.LESS,
        ),
        Share(
            "wrongly_refused",
            "answerable: refused",
            _ANSWERS,
            [lambda o: part_of(o.refused, o.task.kind not in (UNDERSPECIFIED, _UNANSWERABLE))],
            better=Better.LESS,
        ),
        Share(
            "refusal_recall",
            "unanswerable: refused",
            _ANSWERS,
            [lambda o: part_of(o.refused, o.task.kind == _UNANSWERABLE)],
        ),
        Share(
            "exact_quotes",
            "quotes word for word",
            _ANSWERS,
            [lambda o: (float(o.exact_quotes), float(o.quotes))],
        ),
        Quantile("median_ms", "median", _SPEED, lambda o: o.milliseconds, 0.5),
        Quantile("p95_ms", "95 of 100 are under", _SPEED, lambda o: o.milliseconds, 0.95),
    ]


def _search_measures(
    key: str, part: str, ranks_of: Callable[[FollowUp], Ranks], *, charted: bool = False
) -> list[Measure[FollowUp]]:
    def of(name: str, title: str, worth: Callable[[Ranks], float]) -> Share[FollowUp]:
        def count(outcome: FollowUp) -> Ratio:
            sought = outcome.task.is_searchable
            return (worth(ranks_of(outcome)), 1.0) if sought else (0.0, 0.0)

        return Share(f"{key}.{name}", title, part, [count], charted=charted)

    return [
        Share(
            f"{key}.recall_at_10",
            "Recall@10",
            part,
            [lambda o: _recall(o, ranks_of(o))],
            charted=charted,
        ),
        of("hits_at_10", "Hits@10", lambda ranks: float(bool(ranks))),
        of("mrr_at_10", "MRR@10", lambda ranks: 1 / ranks[0] if ranks else 0.0),
    ]


def _recall(outcome: FollowUp, ranks: Ranks, *, less: float = 0.0) -> Ratio:
    if not outcome.task.is_searchable:
        return 0.0, 0.0
    return len(ranks) / min(DEEP, len(outcome.task.contexts)) - less, 1.0


def _row_of(outcome: FollowUp) -> Row:
    task = outcome.task
    return Row(
        id=task.id,
        question=task.question,
        right=bool(outcome.alone) if task.is_searchable else None,
        shown=outcome.shown,
        marks={
            "refused": outcome.refused,
            "asked back": outcome.asked_back,
            "found as typed": bool(outcome.typed) if task.is_searchable else None,
        },
        details={
            "answerability": task.kind,
            "asked_as": outcome.alone_text,
            "ranks_typed": list(outcome.typed),
            "ranks_alone": list(outcome.alone),
            "milliseconds": outcome.milliseconds,
        },
    )
