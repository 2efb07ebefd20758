"""SQLite off the loop: whole transactions, and failures told as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from index.errors import StoreError
from index.sqlite_database import SqliteDatabase


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db", busy_timeout=0.2)
    await database.migrate("test", ["CREATE TABLE thing (name TEXT NOT NULL);"])
    yield database
    await database.close()


async def count(database: SqliteDatabase) -> int:
    rows = await database.read(lambda c: c.execute("SELECT count(*) FROM thing").fetchone())
    return int(rows[0])


async def test_a_write_that_fails_leaves_nothing_behind(database: SqliteDatabase) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO thing VALUES ('a')")
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        await database.write(half)

    assert await count(database) == 0


async def test_a_reader_cannot_write(database: SqliteDatabase) -> None:
    await database.read(lambda c: c.execute("INSERT INTO thing VALUES ('a')"))

    assert await count(database) == 0


async def test_a_migration_runs_once_and_in_order(database: SqliteDatabase) -> None:
    steps = [
        "CREATE TABLE thing (name TEXT NOT NULL);",
        "ALTER TABLE thing ADD COLUMN size INTEGER; INSERT INTO thing VALUES ('a', 1);",
    ]

    await database.migrate("test", steps)
    await database.migrate("test", steps)

    assert await count(database) == 1


async def test_a_file_of_a_newer_version_is_refused(database: SqliteDatabase) -> None:
    with pytest.raises(StoreError, match="newer"):
        await database.migrate("test", [])


async def test_a_database_held_by_another_program_is_a_clear_error(
    database: SqliteDatabase,
) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreError, match="Another program holds the database"):
        await database.write(lambda c: c.execute("INSERT INTO thing VALUES ('a')"))

    other.close()
    await database.write(lambda c: c.execute("INSERT INTO thing VALUES ('a')"))
    assert await count(database) == 1


async def test_a_full_disk_is_a_clear_error_and_nothing_is_lost(database: SqliteDatabase) -> None:
    await database.write(lambda c: c.execute("INSERT INTO thing VALUES ('kept')"))

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 12")
        connection.execute("INSERT INTO thing VALUES (zeroblob(1000000))")

    with pytest.raises(StoreError, match="disk is full"):
        await database.write(fill)

    assert await count(database) == 1


async def test_a_file_that_is_no_database_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("my notes " * 1000)
    database = SqliteDatabase(path)

    with pytest.raises(StoreError, match="not a database"):
        await database.migrate("test", ["CREATE TABLE thing (name TEXT);"])
    await database.close()

    assert path.read_text() == "my notes " * 1000


async def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "nowhere" / "test.db")

    with pytest.raises(StoreError, match="cannot be opened"):
        await database.migrate("test", [])
    await database.close()
