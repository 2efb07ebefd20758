"""How ``footnote run`` ends, and how it goes on after: signals, restarts, a kill."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.discord_articles import FAIR, LIBRARY, WALL_QUESTION, WALL_QUOTE, WALL_TITLE
from tests.fakes.discord_bot import BotProcess, run_footnote
from tests.fakes.discord_payloads import visible_text
from tests.fakes.discord_requests import Upload
from tests.fakes.discord_server import DiscordServer
from tests.fakes.discord_store import Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYNCS = r"/applications/\d+(/guilds/\d+)?/commands"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A bot that got SIGTERM while eight people waited for an answer."""

    server: DiscordServer
    data: Path
    code: int
    output: str
    pending: tuple[Interaction, ...]
    close_codes: tuple[int | None, ...]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stopped(discord_server: DiscordServer, bot_data: Path) -> Stopped:
    """Half of the answers are held up on their way, the others are still being composed."""
    server = discord_server
    visitors = [server.world.visitor(number) for number in range(8)]
    server.fail_next("PATCH", "/webhooks/.*", 429, times=4, retry_after=1.0)
    async with BotProcess(server, bot_data) as bot:
        held = [await server.slash("ask", by=v, question=WALL_QUESTION) for v in visitors[:4]]
        await server.until(lambda: server.asked("PATCH", ".*")[3:] or None, 30, "held answers")
        fresh = [await server.slash("ask", by=v, question=WALL_QUESTION) for v in visitors[4:]]
        for interaction in fresh:
            await server.acknowledged(interaction)
        code = await bot.stop(signal.SIGTERM, within=15)
    closed = tuple(server.gateway.close_codes)
    return Stopped(server, bot_data, code, bot.output, (*held, *fresh), closed)


async def test_sigterm_answers_what_is_pending_and_ends_the_session(stopped: Stopped) -> None:
    assert stopped.code == 0, stopped.output
    for interaction in stopped.pending:
        answer = await stopped.server.final_reply(interaction, within=0)
        assert WALL_TITLE in visible_text(answer)
    assert stopped.close_codes == (1000,)
    assert "Traceback" not in stopped.output


async def test_after_a_restart_old_buttons_work_and_nothing_is_registered_again(
    stopped: Stopped,
) -> None:
    server = stopped.server
    answer = await server.final_reply(stopped.pending[0], within=0)
    registered = len(server.asked("PUT", SYNCS))
    async with BotProcess(server, stopped.data) as bot:
        shown = await server.final_reply(await server.click(answer, "Show quotes"))
        code = await bot.stop(signal.SIGINT, within=15)

    assert WALL_QUOTE in visible_text(shown)
    assert len(server.asked("PUT", SYNCS)) == registered == 1
    # Ctrl+C ends it just as cleanly.
    assert code == 0, bot.output
    assert "Traceback" not in bot.output
    assert server.gateway.close_codes[-1] == 1000


async def test_after_kill_9_the_bot_starts_and_answers_and_its_library_is_whole(
    discord_server: DiscordServer, data: Path
) -> None:
    server = discord_server
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
