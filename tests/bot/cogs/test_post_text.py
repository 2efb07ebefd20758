"""What a post asks, read from its title and its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cogs.post_text import looks_like_question, read_post
from bot.contract import QUESTION_CHARACTERS


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("When does the ferry go?", True),
        ("hi all. when does the ferry go?! thanks", True),
        ("how do I get to the mill", True),
        ("Wann fährt die Fähre am Sonntag", True),
        ("¿Cuándo sale el barco?", True),
        ("橋はいつ再開しましたか？", True),
        ("متى فتح الجسر؟ شكرا", True),
        ("really?", False),
        ("what", False),
        ("Who knows", False),
        ("?", False),
        ("", False),
        ("The ferry goes at nine.", False),
        ("see https://example.org/when?does=it go", False),
        ("> When does the ferry go?", False),
        ("```\nwhen does it go?\n```", False),
        ("<@12> <:what:34>?", False),
    ],
)
def test_a_question_is_known_by_its_form(text: str, is_one: bool) -> None:
    assert looks_like_question(text) is is_one


@pytest.mark.parametrize(
    ("title", "body", "asked"),
    [
        ("When does the ferry go?", "", "When does the ferry go?"),
        ("When does the ferry go?", "I looked all over.", "When does the ferry go?"),
        ("Ferry", "Hello! When does it go? Bye.", "Ferry: When does it go?"),
        ("Ferry", "I would like to go on Sunday", "Ferry: I would like to go on Sunday"),
        ("Ferry?", "FERRY?", "Ferry?"),
        ("", "When does the ferry go?", "When does the ferry go?"),
        ("<@1> ```x```", "", ""),
    ],
)
def test_a_post_asks_what_its_title_and_its_questions_say(
    title: str, body: str, asked: str
) -> None:
    assert read_post(title, body) == asked


@given(st.text(max_size=120), st.text(max_size=3000))
def test_whatever_is_posted_it_fits_as_a_question(title: str, body: str) -> None:
    assert len(read_post(title, body)) <= QUESTION_CHARACTERS[1]
