"""Follow-up questions: are their passages found, and is asked back when nothing else helps?

A task is the last turn of a conversation, one JSON object a line: ``question``, ``history``
(``speaker``, ``text``), ``answerability``, ``contexts`` (``document_id``, ``title``, ``text``).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.models import Question, Turn
from bot.answering.ports import Rewriter
from bot.evaluation.cases import CasesError
from index.models import OnProgress, Progress, SearchResult, no_progress

DEPTH = 10
UNDERSPECIFIED = "underspecified"
_REFUSED = ("i'm sorry", "i am sorry", "sorry,", "i don't have", "i do not have")
_TITLE_LENGTH = 60

Search = Callable[[str, int], Awaitable[SearchResult]]


@dataclass(frozen=True, slots=True)
class Context:
    """A passage that belongs to a task, as an article of its own."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """A question with the turns before it. ``kind`` says whether it can be answered."""

    id: str
    question: str
    history: tuple[Turn, ...]
    kind: str
    contexts: tuple[Context, ...]

    @property
    def is_searchable(self) -> bool:
        """Whether there is something to find, and the question says what."""
        return bool(self.contexts) and self.kind != UNDERSPECIFIED


@dataclass(frozen=True, slots=True)
class Finding:
    """How one task went: what was searched for, and at which places its contexts were found."""

    task: Task
    searched_as: str
    asks_back: str | None
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """Figures of searching over the tasks that have something to find, and of asking back.

    ``recall`` is the mean share of a task's contexts among the first ten articles, ``hits`` the
    share of tasks with at least one, ``mrr`` the mean of one over its place. ``asked`` counts
    the tasks that were asked back, ``rightly`` those of them that are underspecified, of
    ``underspecified`` in all. ``wrongly`` is the share of all others that were asked back.
    """

    tasks: int
    recall: float
    hits: float
    mrr: float
    asked: int
    rightly: int
    underspecified: int
    wrongly: float


def load_tasks(path: Path) -> list[Task]:
    """Read tasks, ``.jsonl`` or ``.jsonl.gz``.

    Raises:
        CasesError: the file is missing, is not JSON lines, or has another shape.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    tasks: list[Task] = []
    number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - named in the error
                if line.strip():
                    tasks.append(_read_task(json.loads(line)))
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CasesError(f"{path}, line {number}: not a conversation ({error!r}).") from error
    if not tasks:
        raise CasesError(f"{path} holds no conversations.")
    return tasks


def contexts_of(tasks: Sequence[Task]) -> list[Context]:
    """What a library must hold to be asked these tasks, each passage once."""
    return list({context.id: context for task in tasks for context in task.contexts}.values())


async def run(
    tasks: Sequence[Task],
    *,
    search: Search,
    rewriter: Rewriter | None,
    on_progress: OnProgress = no_progress,
) -> list[Finding]:
    """Search for each task's question, as ``rewriter`` makes it stand alone.

    Args:
        tasks: at least one.
        search: passages for a question, at most so many; its articles are the contexts.
        rewriter: None: questions are searched for as they were typed.
        on_progress: told after each task.
    """
    findings = []
    for done, task in enumerate(tasks, start=1):
        question = Question(task.question, task.id, task.history)
        text, asks_back = task.question, None
        if rewriter is not None:
            alone = await rewriter.stand_alone(question)
            text, asks_back = alone.text or text, alone.asks_back
        ranks: tuple[int, ...] = ()
        if task.is_searchable:
            found = await search(text, 3 * DEPTH)
            places = list(dict.fromkeys(p.article_id for p in found.passages))[:DEPTH]
            known = {context.id for context in task.contexts}
            ranks = tuple(n for n, place in enumerate(places, start=1) if place in known)
        findings.append(Finding(task, text, asks_back, ranks))
        on_progress(Progress("asking", done, len(tasks)))
    return findings


def measure_following(findings: Sequence[Finding]) -> Following:
    """The figures of some findings; asking back finds nothing."""
    sought = [f for f in findings if f.task.is_searchable]
    ranks = [() if f.asks_back else f.ranks for f in sought]
    others = [f for f in findings if f.task.kind != UNDERSPECIFIED]
    asked = [f for f in findings if f.asks_back]
    return Following(
        tasks=len(sought),
        recall=_mean(
            [len(r) / min(DEPTH, len(f.task.contexts)) for f, r in zip(sought, ranks, strict=True)]
        ),
        hits=_mean([float(bool(r)) for r in ranks]),
        mrr=_mean([1 / r[0] if r else 0.0 for r in ranks]),
        asked=len(asked),
        rightly=sum(f.task.kind == UNDERSPECIFIED for f in asked),
        underspecified=len(findings) - len(others),
        wrongly=_mean([float(f.asks_back is not None) for f in others]),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _read_task(row: dict[str, Any]) -> Task:
    return Task(
        id=str(row["id"]),
        question=str(row["question"]),
        history=_turns(row["history"]),
        kind=str(row["answerability"]),
        contexts=tuple(_read_context(context) for context in row["contexts"]),
    )


def _read_context(row: dict[str, Any]) -> Context:
    text, name = str(row["text"]), str(row["document_id"])
    title = str(row.get("title") or "").strip() or " ".join(text.split())[:_TITLE_LENGTH]
    return Context(name, title or name, text)


def _turns(rows: Sequence[dict[str, Any]]) -> tuple[Turn, ...]:
    """Questions with the answers after them; what says that there is none counts as none."""
    turns: list[Turn] = []
    for row in rows:
        text = str(row["text"]).strip()
        if row["speaker"] == "user":
            turns.append(Turn(text, ""))
        elif turns:
            refused = text.lower().startswith(_REFUSED)
            turns[-1] = Turn(turns[-1].question, "" if refused else text)
    return tuple(turns)
