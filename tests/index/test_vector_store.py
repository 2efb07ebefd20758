"""An embedded Chroma that hangs: its file is locked by another process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.breaker import Breaker
from index.errors import VectorStoreError
from index.vector_store import VectorStore
from tests.fakes.libraries import article, open_libraries, read_from

_LOCKER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute(sys.argv[2])
if "EXCLUSIVE" not in sys.argv[2]:
    held.execute("SELECT count(*) FROM sqlite_master").fetchone()
print("held", flush=True)
sys.stdin.read()
"""


# Chroma reads a small collection whole, and would let nobody here open the lock meanwhile.
LARGE = 250


@contextmanager
def locked(file: Path, *, reading: bool = False) -> Iterator[int]:
    """Another process holds a SQLite file; its number."""
    how = "BEGIN" if reading else "BEGIN EXCLUSIVE"
    with subprocess.Popen(
        [sys.executable, "-c", _LOCKER, str(file), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid


def unit_vectors(count: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(7).normal(size=(count, 32)).astype(np.float32)
    rows: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


async def until_nothing_hangs(store: VectorStore) -> None:
    async with asyncio.timeout(90):
        while store.hanging:  # noqa: ASYNC110 - a thread tells nobody that it came back
            await asyncio.sleep(0.05)


_told = pytest.mark.skipif(
    not Path("/proc/locks").exists(), reason="this system does not tell who holds a file"
)


async def fill(store: VectorStore, count: int = 10) -> None:
    await store.upsert("one-1", [str(n) for n in range(count)], unit_vectors(count))
    await store.query("one-1", unit_vectors(1)[0], 1)


@_told
async def test_a_file_that_another_program_holds_is_not_waited_for_without_end(
    tmp_path: Path,
) -> None:
    now = 0.0
    breaker = Breaker("vectors", failures=2, rest=10.0, clock=lambda: now)
    store = VectorStore(tmp_path, file_patience=0.1, breaker=breaker)
    await fill(store)
    with locked(tmp_path / "chroma.sqlite3") as holder:
        with pytest.raises(VectorStoreError, match=f"process {holder}"):
            await store.upsert("one-1", ["x"], unit_vectors(1))
        with pytest.raises(VectorStoreError, match=f"process {holder}"):
            await store.query("one-1", unit_vectors(1)[0], 1)
        assert not store.is_well
        with pytest.raises(VectorStoreError, match="left alone"):
            await store.count("one-1")
        assert store.hanging == 0

    now = 11.0
    assert await store.count("one-1") == 10
    assert store.is_well
    assert await store.close()


@_told
async def test_another_programs_reading_keeps_nobody_from_reading(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, file_patience=0.1)
    await fill(store)
    with locked(tmp_path / "chroma.sqlite3", reading=True):
        assert await store.count("one-1") == 10
        with pytest.raises(VectorStoreError, match="Another program"):
            await store.upsert("one-1", ["x"], unit_vectors(1))
    await store.close()


@_told
async def test_a_file_that_is_let_go_soon_is_waited_for(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, file_patience=60.0)
    await fill(store)
    with locked(tmp_path / "chroma.sqlite3"):
        writing = asyncio.create_task(store.upsert("one-1", ["x"], unit_vectors(1)))
        await asyncio.sleep(0.2)
        assert not writing.done()

    await writing
    assert await store.count("one-1") == 11
    await store.close()


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that does not tell of locks."""
    monkeypatch.setattr("index.file_locks.find_holder", lambda *_, **__: None)


@pytest.mark.usefixtures("untold")
async def test_calls_that_hang_are_counted_and_given_up_until_they_come_back(
    tmp_path: Path,
) -> None:
    now = 0.0
    breaker = Breaker("vectors", failures=2, rest=10.0, clock=lambda: now)
    store = VectorStore(tmp_path, threads=1, breaker=breaker)
    await fill(store, LARGE)
    store._query_timeout = 0.3
    with locked(tmp_path / "chroma.sqlite3"):
        for hanging in (1, 2):
            with pytest.raises(VectorStoreError, match="another program"):
                await store.query("one-1", unit_vectors(1)[0], 1)
            assert store.hanging == hanging
        assert not store.is_well

    await until_nothing_hangs(store)
    now = 11.0
    store._query_timeout = 60.0
    assert (await store.query("one-1", unit_vectors(1)[0], 1))[0][0] == "0"
    assert store.is_well
    assert await store.close()


@pytest.mark.usefixtures("untold")
async def test_whoever_stops_waiting_leaves_no_hanging_call_uncounted(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, threads=1)
    await fill(store, LARGE)
    store._query_timeout = 0.5
    with locked(tmp_path / "chroma.sqlite3"):
        asking = asyncio.create_task(store.query("one-1", unit_vectors(1)[0], 1))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        async with asyncio.timeout(60):
            while store.hanging != 1:  # noqa: ASYNC110 - it is counted when its time is over
                await asyncio.sleep(0.02)
        assert store.is_well
    await until_nothing_hangs(store)
    await store.close()


@pytest.mark.usefixtures("untold")
async def test_a_folder_in_which_something_hung_is_looked_into_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_store._CLOSE_SECONDS", 0.2)
    async with open_libraries(tmp_path) as opened:
        library = opened.libraries.library("default")
        stories = [article(f"a{n}", f"Story {n}.") for n in range(LARGE)]
        await library.add([read_from("/p", stories)], actor="t", note="add")
        vectors = opened.libraries.vectors
        (first, *_) = await vectors.query("library-1-1", np.ones(64, np.float32), 1)
        vectors._query_timeout = 0.3
        with locked(tmp_path / "chroma" / "chroma.sqlite3"):
            with pytest.raises(VectorStoreError):
                await vectors.query("library-1-1", np.ones(64, np.float32), 1)
            await opened.libraries.close()
        assert first
        assert not (tmp_path / "chroma.seal").exists()
        await until_nothing_hangs(vectors)


async def test_after_a_failure_an_embedded_chroma_is_opened_anew(tmp_path: Path) -> None:
    opened: list[str] = []
    store = VectorStore(tmp_path / "chroma", on_open=lambda: opened.append("opened"))
    vectors = np.eye(3, dtype=np.float32)
    try:
        await store.upsert("library", ["a", "b", "c"], vectors)
        with pytest.raises(VectorStoreError):
            await store.upsert("library", ["d"], np.ones((1, 7), np.float32))
        assert next(id_ for id_, _ in await store.query("library", vectors[1], 3)) == "b"
        await store.upsert("library", ["a"], vectors[:1])
    finally:
        await store.close()
    # Once more, and not at every call that follows.
    assert opened == ["opened", "opened"]
