"""Copies of the database: whole, checked, never half there, and never over something else."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from index.backup import back_up, check_sound
from index.copies import copy_before_upgrade, find_remains, newest_copy
from index.errors import BackupError
from index.models import Progress
from tests.fakes import audited

PAIRS = 4_000


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two tables that every transaction changes alike, and some bulk."""
    path = tmp_path / "data" / "footnote.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (n INTEGER)")
        connection.execute("CREATE TABLE other (n INTEGER, bulk BLOB)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO one VALUES (?)", ((n,) for n in range(PAIRS)))
        connection.executemany(
            "INSERT INTO other VALUES (?, randomblob(4000))", ((n,) for n in range(PAIRS))
        )
        connection.execute("COMMIT")
    return path


def counts(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        return tuple(  # type: ignore[return-value]
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("one", "other")
        )


def test_a_copy_made_beside_a_busy_writer_is_one_state_and_comes_to_an_end(
    database: Path, tmp_path: Path
) -> None:
    """Who writes between two steps of a copy makes one begin anew that holds no snapshot."""
    told: list[Progress] = []

    def write(progress: Progress) -> None:
        told.append(progress)
        assert len(told) < 20, "it never ends"
        with closing(sqlite3.connect(database, isolation_level=None)) as writer:
            writer.execute("INSERT INTO one VALUES (1)")

    back_up(database, tmp_path / "copy.db", on_progress=write)

    copied = [progress.done for progress in told[:-1]]
    assert copied == sorted(copied)
    assert counts(tmp_path / "copy.db") == (PAIRS, PAIRS)
    assert counts(database) == (PAIRS + len(told), PAIRS)


def test_a_copy_holds_what_only_the_log_has_yet(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("INSERT INTO one VALUES (7)")
        back_up(database, tmp_path / "copy.db")

    assert counts(tmp_path / "copy.db") == (PAIRS + 1, PAIRS)


def test_a_copy_is_told_of_in_megabytes_and_may_be_read_by_its_owner_only(
    database: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    made = back_up(database, tmp_path / "new" / "copy.db", on_progress=told.append)

    assert made.bytes == made.path.stat().st_size > 16_000_000
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert told[-2].done == told[-2].total
    assert sorted(path.name for path in made.path.parent.iterdir()) == ["copy.db"]


def test_a_file_that_exists_stays_unless_it_is_to_be_replaced(
    database: Path, tmp_path: Path
) -> None:
    target = tmp_path / "letters.db"
    target.write_text("my letters")

    with pytest.raises(BackupError, match="--force"):
        back_up(database, target)
    assert target.read_text() == "my letters"

    back_up(database, target, overwrite=True)
    assert counts(target) == (PAIRS, PAIRS)


def test_a_folder_that_cannot_be_written_is_a_clear_error(database: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")

    with pytest.raises(BackupError, match="cannot be written"):
        back_up(database, tmp_path / "file" / "copy.db")


def test_a_missing_database_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no database at"):
        back_up(tmp_path / "footnote.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [0, 50, 8_192, 5_000_000])
def test_a_damaged_database_gives_no_copy_and_stays_as_it_is(
    database: Path, tmp_path: Path, at: int
) -> None:
    with database.open("rb+") as file:
        file.seek(at)
        file.write(os.urandom(9_000))
    before = database.read_bytes()

    with pytest.raises(BackupError, match="damaged"):
        back_up(database, tmp_path / "copy.db")

    assert database.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("file", ["text", "cut"])
def test_what_is_no_sound_database_is_said_to_be_none(
    database: Path, tmp_path: Path, file: str
) -> None:
    content = {"text": b"my letters " * 999, "cut": database.read_bytes()[:9_000_000]}
    path = tmp_path / "found.db"
    path.write_bytes(content[file])

    with pytest.raises(BackupError, match="damaged, or no database"):
        check_sound(path)


def test_a_database_that_another_program_holds_is_a_clear_error(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.backup._BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(BackupError, match="Another program holds"):
            back_up(database, tmp_path / "copy.db")


def test_a_copy_that_is_killed_at_any_step_leaves_no_copy_or_a_whole_one(
    database: Path, tmp_path: Path
) -> None:
    steps = audited.count_steps(partial(back_up, database, tmp_path / "whole.db"))
    target = tmp_path / "copy.db"

    for step in range(1, steps + 1):
        target.unlink(missing_ok=True)
        assert audited.kill_at(partial(back_up, database, target, overwrite=True), step)
        assert not target.exists() or counts(target) == (PAIRS, PAIRS)
        assert counts(database) == (PAIRS, PAIRS)

    assert steps > 5


def test_what_a_killed_copy_left_goes_with_a_later_one(database: Path, tmp_path: Path) -> None:
    stale = tmp_path / "copy.db.abc.footnote-part"
    fresh = tmp_path / "other.db.def.footnote-part"
    stale.write_bytes(b"half")
    fresh.write_bytes(b"being written by somebody")
    set_age(stale, hours=2)

    back_up(database, tmp_path / "copy.db")

    assert not stale.exists()
    assert fresh.exists()


# Copies before an upgrade, and finding them


def set_age(path: Path, *, hours: float) -> None:
    then = time.time() - hours * 3_600
    os.utime(path, (then, then))


def test_only_the_latest_copies_from_before_upgrades_stay(database: Path) -> None:
    made = []
    for step in range(1, 6):
        made.append(copy_before_upgrade(database, "index", step))
        set_age(made[-1], hours=9 - step)

    kept = sorted(database.parent.glob("footnote.db.before-*"))
    assert kept == made[-2:]


def test_a_copy_of_a_month_ago_goes_at_the_next_upgrade(database: Path) -> None:
    old = copy_before_upgrade(database, "index", 1)
    set_age(old, hours=31 * 24)

    new = copy_before_upgrade(database, "index", 2)

    assert list(database.parent.glob("footnote.db.before-*")) == [new]


def test_the_newest_copy_is_found_wherever_it_was_made(database: Path) -> None:
    assert newest_copy(database) is None

    before = copy_before_upgrade(database, "index", 2)
    set_age(before, hours=1)
    assert newest_copy(database) == before

    backup = back_up(database, database.parent / "backups" / "b.db").path
    backup.with_name("b.db.xyz.footnote-part").write_bytes(b"half")
    assert newest_copy(database) == backup

    set_age(backup, hours=2)
    assert newest_copy(database) == before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    return folder


def test_a_new_folder_has_lost_nothing(folder: Path) -> None:
    assert find_remains(folder / "footnote.db") is None
    folder.joinpath("footnote.db").write_bytes(b"")
    folder.joinpath("owner.lock").write_bytes(b"")
    assert find_remains(folder / "footnote.db") is None


@pytest.mark.parametrize("size", [None, 0])
@pytest.mark.parametrize("remains", ["footnote.db-wal", "chroma/chroma.sqlite3", "backups/a.db"])
def test_a_database_that_left_something_behind_is_missed(
    folder: Path, size: int | None, remains: str
) -> None:
    folder.joinpath(remains).parent.mkdir(exist_ok=True)
    folder.joinpath(remains).write_bytes(b"something")
    if size is not None:
        folder.joinpath("footnote.db").write_bytes(b"")

    assert find_remains(folder / "footnote.db")
