"""The real bot on a disk that fails it: damaged, lost, full or held; and backups beside it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.discord_articles import LIBRARY, WALL_QUESTION, WALL_QUOTE, WALL_TITLE
from tests.fakes.discord_bot import (
    BotProcess,
    Finished,
    run_bot_to_its_end,
    run_footnote,
    said_in,
)
from tests.fakes.discord_payloads import visible_text
from tests.fakes.discord_server import TOKEN, DiscordServer
from tests.fakes.small_disk import fill, small_disk


async def ask(server: DiscordServer, number: int) -> str:
    visitor = server.world.visitor(number)
    asked = await server.slash("ask", by=visitor, question=WALL_QUESTION)
    return visible_text(await server.final_reply(asked, within=60))


def check_polite(said: str) -> None:
    """A sentence for people, with an id for the log, and nothing of the machine."""
    assert said
    assert "`" in said
    for word in ("Traceback", "/footnote.db", "sqlite", "Error("):
        assert word not in said, said


async def command(*words: str, data: Path) -> Finished:
    return await run_footnote(*words, data=data, FOOTNOTE_LIBRARY=LIBRARY)


# At its start


@pytest.mark.parametrize("how", ["cut", "noise", "letter", "gone"])
async def test_a_bot_whose_database_is_damaged_or_lost_does_not_start_and_names_the_backup(
    data: Path, how: str
) -> None:
    backup = data / "backups" / "monday.db"
    assert (await command("backup", str(backup), data=data)).code == 0
    database = data / "footnote.db"
    content = database.read_bytes()
    damaged = {"cut": content[:50_000], "noise": b"x" * 200 + content[200:], "letter": b"hi " * 99}
    if how == "gone":
        database.unlink()
    else:
        database.write_bytes(damaged[how])

    async with DiscordServer() as server:
        ended = await run_bot_to_its_end(data, TOKEN, server.url)

        assert server.gateway.identifies == []
    assert ended.code == 1
    assert len(said_in(ended.err)) == 1, ended.err
    assert f"footnote restore {backup}" in ended.err
    assert "Traceback" not in ended.err
    assert not database.exists() if how == "gone" else database.read_bytes() == damaged[how]

    # What it says works, word for word.
    assert (await command("restore", str(backup), data=data)).code == 0
    answered = await command("ask", WALL_QUESTION, data=data)
    assert WALL_QUOTE in answered.out, answered.err


# While it runs


async def test_a_disk_that_is_full_ends_no_bot_and_questions_are_answered_when_there_is_room(
    data: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", megabytes=40) as disk:
        shutil.copytree(data, disk / "data")
        async with DiscordServer() as server, BotProcess(server, disk / "data") as bot:
            assert WALL_TITLE in await ask(server, 1)

            # Its own log lies on the same disk.
            filler = fill(disk)
            for number in range(2, 5):
                said = await ask(server, number)
                if WALL_TITLE not in said:
                    check_polite(said)

            filler.unlink()
            assert WALL_TITLE in await ask(server, 5)
            assert await bot.stop() == 0
        verified = await command("index", "verify", data=disk / "data")
        assert verified.code == 0, verified.out


async def test_a_folder_that_is_moved_away_ends_no_bot_and_is_used_again_when_it_is_back(
    data: Path,
) -> None:
    async with DiscordServer() as server, BotProcess(server, data) as bot:
        assert WALL_TITLE in await ask(server, 1)
        elsewhere = data.rename(data.with_name("elsewhere"))

        said = await ask(server, 2)
        if WALL_TITLE not in said:
            check_polite(said)
        assert not data.exists()

        elsewhere.rename(data)
        assert WALL_TITLE in await ask(server, 3)
        assert await bot.stop() == 0
    assert (await command("index", "verify", data=data)).code == 0


async def test_a_database_held_by_another_program_ends_no_bot_and_delays_nobody_for_ever(
    data: Path,
) -> None:
    async with DiscordServer() as server, BotProcess(server, data) as bot:
        assert WALL_TITLE in await ask(server, 1)
        with closing(sqlite3.connect(data / "footnote.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            said = await ask(server, 2)
            if WALL_TITLE not in said:
                check_polite(said)
            other.execute("ROLLBACK")

        assert WALL_TITLE in await ask(server, 3)
        assert await bot.stop() == 0


# Backups


def answers(ended: Finished) -> dict[str, Any]:
    """All that an answer says; its id and how long it took are new each time."""
    assert ended.code == 0, ended.err
    said: dict[str, Any] = json.loads(ended.out)
    return {name: value for name, value in said.items() if name not in {"id", "timings_ms"}}


async def test_a_backup_beside_the_running_bot_gives_the_same_answers_elsewhere(
    data: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "monday.db"
    async with DiscordServer() as server, BotProcess(server, data) as bot:
        await ask(server, 1)
        told = answers(await command("ask", "--json", WALL_QUESTION, data=data))

        made = await command("backup", "--json", str(backup), data=data)
        again = await command("backup", str(backup), data=data)
        refused = await command("restore", str(backup), data=data)

        assert await bot.stop() == 0
    assert json.loads(made.out) == {"file": str(backup), "bytes": backup.stat().st_size}
    assert again.code == 1
    assert "--force" in again.err
    assert refused.code == 1
    assert "is in use by `footnote run` (pid " in refused.err

    # Another machine: nothing but the backup.
    other = tmp_path / "other" / "data"
    other.parent.mkdir()
    assert (await command("restore", str(backup), data=other)).code == 0
    assert answers(await command("ask", "--json", WALL_QUESTION, data=other)) == told


async def test_with_postgres_the_commands_name_its_own_tools(data: Path) -> None:
    for words in (("backup",), ("restore", "x.db")):
        ended = await run_footnote(
            *words, data=data, FOOTNOTE_STORE="postgresql://a:b@localhost/footnote"
        )

        assert ended.code == 1
        assert "pg_dump" in ended.err
