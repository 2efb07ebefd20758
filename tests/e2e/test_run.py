"""``footnote run`` as a process of its own, against the loopback Discord over real sockets."""

from __future__ import annotations

import asyncio
import json
from asyncio import Task
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.discord_articles import (
    ARTICLES,
    FAIR,
    FAIR_QUESTION,
    LIBRARY,
    WALL_PAGE,
    WALL_QUESTION,
    WALL_QUOTE,
    WALL_TITLE,
)
from tests.fakes.discord_bot import (
    BotProcess,
    Finished,
    run_bot_to_its_end,
    run_footnote,
    said_in,
)
from tests.fakes.discord_commands import NotPossibleError
from tests.fakes.discord_payloads import EPHEMERAL, visible_text
from tests.fakes.discord_requests import Upload
from tests.fakes.discord_server import DiscordServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYNCS = r"/applications/\d+(/guilds/\d+)?/commands"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(discord_server: DiscordServer, bot_data: Path) -> AsyncIterator[DiscordServer]:
    """Discord with a bot that runs through this file; gives the server."""
    async with BotProcess(discord_server, bot_data) as bot:
        yield discord_server
        assert await bot.stop() == 0, bot.output
        assert "Traceback" not in bot.output
        assert discord_server.token not in bot.output


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second_bot(running: DiscordServer, bot_data: Path) -> AsyncIterator[Task[Finished]]:
    """A second ``footnote run`` on the running bot's data; it waits a while for its turn."""
    second = asyncio.create_task(run_bot_to_its_end(bot_data, running.token, running.url))
    yield second
    await asyncio.wait({second})


async def test_commands_are_registered_once(
    running: DiscordServer, second_bot: Task[Finished]
) -> None:
    assert [request.status for request in running.asked("PUT", SYNCS)] == [200]
    assert {"ask", "index"} <= {command["name"] for command in running.store.commands[None]}


async def test_ask_is_deferred_in_time_and_answered_with_a_source(running: DiscordServer) -> None:
    asked = await running.slash("ask", question=WALL_QUESTION)
    acknowledged = await running.acknowledged(asked, within=3)
    answer = visible_text(await running.final_reply(asked))

    assert acknowledged["type"] == 5
    assert WALL_QUOTE.removesuffix(".") in answer
    assert WALL_TITLE in answer
    assert WALL_PAGE in answer
    assert len(running.asked("POST", f"/interactions/{asked.id}/.*")) == 1


async def test_show_quotes_shows_the_quote_word_for_word_to_who_pressed(
    running: DiscordServer,
) -> None:
    answer = await running.final_reply(await running.slash("ask", question=WALL_QUESTION))
    shown = await running.final_reply(
        await running.click(answer, "Show quotes", by=running.world.moderator)
    )

    assert WALL_QUOTE in visible_text(shown)
    assert WALL_QUOTE in ARTICLES["harbour-wall.md"]
    assert shown["flags"] & EPHEMERAL


async def test_a_question_nothing_answers_is_refused(running: DiscordServer) -> None:
    asked = await running.slash("ask", question="Who won the chess championship in Reykjavik?")
    refusal = await running.final_reply(asked)

    assert WALL_QUOTE not in visible_text(refusal)
    with pytest.raises(NotPossibleError):
        await running.click(refusal, "Show quotes")


async def test_a_mention_is_answered_in_the_channel_and_pings_nobody(
    running: DiscordServer,
) -> None:
    asked = await running.mention(f"{WALL_QUESTION} @everyone <@{running.world.moderator.id}>")
    reply = await running.reply_to(asked)

    assert WALL_QUOTE.removesuffix(".") in visible_text(reply)
    assert not reply["mention_everyone"]
    assert running.world.moderator.id not in [user["id"] for user in reply["mentions"]]


async def test_a_direct_message_gets_a_friendly_line(running: DiscordServer) -> None:
    reply = await running.reply_to(await running.direct_message("Hello?"))

    assert visible_text(reply)


async def test_a_moderator_adds_a_file_and_its_words_answer(running: DiscordServer) -> None:
    fair = Upload("fair.md", FAIR.encode(), "text/markdown")
    added = await running.slash("index add", by=running.world.moderator, file=fair)
    await running.acknowledged(added)
    await running.final_reply(added, when=lambda message: "published" in visible_text(message))

    answer = await running.final_reply(await running.slash("ask", question=FAIR_QUESTION))
    assert "meadow behind the mill" in visible_text(answer)


async def test_who_may_not_manage_the_server_adds_nothing(running: DiscordServer) -> None:
    text = FAIR.replace("meadow behind the mill", "moon")
    secret = Upload("secret.md", text.encode(), "text/markdown")
    tried = await running.slash("index add", by=running.world.asker, file=secret)
    refused = await running.final_reply(tried)

    assert refused["flags"] & EPHEMERAL
    answer = await running.final_reply(await running.slash("ask", question=FAIR_QUESTION))
    assert "moon" not in visible_text(answer)


async def test_a_429_and_a_broken_connection_delay_an_answer_and_lose_none(
    running: DiscordServer,
) -> None:
    running.fail_next("PATCH", "/webhooks/.*", 429, retry_after=0.3)
    first = await running.slash("ask", question=WALL_QUESTION)
    assert WALL_TITLE in visible_text(await running.final_reply(first))

    resumes = running.gateway.resumes
    running.gateway.drop()
    await running.until(lambda: not running.gateway.connected or None, 5, "broken connection")
    second = await running.slash("ask", question=WALL_QUESTION)
    assert WALL_TITLE in visible_text(await running.final_reply(second))
    assert running.gateway.resumes == resumes + 1


async def test_other_commands_are_carried_out_by_the_running_bot(
    running: DiscordServer, bot_data: Path, tmp_path: Path
) -> None:
    mill = tmp_path / "mill.md"
    mill.write_text("# The mill\n\nThe mill of Ostmere grinds oats on Thursdays.\n", "utf-8")
    settings = {"data": bot_data, "FOOTNOTE_LIBRARY": LIBRARY}

    added = await run_footnote("index", "add", str(mill), **settings)  # type: ignore[arg-type]
    asked, found = await asyncio.gather(
        run_footnote("ask", "--json", "When does the mill grind oats?", **settings),  # type: ignore[arg-type]
        run_footnote("search", "--json", WALL_QUESTION, **settings),  # type: ignore[arg-type]
    )

    assert (added.code, asked.code, found.code) == (0, 0, 0), added.err + asked.err + found.err
    reply = json.loads(asked.out)
    assert "Thursdays" in reply["citations"][0]["quote"]
    assert json.loads(found.out)["passages"][0]["title"] == WALL_TITLE
    in_discord = await running.slash("ask", question="When does the mill grind oats?")
    assert "Thursdays" in visible_text(await running.final_reply(in_discord))


async def test_a_second_bot_on_the_same_data_says_who_holds_it(
    running: DiscordServer, second_bot: Task[Finished]
) -> None:
    second = await second_bot

    assert second.code == 1
    assert "in use by `footnote run`" in second.err
    assert len(said_in(second.err)) == 1, second.err
    assert "Traceback" not in second.err
    assert len(running.gateway.identifies) == 1
