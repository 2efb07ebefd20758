"""The figures of a server: a picture that is drawn, the same in words, for moderators alone."""

from __future__ import annotations

import struct
from datetime import date, timedelta

import pytest

import bot.cogs.stats as cog
from bot.answering.models import Reason
from bot.rendering.chart import draw_stats
from bot.rendering.parts import DESCRIPTION_LIMIT
from bot.rendering.stats import PICTURE, describe_stats, render_stats
from bot.state.replies import Sending
from bot.state.stats import Cited, Day, Stats
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import bridge_answer, refusal
from tests.fakes.discord_world import World, text_of, use_as_outsider

TODAY = date(2031, 6, 10)


def make_stats(days: int, *, title: str = "The Tern Bridge", each: int = 3) -> Stats:
    calendar = [TODAY - timedelta(days=number) for number in range(days - 1, -1, -1)]
    return Stats(
        days=tuple(Day(day, each, each // 2) for day in calendar),
        refusals=(("nothing_found", 4),),
        helpful=3,
        not_helpful=1,
        median_ms=412.0,
        tail_ms=2210.0,
        cited=(Cited("a", title, 7), Cited("b", "Hours", 2)),
    )


async def ask_some(world: World, *, guild: int | None = None) -> None:
    where = guild or world.guild.id
    for reply in (bridge_answer(), bridge_answer(), refusal(Reason.NOTHING_FOUND)):
        sending = Sending(where, world.channel.id, world.asker.id, False, where)
        reply_id = await world.stores.replies.record(reply, sending)
    await world.stores.feedback.vote(
        reply_id, guild_id=where, member_id=world.asker.id, helpful=False
    )


async def test_the_figures_come_as_a_picture_and_in_words(world: World) -> None:
    await ask_some(world)
    await ask_some(world, guild=world.guild.id + 1)
    result = await world.moderator.slash(world.channel, "stats")
    assert result.ephemeral
    assert result.response is not None

    text = text_of(result.response)
    assert "**The last 30 days**" in text
    assert "**3** questions: 2 answered (67 %), 1 refused" in text
    assert "nothing was found (1)" in text
    assert "**1** vote: 0 helpful (0 %), 1 not helpful" in text
    assert "1. Tern Bridge opens again after nine weeks – 2 answers" in text
    (picture,) = result.response.attachments
    assert picture.filename == PICTURE
    assert picture.description is not None
    assert "3 questions: 2 answered (67 %), 1 refused." in picture.description


async def test_another_time_takes_the_place_of_the_first(world: World) -> None:
    await ask_some(world)
    result = await world.moderator.slash(world.channel, "stats", period=7)
    assert result.response is not None
    await world.moderator.select(result.response, ["90"], custom_id="footnote:stats:period")
    assert "**The last 90 days**" in text_of(result.response)
    assert len(result.response.message.attachments) == 1


async def test_where_nothing_was_asked_there_is_no_picture(world: World) -> None:
    result = await world.moderator.slash(world.channel, "stats")
    assert "Nothing was asked" in text_of(result.response)
    assert result.response is not None
    assert result.response.attachments == []


async def test_it_says_where_a_server_keeps_less(world: World) -> None:
    await ask_some(world)
    await world.stores.servers.change(world.guild.id, retention_days=14)
    result = await world.moderator.slash(world.channel, "stats")
    assert "Answers are kept for 14 days here" in text_of(result.response)


async def test_without_a_picture_the_words_remain(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Stats) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(cog, "_draw", fail)
    await ask_some(world)
    result = await world.moderator.slash(world.channel, "stats")
    assert "**3** questions" in text_of(result.response)


async def test_only_moderators_see_the_figures(world: World) -> None:
    assert "may manage this server" in text_of(await use_as_outsider(world, "stats"))


@pytest.mark.parametrize("days", [1, 7, 30, 90])
def test_it_is_drawn_for_any_number_of_days(days: int) -> None:
    picture = draw_stats(make_stats(days))
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 1440
    assert 800 < height < 2000
    assert len(picture) < 1_000_000


@pytest.mark.parametrize("title", [HOSTILE, "$\\frac{1}$ _x^2", "新しい図書館", "ساعات", "😀", ""])
def test_any_title_is_drawn_without_complaint(title: str) -> None:
    assert draw_stats(make_stats(7, title=title)).startswith(b"\x89PNG")


def test_one_question_and_nothing_cited_is_drawn() -> None:
    assert draw_stats(Stats((Day(TODAY, 1, 0),))).startswith(b"\x89PNG")
    assert draw_stats(Stats((Day(TODAY, 0, 1),))).startswith(b"\x89PNG")


def test_the_description_says_the_figures_within_discords_limit() -> None:
    told = describe_stats(make_stats(90, title=HOSTILE * 30, each=1200))
    assert len(told) <= DESCRIPTION_LIMIT
    assert "108,000 answered (67 %), 54,000 refused" in told
    assert "half within 412 ms, 95 of 100 within 2.2 s" in told


def test_a_card_without_questions_has_no_figures() -> None:
    card = render_stats(Stats((Day(TODAY),)), None, kept_days=90)
    assert card.attachment is None
    assert "Nothing was asked" in card.text
