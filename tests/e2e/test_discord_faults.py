"""Discord as it is on a bad day, against the real bot over real sockets: nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import pytest_asyncio

from tests.fakes.discord_articles import WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_bot import BotProcess
from tests.fakes.discord_payloads import Payload, visible_text
from tests.fakes.discord_requests import RecordedRequest
from tests.fakes.discord_server import DiscordServer
from tests.fakes.discord_store import Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLBACK, ORIGINAL = "/interactions/.*", r"/webhooks/.*/@original"
MESSAGES = r"/channels/\d+/messages"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(discord_server: DiscordServer, bot_data: Path) -> AsyncIterator[BotProcess]:
    """One bot that lives through all of it."""
    async with BotProcess(discord_server, bot_data) as running:
        yield running
        assert await running.stop() == 0, running.output
        assert discord_server.token not in running.output
        tokens = discord_server.store.interactions
        assert [token for token in tokens if token in running.output] == []


@pytest.fixture
def server(discord_server: DiscordServer, bot: BotProcess) -> DiscordServer:
    """Discord with that bot. What it refuses here was ordered by a test."""
    discord_server.complaints.clear()
    return discord_server


async def ask(server: DiscordServer, number: int) -> Interaction:
    """Somebody asks who has not asked before."""
    return await server.slash("ask", by=server.world.visitor(number), question=WALL_QUESTION)


def shown_for(server: DiscordServer, interaction: Interaction) -> list[str]:
    """All that is to be seen of the bot for an interaction."""
    messages = server.store.messages
    return [visible_text(messages[i]) for i in interaction.message_ids if i in messages]


def said_after(server: DiscordServer, message: Payload) -> list[str]:
    """All that the bot has posted in a channel since a message, but for interactions."""
    return [
        visible_text(m)
        for m in server.store.messages.values()
        if m["author"]["id"] == server.world.bot.id
        and m["channel_id"] == message["channel_id"]
        and "webhook_id" not in m
        and int(m["id"]) > int(message["id"])
    ]


def asked_for(server: DiscordServer, interaction: Interaction) -> list[RecordedRequest]:
    """What the bot asked of Discord for an interaction."""
    parts = (interaction.token, f"/{interaction.id}/")
    return [r for r in server.requests if any(part in r.path for part in parts)]


async def test_a_429_on_the_answer_is_waited_out_and_the_answer_comes_once(
    server: DiscordServer,
) -> None:
    server.fail_next("PATCH", ORIGINAL, 429, times=2, retry_after=0.2)
    asked = await ask(server, 1)

    assert WALL_TITLE in visible_text(await server.final_reply(asked))

    assert len(shown_for(server, asked)) == 1
    assert [r.status for r in asked_for(server, asked)][-3:] == [429, 429, 200]


async def test_a_global_429_on_a_reply_is_waited_out_and_the_reply_comes_once(
    server: DiscordServer,
) -> None:
    server.fail_next("POST", MESSAGES, 429, retry_after=0.3, is_global=True)
    asked = await server.mention(WALL_QUESTION, by=server.world.visitor(2))

    assert WALL_TITLE in visible_text(await server.reply_to(asked))

    assert len(said_after(server, asked)) == 1


@pytest.mark.parametrize("status", [500, 502])
async def test_a_5xx_on_the_acknowledgement_is_tried_again_in_time(
    server: DiscordServer, status: int
) -> None:
    server.fail_next("POST", CALLBACK, status)
    asked = await ask(server, status)

    await server.acknowledged(asked, within=3)

    assert WALL_TITLE in visible_text(await server.final_reply(asked))


async def test_a_502_on_the_answer_and_on_a_reply_is_tried_again(server: DiscordServer) -> None:
    server.fail_next("PATCH", ORIGINAL, 502)
    server.fail_next("POST", MESSAGES, 502)
    asked = await ask(server, 3)
    mentioned = await server.mention(WALL_QUESTION, by=server.world.visitor(4))

    assert WALL_TITLE in visible_text(await server.final_reply(asked))
    said = await server.until(lambda: said_after(server, mentioned) or None, 30, "reply")

    assert WALL_TITLE in said[0]
    assert len(shown_for(server, asked)) == len(said_after(server, mentioned)) == 1


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_connection_that_breaks_at_the_acknowledgement_is_no_lost_question(
    server: DiscordServer, is_done: bool
) -> None:
    server.cut_next("POST", CALLBACK, is_done=is_done)
    asked = await ask(server, 5 + is_done)

    assert WALL_TITLE in visible_text(await server.final_reply(asked))

    assert len(shown_for(server, asked)) == 1


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_connection_that_breaks_at_the_answer_is_no_second_answer(
    server: DiscordServer, is_done: bool
) -> None:
    server.cut_next("PATCH", ORIGINAL, is_done=is_done)
    asked = await ask(server, 7 + is_done)
    await server.until(lambda: asked_for(server, asked)[2:] or None, 20, "second try")

    assert WALL_TITLE in visible_text(await server.final_reply(asked))

    assert len(shown_for(server, asked)) == 1


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_connection_that_breaks_at_a_reply_never_makes_two_posts(
    server: DiscordServer, is_done: bool
) -> None:
    before = len(server.asked("POST", MESSAGES))
    server.cut_next("POST", MESSAGES, is_done=is_done)
    asked = await server.mention(WALL_QUESTION, by=server.world.visitor(9 + is_done))
    await server.until(lambda: server.asked("POST", MESSAGES)[before + 1 :] or None, 20, "try")

    assert WALL_TITLE in visible_text(await server.reply_to(asked))

    assert len(said_after(server, asked)) == 1


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (404, 10062)])
async def test_an_answer_whose_interaction_has_expired_goes_to_the_channel(
    server: DiscordServer, status: int, code: int
) -> None:
    server.fail_next("PATCH", ORIGINAL, status, code=code)
    asked = await ask(server, 20 + code)
    await server.acknowledged(asked)
    thinking = server.store.messages[asked.original_id or ""]

    said = await server.until(lambda: said_after(server, thinking) or None, 30, "post")

    assert len(said) == 1
    assert WALL_TITLE in said[0]


async def test_an_interaction_that_is_over_before_it_is_acknowledged_gets_nothing_and_no_traceback(
    server: DiscordServer, bot: BotProcess
) -> None:
    server.fail_next("POST", CALLBACK, 404, code=10062)
    late = await ask(server, 11)
    await server.until(lambda: asked_for(server, late) or None, 20, "acknowledgement")

    after = await ask(server, 12)
    await server.final_reply(after)

    assert shown_for(server, late) == []
    assert "Traceback" not in bot.output


async def test_an_interaction_that_is_delivered_twice_is_answered_once(
    server: DiscordServer,
) -> None:
    asked = await ask(server, 13)
    await server.deliver_again(asked)
    await server.final_reply(asked)
    await server.deliver_again(asked)
    await server.final_reply(await ask(server, 14))

    assert len(shown_for(server, asked)) == 1
    assert len(server.asked("POST", f"/interactions/{asked.id}/.*")) == 1


async def test_a_message_that_is_delivered_twice_is_answered_once(server: DiscordServer) -> None:
    asked = await server.mention(WALL_QUESTION, by=server.world.visitor(15))
    await server.gateway.dispatch_message("MESSAGE_CREATE", asked)
    await server.reply_to(asked)
    await server.gateway.dispatch_message("MESSAGE_CREATE", asked)
    await server.final_reply(await ask(server, 16))

    replies = [m for m in server.store.messages.values() if m.get("message_reference")]
    to_it = [m for m in replies if m["message_reference"]["message_id"] == asked["id"]]
    assert len(to_it) == 1


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001), (403, 50013)])
async def test_a_channel_that_is_gone_or_shut_is_a_line_in_the_log_and_no_more_posts_there(
    server: DiscordServer, bot: BotProcess, status: int, code: int
) -> None:
    server.fail_next("POST", MESSAGES, status, code=code)
    asked = await server.mention(WALL_QUESTION, by=server.world.visitor(100 + code))
    await server.until(lambda: f"error code: {code}" in bot.output or None, 20, "line in the log")

    await server.final_reply(await ask(server, 200 + code))

    assert said_after(server, asked)[1:] == []
    assert "Traceback" not in bot.output


async def test_an_answer_comes_though_the_gateway_is_lost_after_the_acknowledgement(
    server: DiscordServer,
) -> None:
    resumed = server.gateway.resumes
    server.fail_next("PATCH", ORIGINAL, 429, retry_after=0.5)
    asked = await ask(server, 17)
    await server.acknowledged(asked)
    server.gateway.drop()

    assert WALL_TITLE in visible_text(await server.final_reply(asked))

    await server.until(lambda: server.gateway.resumes > resumed or None, 20, "RESUME")
    assert len(shown_for(server, asked)) == 1


@pytest.mark.parametrize("fault", ["op 7", "invalid but resumable", "invalid"])
async def test_after_a_session_ended_questions_are_answered_in_the_next_one(
    server: DiscordServer, fault: str
) -> None:
    gateway = server.gateway
    resumes, identifies = gateway.resumes, len(gateway.identifies)
    if fault == "op 7":
        await gateway.ask_to_reconnect()
    else:
        await gateway.invalidate(resumable=fault != "invalid")
    if fault == "invalid":
        await server.ready(identifies=identifies + 1)
    else:
        await server.until(lambda: gateway.resumes > resumes or None, 30, "RESUME")

    answer = await server.final_reply(await ask(server, 300 + resumes))

    assert WALL_TITLE in visible_text(answer)
    assert len(gateway.identifies) == identifies + (fault == "invalid")


async def test_a_gateway_that_no_longer_acknowledges_heartbeats_is_left_and_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with DiscordServer() as deaf:
        deaf.gateway.heartbeat_ms = 200
        monkeypatch.setattr("discord.http.Route.BASE", deaf.url)
        monkeypatch.setattr("discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY", deaf.gateway_url)
        client = discord.Client(intents=discord.Intents(guilds=True), heartbeat_timeout=1.0)
        running = asyncio.create_task(client.start(deaf.token))
        try:
            await deaf.ready()
            deaf.gateway.is_deaf = True
            await deaf.until(lambda: deaf.gateway.close_codes or None, 20, "end of the zombie")
            deaf.gateway.is_deaf = False
            await deaf.until(lambda: deaf.gateway.resumes or None, 20, "RESUME")
        finally:
            running.cancel()
            await client.close()
            await asyncio.gather(running, return_exceptions=True)
