"""What was asked and left open, as moderators meet it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from bot.answering.models import Reason
from bot.cogs.gaps import NO_SUCH_GAP
from bot.state.gaps import Cause, Gap, Nearest, Order
from index.errors import StoreError
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import BRIDGE, refusal
from tests.fakes.discord_service import NOW
from tests.fakes.discord_world import World, post_fake, text_of, use_as_outsider


def make_gap(key: int = 1, question: str = "Who paid for it?", **given: Any) -> Gap:
    nearest = (Nearest(BRIDGE.id, BRIDGE.title),)
    return replace(Gap(key, question, Cause.NO_ARTICLE, nearest, 3, NOW, NOW, 1), **given)


async def test_a_refused_question_is_recorded_for_its_server(world: World) -> None:
    world.service.reply = refusal(Reason.NOT_SUPPORTED, BRIDGE)
    await world.asker.slash(world.channel, "ask", question="Who won?")
    await world.asker.send(world.channel, f"<@{world.bot_id}> Who won?")

    assert world.service.recorded == [(world.library, world.service.reply)] * 2


async def test_of_a_private_question_nothing_is_recorded(world: World) -> None:
    world.service.reply = refusal(Reason.NOT_SUPPORTED, BRIDGE)
    await world.asker.slash(world.channel, "ask", question="Who won?", private=True)

    assert world.service.recorded == []


async def test_a_gap_that_cannot_be_kept_takes_nothing_from_the_answer(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    world.service.gap_error = StoreError("The disk is full.")
    result = await world.asker.slash(world.channel, "ask", question="When did it open?")

    assert "opened again" in text_of(result.response)
    assert result.followups == []
    assert [entry["event"] for entry in logged if entry["log_level"] == "warning"] == [
        "gap_not_kept"
    ]


async def test_moderators_see_what_is_open_why_and_what_came_near(world: World) -> None:
    world.service.kept_gaps = (
        make_gap(1, times=12, cause=Cause.NOT_SUPPORTED),
        make_gap(2, "When does the market open?"),
        make_gap(3, closed_at=NOW),
    )
    result = await world.moderator.slash(world.channel, "gaps")

    assert result.ephemeral
    text = text_of(result.response)
    assert "2 open questions" in text
    assert "Who paid for it?" in text
    assert "asked 12 times" in text
    assert "found, but nothing that answers it" in text
    assert "no article · asked once" in text
    assert f"nearest: {BRIDGE.title}" in text


async def test_nothing_open_is_said(world: World) -> None:
    result = await world.moderator.slash(world.channel, "gaps")

    assert "Nothing is open" in text_of(result.response)


async def test_others_may_not_look(world: World) -> None:
    world.service.kept_gaps = (make_gap(),)
    said = await use_as_outsider(world, "gaps")

    assert "Only people who may manage this server" in text_of(said)


async def test_one_is_closed_from_the_list_which_stays(world: World) -> None:
    world.service.kept_gaps = (make_gap(1), make_gap(2, "When does the market open?"))
    shown = await world.moderator.slash(world.channel, "gaps", order="asked")
    assert shown.response is not None
    await world.moderator.select(shown.response, ["2"])

    text = text_of(shown.response)
    assert "Closed: When does the market open?" in text
    assert "1 open question" in text
    assert [call.given for call in world.service.calls] == [(2,)]
    assert world.service.orders == [Order.MOST_ASKED] * 2


async def test_one_is_closed_by_its_number(world: World) -> None:
    world.service.kept_gaps = (make_gap(7),)
    result = await world.moderator.slash(world.channel, "gaps", close=7)

    assert "Closed: Who paid for it?" in text_of(result.response)
    wrong = await world.moderator.slash(world.channel, "gaps", close=8)
    assert text_of(wrong.response) == NO_SUCH_GAP


async def test_a_long_list_is_turned_page_by_page_and_the_order_stays(world: World) -> None:
    world.service.kept_gaps = tuple(make_gap(n, f"Question {n}?") for n in range(1, 12))
    shown = await world.moderator.slash(world.channel, "gaps", order="asked")
    assert shown.response is not None
    await world.moderator.click(shown.response, label="More")

    assert "Question 9?" in text_of(shown.response)
    assert "Question 1?" not in text_of(shown.response)
    assert "page 2 of 2" in text_of(shown.response)
    await world.moderator.click(shown.response, label="Newest first")
    assert "Question 1?" in text_of(shown.response)
    assert world.service.orders == [Order.MOST_ASKED, Order.MOST_ASKED, Order.NEWEST]


async def test_hostile_questions_and_titles_neither_ping_nor_break_the_layout(
    world: World,
) -> None:
    hostile = make_gap(1, HOSTILE * 3, nearest=(Nearest("x", HOSTILE),))
    world.service.kept_gaps = tuple(replace(hostile, key=key) for key in range(1, 9))
    shown = await world.moderator.slash(world.channel, "gaps")

    text = text_of(shown.response).split("\n1 · ")[0]
    assert "@everyone" not in text
    assert "](https://evil.example" not in text
    assert "\u202e" not in text
    assert "\n# " not in text


@pytest.mark.parametrize("page", ["gaps:page:asked:99", "gaps:page:nonsense:x", "gaps:close::"])
async def test_an_old_or_odd_button_does_no_harm(world: World, page: str) -> None:
    world.service.kept_gaps = (make_gap(),)
    message = await post_fake(world, f"footnote:{page}")
    await world.moderator.click(message, label="Press")

    assert world.service.calls == []


async def test_old_gaps_are_forgotten_with_old_answers(world: World) -> None:
    assert world.service.pruned == 1
