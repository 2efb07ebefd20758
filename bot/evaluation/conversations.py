"""Follow-up questions with the turns before them, read from JSON lines.

A task is the last turn of a conversation, one JSON object a line: ``question``, ``history``
(``speaker``, ``text``), ``answerability``, ``contexts`` (``document_id``, ``title``, ``text``).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.models import Turn
from bot.evaluation.cases import CasesError

UNDERSPECIFIED = "underspecified"
_REFUSED = ("i'm sorry", "i am sorry", "sorry,", "i don't have", "i do not have")
_TITLE_LENGTH = 60


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
