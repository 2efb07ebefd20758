"""What was asked and left open, as moderators meet it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest
import simcord

from bot.answering.models import Reason
from bot.cogs.gaps import NO_ARTICLE, NO_MODERATOR, NO_SUCH_GAP, TOLD, TOLD_ALREADY
from bot.state.gaps import Cause, Gap, Nearest, Order
from index.errors import StoreError
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, refusal
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


async def open_card(world: World, key: int = 1) -> simcord.ResponseMessage:
    shown = await world.moderator.slash(world.channel, "gaps")
    assert shown.response is not None
    await world.moderator.select(shown.response, [str(key)], custom_id="footnote:gaps:card")
    return shown.response


async def refuse(world: World, asker: simcord.MemberActor | None = None) -> Any:
    """The refusal of a question, as its asker sees it."""
    world.service.reply = refusal(Reason.NOTHING_FOUND, BRIDGE)
    result = await (asker or world.asker).slash(world.channel, "ask", question="Who won?")
    return result.response


async def test_like_questions_are_one_entry_that_counts_them_all(world: World) -> None:
    world.service.kept_gaps = (
        make_gap(1, times=3),
        make_gap(2, "Who financed it?", times=2),
        make_gap(3, "When does the market open?"),
    )
    world.service.together = (frozenset({1, 2}),)
    result = await world.moderator.slash(world.channel, "gaps")

    text = text_of(result.response)
    assert "3 open questions" in text
    assert "2 groups of like ones" in text
    assert "asked 5 times" in text
    assert "also: Who financed it?" in text


async def test_only_those_of_a_cause_are_shown(world: World) -> None:
    world.service.kept_gaps = (make_gap(1), make_gap(2, "Old one?", cause=Cause.TOO_OLD))
    result = await world.moderator.slash(world.channel, "gaps", cause="too_old")
    assert "Who paid for it?" not in text_of(result.response)
    assert "only older articles" in text_of(result.response)

    assert result.response is not None
    await world.moderator.select(
        result.response, ["disagree"], custom_id="footnote:gaps:only:asked"
    )
    assert "Nothing is open for that reason." in text_of(result.response)
    assert world.service.causes == [Cause.TOO_OLD, Cause.DISAGREE]


async def test_a_group_is_closed_as_a_whole(world: World) -> None:
    world.service.kept_gaps = (make_gap(1), make_gap(2, "Who financed it?"), make_gap(3, "When?"))
    world.service.together = (frozenset({1, 2}),)
    card = await open_card(world)
    assert "Asked in these words" in text_of(card)
    await world.moderator.click(card, label="Close")

    assert "2 gaps are closed" in text_of(card)
    assert [gap.closed_at for gap in world.service.kept_gaps] == [NOW, NOW, None]
    assert world.service.audited[-1][2:4] == ("gap close", "2 closed")


async def test_a_moderator_takes_one_and_gives_it_away_to_moderators_alone(world: World) -> None:
    world.service.kept_gaps = (make_gap(1),)
    card = await open_card(world)
    await world.moderator.click(card, label="Take it myself")
    assert "mo looks after it" in text_of(card)

    picker = "footnote:gaps:assign:1"
    denied = await world.moderator.select(card, [world.asker], custom_id=picker)
    assert text_of(denied.followups[-1]) == NO_MODERATOR
    assert world.service.kept_gaps[0].assigned_to == world.moderator.id
    await world.moderator.click(card, label="Nobody any more")
    assert "looks after it" not in text_of(card)
    await world.moderator.select(card, [world.moderator], custom_id=picker)
    assert "mo looks after it" in text_of(card)


async def test_before_it_is_closed_as_answered_the_question_is_asked_again(world: World) -> None:
    world.service.kept_gaps = (make_gap(1),)
    world.service.reply = bridge_answer()
    card = await open_card(world)
    form = await world.moderator.click(card, label="Answered by an article …")
    await world.moderator.submit_modal(form, {"article": "bridge"})

    assert "Yes: the answer cites" in text_of(card)
    assert world.service.asked[-1][1].text == "Who paid for it?"
    assert world.service.closed == []
    await world.moderator.click(card, label="Close as answered by it")
    assert world.service.closed == [(world.library, 1, Nearest(BRIDGE.id, BRIDGE.title))]
    assert f"Answered by “{BRIDGE.title}”." in text_of(card)


async def test_an_article_that_does_not_answer_yet_is_told(world: World) -> None:
    world.service.kept_gaps = (make_gap(1),)
    world.service.reply = refusal(Reason.NOT_SUPPORTED, BRIDGE)
    card = await open_card(world)
    form = await world.moderator.click(card, label="Answered by an article …")
    await world.moderator.submit_modal(form, {"article": "e"})
    await world.moderator.select(card, [LIBRARY.id], custom_id="footnote:gaps:try:1")

    assert "Not yet: the articles still do not answer this." in text_of(card)
    assert "Close all the same" in text_of(card)


async def test_an_article_that_is_not_there_closes_nothing(world: World) -> None:
    world.service.kept_gaps = (make_gap(1),)
    card = await open_card(world)
    form = await world.moderator.click(card, label="Answered by an article …")
    said = await world.moderator.submit_modal(form, {"article": "nowhere"})

    assert text_of(said.followups[-1]) == NO_ARTICLE
    assert world.service.closed == []


async def test_members_tell_the_moderators_once_and_are_not_named(world: World) -> None:
    desk = world.guild.create_text_channel("desk")
    await world.stores.servers.change(world.guild.id, desk_channel=desk.id)
    refused = await refuse(world)
    form = await world.asker.click(refused, label="Tell the moderators")
    said = await world.asker.submit_modal(form, {"text": "A *new* article, @everyone"})
    assert text_of(said.response) == TOLD

    posted = world.sent("POST", f"/channels/{desk.id}/messages")
    assert len(posted) == 1
    assert posted[0]["allowed_mentions"] == {"parse": []}
    text = str(posted[0]["components"])
    assert "A \\\\*new\\\\* article" in text
    assert "@everyone" not in text
    assert "ann" not in text

    form = await world.asker.click(refused, label="Tell the moderators")
    said = await world.asker.submit_modal(form, {"text": ""})
    assert text_of(said.response) == TOLD_ALREADY
    assert len(world.sent("POST", f"/channels/{desk.id}/messages")) == 1


async def test_a_desk_in_another_server_hears_nothing(world: World) -> None:
    other = world.env.create_guild("Elsewhere").create_text_channel("desk")
    await world.stores.servers.change(world.guild.id, desk_channel=other.id)
    form = await world.asker.click(await refuse(world), label="Tell the moderators")
    said = await world.asker.submit_modal(form, {"text": ""})

    assert text_of(said.response) == TOLD
    assert world.sent("POST", f"/channels/{other.id}/messages") == []


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
