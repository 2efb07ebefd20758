"""What the bot says to moderators unasked, and where."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import discord
import pytest

from bot.cogs.posting import Poster
from bot.scheduled import ScheduledOutcome
from index.errors import StoreError
from index.models import Problem, SyncReport
from index.records import JobInfo, JobState
from tests.fakes.discord_plans import HOSTILE, all_kinds
from tests.fakes.discord_service import NOW, ScriptedService
from tests.fakes.discord_world import MakeBot, World, text_of

Entries = list[MutableMapping[str, Any]]
FEED = "https://gullmarrow.example/feed.xml"
CHANGED = ScheduledOutcome((FEED,), SyncReport(5, published=True, added=("a1",), unchanged=40))
JOB = JobInfo("j1", "l", "sync", "Reading the sources again", "x", JobState.INTERRUPTED, NOW)


@pytest.fixture
def poster(world: World) -> Poster:
    world.service.channel = world.channel.id
    return world.bot.poster


async def test_what_changed_is_told_in_the_channel_that_moderators_chose(
    world: World, poster: Poster
) -> None:
    await poster.post_report(world.library, CHANGED)

    text = text_of(world.channel.last_message)
    assert "**Edition 5 is published**" in text
    assert "1 added · 40 unchanged" in text
    assert "https\\://gullmarrow.example/feed.xml" in text


async def test_a_failure_is_told_and_so_is_its_end(world: World, poster: Poster) -> None:
    await poster.post_report(world.library, ScheduledOutcome((FEED,), problem="It timed\nout."))
    assert "**A scheduled run failed**\nIt timed\nout." in text_of(world.channel.last_message)

    report = SyncReport(5, published=False, unchanged=40)
    await poster.post_report(world.library, ScheduledOutcome((FEED,), report, recovered=True))
    assert "**Reading works again.**\n**Nothing changed**" in text_of(world.channel.last_message)


async def test_what_is_held_back_can_be_published_from_there_by_moderators_only(
    world: World, poster: Poster
) -> None:
    world.service.open_plans = {"p1": all_kinds(world.library)}
    held = SyncReport(5, published=True, held="p1", suspicious=(Problem("c2", "It shrank."),))
    await poster.post_report(world.library, ScheduledOutcome((FEED,), held, "c2 waits.", "p1"))
    posted = world.channel.last_message
    assert posted is not None
    assert "- c2: It shrank." in text_of(posted)
    await world.env.restart_bot(world.make_bot())

    refused = await world.asker.click(posted, label="Publish …")
    asked = await world.moderator.click(posted, label="Publish …")

    assert "may manage this server" in text_of(refused.response)
    assert asked.ephemeral
    assert "**Publish this plan?**" in text_of(asked.response)


async def test_a_guard_that_stopped_a_scheduled_run_names_its_plan(
    world: World, poster: Poster
) -> None:
    waiting = ScheduledOutcome((FEED,), problem="12 of 40 articles would go.", held="p1")
    await poster.post_report(world.library, waiting)

    text = text_of(world.channel.last_message)
    assert "**A scheduled run waits for a moderator**\n12 of 40" in text
    assert "Show the plan" in text


async def test_nothing_is_posted_in_the_channel_of_another_server(
    world: World, poster: Poster, logged: Entries
) -> None:
    other = world.env.create_guild("Elsewhere").create_text_channel("news")
    world.service.channel = other.id
    await poster.post_report(world.library, CHANGED)

    assert other.last_message is None
    assert "no_reports_channel" in [entry["event"] for entry in logged]


@pytest.mark.parametrize("library", ["default", "discord-", "discord-x"])
async def test_libraries_of_no_server_get_no_reports(
    world: World, poster: Poster, library: str
) -> None:
    await poster.post_report(library, CHANGED)

    assert world.channel.last_message is None


async def test_where_no_channel_was_chosen_nothing_is_said(world: World, poster: Poster) -> None:
    world.service.channel = None
    await poster.post_report(world.library, CHANGED)

    assert world.channel.last_message is None


async def test_what_cannot_be_posted_is_logged_and_raises_nothing(
    world: World, poster: Poster, logged: Entries
) -> None:
    assert world.bot.user is not None
    closed = discord.PermissionOverwrite(send_messages=False)
    channel = world.guild.create_text_channel("closed", overwrites={world.bot.user: closed})
    world.service.channel = channel.id
    await poster.post_report(world.library, CHANGED)

    async def fail(_: str) -> int | None:
        raise StoreError("locked")

    world.service.reports_channel = fail  # type: ignore[method-assign, assignment]
    await poster.post_report(world.library, CHANGED)

    assert [e["event"] for e in logged].count("report_not_posted") == 2


async def test_what_comes_before_discord_is_there_waits_for_a_while_only(
    make_bot: MakeBot, logged: Entries
) -> None:
    bot = make_bot()
    service = ScriptedService()
    service.channel = 5
    await Poster(bot, service=service, patience=0.01).post_report("discord-1", CHANGED)

    assert "report_not_posted" in [entry["event"] for entry in logged]


async def test_hostile_reports_ping_nobody(world: World, poster: Poster) -> None:
    report = SyncReport(5, published=True, added=(HOSTILE,), problems=(Problem(HOSTILE, HOSTILE),))
    await poster.post_report(world.library, ScheduledOutcome((HOSTILE,), report, HOSTILE))

    posted = world.channel.last_message
    assert posted is not None
    assert posted.mentions == []
    assert not posted.mention_everyone


@pytest.mark.parametrize(
    ("resumed", "said"), [(True, "I have started it again"), (False, "Start it again")]
)
async def test_a_job_that_a_restart_cut_off_is_told(
    world: World, poster: Poster, resumed: bool, said: str
) -> None:
    await poster.post_interrupted(world.library, JOB, resumed=resumed)

    text = text_of(world.channel.last_message)
    assert "**Reading the sources again** was cut off by a restart." in text
    assert said in text


async def test_it_is_told_where_the_job_was_started_if_that_is_known(
    world: World, poster: Poster
) -> None:
    started = world.guild.create_text_channel("started")
    await poster.post_interrupted(world.library, JOB, resumed=False, channel_id=started.id)

    assert "was cut off" in text_of(started.last_message)
    assert world.channel.last_message is None


async def test_how_a_resumed_job_ended_is_told_with_the_plan_that_waits(
    world: World, poster: Poster
) -> None:
    await poster.post_resumed(world.library, JOB, "Too *much* would go.", held="p7")

    text = text_of(world.channel.last_message)
    assert "**Reading the sources again** is over." in text
    assert r"Too \*much\* would go." in text
