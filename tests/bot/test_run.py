"""Running the bot over real sockets: what an operator reads when it cannot run."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig
from bot.run import run_bot
from bot.state.stores import Stores
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_payloads import visible_text
from tests.fakes.discord_requests import RecordedRequest
from tests.fakes.discord_server import TOKEN, DiscordServer
from tests.fakes.discord_service import ScriptedService
from tests.fakes.stores import open_database


def _check(request: RecordedRequest) -> list[str]:
    return find_problems(request.method, request.path, request.body)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with DiscordServer(check=_check) as running:
        monkeypatch.setattr(Route, "BASE", running.url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(running.gateway.url))
        yield running


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[FootnoteBot]:
    database = open_database(tmp_path / "footnote.db")
    stores = Stores(database)
    await stores.open()
    yield FootnoteBot(
        service=ScriptedService(),
        stores=stores,
        config=BotConfig(stop_grace=0.2),
    )
    await database.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(
    server: DiscordServer, bot: FootnoteBot, number: signal.Signals
) -> None:
    running = asyncio.create_task(run_bot(bot, TOKEN))
    await server.ready(within=10)
    interaction = await server.slash("ask", question="When did the bridge open?")
    message = await server.final_reply(interaction)
    os.kill(os.getpid(), number)

    assert await asyncio.wait_for(running, 10) == 0
    assert "opened again on Tuesday. [1]" in visible_text(message)
    assert server.gateway.close_codes == [1000]
    assert server.complaints == []


async def test_what_is_pending_at_the_end_is_told_to_ask_again(
    server: DiscordServer, bot: FootnoteBot
) -> None:
    service = bot._service
    assert isinstance(service, ScriptedService)
    service.before = asyncio.Event().wait
    running = asyncio.create_task(run_bot(bot, TOKEN))
    await server.ready(within=10)
    interaction = await server.slash("ask", question="When did the bridge open?")
    await server.acknowledged(interaction)
    os.kill(os.getpid(), signal.SIGTERM)

    assert await asyncio.wait_for(running, 10) == 0
    assert "I am restarting" in visible_text(await server.final_reply(interaction))


async def test_a_wrong_token_gives_one_readable_line(
    server: DiscordServer, bot: FootnoteBot
) -> None:
    errors = io.StringIO()

    assert await run_bot(bot, "not-the-token", errors=errors) == 1
    assert errors.getvalue().count("\n") == 1
    assert "DISCORD_TOKEN" in errors.getvalue()
    assert "not-the-token" not in errors.getvalue()
    assert bot.is_closed()


async def test_a_network_that_is_down_gives_one_readable_line(
    bot: FootnoteBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9/api/v10")
    errors = io.StringIO()

    assert await run_bot(bot, TOKEN, errors=errors) == 1
    assert errors.getvalue().startswith("Discord cannot be reached: ")
    assert errors.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("code", "line"), [(4014, "Privileged Gateway Intents"), (4004, "DISCORD_TOKEN")]
)
async def test_a_gateway_that_refuses_gives_one_readable_line(
    server: DiscordServer, bot: FootnoteBot, code: int, line: str
) -> None:
    errors = io.StringIO()
    running = asyncio.create_task(run_bot(bot, TOKEN, errors=errors))
    await server.ready(within=10)
    await server.gateway.close(code)

    assert await asyncio.wait_for(running, 20) == 1
    assert line in errors.getvalue()
    assert errors.getvalue().count("\n") == 1


async def test_discord_in_trouble_gives_one_readable_line(
    server: DiscordServer, bot: FootnoteBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(_: float) -> None:
        """The library's patience between its tries, made short."""

    monkeypatch.setattr("discord.http.asyncio.sleep", sleep)
    server.fail_next("GET", "/users/@me", 503, times=10)
    errors = io.StringIO()

    assert await run_bot(bot, TOKEN, errors=errors) == 1
    assert "trouble of its own (503)" in errors.getvalue()
