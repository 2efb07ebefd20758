"""The language that is spoken, and what is said in it."""

from __future__ import annotations

import asyncio

import pytest

from bot.cogs.translator import learn_languages
from bot.rendering.dates import newest_date, readable_date, readable_span
from bot.rendering.lists import read_reason_line, write_reason
from bot.speech import (
    LANGUAGES,
    language,
    read_locale,
    say_number,
    speak,
    speaking,
    tr,
    tr_n,
)
from tests.fakes.catalogs import Listening


def test_english_texts_are_said_as_they_are_written() -> None:
    assert tr("Page {page} of {pages}", page=1, pages=3) == "Page 1 of 3"
    assert tr_n("{count} article", "{count} articles", 1) == "1 article"
    assert tr_n("{count} article", "{count} articles", 2000) == "2,000 articles"


def test_braces_in_a_value_are_left_alone() -> None:
    assert tr("Only from: {title}.", title="{x} {0}") == "Only from: {x} {0}."


def test_an_unknown_text_stays_english_in_every_language(listening: Listening) -> None:
    for code in LANGUAGES:
        with speaking(code):
            assert tr("No catalog has {this}", this="text") == "No catalog has text"
    assert listening.unknown == {"'No catalog has {this}'"}
    listening.unknown.clear()


async def test_tasks_side_by_side_speak_their_own_languages() -> None:
    async def one(code: str) -> str:
        speak(code)
        await asyncio.sleep(0)
        return language()

    assert await asyncio.gather(*map(one, LANGUAGES)) == list(LANGUAGES)
    assert language() == "en"


@pytest.mark.parametrize(
    ("locale", "code"),
    [("de", "de"), ("es-419", "es"), ("es-ES", "es"), ("en-GB", "en"), ("pt-BR", "en"), ("", "en")],
)
def test_locales_of_discord_lead_to_a_language(locale: str, code: str) -> None:
    assert read_locale(locale) == code


@pytest.mark.parametrize(
    ("code", "day", "month"),
    [
        ("en", "10 June 2031", "June 2031"),
        ("fr", "10 juin 2031", "juin 2031"),
        ("de", "10. Juni 2031", "Juni 2031"),
        ("es", "10 de junio de 2031", "junio de 2031"),
    ],
)
def test_dates_are_written_as_in_the_language(code: str, day: str, month: str) -> None:
    with speaking(code):
        assert readable_date("2031-06-10") == day
        assert readable_date("2031-06") == month
        assert readable_date("2031-06-10T08:30:00Z") == f"{day}, 08:30 UTC"
        assert newest_date(["2030", "2031-06-10", None]) == day
        assert readable_date("last spring") == "last spring"


def test_thousands_are_parted_as_in_the_language() -> None:
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = say_number(1234567)

    assert said == {
        "en": "1,234,567",
        "fr": "1\u202f234\u202f567",
        "de": "1.234.567",
        "es": "1.234.567",
    }


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 second"), (80, "80 seconds"), (100, "2 minutes"), (7200, "2 hours")],
)
def test_spans_are_rough(seconds: float, said: str) -> None:
    assert readable_span(seconds) == said


def test_a_reason_is_read_back_in_whatever_language_it_was_written() -> None:
    for code in LANGUAGES:
        with speaking(code):
            written = write_reason("It was wrong")
        assert read_reason_line(written) == "It was wrong"
    assert read_reason_line("Something else") is None


def test_every_language_can_be_learned_beforehand() -> None:
    learn_languages()

    assert language() == "en"
