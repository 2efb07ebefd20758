"""What people type around a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import content_words
from index.wording import drop_asides


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hey does anyone know who won the cup lol", ["won", "cup"]),
        ("whats the new harbour fee, thx in advance", ["new", "harbour", "fee"]),
        ("Quick question: how deep is the lock?", ["deep", "lock"]),
        (
            "can someone pls tell me where the ferry lands",
            ["ferry", "lands"],
        ),
        ("hi all, i was wondering if the pier's open tbh", ["pier", "open"]),
        ("why dont the lights work", ["lights", "work"]),
    ],
)
def test_chat_around_a_question_is_no_topic(typed: str, words: list[str]) -> None:
    assert content_words(typed) == words


@pytest.mark.parametrize(
    "question",
    [
        "What should every sailor know about knots?",
        "Who wrote Quick Start?",
        "Did the mayor remember the victims?",
        "Did the Beatles record Hello Goodbye?",
        "Which hymn ends in many thanks to all?",
        "Is Hello Kitty in the parade?",
    ],
)
def test_the_same_words_inside_a_question_stay(question: str) -> None:
    assert drop_asides(question).split() == question.split()


@pytest.mark.parametrize("typed", ["hello", "Does anyone know?", "lol pls", "thx"])
def test_a_text_of_nothing_else_keeps_its_words(typed: str) -> None:
    assert content_words(typed)


@given(st.text(max_size=200))
def test_any_text_keeps_a_word_if_it_has_one(text: str) -> None:
    kept = drop_asides(text)

    assert any(c.isalnum() for c in kept) == any(c.isalnum() for c in text)
