"""What one process publishes is heard of by the one that looks after the library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cluster import Shards
from bot.cluster_editions import EditionWatch
from index import library_rows, schema
from index.sqlite_database import SqliteDatabase

EVEN, ODD = "discord-0", "discord-4194304"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db")
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield database
    await database.close()


async def publish(database: SqliteDatabase, library: str, edition: int) -> None:
    await database.write(lambda c: library_rows.open_library(c, library, "fingerprint"))
    await database.write(
        lambda c: c.execute("UPDATE library SET edition = ? WHERE name = ?", (edition, library))
    )


async def test_each_new_edition_is_told_once(database: SqliteDatabase) -> None:
    told: list[str] = []
    watch = EditionWatch(database, tell=told.append, concerns=lambda _: True)
    await publish(database, EVEN, 3)
    await watch.look()
    assert told == []

    await publish(database, EVEN, 4)
    await publish(database, ODD, 1)
    await watch.look()
    await watch.look()

    assert sorted(told) == [EVEN, ODD]


async def test_only_libraries_that_are_looked_after_here_are_told_of(
    database: SqliteDatabase,
) -> None:
    told: list[str] = []
    watch = EditionWatch(database, tell=told.append, concerns=Shards((1,), 2).has_library)
    await watch.look()
    for library in (EVEN, ODD, "default"):
        await publish(database, library, 1)

    await watch.look()

    assert sorted(told) == ["default", ODD]


async def test_it_goes_on_after_the_store_was_gone(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "gone" / "test.db", busy_timeout=0.01)
    told: list[str] = []
    watch = EditionWatch(database, tell=told.append, concerns=lambda _: True, interval=0.01)
    running = asyncio.create_task(watch.run())
    await asyncio.sleep(0.05)
    (tmp_path / "gone").mkdir()
    await database.migrate(schema.SCHEMA, schema.STEPS)
    async with asyncio.timeout(10):
        while not told:
            await publish(database, EVEN, (await _edition(database)) + 1)
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()


async def _edition(database: SqliteDatabase) -> int:
    return (await database.read(library_rows.list_editions)).get(EVEN, 0)
