"""``footnote check``: words in, verdicts out."""

from __future__ import annotations

import pytest

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.check_view import checked_as_text
from bot.contract_check import checked_to_json, parse_message
from bot.dispatch import dispatch
from bot.errors import CommandError
from index.models import no_progress
from tests.fakes.answering import passages_of
from tests.fakes.command_line import Footnote
from tests.fakes.discord_samples import BRIDGE, LIBRARY, cite
from tests.fakes.service import FakeService

OPENED = "The Tern Bridge opened again on Tuesday."


def test_each_statement_is_printed_with_its_verdict_and_quote(footnote: Footnote) -> None:
    ended = footnote("check", "The bridge opened on Tuesday. It is painted red.")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("SUPPORTED: The bridge opened on Tuesday.\n  [1] Tern Bridge")
    assert f"“{OPENED}”" in ended.out
    assert "NOT FOUND: It is painted red." in ended.out


def test_json_is_one_line_of_the_contract(footnote: Footnote) -> None:
    ended = footnote("check", "--json", "The bridge opened on Tuesday.")

    assert ended.out.count("\n") == 1
    (claim,) = ended.json["claims"]
    assert (claim["verdict"], claim["citations"], claim["nearest"]) == ("supported", [1], None)
    assert ended.json["citations"][0]["quote"] == OPENED
    assert set(ended.json) == {
        "id", "edition", "claims", "citations", "left_out", "notice", "timings_ms",
    }  # fmt: skip


def test_a_text_can_come_from_standard_input(footnote: Footnote) -> None:
    ended = footnote("check", "-", stdin="The bridge opened on Tuesday.\n")

    assert ended.out.startswith("SUPPORTED")


def test_a_text_that_states_nothing_exits_with_3(footnote: Footnote) -> None:
    ended = footnote("check", "When did it open?")

    assert ended.code == 3
    assert "no statement" in ended.out


@pytest.mark.parametrize("text", [None, "", "  ", 7, [], "x" * 9_000])
async def test_what_cannot_be_checked_is_no_mistake_of_ours(text: object) -> None:
    with pytest.raises(CommandError):
        await dispatch(FakeService(), "check", {"text": text}, no_progress)


def test_unpaired_surrogates_are_replaced() -> None:
    assert parse_message("a \ud800 b").encode("utf-8")


def test_what_says_otherwise_and_what_is_near_is_printed() -> None:
    claims = (
        CheckedClaim("It opened.", 0, 10, Verdict.CONTRADICTED, (1,), (2,)),
        CheckedClaim("It is red.", 11, 21, Verdict.NOT_FOUND, nearest=passages_of(LIBRARY)[0]),
    )
    citations = (cite(1, BRIDGE, OPENED), cite(2, LIBRARY, "On Saturdays it closes at noon."))
    checked = CheckedMessage("c", 3, claims, citations, left_out=1, notice="Words only.")

    text = checked_as_text(checked_to_json(checked))

    assert text.index("CONTRADICTED") < text.index("An older article said so") < text.index("[2]")
    assert "nearest: New hours at the reading room" in text
    assert "Not looked at: 1 more statement." in text
    assert text.endswith("Words only.")
