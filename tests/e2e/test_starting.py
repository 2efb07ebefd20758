"""What ``footnote run`` says when it cannot start: one line on what to do, and no traceback."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.fakes.discord_bot import run_bot_to_its_end, said_in
from tests.fakes.discord_server import TOKEN, DiscordServer


async def test_a_wrong_token_gives_one_line_that_does_not_show_it(tmp_path: Path) -> None:
    wrong = TOKEN[::-1]
    async with DiscordServer() as server:
        ended = await run_bot_to_its_end(tmp_path / "data", wrong, server.url)

    assert ended.code == 1
    assert len(said_in(ended.err)) == 1, ended.err
    assert "DISCORD_TOKEN" in ended.err
    assert "Traceback" not in ended.err
    assert wrong not in ended.out + ended.err
    assert [request.status for request in server.requests] == [401]


async def test_intents_that_were_not_granted_give_one_line(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.gateway.refuse_identify_with = 4014
        ended = await run_bot_to_its_end(tmp_path / "data", TOKEN, server.url)

    assert ended.code == 1
    assert len(said_in(ended.err)) == 1, ended.err
    assert "intent" in ended.err.lower()
    assert "Traceback" not in ended.err


async def test_a_network_that_is_down_gives_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/v10"
    ended = await run_bot_to_its_end(tmp_path / "data", TOKEN, address)

    assert ended.code == 1
    assert len(said_in(ended.err)) == 1, ended.err
    assert "network" in ended.err
    assert "Traceback" not in ended.err


async def test_discord_in_trouble_gives_one_line(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.fail_next("GET", "/users/@me", 503)
        ended = await run_bot_to_its_end(tmp_path / "data", TOKEN, server.url)

    assert ended.code == 1
    assert len(said_in(ended.err)) == 1, ended.err
    assert "503" in ended.err
