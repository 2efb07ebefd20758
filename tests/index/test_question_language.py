"""The language of a question, however short; no English question is taken for another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.question_language import may_be_foreign, question_language
from tests.fakes.shared import shared_path


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Wer gewann die Wahl?", "de"),
        ("Wo ist der Hafen", "de"),
        ("Quand ouvre le musée ?", "fr"),
        ("¿Quién ganó el partido ayer?", "es"),
        ("Chi ha vinto la partita?", "it"),
        ("Quem ganhou o jogo ontem?", "pt"),
        ("Wie heeft de wedstrijd gewonnen?", "nl"),
        ("Кто выиграл матч?", "ru"),
        ("誰が試合に勝ちましたか", "ja"),
        ("谁赢了比赛", "zh"),
        ("من فاز بالمباراة؟", "ar"),
    ],
)
def test_a_short_question_tells_its_language(question: str, code: str) -> None:
    assert may_be_foreign(question)
    assert question_language(question) == code


@pytest.mark.parametrize(
    "question",
    [
        "",
        "museum open?",
        "que pasa",
        "Who wrote La vida es sueño?",
        "What does 北京 mean?",
        "who sang die da",
        "Schadenfreude meaning",
        "ETA?",
        "12:30 15 %",
    ],
)
def test_what_is_not_sure_is_no_other_language(question: str) -> None:
    assert question_language(question) in {None, "en"}


@pytest.mark.parametrize(
    ("path", "field", "step"),
    [
        ("eval/newshop_dev/questions.jsonl", "query", 1),
        ("eval/squad_articles/questions.jsonl", "question", 8),
        ("eval/clapnq/questions.jsonl", "question", 1),
    ],
)
def test_no_english_question_is_taken_for_another_language(
    path: str, field: str, step: int
) -> None:
    lines = Path(shared_path(path)).read_text(encoding="utf-8").splitlines()[::step]
    questions = [json.loads(line)[field] for line in lines]

    assert [q for q in questions if question_language(q) not in {None, "en"}] == []


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    question_language(text)
    may_be_foreign(text)
