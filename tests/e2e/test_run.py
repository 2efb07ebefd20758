"""``footnote run`` as a process of its own, against the loopback Discord over real sockets."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.discord_bot import BotProcess, run_footnote
from tests.fakes.discord_commands import NotPossibleError
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_payloads import EPHEMERAL, World, visible_text
from tests.fakes.discord_requests import RecordedRequest, Upload
from tests.fakes.discord_server import DiscordServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIBRARY = f"discord-{World().guild.id}"
SYNCS = r"/applications/\d+(/guilds/\d+)?/commands"

WALL_QUESTION = "How much will the work on the harbour wall cost?"
WALL_QUOTE = "The work on the harbour wall begins in September and will cost four million crowns."
WALL_TITLE = "Harbour wall to be raised by two metres"
WALL_PAGE = "https://example.org/news/harbour-wall"
ARTICLES = {
    "harbour-wall.md": f"""---
title: {WALL_TITLE}
date: 2025-03-04
author: Ines Vale
url: {WALL_PAGE}
---

The council of Ostmere voted on Monday to raise the harbour wall by two metres.
{WALL_QUOTE} The old lighthouse stays open to visitors all the while.
""",
    "ferry.md": """---
title: The night ferry sails again
date: 2025-04-20
author: Tom Reed
url: https://example.org/news/night-ferry
---

The night ferry to Lunden sails again from the first of May. A return ticket costs nineteen
crowns, and bicycles travel free of charge. Dogs must be kept on a lead on deck.
""",
    "bakery.txt": """The bakery on Salt Street

Marta Quill has baked the town's rye bread since 1998. She opens at half past five in the
morning and closes when the last loaf is sold.
""",
}
FAIR = """# The spring fair moves to the meadow

The spring fair of Ostmere moves to the meadow behind the mill this year, because the market
square is being paved. It opens on the twelfth of April.
"""
FAIR_QUESTION = "Where does the spring fair move to this year?"


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")
    return folder


async def _fill(articles: Path, data: Path) -> Path:
    added = await run_footnote("index", "add", str(articles), data=data, FOOTNOTE_LIBRARY=LIBRARY)
    assert added.code == 0, added.err
    return data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose library for our guild holds the articles."""
    return await _fill(articles, tmp_path_factory.mktemp("filled") / "data")


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """The filled data folder, for this test alone."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


def _check(request: RecordedRequest) -> list[str]:
    return find_problems(request.method, request.path, request.body)


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[DiscordServer]:
    """A loopback Discord for this test alone."""
    async with DiscordServer(check=_check) as running:
        yield running
        assert running.complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_server() -> AsyncIterator[DiscordServer]:
    """The loopback Discord of the bot that runs through this file."""
    async with DiscordServer(check=_check) as running:
        yield running
        assert running.complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot_data(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the bot that runs through this file."""
    return Path(shutil.copytree(filled, tmp_path_factory.mktemp("bot") / "data"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(shared_server: DiscordServer, bot_data: Path) -> AsyncIterator[DiscordServer]:
    """Discord with a bot that runs through this file; gives the server."""
    async with BotProcess(shared_server, bot_data) as bot:
        yield shared_server
        assert await bot.stop() == 0, bot.output
        assert "Traceback" not in bot.output
        assert shared_server.token not in bot.output


async def test_commands_are_registered_once(running: DiscordServer) -> None:
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
    running: DiscordServer, bot_data: Path
) -> None:
    second = await run_footnote(
        "run", data=bot_data, DISCORD_TOKEN=running.token, FOOTNOTE_DISCORD_API=running.url
    )

    assert second.code == 1
    assert "in use by" in second.err
    assert len(second.err.strip().splitlines()) == 1


async def test_sigterm_answers_what_is_pending_and_ends_the_session(
    server: DiscordServer, data: Path
) -> None:
    async with BotProcess(server, data) as bot:
        visitors = [server.world.visitor(number) for number in range(8)]
        # Half of the answers are held up on their way, the others are still being composed.
        server.fail_next("PATCH", "/webhooks/.*", 429, times=4, retry_after=1.0)
        held = [await server.slash("ask", by=v, question=WALL_QUESTION) for v in visitors[:4]]
        await server.until(lambda: server.asked("PATCH", ".*")[3:] or None, 30, "held answers")
        fresh = [await server.slash("ask", by=v, question=WALL_QUESTION) for v in visitors[4:]]
        for interaction in fresh:
            await server.acknowledged(interaction)
        code = await bot.stop(signal.SIGTERM, within=15)

    assert code == 0, bot.output
    for interaction in held + fresh:
        assert WALL_TITLE in visible_text(await server.final_reply(interaction, within=0))
    assert server.gateway.close_codes == [1000]
    assert "Traceback" not in bot.output


async def test_after_sigint_and_a_restart_old_buttons_work_and_nothing_is_registered_again(
    server: DiscordServer, data: Path
) -> None:
    async with BotProcess(server, data) as bot:
        answer = await server.final_reply(await server.slash("ask", question=WALL_QUESTION))
        assert await bot.stop(signal.SIGINT, within=15) == 0, bot.output
        assert "Traceback" not in bot.output

    async with BotProcess(server, data):
        shown = await server.final_reply(await server.click(answer, "Show quotes"))

    assert WALL_QUOTE in visible_text(shown)
    assert len(server.asked("PUT", SYNCS)) == 1


async def test_after_kill_9_the_bot_starts_and_answers_and_its_library_is_whole(
    server: DiscordServer, data: Path
) -> None:
    async with BotProcess(server, data) as bot:
        fair = Upload("fair.md", FAIR.encode(), "text/markdown")
        added = await server.slash("index add", by=server.world.moderator, file=fair)
        await server.acknowledged(added)
        assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL

    async with BotProcess(server, data) as bot:
        answer = await server.final_reply(await server.slash("ask", question=WALL_QUESTION))
        assert WALL_TITLE in visible_text(answer)
        assert await bot.stop() == 0, bot.output

    verified = await run_footnote("index", "verify", data=data, FOOTNOTE_LIBRARY=LIBRARY)
    assert verified.code == 0, verified.out + verified.err


async def test_a_wrong_token_gives_one_line_that_does_not_show_it(
    server: DiscordServer, data: Path
) -> None:
    wrong = server.token[::-1]
    ended = await run_footnote(
        "run", data=data, DISCORD_TOKEN=wrong, FOOTNOTE_DISCORD_API=server.url
    )

    assert ended.code == 1
    assert "DISCORD_TOKEN" in ended.err
    _assert_one_line(ended.err)
    assert wrong not in ended.out + ended.err
    assert [request.status for request in server.requests] == [401]


async def test_intents_that_were_not_granted_give_one_line(
    server: DiscordServer, data: Path
) -> None:
    server.gateway.refuse_identify_with = 4014
    ended = await run_footnote(
        "run", data=data, DISCORD_TOKEN=server.token, FOOTNOTE_DISCORD_API=server.url
    )

    assert ended.code == 1
    assert "intent" in ended.err.lower()
    _assert_one_line(ended.err)


async def test_a_network_that_is_down_gives_one_line(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/v10"
    token = "OTkwMDAwMDAwMDAwMDAwMDAx.GfAkEt.loopback-only-0123456789-abcdefghijkl"
    ended = await run_footnote("run", data=data, DISCORD_TOKEN=token, FOOTNOTE_DISCORD_API=address)

    assert ended.code == 1
    assert "Discord" in ended.err
    _assert_one_line(ended.err)


def _assert_one_line(err: str) -> None:
    """One line for the operator; JSON lines of the log may stand before it."""
    said = [line for line in err.strip().splitlines() if not line.startswith("{")]
    assert len(said) == 1, err
    assert "Traceback" not in err
