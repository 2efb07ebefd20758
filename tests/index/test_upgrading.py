"""An upgrade of the database: copied first, whole or not at all, and there is a way back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from index import schema
from index.copies import newest_copy
from index.errors import StoreError
from index.restoring import restore
from index.sqlite_database import SqliteDatabase
from index.steps import Step
from tests.fakes import audited, cutting
from tests.fakes.cutting import Cut
from tests.fakes.small_disk import small_disk

OLD = ["CREATE TABLE thing (name TEXT NOT NULL); INSERT INTO thing VALUES ('kept');"]
NEXT = [
    "ALTER TABLE thing ADD COLUMN size INTEGER;",
    "UPDATE thing SET size = 7; CREATE TABLE more (name TEXT); INSERT INTO more VALUES ('new');",
]
NEW = [*OLD, *NEXT]
WRONG = [*NEW, "UPDATE thing SET length = 9;"]
pytestmark = pytest.mark.timeout(300)


async def migrate(path: Path, **schemas: list[str]) -> list[str]:
    """One start of the program with these schemas; what it said."""
    notices: list[str] = []
    database = SqliteDatabase(path, on_notice=notices.append)
    try:
        for name, steps in schemas.items():
            await database.migrate(name, steps)
    finally:
        await database.close()
    return notices


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database of an earlier version, with three schemas."""
    path = tmp_path / "footnote.db"
    assert await migrate(path, first=OLD, second=["CREATE TABLE b (x);"], third=[]) == []
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob("footnote.db.before-*"))


async def test_before_tables_change_the_database_is_copied_and_that_is_told(path: Path) -> None:
    before = dump(path)

    notices = await migrate(path, first=NEW)

    (copy,) = copies(path)
    assert copy.name == "footnote.db.before-first-3"
    assert dump(copy) == before
    assert len(notices) == 1
    assert str(copy) in notices[0]
    assert "INSERT INTO \"more\" VALUES('new');" in dump(path)


async def test_a_start_makes_one_copy_whatever_number_of_schemas_change(path: Path) -> None:
    before = dump(path)

    await migrate(path, first=NEW, second=["CREATE TABLE b (x);", "ALTER TABLE b ADD COLUMN y;"])

    (copy,) = copies(path)
    assert dump(copy) == before


async def test_a_new_file_and_a_new_schema_and_an_unchanged_one_need_no_copy(path: Path) -> None:
    notices = await migrate(path, first=OLD, fourth=["CREATE TABLE d (x);"])

    assert (notices, copies(path)) == ([], [])


async def test_a_start_with_nothing_to_change_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    await migrate(path, first=OLD, third=[])

    assert path.read_bytes() == before


async def test_an_upgrade_that_fails_changes_nothing_and_says_how_to_go_back(path: Path) -> None:
    before = dump(path)

    with pytest.raises(StoreError) as failed:
        await migrate(path, first=WRONG)

    assert dump(path) == before
    (copy,) = copies(path)
    assert str(copy) in str(failed.value)
    assert "Nothing was changed" in str(failed.value)
    assert "no such column: length" in str(failed.value)
    # Both ways go on from here.
    assert await migrate(path, first=OLD) == []
    await migrate(path, first=NEW)


async def test_rows_that_do_not_fit_the_new_tables_are_told_the_same_way(path: Path) -> None:
    wrong = [*OLD, "CREATE UNIQUE INDEX one ON thing (1); INSERT INTO thing VALUES ('twice');"]
    wrong[-1] = "CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1); INSERT INTO t VALUES (1);"

    with pytest.raises(StoreError, match="Nothing was changed"):
        await migrate(path, first=wrong)


async def test_a_newer_database_is_refused_without_a_copy(path: Path) -> None:
    await migrate(path, first=NEW)
    before = dump(path)
    for copy in copies(path):
        copy.unlink()

    with pytest.raises(StoreError, match="written by a newer Footnote"):
        await migrate(path, first=OLD)

    assert dump(path) == before
    assert copies(path) == []


async def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=12) as disk:
        path = disk / "footnote.db"
        await migrate(path, first=OLD)
        before = dump(path)

        with pytest.raises(StoreError, match="Make room and try again"):
            await migrate(path, first=NEW)

        assert dump(path) == before
        assert copies(path) == []
        assert await migrate(path, first=OLD) == []


async def test_a_database_that_is_damaged_is_not_upgraded(path: Path) -> None:
    await migrate(path, bulk=["CREATE TABLE bulk (x);"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO bulk VALUES (?)", ((os.urandom(900),),) * 99)
    with path.open("rb+") as file:
        file.seek(12 * 4096)
        file.write(os.urandom(4096 * 3))

    with pytest.raises(StoreError, match="damaged"):
        await migrate(path, first=NEW)

    assert copies(path) == []
    assert await migrate(path, first=OLD) == []


# A lost database is not made anew in silence


@pytest.mark.parametrize("left", [None, b""], ids=["deleted", "emptied"])
async def test_a_lost_database_is_not_made_anew_and_the_newest_backup_is_named(
    path: Path, left: bytes | None
) -> None:
    await migrate(path, first=NEW)
    copy = newest_copy(path)
    path.unlink()
    if left is not None:
        path.write_bytes(left)

    with pytest.raises(StoreError, match="missing or empty") as lost:
        await migrate(path, first=NEW)

    assert f"footnote restore {copy}" in str(lost.value)
    assert not path.exists() or not path.stat().st_size


# Killed


def upgrade_in_child(path: Path, statement: int) -> None:
    """Upgrade, and be killed at a statement."""
    import asyncio  # noqa: PLC0415 - in the child

    database = SqliteDatabase(path)
    connect, seen = database._connection, 0

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced() -> sqlite3.Connection:
        connection = connect()
        connection.set_trace_callback(count)
        return connection

    database._connection = traced  # type: ignore[method-assign]
    asyncio.run(database.migrate("first", NEW))


async def test_an_upgrade_that_is_killed_at_any_statement_is_whole_or_undone(path: Path) -> None:
    before = dump(path)
    twin = Path(shutil.copy(path, path.with_name("twin.db")))
    await migrate(twin, first=NEW)
    after, outcomes = dump(twin), []
    context = get_context("forkserver")
    for statement in range(1, 20):
        folder = path.with_name(f"killed-{statement}")
        folder.mkdir()
        killed = Path(shutil.copy(path, folder / "footnote.db"))
        process = context.Process(target=upgrade_in_child, args=(killed, statement))
        process.start()
        process.join()
        found = dump(killed)
        assert found in (before, after)
        outcomes.append(found == after)
        await migrate(killed, first=NEW)
        assert dump(killed) == after
        assert len(copies(killed)) == 1
        assert dump(copies(killed)[0]) == before
        if process.exitcode == 0:
            break

    assert outcomes.index(True) > 6
    assert process.exitcode == 0


def upgrade(path: Path) -> None:
    """Picklable."""
    import asyncio  # noqa: PLC0415 - in the child

    asyncio.run(migrate(path, first=NEW))


async def test_an_upgrade_that_is_killed_while_it_copies_is_undone(path: Path) -> None:
    before = dump(path)
    twin = Path(shutil.copy(path, path.with_name("twin.db")))
    steps = audited.count_steps(partial(upgrade, twin))

    for step in range(1, steps):
        assert audited.kill_at(partial(upgrade, path), step)
        assert dump(path) == before
        # What one left behind goes with the next: no disk is filled by trying again.
        assert len(copies(path)) <= 2
    await migrate(path, first=NEW)

    assert dump(path) == dump(twin)
    assert dump(copies(path)[0]) == before


# In the middle of a job


async def test_an_upgrade_in_the_middle_of_a_job_loses_nothing_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    data, whole = tmp_path / "data", tmp_path / "whole"
    cutting.fill(data)
    shutil.copytree(data, whole)
    cutting.run_whole(whole, "sync")
    old, _ = cutting.show(data)
    new, kept = cutting.show(whole)

    assert cutting.run_until(data, "sync", Cut(step=Step.STORED)) is None
    future = [*schema.STEPS, "ALTER TABLE library ADD COLUMN colour TEXT;"]
    await migrate(data / "footnote.db", index=future)
    with pytest.raises(StoreError, match="newer"):
        await migrate(data / "footnote.db", index=list(schema.STEPS))
    copy = newest_copy(data / "footnote.db")
    assert copy is not None
    restore(copy, data, known={schema.SCHEMA: len(schema.STEPS)})

    # The job goes on with the version that began it, from where it was.
    assert cutting.recover(data, "sync") == (old, new, kept)
