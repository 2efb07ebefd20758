"""Sources, their schedules, reports, and jobs that run, ran and are cancelled."""

from __future__ import annotations

import asyncio
from collections import Counter

import discord
import pytest
import simcord

from bot.cogs.library import LibraryCog
from bot.cogs.library_sources import CANNOT_WRITE
from bot.cogs.part import LibraryPart
from bot.cogs.ports import BotConfig
from bot.jobs import JobStopped
from bot.rendering.actions import action_id
from index.errors import FootnoteIndexError, JobRefused
from index.models import Progress, Source, SourceKind
from index.records import JobInfo, JobState
from tests.fakes.discord_plans import HOSTILE, make_source
from tests.fakes.discord_service import NOW
from tests.fakes.discord_world import World, post_fake, text_of

DONE = JobInfo(
    "00ff00ff", "l", "sync", "Reading", "schedule", JobState.FAILED, NOW, outcome="It answered 500."
)


@pytest.fixture
def config() -> BotConfig:
    # Longer than simcord waits in real time for sleeping tasks.
    return BotConfig(progress_interval=60.0)


async def _show(world: World, name: str, **options: object) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, name, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_sources_are_listed_with_their_options_schedule_and_last_outcome(
    world: World,
) -> None:
    world.service.remembered = (
        make_source(1, schedule="daily 06:00", next_run=NOW, last_run=NOW, outcome="3 added."),
        make_source(2, schedule="hourly", paused=True),
        make_source(3, source=Source(SourceKind.PAGE, HOSTILE), outcome=HOSTILE, last_run=NOW),
    )
    card = await _show(world, "index sources")

    text = text_of(card)
    assert "**1** · https\\://gullmarrow.example/feed-1.xml" in text
    assert "feed · 12 articles · only \\*/news/\\* · at most 50" in text
    assert "Read daily 06:00, next <t:" in text
    assert "3 added." in text
    assert "Read hourly: **paused** after a rollback" in text
    assert "Read only when somebody asks for it" in text
    assert not card.message.mention_everyone


async def test_many_sources_have_pages(world: World) -> None:
    world.service.remembered = tuple(make_source(n) for n in range(1, 14))
    card = await _show(world, "index sources")
    await world.moderator.click(card, label="Older")

    assert "**7** ·" in text_of(card)
    assert "**6** ·" not in text_of(card)


@pytest.mark.parametrize(("when", "given"), [("daily 06:00", "daily 06:00"), ("OFF", None)])
async def test_a_source_gets_a_schedule_or_loses_it(
    world: World, when: str, given: str | None
) -> None:
    world.service.remembered = (make_source(1), make_source(2))
    card = await _show(world, "index schedule", source="2", when=when)

    assert world.service.calls[0].given == (2, given)
    assert ("Read daily 06:00" if given else "Read only when") in text_of(card)


async def test_what_was_handed_over_is_not_offered_to_be_read_by_the_clock(world: World) -> None:
    upload = make_source(2, source=Source(SourceKind.UPLOAD, "statutes.pdf"))
    world.service.remembered = (make_source(1), upload)
    schedule = await world.moderator.autocomplete(world.channel, "index schedule", "source", "")
    remove = await world.moderator.autocomplete(world.channel, "index remove", "source", "")

    assert [choice["value"] for choice in schedule] == ["1"]
    assert [choice["value"] for choice in remove] == ["1", "2"]


async def test_a_schedule_that_is_none_is_explained(world: World) -> None:
    world.service.remembered = (make_source(1),)
    card = await _show(world, "index schedule", source="9", when="hourly")
    assert "no such source" in text_of(card)

    async def refuse(*_: object, **__: object) -> None:
        raise FootnoteIndexError("“soon” is no schedule. Try hourly or daily 06:00.")

    world.service.set_schedule = refuse  # type: ignore[method-assign, assignment]
    card = await _show(world, "index schedule", source="1", when="soon")
    assert "Try hourly or daily 06:00." in text_of(card)


async def test_reports_go_where_the_bot_may_write(world: World) -> None:
    channel = world.guild.create_text_channel("mods")
    card = await _show(world, "index reports", channel=channel)
    assert f"<#{channel.id}>" in text_of(card)
    assert world.service.channel == channel.id

    card = await _show(world, "index reports")
    assert "go nowhere" in text_of(card)
    assert world.service.channel is None


async def test_a_channel_that_the_bot_may_not_write_in_is_refused(world: World) -> None:
    assert world.bot.user is not None
    closed = discord.PermissionOverwrite(send_messages=False)
    channel = world.guild.create_text_channel("closed", overwrites={world.bot.user: closed})
    card = await _show(world, "index reports", channel=channel)

    assert text_of(card) == CANNOT_WRITE
    assert world.service.calls == []


async def test_jobs_are_listed_with_how_they_ended(world: World) -> None:
    world.service.past_jobs = (DONE,)
    text = text_of(await _show(world, "index jobs"))

    assert "**Reading** · failed\nIt answered 500." in text
    assert "schedule · `00ff00ff`" in text
    assert "Cancel it" not in text


async def test_the_card_of_a_job_has_its_pace_and_can_cancel_it(world: World) -> None:
    world.service.progress = [Progress("embedding", 3, 9)]
    released = world.hold()
    result = await world.moderator.slash(world.channel, "index sync")
    assert result.response is not None
    await world.env.advance_time(61)
    assert "Cancel" in text_of(result.response)

    pressed = await world.moderator.click(result.response, label="Cancel")
    assert world.service.calls[-1].given == ("0123abcd",)
    assert pressed.acknowledged
    released.set()
    await world.env.settle()


async def test_a_cancelled_job_ends_its_card_with_who_it_was(world: World) -> None:
    stopped = JobInfo(
        "0123abcd", "l", "sync", "Reading", "x", JobState.CANCELLED, NOW, outcome="Cancelled by mo."
    )

    released = asyncio.Event()

    async def cancelled() -> None:
        await world.env.external_wait(released.wait(), reason="the job runs")
        # As the real service: it is over and no longer among those that run.
        world.service.running, world.service.past_jobs = None, (stopped,)
        raise JobStopped("Reading: Cancelled by mo.")

    world.service.progress = [Progress("embedding", 3, 9)]
    world.service.before = cancelled
    result = await world.moderator.slash(world.channel, "index sync")
    released.set()
    await world.env.settle()

    text = text_of(result.response)
    assert "**Reading** · cancelled\nCancelled by mo." in text
    assert "Nothing half-done is in the answers" in text


async def test_somebody_busy_can_still_cancel(world: World) -> None:
    released = world.hold()
    job = await world.moderator.slash(world.channel, "index sync")
    assert job.response is not None
    await world.env.advance_time(61)
    await world.moderator.slash(world.channel, "index history")
    refused = await world.moderator.slash(world.channel, "index audit")
    assert "still working on what you asked" in text_of(refused.response)
    result = await world.moderator.slash(world.channel, "index cancel")
    await world.moderator.click(job.response, label="Cancel")

    assert world.service.called == ["sync", "cancel", "cancel"]
    assert "**Job sync** · cancelled" in text_of(result.response)
    released.set()
    await world.env.settle()


def test_no_part_of_the_commands_hides_another() -> None:
    names = [
        name
        for part in LibraryCog.__bases__
        if issubclass(part, LibraryPart)
        for name in vars(part)
        if not name.startswith("__")
    ]

    assert len(names) > 40
    assert [name for name, times in Counter(names).items() if times > 1] == []


async def test_cancelling_what_is_over_is_explained(world: World) -> None:
    posted = await post_fake(world, action_id("job", "cancel", "beef"))
    pressed = await world.moderator.click(posted, label="Press")
    command = await _show(world, "index cancel")

    assert "There is no such job here" in text_of(pressed.response)
    assert "There is no such job here" in text_of(command)


async def test_a_second_job_that_only_the_service_knows_of_is_refused_with_a_reason(
    world: World,
) -> None:
    world.service.error = JobRefused("Reading is running here, started by the command line.")
    card = await _show(world, "index sync")

    assert "started by the command line" in text_of(card)
