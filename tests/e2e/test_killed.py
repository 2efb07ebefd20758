"""What people see who waited when the bot was killed: each is told once, as soon as it is back."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.discord_articles import WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_bot import BotProcess
from tests.fakes.discord_payloads import visible_text
from tests.fakes.discord_server import DiscordServer
from tests.fakes.model_server import WIRES, hangs, serve_model

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = "I was restarted before I could answer. Please ask again."
ORIGINAL, MESSAGES = r"/webhooks/.*/@original", r"/channels/\d+/messages"


def pending(data: Path) -> list[tuple[str, ...]]:
    """What the database holds of who waits."""
    with closing(sqlite3.connect(data / "footnote.db")) as database:
        return database.execute("SELECT id, token FROM pending_reply").fetchall()


def note_as_waiting(data: Path, *rows: tuple[str | None, ...]) -> None:
    """Write down that somebody waits, as a process does that is killed a moment later."""
    with closing(sqlite3.connect(data / "footnote.db")) as database:
        database.executemany(
            "INSERT INTO pending_reply (id, holder, channel_id, application_id, token,"
            " asked_message_id, sentence, since) VALUES (?, '', ?, ?, ?, ?, ?, ?)",
            rows,
        )
        database.commit()


async def test_who_waited_is_told_within_a_minute_and_who_was_answered_keeps_the_answer(
    discord_server: DiscordServer, data: Path
) -> None:
    server, world = discord_server, discord_server.world
    async with BotProcess(server, data) as bot:
        answered = await server.slash("ask", by=world.visitor(1), question=WALL_QUESTION)
        answer = visible_text(await server.final_reply(answered))
        replied_to = await server.mention(WALL_QUESTION, by=world.visitor(5))
        reply = await server.reply_to(replied_to)
        server.fail_next("PATCH", ORIGINAL, 429, times=2, retry_after=50.0)
        server.fail_next("POST", MESSAGES, 429, retry_after=50.0)
        public = await server.slash("ask", by=world.visitor(2), question=WALL_QUESTION)
        private = await server.slash(
            "ask", by=world.visitor(3), question=WALL_QUESTION, private=True
        )
        mention = await server.mention(WALL_QUESTION, by=world.visitor(4))
        await server.until(
            lambda: (
                (
                    len(server.asked("PATCH", ORIGINAL)) >= 3
                    and len(server.asked("POST", MESSAGES)) > 1
                )
                or None
            ),
            30,
            "answers on their way",
        )
        assert len(pending(data)) == 3
        assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
        output = bot.output
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    channel, bot_id = mention["channel_id"], world.bot.id
    note_as_waiting(
        data,
        ("a", channel, None, None, replied_to["id"], TOLD, now),
        ("b", channel, bot_id, answered.token, None, TOLD, now),
    )

    async with BotProcess(server, data) as bot:
        for interaction in (public, private):
            assert visible_text(await server.final_reply(interaction, within=60)) == TOLD
        assert visible_text(await server.reply_to(mention, within=60)) == TOLD
        await server.until(lambda: not pending(data) or None, 30, "forgotten tokens")
        again = await server.slash("ask", by=world.visitor(2), question=WALL_QUESTION)
        assert WALL_TITLE in visible_text(await server.final_reply(again))
        assert await bot.stop() == 0, bot.output
        output += bot.output

    assert visible_text(await server.final_reply(answered, within=0)) == answer
    assert WALL_TITLE in visible_text(server.store.messages[reply["id"]])
    told = [m for m in server.store.messages.values() if TOLD in visible_text(m)]
    assert len(told) == 3
    assert public.token not in output
    assert "Traceback" not in output


async def test_a_card_that_shows_how_far_the_bot_was_is_replaced(
    discord_server: DiscordServer, data: Path
) -> None:
    server = discord_server
    async with serve_model(WIRES[0]) as model:
        model.will(hangs("The "))
        settings = {
            "FOOTNOTE_LLM": model.wire.kind,
            "FOOTNOTE_LLM_MODEL": "m",
            "FOOTNOTE_LLM_URL": model.url,
            "FOOTNOTE_LLM_KEY": "none",
        }
        async with BotProcess(server, data, **settings) as bot:
            asked = await server.slash("ask", by=server.world.visitor(5), question=WALL_QUESTION)
            mention = await server.mention(WALL_QUESTION, by=server.world.visitor(6))
            await server.final_reply(asked)
            unfinished = await server.reply_to(mention)
            assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    assert WALL_TITLE not in visible_text(unfinished)

    async with BotProcess(server, data) as bot:
        told = await server.final_reply(
            asked, within=60, when=lambda message: TOLD in visible_text(message)
        )
        await server.until(
            lambda: TOLD in visible_text(server.store.messages[unfinished["id"]]) or None,
            60,
            "word in place of the card",
        )
        assert await bot.stop() == 0, bot.output

    assert told["id"] == asked.original_id
