"""Small talk is no question to the articles, and a question is never taken for small talk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.models import Question, Turn
from bot.answering.question import is_clear
from bot.answering.rewrite import RuleRewriter
from bot.answering.rewrite_model import ModelRewriter
from bot.answering.small_talk import reply_to_small_talk
from prompts import load_all
from tests.fakes.models import ScriptedModel

SMALL_TALK = [
    "OK",
    "ok, thanks!",
    "yes",
    "hello",
    "Hello there!",
    "hi bot",
    "thank you so much",
    "Thanks for the answer :)",
    "good morning everyone",
    "how are you?",
    "Danke schön",
    "guten Morgen",
    "merci beaucoup",
    "¡Muchas gracias!",
    "¿qué tal?",
    "привет",
    "who are you",
    "test",
]
OTHER_LANGUAGE = [
    "in English please",
    "English please",
    "¿y en español?",
    "auf Deutsch bitte",
    "en français s'il vous plaît",
    "can you say that in German?",
    "translate that",
]
QUESTIONS = [
    "Hello, when does the library open?",
    "Thanks! And what does the pool cost?",
    "hello world programs",
    "Which schools teach in English?",
    "Who translates the articles?",
    "in English schools",
    "OK Gazette",
    "why?",
    "what about the pool?",
    "and for children?",
    "yesterday",
    "test results",
    "Spanish",
    "谁是市长",
    "how are they heated?",
]


@pytest.mark.parametrize("text", SMALL_TALK)
async def test_small_talk_is_answered_with_what_may_be_asked(text: str) -> None:
    for history in ((), (Turn("When does the library open?", "At nine."),)):
        alone = await RuleRewriter().stand_alone(Question(text, "q", history))

        assert alone.text == text
        assert alone.asks_back is not None
        assert "Ask me something about" in alone.asks_back
    assert not is_clear(text)


@pytest.mark.parametrize("text", OTHER_LANGUAGE)
async def test_a_wish_for_another_language_is_not_searched(text: str) -> None:
    history = (Turn("When does the library open?", "At nine."),)
    alone = await RuleRewriter().stand_alone(Question(text, "q", history))

    assert alone.asks_back is not None
    assert "their own language" in alone.asks_back


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_no_small_talk(text: str) -> None:
    assert reply_to_small_talk(text) is None


async def test_a_conversation_about_a_language_goes_on() -> None:
    history = (Turn("How do you say harbour in Norwegian?", ""),)
    alone = await RuleRewriter().stand_alone(Question("and in Spanish?", "q", history))

    assert alone.asks_back is None
    assert alone.text == "How do you say harbour in Spanish?"


async def test_thanks_between_questions_do_not_change_the_topic() -> None:
    history = (Turn("How much does the ferry cost?", "£4."), Turn("thanks", ""))
    alone = await RuleRewriter().stand_alone(Question("and for children?", "q", history))

    assert alone.text == "How much does the ferry cost for children?"


async def test_no_model_is_asked_about_small_talk() -> None:
    model = ScriptedModel()
    history = (Turn("When does the library open?", "At nine."),)
    alone = await ModelRewriter(model, load_all()).stand_alone(Question("thanks", "q", history))

    assert alone.asks_back is not None
    assert model.requests == []


@given(st.text(max_size=150), st.text(max_size=50))
def test_no_text_breaks_it(text: str, before: str) -> None:
    assert reply_to_small_talk(text, before) in {None, reply_to_small_talk(text)}
