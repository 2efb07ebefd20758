"""Old editions go by number and age; what was only theirs goes too, and its disk space returns."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from index import lexical, old_rows
from index.collecting import Collector
from index.connections import Connection
from index.errors import EmbeddingError, StoreError
from index.gate import Gate
from index.libraries import Libraries
from index.library_rows import LibraryRow
from index.models import Article, no_progress
from index.old_rows import Retention
from index.records import CollectReport
from index.vector_store import VectorStore
from tests.fakes.libraries import Opened, article, open_libraries, read_from
from tests.fakes.stores import needs_sqlite

LATER = datetime.now(UTC) + timedelta(days=400)
ONLY_THE_LAST = Retention(editions=1, days=90)
QUESTION = "Which tale tells of the harbour and pilot7?"


def tales(mood: str, count: int = 12, words: int = 0) -> list[Article]:
    """Articles that say something else for every mood."""
    return [
        article(
            f"tale-{n}",
            f"Tale {n} tells of the {mood} harbour and pilot{n}. Ferry{n} was {mood}{n}. "
            + " ".join(f"{mood}{n}word{at}." for at in range(words)),
        )
        for n in range(count)
    ]


def collector(libraries: Libraries, name: str = "default") -> Collector:
    return Collector(
        name=name,
        database=libraries.database,
        vectors=libraries._vectors,
        rebuild=libraries.library(name).rebuild,
    )


async def publish(libraries: Libraries, articles: Sequence[Article], name: str = "default") -> None:
    library = libraries.library(name)
    report = await library.add([read_from("/paper", articles)], actor="tester", note="add")
    assert report.published


async def collect(
    libraries: Libraries, keep: Retention = ONLY_THE_LAST, name: str = "default"
) -> CollectReport:
    return await collector(libraries, name).collect(keep, now=LATER, on_progress=no_progress)


async def found(libraries: Libraries, name: str = "default") -> list[str]:
    result = await libraries.library(name).search(QUESTION, limit=30)
    assert result.degraded is None
    return [passage.text for passage in result.passages]


async def rows(libraries: Libraries) -> dict[str, list[tuple[object, ...]]]:
    """What the tables hold that collecting may touch."""

    def read(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
        queries = {
            "edition": "SELECT library, number FROM edition",
            "membership": "SELECT * FROM membership",
            "version": "SELECT library, version_id FROM version",
            "chunk": "SELECT chunk_id FROM chunk",
            "embedding": "SELECT library, key FROM embedding",
        }
        kept = {k: sorted(map(tuple, connection.execute(q)), key=repr) for k, q in queries.items()}
        for (table,) in connection.execute("SELECT pk FROM library").fetchall():
            kept[f"lexical {table}"] = [(lexical.count_rows(connection, table),)]
        return kept

    return await libraries.database.read(read)


async def test_what_only_old_editions_held_is_deleted(libraries: Libraries) -> None:
    await publish(libraries, tales("stormy"))
    old = (await libraries.library("default").search(QUESTION, limit=1)).passages[0].version_id
    await publish(libraries, tales("sunny")[:11])
    expected = await found(libraries)

    report = await collect(libraries)

    assert (report.editions, report.versions, report.chunks) == (1, 11, 11)
    assert await found(libraries) == expected
    assert [e.number for e in await libraries.library("default").history()] == [2]
    with pytest.raises(KeyError):
        await libraries.library("default").text_of(old)
    kept = await rows(libraries)
    assert [len(kept[k]) for k in ("version", "chunk", "embedding", "membership")] == [12] * 4
    assert kept["lexical 1"] == [(12,)]
    assert (await libraries.library("default").verify()).problems == ()


async def test_a_kept_edition_can_be_gone_back_to(libraries: Libraries) -> None:
    for mood in ("stormy", "foggy", "sunny"):
        await publish(libraries, tales(mood))
    library = libraries.library("default")

    await collect(libraries, Retention(editions=2, days=90))
    report = await library.rollback(2, actor="tester")

    assert report.published
    assert any("foggy" in text for text in await found(libraries))
    assert (await library.verify()).problems == ()


async def test_nothing_goes_while_it_is_young_or_among_the_newest(libraries: Libraries) -> None:
    for mood in ("stormy", "foggy", "sunny"):
        await publish(libraries, tales(mood))
    before = await rows(libraries)
    now = datetime.now(UTC)

    for keep, at in ((Retention(1, 90), now), (Retention(3, 0), LATER)):
        assert not await collector(libraries).is_due(keep, now=at)
        report = await collector(libraries).collect(keep, now=at, on_progress=no_progress)
        assert (report.editions, report.versions) == (0, 0)

    assert await rows(libraries) == before
    assert await collector(libraries).is_due(Retention(2, 90), now=LATER)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as it:
        yield it


@pytest.mark.parametrize(
    ("keep", "days_later", "oldest"),
    [
        (Retention(2, 0), 400, 5),
        (Retention(4, 0), 400, 3),
        (Retention(1, 30), 45, 3),
        (Retention(3, 30), 55, 4),
        (Retention(1, 30), 400, 6),
        (Retention(0, 0), 400, 6),
        (Retention(50, 0), 400, 1),
    ],
)
def test_editions_are_kept_by_number_and_by_age(
    keep: Retention, days_later: int, oldest: int, stack: ExitStack
) -> None:
    """Six editions, ten days apart: the first on day 0, the last on day 50."""
    connection = stack.enter_context(closing(sqlite3.connect(":memory:")))
    connection.execute("CREATE TABLE edition (library, number, published_at)")
    first = datetime(2031, 1, 1, tzinfo=UTC)
    for number in range(1, 7):
        at = (first + timedelta(days=10 * (number - 1))).isoformat(timespec="seconds")
        connection.execute("INSERT INTO edition VALUES (1, ?, ?)", (number, at))
    row = LibraryRow(1, "default", 6, None, None)

    kept = old_rows.oldest_kept(connection, row, keep, first + timedelta(days=days_later))

    assert max(kept, 1) == oldest


async def test_another_library_with_the_same_texts_loses_nothing(libraries: Libraries) -> None:
    await publish(libraries, tales("stormy"))
    await publish(libraries, tales("stormy"), name="other")
    await publish(libraries, tales("sunny"))
    expected = await found(libraries, "other")

    await collect(libraries)

    assert await found(libraries, "other") == expected
    assert (await libraries.library("other").verify()).problems == ()
    vectors = [library for library, _ in (await rows(libraries))["embedding"]]
    assert (vectors.count(1), vectors.count(2)) == (12, 12)


async def test_what_a_cut_off_run_left_is_collected_as_well(opened: Opened) -> None:
    await publish(opened.libraries, tales("stormy"))
    before = await rows(opened.libraries)
    opened.model.fail_after = len(opened.model.embedded) + 30
    with pytest.raises(EmbeddingError):
        await publish(opened.libraries, tales("sunny", 60))
    assert await rows(opened.libraries) != before

    report = await collect(opened.libraries)

    assert report.versions > 0
    assert await rows(opened.libraries) == before


async def test_cut_off_at_any_moment_it_can_be_run_again(tmp_path: Path) -> None:
    async with open_libraries(tmp_path / "whole") as opened:
        for mood in ("stormy", "foggy", "sunny"):
            await publish(opened.libraries, tales(mood))
        expected = await found(opened.libraries)
        await collect(opened.libraries)
        end = await rows(opened.libraries)

    async with open_libraries(tmp_path / "cut") as opened:
        for mood in ("stormy", "foggy", "sunny"):
            await publish(opened.libraries, tales(mood))
        cut = _CutOff(opened.libraries)
        for after in range(40):
            cut.writes_left = after
            try:
                await collect(opened.libraries)
                break
            except StoreError:
                assert await found(opened.libraries) == expected
                assert (await opened.libraries.library("default").verify()).problems == ()
        assert after > 3
        cut.writes_left = None

        assert await rows(opened.libraries) == end
        assert await found(opened.libraries) == expected


class _CutOff:
    """Lets so many transactions through, and fails the next."""

    def __init__(self, libraries: Libraries) -> None:
        self.writes_left: int | None = None
        self._write = libraries.database.write
        libraries.database.write = self.write  # type: ignore[method-assign, assignment]

    async def write(self, work: object) -> object:
        if self.writes_left is not None:
            if not self.writes_left:
                self.writes_left = None
                raise StoreError("the disk went away")
            self.writes_left -= 1
        return await self._write(work)  # type: ignore[arg-type]


def sizes(folder: Path) -> tuple[int, int]:
    database = sum(f.stat().st_size for f in folder.glob("footnote.db*") if "shm" not in f.name)
    return database, sum(f.stat().st_size for f in (folder / "chroma").rglob("*") if f.is_file())


@pytest.mark.parametrize("make", ["new", "of an earlier make"])
async def test_the_disk_space_comes_back(tmp_path: Path, make: str) -> None:
    needs_sqlite("its file grows smaller")
    if make != "new":
        with closing(sqlite3.connect(tmp_path / "footnote.db")) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE thing (name TEXT)")
    async with open_libraries(tmp_path) as opened:
        await publish(opened.libraries, tales("sunny", 60, 400))
        await opened.libraries.database.maintain(
            lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        )
        ways = await opened.libraries.database.read(
            lambda c: c.execute("PRAGMA auto_vacuum").fetchone()[0]
        )
        assert ways == (2 if make == "new" else 0)
        once = sizes(tmp_path)
        for mood in ("stormy", "foggy", "icy", "sunny"):
            await publish(opened.libraries, tales(mood, 60, 400))
        full = sizes(tmp_path)
        expected = (await found(opened.libraries))[0]

        report = await collect(opened.libraries)

        assert (await found(opened.libraries))[0] == expected
        assert (await opened.libraries.library("default").verify()).problems == ()
        after = sizes(tmp_path)
        assert after[0] < 1.2 * once[0] < 0.5 * full[0]
        assert after[1] < 1.2 * once[1] < 0.8 * full[1]
        assert (report.bytes_before, report.bytes_after) == (sum(full), sum(after))
        assert not (tmp_path / "chroma.seal").exists()
    async with open_libraries(tmp_path) as opened:
        assert opened.notices == []
        assert (await found(opened.libraries))[0] == expected


async def test_a_few_dead_vectors_are_no_reason_to_make_the_index_anew(opened: Opened) -> None:
    await publish(opened.libraries, tales("stormy"))
    await publish(opened.libraries, tales("sunny")[:2])
    await collect(opened.libraries)

    assert await opened.libraries._vectors.names() == ["library-1-1"]
    assert await opened.libraries._vectors.count("library-1-1") == 14


async def test_a_collection_that_a_cut_off_rebuild_left_is_dropped(opened: Opened) -> None:
    await publish(opened.libraries, tales("stormy"))
    vectors = opened.libraries._vectors
    for name in ("library-1-2", "library-11-1"):
        await vectors.upsert(name, ["x"], [[1.0, 0.0]])  # type: ignore[arg-type]

    await collect(opened.libraries)

    assert sorted(await vectors.names()) == ["library-1-1", "library-11-1"]
    folders = [
        f for f in (opened.folder / "chroma").iterdir() if re.fullmatch(r"[0-9a-f-]{36}", f.name)
    ]
    assert len(folders) == 2


async def test_questions_are_answered_while_space_is_given_back(opened: Opened) -> None:
    await publish(opened.libraries, tales("stormy", 20))
    await publish(opened.libraries, tales("sunny", 20))
    library = opened.libraries.library("default")
    collecting = asyncio.create_task(collect(opened.libraries))
    answers = []
    while not collecting.done():
        answers.append(await library.search(QUESTION, limit=30))
    await collecting

    assert len(answers) > 1
    for answer in answers:
        assert len(answer.passages) == 20 or answer.degraded
        assert all("sunny" in passage.text for passage in answer.passages)


async def test_a_vector_index_that_nothing_was_dropped_from_stays_open(opened: Opened) -> None:
    await publish(opened.libraries, tales("stormy"))

    assert not await opened.libraries._vectors.shrink()


async def test_folders_that_an_earlier_process_left_are_cleared_away(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        await publish(opened.libraries, tales("stormy"))
        expected = await found(opened.libraries)
    left = tmp_path / "chroma" / "00000000-0000-4000-8000-000000000000"
    left.mkdir()
    (left / "data_level0.bin").write_bytes(b"x" * 10_000)
    (tmp_path / "chroma" / "notes").mkdir()
    store = VectorStore(tmp_path / "chroma")

    assert await store.shrink()
    await store.close()

    assert not left.exists()
    assert (tmp_path / "chroma" / "notes").exists()
    async with open_libraries(tmp_path) as opened:
        assert await found(opened.libraries) == expected


async def test_an_empty_library_has_nothing_to_collect(libraries: Libraries) -> None:
    assert not await collector(libraries).is_due(ONLY_THE_LAST, now=LATER)
    assert (await collect(libraries)).editions == 0


def test_who_passes_alone_waits_for_those_inside_and_keeps_others_out() -> None:
    gate, order = Gate(), []
    is_inside, may_leave, asks = Event(), Event(), Event()

    def inside() -> None:
        with gate.together():
            is_inside.set()
            may_leave.wait(10)
            order.append("first out")

    def alone() -> None:
        is_inside.wait(10)
        asks.set()
        with gate.alone(10):
            order.append("alone")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(inside), pool.submit(alone)
        asks.wait(10)
        may_leave.set()
        first.result(10)
        second.result(10)

    assert order == ["first out", "alone"]


def test_who_cannot_pass_alone_lets_the_others_go_on() -> None:
    gate = Gate()
    with gate.together():
        with pytest.raises(TimeoutError), gate.alone(0.01):
            pass
        with gate.together():
            pass


async def test_a_library_of_which_nothing_is_left_misses_nothing(libraries: Libraries) -> None:
    await publish(libraries, tales("calm", 2))
    library = libraries.library("default")
    await library.remove(["tale-0", "tale-1"], actor="tester")
    await collect(libraries)

    assert await found(libraries) == []
