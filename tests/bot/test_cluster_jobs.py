"""Jobs of several processes over one store: one works on a library at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from bot.cluster import Process, Shards, concern_of
from bot.jobs import JobDesk, JobStopped
from index import schema
from index.database import Database
from index.errors import JobRefused, StoreError
from index.holds import hold_when_free, process_lock, try_hold
from index.jobs import save_job
from index.models import OnProgress, Progress
from index.records import JobInfo, JobState
from index.sqlite_database import SqliteDatabase

LIBRARY = "discord-4194304"


class Work:
    """Work that says when it began and goes on until it is let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, on_progress: OnProgress) -> str:
        on_progress(Progress("reading", 120, 500))
        self.began.set()
        await self.go.wait()
        return "done"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db", busy_timeout=0.1)
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield database
    await database.close()


@pytest.fixture
async def make_desk(database: SqliteDatabase) -> AsyncIterator[Callable[[str], JobDesk]]:
    made: list[JobDesk] = []

    def make(name: str, concerns: Callable[[str], bool] = lambda _: True) -> JobDesk:
        process = Process(database, id_=name)
        desk = JobDesk(database, process=process, concerns=concerns, record_every=0.01, tick=0.01)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        await desk.close(grace=0)


@pytest.fixture
def here(make_desk: Callable[[str], JobDesk]) -> JobDesk:
    return make_desk("here")


@pytest.fixture
def there(make_desk: Callable[[str], JobDesk]) -> JobDesk:
    return make_desk("there")


def start(desk: JobDesk, work: Work, *, waits: bool = True) -> asyncio.Task[str]:
    return asyncio.create_task(desk.run(LIBRARY, "sync", "Sync", "discord:5", work, waits=waits))


async def until(desk: JobDesk, holds: Callable[[tuple[JobInfo, ...]], bool]) -> tuple[JobInfo, ...]:
    async with asyncio.timeout(10):
        while not (jobs := await desk.jobs(LIBRARY)) or not holds(jobs):  # noqa: ASYNC110 - rows send no events
            await asyncio.sleep(0.005)
    return jobs


async def leave_dead(
    database: SqliteDatabase, job_id: str, *, library: str = LIBRARY, process: str = "dead"
) -> None:
    left = JobInfo(job_id, library, "sync", "Sync", "discord:5", JobState.RUNNING, "2026-11-22")
    await database.write(lambda c: save_job(c, left, "{}", process))


async def test_a_second_process_is_told_what_runs_there(here: JobDesk, there: JobDesk) -> None:
    work = Work()
    running = start(there, work)
    await until(here, lambda jobs: jobs[0].done == 120)

    with pytest.raises(JobRefused) as refused:
        await start(here, Work(), waits=False)

    assert str(refused.value) == (
        "Sync is running here, started by Discord user 5 (reading, 120 of 500). "
        "Wait until it is over, or cancel it with `index cancel`."
    )
    assert len(await here.jobs(LIBRARY)) == 1
    work.go.set()
    assert await running == "done"


async def test_of_two_that_ask_at_once_one_runs_and_one_is_refused(
    here: JobDesk, there: JobDesk
) -> None:
    works = Work(), Work()
    tasks = [start(desk, w, waits=False) for desk, w in zip((here, there), works, strict=True)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    (refused,) = (task for task in tasks if task.done())
    assert isinstance(refused.exception(), JobRefused)
    for work in works:
        work.go.set()
    assert [await task for task in tasks if task is not refused] == ["done"]
    assert sum(work.began.is_set() for work in works) == 1
    assert [job.state for job in await here.jobs(LIBRARY)] == [JobState.DONE]


async def test_one_that_waits_runs_when_the_other_process_is_done(
    here: JobDesk, there: JobDesk
) -> None:
    first, second = Work(), Work()
    one = start(there, first)
    await first.began.wait()
    two = start(here, second)
    await until(there, lambda jobs: len(jobs) == 2)
    assert {job.state for job in await there.jobs(LIBRARY)} == {JobState.QUEUED, JobState.RUNNING}
    assert not second.began.is_set()

    first.go.set()
    second.go.set()
    assert [await one, await two] == ["done", "done"]


async def test_every_process_lists_the_jobs_of_all(here: JobDesk, there: JobDesk) -> None:
    work = Work()
    running = start(there, work)
    await work.began.wait()
    jobs = await until(here, lambda jobs: jobs[0].done == 120)

    assert [(job.state, job.stage) for job in jobs] == [(JobState.RUNNING, "reading")]
    work.go.set()
    await running


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_job_is_cancelled_from_another_process(
    here: JobDesk, there: JobDesk, by_id: bool
) -> None:
    work = Work()
    running = start(there, work)
    await work.began.wait()
    (job,) = await there.jobs(LIBRARY)

    cancelled = await here.cancel(LIBRARY, job.id if by_id else None, "discord:7")

    assert cancelled.state is JobState.CANCELLED
    with pytest.raises(JobStopped, match="Cancelled by Discord user 7"):
        await running


async def test_one_that_waits_for_another_process_is_cancelled_from_there(
    here: JobDesk, there: JobDesk
) -> None:
    first, second = Work(), Work()
    one = start(there, first)
    await first.began.wait()
    two = start(here, second)
    jobs = await until(there, lambda jobs: len(jobs) == 2)
    (waiting,) = (job for job in jobs if job.state is JobState.QUEUED)

    assert (await there.cancel(LIBRARY, waiting.id, "schedule")).state is JobState.CANCELLED

    with pytest.raises(JobStopped):
        await two
    assert not second.began.is_set()
    first.go.set()
    await one


async def test_another_processs_job_that_is_over_cannot_be_cancelled(
    here: JobDesk, there: JobDesk
) -> None:
    work = Work()
    work.go.set()
    await start(there, work)
    (job,) = await here.jobs(LIBRARY)

    for job_id in (job.id, None, "unknown"):
        with pytest.raises(JobRefused):
            await here.cancel(LIBRARY, job_id, "discord:7")


async def test_starting_touches_no_job_of_a_process_that_lives(
    here: JobDesk, there: JobDesk
) -> None:
    work = Work()
    running = start(there, work)
    await work.began.wait()

    assert await here.recover() == ()

    assert (await here.jobs(LIBRARY))[0].state is JobState.RUNNING
    work.go.set()
    assert await running == "done"


async def test_a_dead_processs_job_is_taken_over_by_one_of_those_who_start(
    here: JobDesk, there: JobDesk, database: SqliteDatabase
) -> None:
    await leave_dead(database, "left")

    found = await asyncio.gather(here.recover(), there.recover())

    assert sorted(len(each) for each in found) == [0, 1]
    assert (await here.jobs(LIBRARY))[0].state is JobState.INTERRUPTED


async def test_a_dead_processs_job_is_left_to_whoever_looks_after_its_server(
    make_desk: Callable[..., JobDesk], database: SqliteDatabase
) -> None:
    await leave_dead(database, "left")
    await leave_dead(database, "own", library="default")
    even = make_desk("even", concern_of(Shards((0,), 2)))
    odd = make_desk("odd", concern_of(Shards((1,), 2)))

    assert [each.job.id for each in await even.recover()] == ["own"]
    assert [each.job.id for each in await odd.recover()] == ["left"]


async def test_what_a_dead_process_left_is_shown_as_interrupted_and_blocks_nobody(
    here: JobDesk, database: SqliteDatabase
) -> None:
    await leave_dead(database, "left")
    await here.recover()
    await leave_dead(database, "later")

    assert {job.state for job in await here.jobs(LIBRARY)} == {JobState.INTERRUPTED}
    work = Work()
    work.go.set()
    assert await start(here, work, waits=False) == "done"
    assert [each.job.id for each in await here.recover()] == ["later"]


async def test_a_dead_processs_job_can_be_cancelled_so_that_nobody_takes_it_over(
    here: JobDesk, database: SqliteDatabase
) -> None:
    await leave_dead(database, "left")

    cancelled = await here.cancel(LIBRARY, "left", "discord:7")

    assert (cancelled.state, cancelled.outcome) == (
        JobState.CANCELLED,
        "Cancelled by Discord user 7. Starting it again is safe.",
    )
    assert await here.recover() == ()


async def test_a_process_is_alive_until_it_leaves(database: SqliteDatabase) -> None:
    one, other = Process(database), Process(database)
    await one.enter()
    assert await other.is_alive(one.id)
    assert await one.is_alive(one.id)

    await one.leave()

    assert not await other.is_alive(one.id)
    assert not await other.is_alive("")


@pytest.mark.parametrize(
    ("library", "ids", "is_here"),
    [
        ("discord-0", (0,), True),
        ("discord-4194303", (0,), True),
        ("discord-4194304", (0,), False),
        ("discord-4194304", (1, 2), True),
        ("discord-12582912", (1, 2), False),
        ("default", (2,), True),
    ],
)
def test_a_servers_library_belongs_to_the_shard_that_discord_says(
    library: str, ids: tuple[int, ...], is_here: bool
) -> None:
    assert Shards(ids, 3 if 2 in ids else 2).has_library(library) is is_here


async def test_without_shards_every_library_is_looked_after() -> None:
    assert concern_of(None)("discord-4194304")


async def test_a_lock_that_is_not_free_in_time_is_told(database: SqliteDatabase) -> None:
    async with AsyncExitStack() as stack:
        assert await try_hold(stack, database, "it")
        async with hold_when_free(database, "it", patience=0.05) as is_held:
            assert not is_held
        waiting = asyncio.create_task(_take(database))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert await waiting
    assert not await database.is_held("it")


async def _take(database: SqliteDatabase) -> bool:
    async with hold_when_free(database, "it") as is_held:
        return is_held


class ReluctantLocks:
    """Locks that cannot be had at first, and then not at once."""

    def __init__(self) -> None:
        self.fails = True
        self.free = asyncio.Event()
        self.held: set[str] = set()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        if self.fails:
            raise StoreError("the store is away")
        await self.free.wait()
        self.held.add(name)
        yield True
        self.held.discard(name)


async def test_a_process_that_could_not_be_seen_tries_again() -> None:
    locks = ReluctantLocks()
    process = Process(cast("Database", locks), id_="here")
    with pytest.raises(StoreError):
        await process.enter()
    locks.fails = False
    locks.free.set()

    await process.enter()

    assert locks.held == {process_lock("here")}
    await process.leave()


async def test_whoever_enters_second_goes_on_only_when_the_process_is_seen() -> None:
    locks = ReluctantLocks()
    locks.fails = False
    process = Process(cast("Database", locks), id_="here")
    first, second = (asyncio.create_task(process.enter()) for _ in range(2))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not second.done()

    locks.free.set()
    await asyncio.gather(first, second)

    assert locks.held == {process_lock("here")}
    await process.leave()
