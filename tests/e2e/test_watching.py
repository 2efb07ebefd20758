"""A real ``footnote run`` as its operator sees it: health, metrics, and its log."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.discord_articles import (
    ARTICLES,
    LIBRARY,
    WALL_QUESTION,
    WALL_QUOTE,
    WALL_TITLE,
)
from tests.fakes.discord_bot import BotProcess, run_footnote
from tests.fakes.discord_server import DiscordServer

GUILD_ID = int(LIBRARY.removeprefix("discord-"))
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Seen:
    """A bot that runs, and what it answers at its health address."""

    def __init__(self, server: DiscordServer, bot: BotProcess, port: int) -> None:
        self.server = server
        self.bot = bot
        self.port = port

    async def ask(self, path: str) -> tuple[int, str]:
        return await asyncio.to_thread(ask, self.port, path)

    @property
    def lines(self) -> list[dict[str, Any]]:
        found = self.bot.output.splitlines()
        return [json.loads(line) for line in found if line.startswith("{")]

    async def wait_for(self, path: str, is_so: Callable[[int, str], bool]) -> str:
        async with asyncio.timeout(30):
            while True:
                status, body = await self.ask(path)
                if is_so(status, body):
                    return body
                await asyncio.sleep(0.1)


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(discord_server: DiscordServer, bot_data: Path) -> AsyncIterator[Seen]:
    port = free_port()
    async with BotProcess(
        discord_server,
        bot_data,
        FOOTNOTE_HEALTH_LISTEN=f"127.0.0.1:{port}",
        FOOTNOTE_LOG_LEVEL="debug",
    ) as bot:
        yield Seen(discord_server, bot, port)
        assert await bot.stop() == 0, bot.output


async def test_it_becomes_ready_and_says_so(seen: Seen) -> None:
    await seen.wait_for("/ready", lambda status, _: status == 200)

    assert (await seen.ask("/health"))[0] == 200


async def test_a_question_is_counted_and_logged_under_its_id_without_its_words(seen: Seen) -> None:
    asked = await seen.server.slash("ask", question=WALL_QUESTION)
    await seen.server.final_reply(asked)
    answered = 'footnote_questions_total{kind="ask",outcome="answered",reason=""} 1.0'
    metrics = await seen.wait_for("/metrics", lambda _, body: answered in body)

    assert "footnote_ack_seconds_count 1.0" in metrics
    assert "footnote_shards_connected 1.0" in metrics
    assert f"footnote_articles {len(ARTICLES)}.0" in metrics
    assert 'footnote_discord_requests_total{status="2xx"}' in metrics
    assert 'footnote_call_seconds_count{failed="no",part="embedder"} 0.0' not in metrics
    assert 'footnote_call_seconds_count{failed="no",part="store_read"} 0.0' not in metrics
    (ended,) = [line for line in seen.lines if line["event"] == "question_ended"]
    assert (ended["outcome"], ended["guild"]) == ("answered", GUILD_ID)
    stages = [
        line["stage"]
        for line in seen.lines
        if line["event"] == "stage_ended" and line["question_id"] == ended["question_id"]
    ]
    assert stages == ["wait", "rewrite", "search", "compose", "verify", "link", "keep", "show"]


async def test_neither_log_nor_metrics_hold_words_people_or_secrets(seen: Seen) -> None:
    _, metrics = await seen.ask("/metrics")
    said = seen.bot.output

    for text in (WALL_QUESTION, WALL_QUOTE, WALL_TITLE, seen.server.token):
        assert text not in said
        assert text not in metrics
    assert str(GUILD_ID) not in metrics
    assert "Traceback" not in said


async def test_without_the_setting_nothing_listens_and_a_used_address_is_said(
    seen: Seen, data: Path
) -> None:
    assert "FOOTNOTE_HEALTH_LISTEN" not in seen.bot.output
    second = await run_footnote(
        "run",
        data=data,
        DISCORD_TOKEN=seen.server.token,
        FOOTNOTE_DISCORD_API=seen.server.url,
        FOOTNOTE_HEALTH_LISTEN=f"127.0.0.1:{seen.port}",
    )

    assert second.code == 1
    assert f"cannot be answered on 127.0.0.1 port {seen.port}" in second.err


async def test_a_question_at_the_terminal_is_logged_under_its_id_without_words_or_keys(
    data: Path,
) -> None:
    pytest.importorskip("llama_index.llms.openai", reason="the extra `openai`")
    done = await run_footnote(
        "ask",
        WALL_QUESTION,
        data=data,
        FOOTNOTE_LIBRARY=LIBRARY,
        FOOTNOTE_LOG_LEVEL="debug",
        FOOTNOTE_LLM="openai",
        FOOTNOTE_LLM_MODEL="gpt-4o-mini",
        FOOTNOTE_LLM_URL="http://127.0.0.1:1/v1",
        FOOTNOTE_LLM_KEY="sk-canary-canary-canary",
    )

    assert WALL_QUOTE.removesuffix(".") in done.out
    found = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    told = [line for line in found if line["event"] in {"stage_ended", "question_ended"}]
    assert [line["event"] for line in told][-1] == "question_ended"
    assert len({line["question_id"] for line in told}) == 1
    assert "failed" in str([line["event"] for line in found if "model" in line])
    for text in (WALL_QUESTION, WALL_QUOTE, WALL_TITLE, "sk-canary"):
        assert text not in done.err
