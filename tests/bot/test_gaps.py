"""Gaps from the command line: recorded where a person asks, listed, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.models import Question, Reason, Refusal
from bot.contract_gaps import gap_to_json
from bot.gap_view import closed_gap_as_text, gaps_as_text
from bot.rendering.gaps import say_closed
from bot.service import FootnoteService
from bot.settings import load_settings
from bot.state.gaps import Cause, Order
from bot.wiring import open_service
from index.errors import StoreError
from tests.fakes.command_line import Footnote
from tests.fakes.service import GAP, NOW, FakeService, make_passage

EVIL = "a\x1b[31mb\x1b[2J\u202e <@1> @everyone [bold]x[/bold]\n\nforged line"


@pytest.fixture
async def real(tmp_path: Path, clean_environment: None) -> AsyncIterator[FootnoteService]:
    settings = load_settings({"data": tmp_path / "data"}, env_file=tmp_path / "no.env")
    (tmp_path / "data").mkdir()
    async with open_service(settings, on_notice=print) as opened:
        yield opened


def recorded(service: FakeService) -> list[str]:
    return [given["question"] for name, given in service.calls if name == "record_gap"]


def test_ask_and_chat_record_and_a_batch_does_not(footnote: Footnote, service: FakeService) -> None:
    footnote("ask", "refuse this")
    footnote("chat", stdin="refuse that\n")
    footnote("ask", "--batch", "-", stdin='{"id": 1, "question": "refuse neither"}\n')
    footnote("search", "refuse neither")

    assert recorded(service) == ["refuse this", "refuse that"]


def test_an_answer_is_not_lost_because_a_gap_cannot_be_kept(
    footnote: Footnote, service: FakeService
) -> None:
    async def fail(*_: object, **__: object) -> bool:
        raise StoreError("The disk is full.")

    service.record_gap = fail  # type: ignore[method-assign]
    ended = footnote("ask", "When was it mended?")

    assert ended.code == 0
    assert ended.out.startswith("The fountain was mended in May. [1]")


def test_gaps_are_listed_with_their_cause_and_what_came_near(footnote: Footnote) -> None:
    ended = footnote("gaps")

    assert ended.code == 0
    assert ended.out.splitlines() == [
        "  7  Who paid for the fountain?",
        "     found, but nothing that answers it; asked 4 times, last on 3 January 2026",
        "     nearest: The fountain runs again",
    ]


def test_gaps_as_json_have_the_promised_fields(footnote: Footnote) -> None:
    (gap,) = footnote("gaps", "--json").json["gaps"]

    assert gap == gap_to_json(GAP)
    assert (gap["key"], gap["cause"], gap["times"]) == (7, "not_supported", 4)
    assert gap["nearest"] == [{"article_id": "fountain", "title": "The fountain runs again"}]


def test_closed_ones_are_listed_when_asked_for(footnote: Footnote) -> None:
    assert len(footnote("gaps", "--all", "--json").json["gaps"]) == 2
    assert "3 January 2026, closed" in footnote("gaps", "--all").out


def test_gaps_are_asked_for_by_cause(footnote: Footnote, service: FakeService) -> None:
    footnote("gaps", "--cause", "too_old")

    assert ("gaps", {"closed_too": False, "order": Order.NEWEST, "cause": Cause.TOO_OLD}) in (
        service.calls
    )
    assert footnote("gaps", "--cause", "nonsense").code == 2


def test_options_stand_before_and_behind(footnote: Footnote) -> None:
    assert footnote("gaps", "--data", "d", "close", "7", "--json").json["closed_at"] == NOW
    assert Path("d", "owner.lock").exists()


def test_none_open_is_said(footnote: Footnote, service: FakeService) -> None:
    service.kept_gaps = ()

    assert footnote("gaps").out == "No question is open.\n"


def test_a_gap_is_closed_by_its_number(footnote: Footnote) -> None:
    assert footnote("gaps", "close", "7").out == "Closed 7: Who paid for the fountain?\n"
    wrong = footnote("gaps", "close", "8")
    assert (wrong.code, wrong.out) == (1, "")
    assert wrong.err == "footnote: There is no gap 8; footnote gaps lists them.\n"
    assert footnote("gaps", "close", "x").code == 2


def test_a_gap_that_was_closed_before_says_so() -> None:
    again = gap_to_json(replace(GAP, closed_at=NOW, was_closed=True))

    assert closed_gap_as_text(again) == "7 is closed already: Who paid for the fountain?"
    assert say_closed(replace(GAP, was_closed=True)).startswith("Closed already: Who paid")
    assert say_closed(GAP).startswith("Closed: Who paid")


def test_what_was_asked_cannot_steer_the_terminal() -> None:
    evil = gap_to_json(replace(GAP, question=EVIL, nearest=(replace(GAP.nearest[0], title=EVIL),)))

    for text in (gaps_as_text({"gaps": [evil]}), closed_gap_as_text(evil)):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\nforged" not in text


async def test_the_service_keeps_lists_and_closes_gaps_library_by_library(
    real: FootnoteService,
) -> None:
    question = Question("Who paid for the fountain?", "q")
    refusal = Refusal(question, 3, Reason.NOT_SUPPORTED, (make_passage(),))
    assert await real.record_gap("default", refusal)
    await real.without_waiting().record_gap("default", refusal)
    await real.record_gap("other", refusal)

    (gap,) = await real.gaps("default", order=Order.MOST_ASKED)
    assert gap.times == 2
    assert await real.close_gap("default", gap.key) is not None
    assert await real.gaps("default") == ()
    assert len(await real.gaps("default", closed_too=True)) == 1
    assert len(await real.gaps("other")) == 1
    assert await real.prune_gaps() == 0
