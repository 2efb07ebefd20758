"""``footnote reader`` as a process of its own, beside whoever owns the data folder."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.reader.addresses import ReaderAddresses
from bot.reader.secret import make_secret
from bot.settings import load_settings
from bot.wiring_reader import make_addresses
from tests.fakes.libraries import Opened, article, read_from

BRIDGE = article("bridge", "The bridge opened on Tuesday.")


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


@asynccontextmanager
async def running(data: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "reader", "--data", str(data), "--port", str(port)),
        env={k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")},
        cwd=Path(__file__).resolve().parents[3],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), 30)).decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_beside_the_owner_and_ends_on_a_signal(
    opened: Opened, number: signal.Signals
) -> None:
    library = opened.libraries.library("paper")
    await library.add([read_from("/articles", [BRIDGE])], actor="test", note="add")
    port = free_port()
    async with running(opened.folder, port) as process, aiohttp.ClientSession() as http:
        said = await first_line(process)
        assert f"http://127.0.0.1:{port}/" in said, said
        # The owner makes the secret after the reader has begun, and writes meanwhile.
        secret = await make_secret(opened.libraries.database)
        later = article("ferry", "The ferry ends on Sunday.")
        await library.add([read_from("/articles", [later])], actor="test", note="add")
        links = ReaderAddresses(f"http://127.0.0.1:{port}", secret, 1, lambda: datetime.now(UTC))
        for each in (BRIDGE, later):
            async with http.get(links.link("paper", each.version_id, 0, 3)) as response:
                assert response.status == 200
                assert '<mark id="quote"' in await response.text()
        process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 0
    assert out == b""
    assert err == b""


async def test_a_port_in_use_is_one_clear_line(opened: Opened) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        async with running(opened.folder, port) as process:
            _, err = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert err.count(b"\n") == 1
    assert f"cannot listen on 127.0.0.1 port {port}".encode() in err


async def test_a_folder_without_articles_says_what_to_do_and_stays_as_it_was(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "none", free_port()) as process:
        _, err = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert err.count(b"\n") == 1
    assert b"footnote index add" in err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("step", "says"), [(1, b"older"), (999, b"newer")])
async def test_a_folder_of_another_version_is_left_alone(
    opened: Opened, step: int, says: bytes
) -> None:
    await opened.libraries.database.write(
        lambda c: c.execute("UPDATE migration SET step = ? WHERE schema = 'index'", (step,))
    )
    async with running(opened.folder, free_port()) as process:
        _, err = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert err.count(b"\n") == 1
    assert says in err


async def test_links_are_made_only_where_there_is_a_public_address(
    opened: Opened, clean_environment: None
) -> None:
    without = load_settings(env_file=Path("none"))
    given = {"reader_url": "https://read.example.org/articles/"}
    addresses = await make_addresses(
        load_settings(given, env_file=Path("none")), opened.libraries.database
    )

    assert await make_addresses(without, opened.libraries.database) is None
    assert addresses is not None
    link = addresses.link("paper", BRIDGE.version_id, 0, 3)
    assert link.startswith(
        f"https://read.example.org/articles/paper/{BRIDGE.version_id}?s=0&e=3&x="
    )


async def test_the_secret_stays_the_same(opened: Opened) -> None:
    secret = await make_secret(opened.libraries.database)

    assert await make_secret(opened.libraries.database) == secret
    assert len(secret) == 32
