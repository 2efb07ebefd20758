"""What moderators do with the library, and who may not."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.cogs.jobs import _FAILED
from bot.cogs.moderation import ENDED
from bot.cogs.ports import BotConfig
from bot.cogs.targets import NO_LANGUAGE, NOT_A_PAGE, ONE_OF_TWO, OPTIONS_NEED_A_PAGE
from bot.jobs import JobStopped
from index.entries import SourceOptions
from index.errors import FetchError, JobRefused
from index.models import (
    EditionInfo,
    LibraryStatus,
    Problem,
    Progress,
    Source,
    SourceKind,
    SyncReport,
)
from index.records import JobInfo, JobState
from tests.fakes.discord_service import NOW, Call
from tests.fakes.discord_world import World, text_of, use_as_outsider

PAGE = "https://gullmarrow.example/news/tern-bridge"
Entries = list[MutableMapping[str, Any]]


@pytest.fixture
def config() -> BotConfig:
    # Longer than simcord waits in real time for sleeping tasks.
    return BotConfig(progress_interval=60.0)


async def test_a_moderator_adds_a_page(world: World) -> None:
    result = await world.moderator.slash(world.channel, "index add", url=f" {PAGE} ")

    assert result.ephemeral
    assert world.callbacks == [5]
    actor = f"discord:{world.moderator.id}"
    assert world.service.calls == [Call("add", world.library, actor, (PAGE,))]
    assert "**Edition 4 is published** in 1.5 s\n1 added" in text_of(result.response)


async def test_a_moderator_adds_an_attached_file(world: World) -> None:
    upload = ("town.md", b"# Town\n\nA text.")
    await world.moderator.slash(world.channel, "index add", file=upload)

    actor = f"discord:{world.moderator.id}"
    assert world.service.calls == [Call("upload", world.library, actor, (upload,))]


async def test_a_moderator_adds_up_to_five_files_at_once(world: World) -> None:
    uploads = [(f"town-{n}.md", b"# Town\n\nA text.") for n in range(5)]
    await world.moderator.slash(
        world.channel,
        "index add",
        file=uploads[0],
        **{f"file{n + 1}": uploads[n] for n in range(1, 5)},
    )

    assert world.service.calls[0].given == tuple(uploads)


async def test_a_moderator_says_how_a_source_is_to_be_read(world: World) -> None:
    await world.moderator.slash(
        world.channel,
        "index add",
        url=PAGE,
        include="*/news/*, */town/*,",
        exclude="*.pdf",
        language="EN",
        limit=50,
    )

    options = SourceOptions(("*/news/*", "*/town/*"), ("*.pdf",), "en", 50)
    assert world.service.calls[0].options == options


async def test_what_is_no_language_or_goes_with_no_file_is_said(world: World) -> None:
    digits = await world.moderator.slash(world.channel, "index add", url=PAGE, language="12")
    file = ("a.md", b"text")
    beside = await world.moderator.slash(world.channel, "index add", file=file, language="en")

    assert NO_LANGUAGE in text_of(digits.response)
    assert text_of(beside.response) == OPTIONS_NEED_A_PAGE
    assert world.service.calls == []


async def test_a_moderator_reads_the_sources_again(world: World) -> None:
    world.service.report = SyncReport(edition=4, published=False, unchanged=12)
    result = await world.moderator.slash(world.channel, "index sync")

    assert "**Nothing changed**: 12 articles as before, edition 4." in text_of(result.response)


async def test_status_says_what_the_library_holds(world: World) -> None:
    empty = await world.moderator.slash(world.channel, "index status")
    edition = EditionInfo(4, "2026-01-02T03:04:05+00:00", "x", "y", 1, 0, 0)
    sources = tuple(Source(SourceKind.PAGE, f"{PAGE}/{n}") for n in range(20))
    world.service.state = LibraryStatus("l", edition, 12, 40, sources, "e", 4_200_000, 99_000)
    full = await world.moderator.slash(world.channel, "index status")

    assert "is empty" in text_of(empty.response)
    text = text_of(full.response)
    assert "**Edition 4**, published <t:1767323045:f>" in text
    assert "12 articles in 40 searchable pieces" in text
    assert "-# and 12 more" in text
    assert "://gullmarrow" not in text.replace("\\://", "")


async def test_others_are_refused_even_where_discord_lets_them_through(world: World) -> None:
    # What a server's owner can do in the settings of the integration: everybody may.
    for name in ("index add", "index sync", "index status"):
        result = await use_as_outsider(
            world, name, **({"url": PAGE} if name == "index add" else {})
        )
        assert "may manage this server" in text_of(result)

    assert world.service.calls == []


@pytest.mark.parametrize(
    "url",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "seeds",
        "http:/etc/passwd",
        "https:///etc",
        "ftp://x.example/a",
        "https://a.example/b c",
        "http://\\etc",
    ],
)
async def test_only_addresses_of_pages_reach_the_service(world: World, url: str) -> None:
    result = await world.moderator.slash(world.channel, "index add", url=url)

    assert text_of(result.response) == NOT_A_PAGE
    assert world.service.calls == []


async def test_it_takes_exactly_one_of_address_and_file(world: World) -> None:
    neither = await world.moderator.slash(world.channel, "index add")
    both = await world.moderator.slash(world.channel, "index add", url=PAGE, file=("a.md", b"text"))

    assert text_of(neither.response) == ONE_OF_TWO
    assert text_of(both.response) == ONE_OF_TWO
    assert world.service.calls == []


@pytest.mark.parametrize("config", [BotConfig(upload_limit=1000)])
async def test_a_file_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    result = await world.moderator.slash(world.channel, "index add", file=("a.md", b"x" * 1001))

    assert "I take files of up to 1 kB" in text_of(result.response)
    assert world.service.calls == []


@pytest.mark.parametrize("config", [BotConfig(upload_limit=1000)])
async def test_a_file_that_is_larger_than_discord_said_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(*_: object, **__: object) -> bytes:
        return b"x" * 1001

    monkeypatch.setattr(discord.Attachment, "read", read)
    world.service.error = AssertionError("must not come so far")
    result = await world.moderator.slash(world.channel, "index add", file=("a.md", b"x"))

    assert "I take files of up to 1 kB" in text_of(result.response)


async def test_problems_are_listed_and_cannot_break_the_layout(world: World) -> None:
    problems = tuple(Problem(f"line {n}\n# @everyone", "<@1> is broken") for n in range(9))
    world.service.report = SyncReport(
        edition=4,
        published=True,
        added=tuple(f"**a{n}**" for n in range(9)),
        changed=("x" * 500,),
        problems=problems,
    )
    result = await world.moderator.slash(world.channel, "index sync")

    text = text_of(result.response)
    assert "9 added · 1 changed" in text
    assert "- \\*\\*a4\\*\\*\n-# and 4 more" in text
    assert "- line 7 # @\u200beveryone: \\<@1> is broken\n-# and 1 more" in text


async def test_an_error_of_the_index_is_told_as_its_sentence(world: World, logged: Entries) -> None:
    world.service.error = FetchError("gullmarrow.example answered 404. Check the address.")
    result = await world.moderator.slash(world.channel, "index add", url=PAGE)

    assert "gullmarrow.example answered 404. Check the address." in text_of(result.response)
    assert [e["log_level"] for e in logged if e["event"] == "failed"] == ["warning"]


async def test_progress_is_shown_while_the_job_runs_and_not_more_often_than_it_should(
    world: World,
) -> None:
    world.service.progress = [Progress("reading", n, 900) for n in range(1, 601)]
    released = world.hold()
    result = await world.moderator.slash(world.channel, "index sync")

    assert (
        "**Reading the sources again** …\nreading · 600 of 900\n`█████████████░░░░░░░` 67%"
        in text_of(result.response)
    )
    assert len(world.sent("PATCH", "/messages/@original")) == 1
    world.service.tell(Progress("embedding", 7))
    await world.env.advance_time(59)
    assert len(world.sent("PATCH", "/messages/@original")) == 1
    await world.env.advance_time(2)
    assert "embedding · 7 so far" in text_of(result.response)
    # Nothing new, nothing sent.
    await world.env.advance_time(300)
    assert len(world.sent("PATCH", "/messages/@original")) == 2
    released.set()
    await world.env.settle()
    assert "Edition 4 is published" in text_of(result.response)


async def test_one_job_a_server_the_second_is_told_how_far_the_first_is(world: World) -> None:
    world.service.progress = [Progress("embedding", 3, 9)]
    released = world.hold()
    await world.moderator.slash(world.channel, "index sync")
    owner = world.guild.add_member(
        world.env.create_user("second"), roles=[world.guild.roles["Keepers"]]
    )
    second = await owner.slash(world.channel, "index add", url=PAGE)
    status = await owner.slash(world.channel, "index status")

    assert "One thing at a time" in text_of(second.response)
    assert "embedding · 3 of 9" in text_of(second.response)
    assert " · mo · " in text_of(second.response)
    assert "Cancel it" in text_of(second.response)
    assert "**Job sync** is running: embedding · 3 of 9" in text_of(status.response)
    released.set()
    await world.env.settle()
    third = await owner.slash(world.channel, "index sync")
    assert "Edition 4" in text_of(third.response)


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1)])
async def test_a_job_takes_no_room_from_questions(world: World) -> None:
    released = world.hold()
    await world.moderator.slash(world.channel, "index sync")
    world.service.before = None
    asked = await world.asker.slash(world.channel, "ask", question="When does it open?")

    assert "hands full" not in text_of(asked.response)
    released.set()
    await world.env.settle()


@pytest.mark.parametrize("config", [BotConfig(token_lifetime=0.0)])
async def test_a_job_that_outlives_its_interaction_reports_in_the_channel(world: World) -> None:
    world.service.report = replace(
        world.service.report, problems=(Problem("secret-page", "is broken"),)
    )
    await world.moderator.slash(world.channel, "index sync")

    text = text_of(world.channel.last_message)
    assert "Edition 4 is published" in text
    assert "secret-page" not in text


@pytest.mark.parametrize("config", [BotConfig(token_lifetime=0.0)])
@pytest.mark.parametrize("error", [FetchError("It answered 404."), ZeroDivisionError()])
async def test_whatever_ends_a_job_that_outlives_its_interaction_is_told_in_the_channel(
    world: World, error: Exception
) -> None:
    world.service.error = error
    await world.moderator.slash(world.channel, "index sync")

    assert text_of(world.channel.last_message) == f"**Reading the sources again**: {_FAILED}"


async def test_a_job_that_somebody_cancels_is_not_mistaken_for_the_one_that_runs_next(
    world: World,
) -> None:
    following = JobInfo("9", world.library, "add", "Adding a folder", "x", JobState.RUNNING, NOW)
    world.service.past_jobs = (following,)
    world.service.error = JobStopped("Reading the sources again: Cancelled by somebody.")
    result = await world.moderator.slash(world.channel, "index sync")

    assert "Cancelled by somebody." in text_of(result.response)
    assert "Adding a folder" not in text_of(result.response)


async def test_a_job_that_another_moderator_cancels_says_who_did(world: World) -> None:
    released = world.hold()
    result = await world.moderator.slash(world.channel, "index sync")
    job = world.service.running
    assert job is not None
    world.service.error = JobStopped("Job sync: Cancelled by Discord user 7.")
    world.service.past_jobs = (
        replace(job, state=JobState.CANCELLED, outcome="Cancelled by Discord user 7."),
    )
    released.set()
    await world.env.settle()

    assert "**Job sync** · cancelled\nCancelled by Discord user 7." in text_of(result.response)
    assert "one complete edition" in text_of(result.response)


async def test_a_refusal_names_commands_as_they_are_called_here(world: World) -> None:
    world.service.error = JobRefused("Another is running. See `footnote index jobs`.")
    result = await world.moderator.slash(world.channel, "index sync")

    assert "/index jobs" in text_of(result.response)
    assert "footnote index" not in text_of(result.response)


async def test_the_commands_name_no_kind_of_file_that_is_not_read(world: World) -> None:
    index = world.env.backend.find_command("index", None, type=1)
    assert index is not None
    (add,) = (each for each in index["options"] if each["name"] == "add")
    (file,) = (each for each in add["options"] if each["name"] == "file")

    assert "DOCX" in file["description"]
    assert "EPUB" not in file["description"]


async def test_a_token_that_expired_early_also_leads_to_a_word_in_the_channel(
    world: World,
) -> None:
    released = world.hold()
    await world.moderator.slash(world.channel, "index sync")
    world.env.inject_error("PATCH", "/webhooks/*", status=404, code=10015, times=None)
    released.set()
    await world.env.settle()

    assert "Edition 4 is published" in text_of(world.channel.last_message)


async def test_a_job_that_the_end_cuts_off_is_told_so(world: World) -> None:
    world.hold()
    result = await world.moderator.slash(world.channel, "index sync")

    await world.bot.intake.close(grace=0.01)

    assert text_of(result.response) == ENDED


async def test_the_commands_are_not_offered_in_direct_messages_or_to_others(world: World) -> None:
    assert set(world.asker.available_commands(world.channel)) == {"ask", "help", "privacy"}
    assert "index add" in world.moderator.available_commands(world.channel)
    assert set(world.moderator.user.available_commands()) == {"ask", "help", "privacy"}
