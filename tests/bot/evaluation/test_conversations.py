"""What is measured of follow-up questions."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answering.models import Question, Reason, Refusal, Reply, Turn
from bot.evaluation.cases import CasesError
from bot.evaluation.conversations import Context, contexts_of, load_tasks
from bot.evaluation.follow_ups import run
from bot.evaluation.runner import Bot
from index.models import Article, SearchResult
from tests.fakes.answering import passages_of
from tests.fakes.shared import shared_path

ROW: dict[str, Any] = {
    "id": "t1",
    "question": "when did he die?",
    "history": [
        {"speaker": "user", "text": "Hello"},
        {"speaker": "user", "text": "Who was Jonas Finch?"},
        {"speaker": "agent", "text": "He built the lighthouse."},
        {"speaker": "user", "text": "Who paid?"},
        {"speaker": "agent", "text": "I'm sorry, I do not know."},
    ],
    "answerability": "answerable",
    "contexts": [
        {"document_id": "d1", "title": " ", "text": "Jonas Finch died in 1901."},
        {"document_id": "d2", "title": "Pier", "text": "The pier opened."},
    ],
}


def put(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "tasks.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_turns_are_read_with_their_answers_and_a_refusal_counts_as_none(tmp_path: Path) -> None:
    (task,) = load_tasks(put(tmp_path, ROW))

    assert task.history == (
        Turn("Hello", ""),
        Turn("Who was Jonas Finch?", "He built the lighthouse."),
        Turn("Who paid?", ""),
    )
    assert contexts_of([task, task]) == [
        Context("d1", "Jonas Finch died in 1901.", "Jonas Finch died in 1901."),
        Context("d2", "Pier", "The pier opened."),
    ]


def test_a_line_of_another_shape_is_named(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match=r"line 2: not a conversation.*history"):
        load_tasks(put(tmp_path, ROW, {"id": "x", "question": "?"}))


@pytest.mark.parametrize("rows", [(), None])
def test_no_tasks_are_an_error(tmp_path: Path, rows: tuple[()] | None) -> None:
    path = put(tmp_path) if rows is not None else tmp_path / "none.jsonl"

    with pytest.raises(CasesError):
        load_tasks(path)


async def search(question: Question, limit: int) -> SearchResult:
    found = ["d3", "d3", "d1"] if "Finch" in question.text else ["d3", "d4"]
    articles = [Article(id_, id_, f"Text of {id_} stands here.") for id_ in found]
    return SearchResult(1, tuple(p for a in articles for p in passages_of(a))[:limit], {}, {})


async def text_of(_: str) -> str:
    raise AssertionError("there are no quotes")


def bot_that(understand: Callable[[str], tuple[str | None, str | None]]) -> Bot:
    """Refuses everything; ``understand`` says what it asks itself, or asks back."""

    async def ask(question: Question) -> Reply:
        asked_as, asks_back = understand(question.text)
        reason = Reason.UNCLEAR_QUESTION if asks_back else Reason.NOTHING_FOUND
        return Refusal(question, 1, reason, asks_back=asks_back, asked_as=asked_as)

    return Bot(ask=ask, text_of=text_of, search={"fused": search})


def know_finch(text: str) -> tuple[str | None, str | None]:
    if " it" in text:
        return None, "What do you mean?"
    return text.replace(" he ", " Jonas Finch "), None


async def test_places_count_articles_and_asking_back_finds_nothing(tmp_path: Path) -> None:
    vague = ROW | {"id": "t2", "question": "is it?", "answerability": "underspecified"}
    wrong = ROW | {"id": "t3", "question": "was it he?"}
    nothing = ROW | {"id": "t4", "answerability": "unanswerable", "contexts": []}
    tasks = load_tasks(put(tmp_path, ROW, vague, wrong, nothing))

    plain = await run(tasks, bot_that(lambda text: (None, None)))
    rewritten = await run(tasks, bot_that(know_finch))

    values = [{k: f.value for k, f in r.groups[0].figures.items()} for r in (plain, rewritten)]
    for of_run in values:
        assert of_run["typed.recall_at_10"] == of_run["typed.mrr_at_10"] == 0.0
    assert values[0]["alone.recall_at_10"] == values[0]["gain"] == 0.0
    assert values[0]["asked_back_recall"] == values[0]["asked_back_wrongly"] == 0.0
    assert values[1]["alone.recall_at_10"] == values[1]["gain"] == 0.25
    assert values[1]["alone.hits_at_10"] == 0.5
    assert values[1]["alone.mrr_at_10"] == 0.25
    assert values[1]["asked_back_precision"] == 0.5
    assert values[1]["asked_back_recall"] == 1.0
    assert values[1]["asked_back_wrongly"] == pytest.approx(1 / 3)


def test_the_shared_conversations_are_read() -> None:
    tasks = load_tasks(shared_path("eval/conversations/tasks.jsonl.gz"))

    assert len(tasks) == 211
    assert sum(t.is_searchable for t in tasks) == 141
    assert all(t.question and t.history is not None for t in tasks)
