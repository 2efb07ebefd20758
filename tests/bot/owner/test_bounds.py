"""A flood of clients takes the owner's socket no further than its bound."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.owner.server import RequestServer
from index.models import OnProgress

CLIENTS = 64


async def test_who_comes_when_all_places_are_taken_is_told_so_and_let_in_later(
    tmp_path: Path,
) -> None:
    release = asyncio.Event()

    async def hold(_: str, __: Mapping[str, Any], ___: OnProgress) -> dict[str, Any]:
        await release.wait()
        return {}

    server = RequestServer(hold, version="1", owner="footnote run")
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(256)
    await server.start(listener)
    async with AsyncExitStack() as stack:
        request = {"version": "1", "command": "ask", "params": {}}

        async def ask() -> asyncio.StreamReader:
            reader, writer = await asyncio.open_unix_connection(path)
            stack.callback(writer.close)
            writer.write(json.dumps(request).encode() + b"\n")
            await writer.drain()
            return reader

        async def answer_to(reader: asyncio.StreamReader) -> dict[str, Any]:
            async with asyncio.timeout(20):
                while True:
                    said: dict[str, Any] = json.loads(await reader.readline())
                    if "alive" not in said:
                        return said

        waiting = [await ask() for _ in range(CLIENTS)]
        async with asyncio.timeout(20):
            while len(server._connections) < CLIENTS:  # noqa: ASYNC110 - a test's own look
                await asyncio.sleep(0.01)
        refused = await answer_to(await ask())
        release.set()
        served = [await answer_to(reader) for reader in waiting]
        later = await answer_to(await ask())

    await server.drain()
    assert "serves 64 other commands already" in json.dumps(refused)
    assert [answer["result"] for answer in served] == [{}] * CLIENTS
    assert later["result"] == {}
