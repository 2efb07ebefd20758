"""Something fails in the middle of a sync: the old edition answers, and the next sync ends well."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from index import library_rows
from index.connections import Connection
from index.embedding import Embedder
from index.errors import EmbeddingError, StoreError, VectorStoreError
from index.indexing import WriteRate
from index.libraries import Libraries
from index.models import ReadResult, Source, SourceKind
from index.reading import Reader
from index.records import SourceInfo
from index.rereading import Known
from index.retrieval import Fusion
from index.sources import read_source
from index.sources.fetching import Fetcher
from index.sqlite_database import SqliteDatabase
from index.steps import Step
from tests.fakes import cutting
from tests.fakes.cutting import Seen
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.libraries import open_libraries
from tests.fakes.papers import TODAY, Folder

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Days:
    """Yesterday's library, and what it shows before and after an undisturbed sync."""

    folder: Path
    old: Seen
    new: Seen


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    place = tmp_path_factory.mktemp("days")
    cutting.fill(place / "old")
    shutil.copytree(place / "old", place / "new")
    cutting.run_whole(place / "new", "sync")
    return Days(place / "old", cutting.show(place / "old")[0], cutting.show(place / "new")[0])


@pytest.fixture
def data(days: Days, tmp_path: Path) -> Path:
    return Path(shutil.copytree(days.folder, tmp_path / "data"))


@dataclass
class Trouble:
    """Happens after a step, once."""

    step: Step
    happen: Callable[[Libraries], None]
    libraries: Libraries | None = None

    def __call__(self, step: Step) -> None:
        if step is self.step and self.libraries is not None:
            libraries, self.libraries = self.libraries, None
            self.happen(libraries)


@asynccontextmanager
async def open_paper(
    folder: Path,
    *,
    model: HashedWords | None = None,
    trouble: Trouble | None = None,
) -> AsyncIterator[Libraries]:
    database = SqliteDatabase(folder / "footnote.db", busy_timeout=0.2)
    libraries = Libraries(
        folder,
        database=database,
        embedder=Embedder(model or HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION),
        count=count_words,
        rate=WriteRate(rows=4),
        fusion=Fusion(depth=1_000),
        on_step=trouble or (lambda _: None),
    )
    notices: list[str] = []
    try:
        await libraries.open(on_notice=notices.append)
        if trouble is not None:
            trouble.libraries = libraries
        yield libraries
    finally:
        await libraries.close()


async def sync(libraries: Libraries) -> None:
    await libraries.library("default").sync(
        Folder(TODAY).read, actor="tester", check=cutting.check_cited
    )


async def ends_well(folder: Path, days: Days) -> None:
    """The next process answers from the old edition, and its sync from the new one."""
    async with open_paper(folder) as libraries:
        assert await cutting.look_at(libraries) == days.old
        await sync(libraries)
        assert await cutting.look_at(libraries) == days.new


# The embedder


@dataclass
class Bad:
    """A vector that no library may keep."""

    vector: list[float]
    name: str


BAD = [
    Bad([float("nan")] * DIMENSION, "NaN"),
    Bad([float("inf")] + [0.0] * (DIMENSION - 1), "infinity"),
    Bad([0.5] * (DIMENSION - 1), "shape"),
    Bad([], "shape"),
    Bad([0.0] * DIMENSION, "zeros"),
]


class Spoiled(HashedWords):
    """Gives one bad vector in the middle, and good ones before and after."""

    bad: list[float] = Field(default_factory=list)
    at: int = 0

    def _get_text_embedding(self, text: str) -> list[float]:
        good = super()._get_text_embedding(text)
        return self.bad if len(self.embedded) == self.at else good


@pytest.mark.parametrize("bad", BAD, ids=["nan", "infinite", "short", "empty", "zero"])
async def test_a_bad_vector_in_the_middle_publishes_nothing(
    data: Path, days: Days, bad: Bad
) -> None:
    async with open_paper(data, model=Spoiled(bad=bad.vector, at=17)) as libraries:
        with pytest.raises(EmbeddingError, match=bad.name):
            await sync(libraries)
        assert await cutting.look_at(libraries) == days.old
        await sync(libraries)
        assert await cutting.look_at(libraries) == days.new


@pytest.mark.parametrize("after", [0, 1, 20, 30])
async def test_an_embedder_that_goes_away_in_the_middle_publishes_nothing(
    data: Path, days: Days, after: int
) -> None:
    async with open_paper(data, model=HashedWords(fail_after=after)) as libraries:
        with pytest.raises(EmbeddingError, match="ConnectionError"):
            await sync(libraries)
        assert await cutting.look_at(libraries) == days.old
    await ends_well(data, days)


# Chroma


class NoRoom(Exception):
    """As Chroma raises when it cannot write."""


@pytest.mark.parametrize("good", [0, 4])
async def test_chroma_that_fails_in_the_middle_publishes_nothing(
    data: Path, days: Days, good: int
) -> None:
    async with open_paper(data) as libraries:
        await libraries._vectors.count("library-1-1")
        chroma: Any = libraries._vectors._chroma
        upsert, left = chroma.upsert, [good]

        def fail(*args: Any) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise NoRoom("no space left on device")
            upsert(*args)

        chroma.upsert = fail
        with pytest.raises(VectorStoreError, match="NoRoom"):
            await sync(libraries)
        assert await cutting.look_at(libraries) == days.old
        await sync(libraries)
        assert await cutting.look_at(libraries) == days.new


@pytest.mark.parametrize("step", [Step.PREPARED, Step.STORED, Step.FILLED, Step.PUBLISHED])
async def test_a_vector_folder_that_is_deleted_while_open_is_made_again_at_the_next_start(
    data: Path, days: Days, step: Step
) -> None:
    trouble = Trouble(step, lambda _: shutil.rmtree(data / "chroma"))
    async with open_paper(data, trouble=trouble) as libraries:
        try:
            await sync(libraries)
            expected = days.new
        except VectorStoreError:
            expected = days.old
        found = await libraries.library("default").search("tale", limit=1_000)
        assert found.edition == expected.edition
        assert {(p.version_id, p.text) for p in found.passages} == expected.texts
    async with open_paper(data) as libraries:
        assert await cutting.look_at(libraries) == expected
        await sync(libraries)
        assert await cutting.look_at(libraries) == days.new


async def test_a_vector_folder_that_is_gone_between_runs_is_made_again(
    data: Path, days: Days
) -> None:
    shutil.rmtree(data / "chroma")
    await ends_well(data, days)


# SQLite


@pytest.mark.parametrize("pages", [0, 2, 5, 8])
async def test_a_full_disk_publishes_nothing_and_says_so(
    data: Path, days: Days, pages: int
) -> None:
    """Each number of pages that are left fills the disk in another transaction."""

    def limit(connection: Connection) -> None:
        (used,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    async with open_paper(data) as libraries:
        await libraries.database.maintain(limit)
        with pytest.raises(StoreError, match="The disk is full"):
            await sync(libraries)
        assert await cutting.look_at(libraries) == days.old
        await libraries.database.maintain(
            lambda c: c.execute("PRAGMA max_page_count = 4294967294").fetchall()
        )
        await sync(libraries)
        assert await cutting.look_at(libraries) == days.new


def test_files_that_may_not_grow_publish_nothing(days: Days, data: Path) -> None:
    """The system refuses every write beyond a size, Chroma's as well as SQLite's."""
    outcomes = set()
    for number, room in enumerate((0, 60_000, 200_000, 400_000, 700_000)):
        folder = Path(shutil.copytree(data, data.with_name(f"full-{number}")))
        error = cutting.run_in_room(folder, room)
        outcomes.add(error)
        before, after, _ = cutting.recover(folder, "sync")
        assert before == (days.new if error is None else days.old), (room, error)
        assert after == days.new

    assert outcomes - {None} <= {"StoreError", "VectorStoreError"}
    assert outcomes - {None}


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass
class Holder:
    """Another process that holds the database until told otherwise."""

    path: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def hold(self, _: Libraries | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def let_go(self) -> None:
        if self.process is not None:
            self.process.communicate()


@contextmanager
def holding(path: Path) -> Iterator[Holder]:
    holder = Holder(path)
    try:
        yield holder
    finally:
        holder.let_go()


@pytest.mark.parametrize("step", [Step.READ, Step.PREPARED, Step.STORED, Step.FILLED, Step.CHECKED])
async def test_a_database_that_another_process_holds_publishes_nothing_and_says_so(
    data: Path, days: Days, step: Step
) -> None:
    with holding(data / "footnote.db") as holder:
        async with open_paper(data, trouble=Trouble(step, holder.hold)) as libraries:
            with pytest.raises(StoreError, match="Another program holds the database"):
                await sync(libraries)
            found = await libraries.library("default").search("tale", limit=1_000)
            assert {(p.version_id, p.text) for p in found.passages} == days.old.texts
            holder.let_go()
            assert await cutting.look_at(libraries) == days.old
            await sync(libraries)
            assert await cutting.look_at(libraries) == days.new


async def test_who_reads_for_the_first_time_waits_for_nobody_who_writes(data: Path) -> None:
    database = SqliteDatabase(data / "footnote.db", busy_timeout=0.2)
    with holding(data / "footnote.db") as holder:
        holder.hold()

        names = await database.read(library_rows.list_libraries)

    await database.close()
    assert [row.name for row in names] == ["default"]


# Reading


async def test_an_article_whose_reading_process_is_killed_stays_and_is_read_the_next_time(
    tmp_path: Path,
) -> None:
    paper = tmp_path / "paper"
    paper.mkdir()
    for number in range(3):
        write(paper, number, "calm")
    reader, fetcher = Reader(), Fetcher(user_agent="Footnote test")
    source = Source(SourceKind.FOLDER, str(paper))

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return await read_source(info.source, known=known, reader=reader, fetcher=fetcher)

    try:
        async with open_libraries(tmp_path / "data") as opened:
            library = opened.libraries.library("default")
            first = await read_source(source, reader=reader, fetcher=fetcher)
            await library.add([first], actor="tester", note="add")
            write(paper, 1, "stormy")

            killing = asyncio.create_task(keep_killing(reader))
            report = await library.sync(read, actor="tester")
            killing.cancel()
            before = {p.text for p in (await library.search("tale", limit=9)).passages}
            again = await library.sync(read, actor="tester")
            after = {p.text for p in (await library.search("tale", limit=9)).passages}

            assert not report.published
            assert any("was stopped" in p.message for p in report.problems)
            assert (len(before), any("stormy" in text for text in before)) == (3, False)
            assert again.changed
            assert (len(after), any("stormy" in text for text in after)) == (3, True)
            assert (await library.verify()).problems == ()
    finally:
        await reader.close()
        await fetcher.close()


def write(paper: Path, number: int, mood: str) -> None:
    file = paper / f"tale-{number}.md"
    file.write_text(f"# Tale {number}\n\nThis {mood} tale tells of the harbour of pilot{number}.\n")
    # Old enough for its stamp to be believed.
    seconds = file.stat().st_mtime - (100 if mood == "calm" else 50)
    os.utime(file, (seconds, seconds))


async def keep_killing(reader: Reader) -> None:
    """Kill every reading process as soon as there is one."""
    while True:
        if (pid := reader.pid) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.001)
