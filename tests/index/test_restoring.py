"""A backup put back: the same answers, nothing lost on the way, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from index import schema
from index.backup import back_up
from index.errors import BackupError
from index.restoring import restore
from tests.fakes import audited, cutting
from tests.fakes.cutting import Kept, Seen

KNOWN = {schema.SCHEMA: len(schema.STEPS)}
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Drill:
    """A library of yesterday, its backup, and the same folder after today's sync."""

    backup: Path
    folder: Path
    backed_up: tuple[Seen, Kept]
    today: tuple[Seen, Kept]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    place = tmp_path_factory.mktemp("drill")
    cutting.fill(place / "data")
    backup = back_up(place / "data" / "footnote.db", place / "backup.db").path
    backed_up = cutting.show(place / "data")
    cutting.run_whole(place / "data", "sync")
    return Drill(backup, place / "data", backed_up, cutting.show(place / "data"))


@pytest.fixture
def drill(made: Drill, tmp_path: Path) -> Drill:
    """The same in a folder of its own."""
    folder = Path(shutil.copytree(made.folder, tmp_path / "data"))
    backup = Path(shutil.copy(made.backup, tmp_path / "backup.db"))
    return Drill(backup, folder, made.backed_up, made.today)


def put_back(drill: Drill) -> Path | None:
    return restore(drill.backup, drill.folder, known=KNOWN).aside


def show(folder: Path) -> tuple[Seen, Kept]:
    """What the library holds; vectors that are missing come back first, as at every start."""
    return cutting.show(folder)


def test_after_a_restore_every_answer_is_what_it_was(drill: Drill) -> None:
    aside = put_back(drill)

    # That of another day may lack vectors, and would be believed.
    assert not drill.folder.joinpath("chroma").exists()
    assert not drill.folder.joinpath("chroma.seal").exists()
    assert show(drill.folder) == drill.backed_up
    assert aside is not None
    assert [path.name for path in aside.iterdir()] == ["footnote.db"]


def test_a_restore_can_be_taken_back(drill: Drill) -> None:
    aside = put_back(drill)
    assert aside is not None

    restore(aside / "footnote.db", drill.folder, known=KNOWN)

    assert show(drill.folder) == drill.today


def test_a_backup_goes_into_a_folder_that_is_new(drill: Drill, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()

    restored = restore(drill.backup, new, known=KNOWN)

    assert restored.aside is None
    assert [path.name for path in new.iterdir()] == ["footnote.db"]
    assert show(new) == drill.backed_up


def test_a_backup_can_be_restored_from_where_nothing_may_be_written(drill: Drill) -> None:
    shelf = drill.backup.parent / "shelf"
    shelf.mkdir()
    backup = Path(shutil.copy(drill.backup, shelf / "backup.db"))
    shelf.chmod(0o500)
    try:
        restore(backup, drill.folder, known=KNOWN)
    finally:
        shelf.chmod(0o700)

    assert [path.name for path in shelf.iterdir()] == ["backup.db"]
    assert show(drill.folder) == drill.backed_up


def test_a_raw_copy_of_a_killed_database_is_restored_with_its_log(
    drill: Drill, tmp_path: Path
) -> None:
    raw = tmp_path / "raw" / "footnote.db"
    raw.parent.mkdir()
    with closing(sqlite3.connect(drill.backup, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO library (name) VALUES ('only in the log')")
        for ending in ("", "-wal"):
            shutil.copy(f"{drill.backup}{ending}", f"{raw}{ending}")

    restore(raw, drill.folder, known=KNOWN)

    with closing(sqlite3.connect(drill.folder / "footnote.db")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM library")}
    assert names == {"default", "only in the log"}


def test_a_damaged_database_is_replaced_and_kept_with_its_log(drill: Drill) -> None:
    database = drill.folder / "footnote.db"
    damaged = os.urandom(5_000)
    database.write_bytes(damaged)
    database.with_name("footnote.db-wal").write_bytes(b"a log")

    aside = put_back(drill)

    assert aside is not None
    assert aside.joinpath("footnote.db").read_bytes() == damaged
    assert aside.joinpath("footnote.db-wal").read_bytes() == b"a log"
    assert show(drill.folder) == drill.backed_up


def test_where_the_vectors_are_on_a_server_they_are_filled_again(drill: Drill) -> None:
    restore(drill.backup, drill.folder, known=KNOWN, vectors_elsewhere=True)

    with closing(sqlite3.connect(drill.folder / "footnote.db")) as connection:
        (filled,) = connection.execute("SELECT count(collection) FROM version").fetchone()
    assert filled == 0
    assert show(drill.folder) == drill.backed_up


# What is refused


def unchanged(drill: Drill) -> bool:
    return show(drill.folder) == drill.today


@pytest.mark.parametrize("what", ["noise", "cut", "text", "empty", "stranger", "missing", "itself"])
def test_what_is_no_backup_is_refused_and_nothing_changes(drill: Drill, what: str) -> None:
    content = drill.backup.read_bytes()
    noise = content[:40_960] + os.urandom(40_960) + content[81_920:]
    files = {"noise": noise, "cut": content[:99_999], "text": b"my letters " * 999, "empty": b""}
    file = drill.backup.with_name("chosen.db")
    if what in files:
        file.write_bytes(files[what])
    elif what == "stranger":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE letters (text)")
    elif what == "itself":
        file = drill.folder / "footnote.db"

    with pytest.raises(BackupError) as refused:
        restore(file, drill.folder, known=KNOWN)

    assert str(file) in str(refused.value)
    assert unchanged(drill)
    assert not list(drill.folder.glob("replaced-*"))


def test_a_backup_of_a_newer_version_is_refused_and_nothing_changes(drill: Drill) -> None:
    with closing(sqlite3.connect(drill.backup, isolation_level=None)) as connection:
        connection.execute("UPDATE migration SET step = step + 1")

    with pytest.raises(BackupError, match="written by a newer Footnote"):
        put_back(drill)

    assert unchanged(drill)


READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM library").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_a_database_that_somebody_reads_is_not_replaced(drill: Drill, damaged: bool) -> None:
    database = drill.folder / "footnote.db"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"open\n"
    if damaged:
        with database.open("rb+") as file:
            file.write(b"noise" * 99)

    with pytest.raises(BackupError, match="Another program has"):
        put_back(drill)
    reader.communicate()

    put_back(drill)
    assert show(drill.folder) == drill.backed_up


# Killed


def test_a_restore_that_is_killed_at_any_step_leaves_one_whole_database(
    drill: Drill, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(drill.folder, tmp_path / "whole"))
    steps = audited.count_steps(partial(restore, drill.backup, whole, known=KNOWN))
    outcomes = []
    for step in range(1, steps + 1):
        folder = Path(shutil.copytree(drill.folder, tmp_path / f"killed-{step}"))
        assert audited.kill_at(partial(restore, drill.backup, folder, known=KNOWN), step)
        with closing(sqlite3.connect(folder / "footnote.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (edition,) = connection.execute("SELECT edition FROM library").fetchone()
        outcomes.append(edition)
        # Looking at everything takes a second: at those steps where something moves.
        if outcomes[-2:-1] != [edition] or step % 7 == 0:
            seen = show(folder)
            assert seen == (drill.backed_up if edition == 1 else drill.today), step
        restore(drill.backup, folder, known=KNOWN)
        shutil.rmtree(folder)

    assert set(outcomes) == {1, 2}
