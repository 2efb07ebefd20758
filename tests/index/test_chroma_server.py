"""The vector index on a Chroma server: shared, restarted, wiped, slow, behind a key."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import chroma_client, library_rows, vector_store
from index.breaker import Breaker
from index.chroma_at import ChromaAt
from index.chroma_home import find_home
from index.embedding import Embedder
from index.errors import VectorStoreError
from index.indexing import WriteRate
from index.libraries import Libraries
from index.models import Progress, no_progress
from index.sqlite_database import SqliteDatabase
from index.vector_store import VectorStore
from tests.fakes.chroma_server import ChromaServer, find_free_port
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.gatekeeper import Gatekeeper
from tests.fakes.libraries import article, read_from

_KEY = "a-canary-of-a-chroma-key"
_STORIES = [
    article(f"story-{n}", f"Story {n} tells of the harbour at town{n} and its pilot.")
    for n in range(30)
]
_QUESTION = "Which story tells of the harbour at town7?"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A server that no test stops."""
    server = ChromaServer.make(tmp_path_factory.mktemp("chroma") / "data")
    yield server
    server.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ChromaServer]:
    """A server that a test may stop, wipe and start."""
    server = ChromaServer.make(tmp_path / "chroma-server")
    yield server
    server.stop()


def unit_vectors(count: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(7).normal(size=(count, 32)).astype(np.float32)
    rows: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


def patient_breaker() -> Breaker:
    """One that does not open, for tests of something else."""
    return Breaker("vectors", failures=1000)


@asynccontextmanager
async def store_at(
    url: str, folder: Path, prefix: str = "footnote-a-", **more: object
) -> AsyncIterator[VectorStore]:
    given: dict[str, object] = {"breaker": patient_breaker(), **more}
    store = VectorStore(folder, server=ChromaAt(url, key=_KEY), **given)  # type: ignore[arg-type]
    store.use_prefix(prefix)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def libraries_at(
    url: str, folder: Path, **more: object
) -> AsyncIterator[tuple[Libraries, list[str]]]:
    folder.mkdir(exist_ok=True)
    embedder = Embedder(HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION)
    libraries = Libraries(
        folder,
        server=ChromaAt(url),
        embedder=embedder,
        count=count_words,
        **more,  # type: ignore[arg-type]
    )
    notices: list[str] = []
    try:
        await libraries.open(on_notice=notices.append)
        yield libraries, notices
    finally:
        await libraries.close()


async def until(what: Callable[[], Awaitable[object]]) -> None:
    """Wait for it; the servers here are other processes, which tell nobody."""
    async with asyncio.timeout(90):
        while not await what():  # noqa: ASYNC110 - as said
            await asyncio.sleep(0.05)


async def ranking(libraries: Libraries) -> list[str] | None:
    """What a search finds; None where only words were compared."""
    found = await libraries.library("default").search(_QUESTION, limit=10)
    return None if found.degraded else [p.chunk_id for p in found.passages]


async def until_finding(libraries: Libraries, expected: list[str] | None) -> None:
    async def finds() -> bool:
        return await ranking(libraries) == expected

    await until(finds)


async def until_nothing_hangs(store: VectorStore) -> None:
    async def is_free() -> bool:
        return store.hanging == 0

    await until(is_free)


async def test_two_bots_on_one_server_do_not_see_each_other(
    shared: ChromaServer, tmp_path: Path
) -> None:
    one_row, other_row = unit_vectors(2)
    async with (
        store_at(shared.url, tmp_path, "footnote-a-") as one,
        store_at(shared.url, tmp_path, "footnote-b-") as other,
    ):
        await one.upsert("library-1-1", ["mine"], one_row[None])
        await other.upsert("library-1-1", ["other's"], other_row[None])

        assert [id_ for id_, _ in await one.query("library-1-1", other_row, 5)] == ["mine"]
        assert await one.names() == await other.names() == ["library-1-1"]
        await one.drop("library-1-1")
        await one.drop("library-1-1")
        assert await one.names() == []
        assert await one.query("library-1-1", one_row, 5) == []
        assert await other.count("library-1-1") == 1


async def test_a_server_finds_what_an_embedded_chroma_finds(
    shared: ChromaServer, tmp_path: Path
) -> None:
    rows = unit_vectors(400)
    ids = [str(n) for n in range(400)]
    embedded = VectorStore(tmp_path / "chroma")
    async with store_at(shared.url, tmp_path, "footnote-c-") as remote:
        for store in (remote, embedded):
            await store.upsert("one-1", ids, rows)

        assert await remote.missing("one-1", ["400", "3", "-1"]) == ["400", "-1"]
        assert await remote.count("one-1") == 400
        for depth in (5, 60, 500):
            found = await remote.query("one-1", rows[3], depth)
            expected = await embedded.query("one-1", rows[3], depth)
            assert found[0][0] == "3"
            assert found[0][1] == pytest.approx(1.0, abs=1e-4)
            assert len({id_ for id_, _ in found} & {id_ for id_, _ in expected}) >= len(found) - 1
        assert not await remote.shrink()
    await embedded.close()


async def test_large_writes_are_cut_to_what_the_server_takes(
    shared: ChromaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_client._Server, "max_rows", lambda _: 7)
    rows = unit_vectors(20)
    async with store_at(shared.url, tmp_path, "footnote-d-") as store:
        await store.upsert("one-1", [str(n) for n in range(20)], rows)

        assert await store.count("one-1") == 20


async def test_a_store_keeps_its_name_on_a_server_and_no_two_have_the_same(
    tmp_path: Path,
) -> None:
    names = []
    for file in ("one.db", "one.db", "two.db"):
        database = SqliteDatabase(tmp_path / file)
        names.append(await find_home(database))
        await database.close()

    assert names[0] == names[1] != names[2]
    assert all(3 <= len(f"{name}library-123456-7") <= 512 for name in names)


async def test_a_key_is_sent_and_a_wrong_one_is_an_error_that_does_not_repeat_it(
    shared: ChromaServer, tmp_path: Path
) -> None:
    keeper = Gatekeeper(shared.port, key=_KEY)
    await keeper.start()
    async with store_at(keeper.url, tmp_path, "footnote-e-") as store:
        await store.upsert("one-1", ["1"], unit_vectors(1))
        assert await store.count("one-1") == 1
    assert f"x-chroma-token: {_KEY}\r\n" in keeper.heads[0].lower()
    keeper.key = "another"

    async with store_at(keeper.url, tmp_path, "footnote-e-") as store:
        with pytest.raises(VectorStoreError, match="let Footnote in") as refused:
            await store.count("one-1")

    await keeper.close()
    assert _KEY not in str(refused.value)
    assert "Not for you" in str(refused.value)


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "\x00"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(VectorStoreError) as refused:
        ChromaAt("http://localhost:8000", key=key)

    assert key not in str(refused.value)


def test_a_key_is_not_shown() -> None:
    assert _KEY not in repr(ChromaAt("cloud", key=_KEY))


@pytest.mark.parametrize(
    ("url", "host", "port", "secure"),
    [
        ("http://chroma:8000", "chroma", 8000, False),
        ("https://chroma.example.org", "chroma.example.org", 443, True),
        ("http://[::1]:8000", "[::1]", 8000, False),
        ("cloud", "api.trychroma.com", 443, True),
    ],
)
def test_an_address_is_read_whole(url: str, host: str, port: int, secure: bool) -> None:
    at = ChromaAt(url)

    assert (at.host, at.port, at.is_secure) == (host, port, secure)


async def test_a_server_that_stalls_holds_nobody_up_for_longer_than_a_call_may_take(
    shared: ChromaServer, tmp_path: Path
) -> None:
    keeper = Gatekeeper(shared.port)
    await keeper.start()
    async with store_at(
        keeper.url, tmp_path, "footnote-f-", timeout=0.6, query_timeout=0.5, threads=2
    ) as store:
        await store.upsert("one-1", ["1"], unit_vectors(1))
        keeper.stalls = True

        failed = await asyncio.gather(
            *(store.query("one-1", unit_vectors(1)[0], 1) for _ in range(8)),
            return_exceptions=True,
        )

        assert all(isinstance(error, VectorStoreError) for error in failed)
        keeper.stalls = False
        # The threads have come back: the client's own limits ended their calls.
        await until_nothing_hangs(store)
        assert (await store.query("one-1", unit_vectors(1)[0], 1))[0][0] == "1"
    await keeper.close()


async def test_a_server_that_stalls_while_it_is_connected_to_is_given_up_too(
    shared: ChromaServer, tmp_path: Path
) -> None:
    keeper = Gatekeeper(shared.port, stalls=True)
    await keeper.start()
    async with store_at(
        keeper.url, tmp_path, "footnote-f-", timeout=0.6, query_timeout=0.5
    ) as store:
        with pytest.raises(VectorStoreError):
            await store.count("one-1")

        await until_nothing_hangs(store)
    await keeper.close()


async def test_without_a_server_calls_fail_at_once_after_a_few_and_go_on_when_it_is_there(
    own: ChromaServer, tmp_path: Path
) -> None:
    now = 0.0
    breaker = Breaker("vectors", failures=3, rest=10.0, clock=lambda: now)
    doubts: list[float] = []
    async with store_at(
        own.url, tmp_path, breaker=breaker, on_doubt=lambda: doubts.append(now)
    ) as store:
        await store.upsert("one-1", ["1"], unit_vectors(1))
        own.stop()
        for _ in range(3):
            assert store.is_well
            with pytest.raises(VectorStoreError, match="running"):
                await store.count("one-1")

        assert not store.is_well
        with pytest.raises(VectorStoreError, match="left alone"):
            await store.count("one-1")
        own.start()
        assert doubts == []
        now = 11.0
        assert await store.count("one-1") == 1
        assert store.is_well
        # It may have come back with less than it had.
        assert doubts == [11.0]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_what_was_acknowledged_is_there_after_the_server_was_restarted(
    own: ChromaServer, tmp_path: Path, how: signal.Signals
) -> None:
    rows = unit_vectors(200)
    async with store_at(own.url, tmp_path) as store:
        await store.upsert("one-1", [str(n) for n in range(200)], rows)

        own.stop(how)
        own.start()

        with_retry = 0
        async with asyncio.timeout(30):
            while with_retry < 2:
                try:
                    assert await store.count("one-1") == 200
                    break
                except VectorStoreError:
                    with_retry += 1
        assert (await store.query("one-1", rows[150], 1))[0][0] == "150"


async def test_a_wiped_server_is_filled_again_while_answers_go_on_by_words(
    own: ChromaServer, tmp_path: Path
) -> None:
    async with libraries_at(own.url, tmp_path / "data") as (libraries, notices):
        library = libraries.library("default")
        await library.add([read_from("/paper", _STORIES)], actor="t", note="add")
        before = await ranking(libraries)
        assert before is not None

        own.stop()
        found = await library.search(_QUESTION, limit=10)
        assert found.passages
        assert "Only words" in (found.degraded or "")
        own.wipe()
        own.start()

        await until_finding(libraries, before)

        async def is_whole() -> bool:
            return not (await library.verify()).problems

        await until(is_whole)
        assert notices == []
        assert not (tmp_path / "data" / "chroma").exists()


@pytest.mark.parametrize("lost_at", [8, 24])
async def test_a_first_edition_is_whole_though_the_server_lost_its_beginning_meanwhile(
    shared: ChromaServer, tmp_path: Path, lost_at: int
) -> None:
    rate = WriteRate(rows=8)
    async with libraries_at(shared.url, tmp_path / "data", rate=rate) as (libraries, _):
        library = libraries.library("default")
        home = await find_home(libraries.database)

        def lose(progress: Progress) -> None:
            if progress.stage == "filling the vector index" and progress.done == lost_at:
                wiping = chroma_client.open_server(ChromaAt(shared.url), home, 10, lambda: None)
                for name in wiping.names():
                    wiping.drop(name)
                wiping.close()

        report = await library.add(
            [read_from("/paper", _STORIES)], actor="t", note="add", on_progress=lose
        )

        (row,) = await libraries.database.read(library_rows.list_libraries)
        assert await libraries.vectors.count(str(row.collection)) == report.chunks_written == 30
        assert (await library.verify()).problems == ()


async def test_what_was_lost_of_an_edition_that_nobody_published_yet_is_known(
    shared: ChromaServer, tmp_path: Path
) -> None:
    async with libraries_at(shared.url, tmp_path / "data") as (libraries, _):
        publisher = libraries.library("default")._publisher
        await publisher.store(_STORIES, no_progress)
        (row,) = await libraries.database.read(library_rows.list_libraries)
        await libraries.vectors.drop(str(row.collection))

        await libraries._mender.mend()
        await publisher.store(_STORIES, no_progress)

        assert await libraries.vectors.count(str(row.collection)) == 30


async def test_what_a_server_lost_while_nobody_looked_is_put_back_at_the_next_start(
    own: ChromaServer, tmp_path: Path
) -> None:
    async with libraries_at(own.url, tmp_path / "data") as (libraries, _):
        library = libraries.library("default")
        await library.add([read_from("/paper", _STORIES[:10])], actor="t", note="add")
        await libraries.vectors.drop("library-1-1")

    async with libraries_at(own.url, tmp_path / "data") as (libraries, notices):
        assert await ranking(libraries)
        assert notices == ["10 passages were put into the vector index."]

    async with libraries_at(own.url, tmp_path / "data") as (libraries, notices):
        assert notices == []


async def test_an_older_copy_of_the_servers_data_is_completed(
    own: ChromaServer, tmp_path: Path
) -> None:
    async with libraries_at(own.url, tmp_path / "data") as (libraries, _):
        library = libraries.library("default")
        await library.add([read_from("/paper", _STORIES[:10])], actor="t", note="add")
        vectors = libraries.vectors
        one = (await libraries.database.read(_some_vector))[None]
        await library.add([read_from("/paper/2", _STORIES[10:])], actor="t", note="add")
        expected = await ranking(libraries)
        await vectors.drop("library-1-1")
        await vectors.upsert("library-1-1", ["something-else"], one)
        vectors._on_doubt()

        async def is_whole() -> bool:
            return not (await library.verify()).problems

        await until(is_whole)
        assert await ranking(libraries) == expected


def _some_vector(connection: object) -> NDArray[np.float32]:
    (packed,) = connection.execute("SELECT vector FROM embedding LIMIT 1").fetchone()  # type: ignore[attr-defined]
    return np.frombuffer(packed, "<f4")


async def test_a_bot_starts_without_its_server_and_uses_it_once_it_is_there(
    own: ChromaServer, tmp_path: Path
) -> None:
    async with libraries_at(own.url, tmp_path / "data") as (libraries, _):
        library = libraries.library("default")
        await library.add([read_from("/paper", _STORIES)], actor="t", note="add")
        before = await ranking(libraries)
    own.stop()

    async with libraries_at(own.url, tmp_path / "data") as (libraries, notices):
        assert "Is the Chroma server at" in notices[0]
        assert await ranking(libraries) is None
        own.start()
        await until_finding(libraries, before)


async def test_two_processes_over_one_store_fill_a_wiped_server_once_and_both_find_all(
    own: ChromaServer, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    async with libraries_at(own.url, folder) as (one, _):
        library = one.library("default")
        await library.add([read_from("/paper", _STORIES)], actor="t", note="add")
        before = await ranking(one)
        async with libraries_at(own.url, folder) as (other, _):
            assert await ranking(other) == before
            own.stop()
            own.wipe()
            own.start()

            await until_finding(one, before)
            await until_finding(other, before)
            assert await one.vectors.names() == await other.vectors.names() == ["library-1-1"]


async def test_what_looks_at_a_server_tells_its_version_or_what_is_wrong(
    shared: ChromaServer,
) -> None:
    at = ChromaAt(shared.url)
    assert (await asyncio.to_thread(chroma_client.look_at_server, at, 5.0))[0].isdigit()

    nobody = ChromaAt(f"http://127.0.0.1:{find_free_port()}")
    with pytest.raises(VectorStoreError, match="ConnectError"):
        await asyncio.to_thread(chroma_client.look_at_server, nobody, 5.0)


async def test_chroma_clouds_limits_are_kept_and_its_own_database_is_found(
    shared: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Cloud itself cannot be reached from a test: a server of ours stands in for it.
    monkeypatch.setattr("index.chroma_at._CLOUD_URL", shared.url)
    at = ChromaAt("cloud", key=_KEY, tenant="default_tenant", database="default_database")
    sizes: list[int] = []

    def fill() -> list[tuple[str, float]]:
        chroma = chroma_client.open_server(at, "footnote-g-", 10.0, lambda: None)
        rows = unit_vectors(700)
        handle = chroma._open("one-1")
        write = handle.upsert

        def note(ids: list[str], embeddings: NDArray[np.float32]) -> None:
            sizes.append(len(ids))
            write(ids=ids, embeddings=embeddings)

        handle.upsert = note
        chroma.upsert("one-1", [str(n) for n in range(700)], rows)
        assert chroma.missing("one-1", [str(n) for n in range(702)]) == ["700", "701"]
        found = chroma.query("one-1", rows[5], 5000)
        chroma.close()
        return found

    found = await asyncio.to_thread(fill)

    assert sizes == [300, 300, 100]
    assert len(found) == 300
    assert found[0][0] == "5"
    unnamed = ChromaAt("cloud", key=_KEY)
    assert await asyncio.to_thread(chroma_client.look_at_server, unnamed, 5.0)


class SlowClient:
    """A client with one call that takes long, and another that fails."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.is_closed = False

    def upsert(self, *_: object) -> None:
        self.began.set()
        assert self.go.wait(10)
        if self.is_closed:
            raise ConnectionError("closed under my hands")

    def query(self, *_: object) -> list[tuple[str, float]]:
        raise ConnectionError("the server answered nonsense")

    def close(self) -> None:
        self.is_closed = True


async def test_a_call_that_fails_does_not_cut_off_those_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [SlowClient(), SlowClient()]
    clients = iter(made)
    monkeypatch.setattr(vector_store, "open_server", lambda *_: next(clients))
    (vector,) = unit_vectors(1)
    async with store_at("http://127.0.0.1:9", tmp_path) as store:
        writing = asyncio.create_task(store.upsert("one", ["a"], vector[None]))
        await asyncio.to_thread(made[0].began.wait, 10)
        with pytest.raises(VectorStoreError, match="nonsense"):
            await store.query("one", vector, 1)
        assert not made[0].is_closed

        made[0].go.set()
        await writing

        assert made[0].is_closed
        made[1].go.set()
        await store.upsert("one", ["a"], vector[None])
        assert not made[1].is_closed
