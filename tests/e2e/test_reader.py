"""The web reader beside the bot: a link in an answer opens the article at the quote."""

from __future__ import annotations

import json
import re
import socket
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.discord_articles import FAIR, LIBRARY
from tests.fakes.discord_bot import BotProcess, run_footnote
from tests.fakes.discord_server import DiscordServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


async def test_an_article_without_a_page_opens_in_the_reader_at_the_quote(
    discord_server: DiscordServer, data: Path, tmp_path: Path
) -> None:
    port = free_port()
    reader = {
        "FOOTNOTE_READER_URL": f"http://127.0.0.1:{port}/articles",
        "FOOTNOTE_READER_LISTEN": f"127.0.0.1:{port}",
    }
    story = tmp_path / "fair.md"
    story.write_text(FAIR, encoding="utf-8")
    async with (
        BotProcess(discord_server, data, **reader) as bot,
        aiohttp.ClientSession() as http,
    ):
        await run_footnote("index", "add", str(story), data=data, FOOTNOTE_LIBRARY=LIBRARY)
        asked = await run_footnote(
            "ask", "--json", "When is the fair?", data=data, FOOTNOTE_LIBRARY=LIBRARY
        )
        cited = json.loads(asked.out)["citations"]
        ours = [
            each for each in cited if (each["link"] or "").startswith(reader["FOOTNOTE_READER_URL"])
        ]
        for each in ours:
            async with http.get(each["link"]) as response:
                html = await response.text()
            marked = "".join(re.findall("<mark[^>]*>(.*?)</mark>", html, re.DOTALL))
            assert unescape(marked) == each["quote"]
        assert await bot.stop() == 0, bot.output

    assert ours, asked.out
    assert "Traceback" not in bot.output
    signatures = [each["link"].partition("&k=")[2].partition("#")[0] for each in ours]
    assert not any(signature in bot.output for signature in signatures)


async def test_a_bot_whose_reader_cannot_listen_says_so_and_ends(
    discord_server: DiscordServer, data: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = await run_footnote(
            "run",
            data=data,
            DISCORD_TOKEN=discord_server.token,
            FOOTNOTE_DISCORD_API=discord_server.url,
            FOOTNOTE_READER_URL="https://read.example.org",
            FOOTNOTE_READER_LISTEN=at,
        )

    assert ended.code == 1
    assert "The reader cannot listen on 127.0.0.1" in ended.err
    assert "Traceback" not in ended.err
