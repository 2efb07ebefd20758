"""The database is damaged, lost, or has no room: said plainly, and nothing is overwritten."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.backup import back_up
from index.errors import FootnoteIndexError, StoreError
from index.library import Library
from index.sqlite_database import SqliteDatabase
from tests.fakes import cutting
from tests.fakes.cutting import Cut, Seen
from tests.fakes.libraries import open_libraries
from tests.fakes.papers import FOLDER as PAPER
from tests.fakes.papers import TODAY, YESTERDAY, Folder, list_entries
from tests.fakes.small_disk import fill, small_disk

PAGE = 4096
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Days:
    """Yesterday's library, what it shows before and after a sync, and a folder left by a kill."""

    folder: Path
    killed: Path
    old: Seen
    new: Seen


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    place = tmp_path_factory.mktemp("days")
    cutting.fill(place / "old")
    for name in ("new", "killed"):
        shutil.copytree(place / "old", place / name)
    cutting.run_whole(place / "new", "sync")
    assert cutting.run_until(place / "killed", "sync", Cut(event=400)) is None
    return Days(
        place / "old",
        place / "killed",
        cutting.show(place / "old")[0],
        cutting.show(place / "new")[0],
    )


@pytest.fixture
def data(days: Days, tmp_path: Path) -> Path:
    return Path(shutil.copytree(days.folder, tmp_path / "data"))


async def start_and_sync(folder: Path) -> None:
    async with open_libraries(folder) as opened:
        await sync(opened.libraries.library("default"))


async def sync(library: Library) -> None:
    await library.sync(Folder(TODAY).read, actor="tester", check=cutting.check_cited)


# Damaged


def noise_at(start: int, length: int) -> Callable[[Path], None]:
    def damage(database: Path) -> None:
        with database.open("rb+") as file:
            file.seek(start)
            file.write(os.urandom(length))

    return damage


def cut_to(size: int) -> Callable[[Path], None]:
    return lambda database: os.truncate(database, size)


def write(content: bytes) -> Callable[[Path], None]:
    def damage(database: Path) -> None:
        database.write_bytes(content)

    return damage


DAMAGES = {
    "a header of noise": noise_at(0, 100),
    "a first page of noise": noise_at(100, PAGE - 100),
    "cut off in the middle": cut_to(40 * PAGE),
    "cut off in the first page": cut_to(1_000),
    "a letter in its place": write(b"my letters " * 999),
    "no bytes at all": write(b""),
    "a folder of pages of noise": noise_at(8 * PAGE, 60 * PAGE),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_database_is_said_to_be_one_and_the_newest_backup_is_named(
    data: Path, days: Days, damage: str
) -> None:
    database = data / "footnote.db"
    backup = back_up(database, data / "backups" / "monday.db").path
    DAMAGES[damage](database)
    before = database.read_bytes()

    with pytest.raises(StoreError) as failed:
        await start_and_sync(data)

    assert f"footnote restore {backup}" in str(failed.value)
    assert "\n" not in str(failed.value)
    assert database.read_bytes()[: len(before)] == before


async def test_a_database_with_a_damaged_page_that_nobody_reads_is_found_by_verify(
    data: Path,
) -> None:
    database = data / "footnote.db"
    with closing(sqlite3.connect(database)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'audit'"
        ).fetchone()
    noise_at((root - 1) * PAGE, PAGE)(database)

    async with open_libraries(data) as opened:
        report = await opened.libraries.library("default").verify()

    assert any("the database is damaged" in problem for problem in report.problems)


# The log of a process that was killed


async def test_a_log_of_noise_is_not_believed(data: Path, days: Days) -> None:
    data.joinpath("footnote.db-wal").write_bytes(os.urandom(200_000))

    assert cutting.show(data)[0] == days.old


@pytest.mark.parametrize("at", [0, 32, 5_000, 40_000, 100_000])
async def test_a_log_that_is_damaged_counts_up_to_there(
    days: Days, tmp_path: Path, at: int
) -> None:
    folder = Path(shutil.copytree(days.killed, tmp_path / "data"))
    log = folder / "footnote.db-wal"
    noise_at(min(at, log.stat().st_size - 1_000), 1_000)(log)

    before, after, _ = cutting.recover(folder, "sync")

    assert (before, after) == (days.old, days.new)


async def test_a_lost_memory_file_beside_the_log_loses_nothing(days: Days, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(days.killed, tmp_path / "data"))
    folder.joinpath("footnote.db-shm").write_bytes(os.urandom(32_768))

    before, after, _ = cutting.recover(folder, "sync")

    assert (before, after) == (days.old, days.new)


# Gone


async def test_a_folder_that_vanishes_while_running_takes_no_more_writes_and_says_so(
    data: Path, days: Days
) -> None:
    async with open_libraries(data) as opened:
        library = opened.libraries.library("default")
        await library.search("tale", limit=3)
        aside = data.rename(data.with_name("elsewhere"))

        with pytest.raises(StoreError, match="was deleted while Footnote was running"):
            await sync(library)

        assert not data.exists()
        aside.rename(data)
        # Back in its place it is used again.
        await sync(library)
    assert cutting.show(data)[0] == days.new


async def test_a_folder_that_is_gone_for_good_ends_the_work_without_a_second_fault(
    data: Path,
) -> None:
    async with open_libraries(data) as opened:
        await opened.libraries.library("default").search("tale", limit=3)
        shutil.rmtree(data)

        with pytest.raises(StoreError, match="was deleted while Footnote was running"):
            await sync(opened.libraries.library("default"))

    assert not data.exists()


async def test_a_deleted_file_is_not_made_again_by_who_reads_it_first(tmp_path: Path) -> None:
    path = tmp_path / "footnote.db"
    database = SqliteDatabase(path)
    await database.write(lambda c: c.execute("CREATE TABLE kept (x)"))
    for file in tmp_path.iterdir():
        file.unlink()

    with pytest.raises(StoreError, match="was deleted while Footnote was running"):
        await database.read(lambda c: c.execute("SELECT * FROM kept").fetchall())
    with pytest.raises(StoreError, match="was deleted while Footnote was running"):
        await database.write(lambda c: c.execute("INSERT INTO kept VALUES (1)"))

    assert not path.exists()
    await database.close()


# No room


Work = Callable[[Library], Awaitable[object]]


async def add(library: Library) -> None:
    result = list_entries(PAPER, YESTERDAY, {})
    await library.add([result], actor="tester", note="add")


async def rollback(library: Library) -> None:
    await library.rollback(1, actor="tester")


async def rebuild(library: Library) -> None:
    await library.rebuild()


@pytest.mark.parametrize("leaving", [0, 20_000, 300_000])
async def test_a_disk_that_fills_up_in_a_sync_keeps_the_old_edition_which_answers(
    days: Days, tmp_path: Path, leaving: int
) -> None:
    with small_disk(tmp_path / "disk", megabytes=24) as disk:
        data = Path(shutil.copytree(days.folder, disk / "data"))
        async with open_libraries(data) as opened:
            library = opened.libraries.library("default")
            await library.search("tale", limit=3)
            filler = fill(disk, leaving=leaving)

            with pytest.raises(FootnoteIndexError):
                await sync(library)
            found = await library.search("tale", limit=1_000)
            assert {(p.version_id, p.text) for p in found.passages} <= days.old.texts
            assert found.passages

            filler.unlink()
            await sync(library)
        assert cutting.show(data)[0] == days.new


@pytest.mark.parametrize("work", [sync, rebuild], ids=["sync", "rebuild"])
async def test_a_start_on_a_full_disk_and_the_work_after_it_lose_nothing(
    days: Days, tmp_path: Path, work: Work
) -> None:
    with small_disk(tmp_path / "disk", megabytes=24) as disk:
        data = Path(shutil.copytree(days.folder, disk / "data"))
        filler = fill(disk)
        with pytest.raises((FootnoteIndexError, OSError)):
            async with open_libraries(data) as opened:
                await work(opened.libraries.library("default"))

        filler.unlink()
        assert cutting.show(data)[0] == days.old
        await start_and_sync(data)
        assert cutting.show(data)[0] == days.new


async def test_a_first_add_on_a_full_disk_says_so_and_succeeds_after(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=24) as disk:
        filler = fill(disk, leaving=400_000)
        with pytest.raises(FootnoteIndexError):
            async with open_libraries(disk / "data") as opened:
                await add(opened.libraries.library("default"))

        filler.unlink()
        async with open_libraries(disk / "data") as opened:
            await add(opened.libraries.library("default"))
            status = await opened.libraries.library("default").status()
        assert status.articles == len(YESTERDAY)


async def test_going_back_on_a_full_disk_changes_nothing_or_all(days: Days, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=24) as disk:
        data = Path(shutil.copytree(days.folder, disk / "data"))
        cutting.run_whole(data, "sync")
        async with open_libraries(data) as opened:
            library = opened.libraries.library("default")
            await library.search("tale", limit=3)
            filler = fill(disk)
            with pytest.raises(StoreError, match="The disk is full"):
                await rollback(library)
            filler.unlink()
        assert cutting.show(data)[0] == days.new


async def test_a_backup_that_finds_the_disk_full_leaves_nothing_behind(
    days: Days, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", megabytes=12) as disk:
        with pytest.raises(FootnoteIndexError, match="Make room and try again"):
            back_up(days.folder / "footnote.db", disk / "backups" / "monday.db")

        assert list(disk.rglob("*.*")) == []
