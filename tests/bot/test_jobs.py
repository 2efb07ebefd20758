"""Jobs: one at a time in a library, told while they run, cancelled, and never lost silently."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.jobs import JobDesk, JobStopped
from index import schema
from index.errors import JobRefused, StoreError
from index.jobs import save_job
from index.models import OnProgress, Progress
from index.records import JobInfo, JobState
from index.sqlite_database import SqliteDatabase


class Clock:
    """The time of day; it moves only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Work:
    """Work that says when it began and goes on until it is let go."""

    def __init__(self, result: str = "done") -> None:
        self.began = asyncio.Event()
        self.go = asyncio.Event()
        self.was_cancelled = False
        self.report: OnProgress | None = None
        self._result = result

    async def __call__(self, on_progress: OnProgress) -> str:
        self.report = on_progress
        on_progress(Progress("reading", 120, 500))
        self.began.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return self._result


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db", busy_timeout=0.1)
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield database
    await database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(database: SqliteDatabase, clock: Clock) -> AsyncIterator[JobDesk]:
    numbers = count(1)
    desk = JobDesk(database, now=clock, new_id=lambda: f"job-{next(numbers)}", record_every=0.01)
    yield desk
    await desk.close(grace=0)


def start(
    desk: JobDesk,
    work: Callable[[OnProgress], Awaitable[str]],
    *,
    library: str = "default",
    title: str = "Sync",
    actor: str = "command line",
    on_progress: OnProgress = lambda _: None,
) -> asyncio.Task[str]:
    return asyncio.create_task(
        desk.run(library, "sync", title, actor, work, on_progress=on_progress)
    )


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - rows send no events
            await asyncio.sleep(0.005)


async def holds_jobs(desk: JobDesk, number: int) -> bool:
    jobs = await desk.jobs("default")
    return len(jobs) == number and all(job.stage for job in jobs)


async def row(database: SqliteDatabase, job_id: str) -> sqlite3.Row:
    found: sqlite3.Row = await database.read(
        lambda c: c.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    )
    return found


async def test_a_job_gives_its_result_and_leaves_a_row(
    desk: JobDesk, database: SqliteDatabase, clock: Clock
) -> None:
    seen: list[Progress] = []

    async def work(on_progress: OnProgress) -> int:
        on_progress(Progress("reading", 3, 3))
        clock.now += timedelta(minutes=2)
        return 7

    result = await desk.run(
        "default",
        "sync",
        "Sync",
        "discord:5",
        work,
        params={"sources": [1]},
        on_progress=seen.append,
        describe=lambda edition: f"Edition {edition} is published.",
    )

    assert result == 7
    assert seen == [Progress("reading", 3, 3)]
    assert await desk.jobs("default") == (
        JobInfo(
            id="job-1",
            library="default",
            kind="sync",
            title="Sync",
            actor="discord:5",
            state=JobState.DONE,
            created_at="2026-11-22T10:00:00+00:00",
            started_at="2026-11-22T10:00:00+00:00",
            finished_at="2026-11-22T10:02:00+00:00",
            stage="reading",
            done=3,
            total=3,
            outcome="Edition 7 is published.",
        ),
    )
    assert (await row(database, "job-1"))["params"] == '{"sources": [1]}'
    assert desk.running("default") is None


async def test_a_running_job_shows_how_far_it_is(desk: JobDesk, database: SqliteDatabase) -> None:
    work = Work()
    task = start(desk, work)
    await work.began.wait()

    running = desk.running("default")

    assert running is not None
    assert (running.state, running.stage, running.done, running.total) == (
        JobState.RUNNING,
        "reading",
        120,
        500,
    )
    assert await desk.jobs("default") == (running,)
    assert (await row(database, "job-1"))["state"] == "running"
    work.go.set()
    assert await task == "done"


async def test_progress_may_come_from_any_thread(desk: JobDesk) -> None:
    async def work(on_progress: OnProgress) -> str:
        await asyncio.gather(
            *(asyncio.to_thread(on_progress, Progress("embedding", n, 500)) for n in range(200))
        )
        await asyncio.to_thread(on_progress, Progress("embedding", 500, 500))
        return "done"

    await start(desk, work)

    (job,) = await desk.jobs("default")
    assert (job.stage, job.done, job.total) == ("embedding", 500, 500)


async def test_ten_thousand_reports_are_written_now_and_then(
    tmp_path: Path, database: SqliteDatabase, clock: Clock
) -> None:
    class Counting(SqliteDatabase):
        writes = 0

        async def write(self, work):  # type: ignore[no-untyped-def]
            self.writes += 1
            return await super().write(work)

    counting = Counting(database.path)
    desk = JobDesk(counting, now=clock, record_every=60.0)

    async def work(on_progress: OnProgress) -> str:
        for number in range(10_000):
            on_progress(Progress("embedding", number, 10_000))
            if number % 1000 == 0:
                await asyncio.sleep(0)
        return "done"

    await start(desk, work)
    await counting.close()

    assert counting.writes == 2


async def test_progress_reaches_the_row_while_the_job_runs(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    work = Work()
    task = start(desk, work)
    await work.began.wait()

    async def is_written() -> bool:
        return bool((await row(database, "job-1"))["done"] == 120)

    await until(is_written)

    work.go.set()
    await task


async def test_a_second_job_waits_its_turn_and_says_for_what(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    first, second, third = Work("one"), Work("two"), Work("three")
    told: list[Progress] = []
    one = start(desk, first, title="Sync all sources", actor="discord:5")
    await first.began.wait()
    two = start(desk, second, on_progress=told.append)
    three = start(desk, third)
    await until(lambda: holds_jobs(desk, 3))

    assert told == [
        Progress("waiting for: Sync all sources by Discord user 5 (reading, 120 of 500)", 0)
    ]
    assert [job.state for job in await desk.jobs("default")] == [
        JobState.QUEUED,
        JobState.QUEUED,
        JobState.RUNNING,
    ]
    assert not second.began.is_set()

    first.go.set()
    assert await one == "one"
    await second.began.wait()
    assert not third.began.is_set()
    second.go.set()
    third.go.set()
    assert [await two, await three] == ["two", "three"]
    assert told[1:] == [Progress("reading", 120, 500)]


async def test_a_job_that_does_not_wait_is_refused_with_the_reason(desk: JobDesk) -> None:
    work = Work()
    task = start(desk, work, title="Sync all sources", actor="schedule")
    await work.began.wait()

    with pytest.raises(JobRefused) as refused:
        await desk.run("default", "add", "Add", "discord:5", Work(), waits=False)

    assert str(refused.value) == (
        "Sync all sources is running here, started by a schedule (reading, 120 of 500). "
        "Wait until it is over, or cancel it with `index cancel`."
    )
    assert len(await desk.jobs("default")) == 1
    work.go.set()
    await task


async def test_libraries_do_not_wait_for_each_other(desk: JobDesk) -> None:
    here, there = Work(), Work("there")
    task = start(desk, here)
    await here.began.wait()
    there.go.set()

    assert await start(desk, there, library="discord-1") == "there"

    here.go.set()
    await task


async def test_a_failure_is_recorded_and_raised_as_it_was(desk: JobDesk) -> None:
    error = StoreError("The disk is full.")

    async def work(_: OnProgress) -> str:
        raise error

    with pytest.raises(StoreError) as raised:
        await start(desk, work)

    assert raised.value is error
    (job,) = await desk.jobs("default")
    assert (job.state, job.outcome) == (JobState.FAILED, "The disk is full.")


async def test_the_next_job_runs_after_a_failed_one(desk: JobDesk) -> None:
    first, second = Work(), Work("two")
    one = start(desk, first)
    await first.began.wait()
    two = start(desk, second)
    second.go.set()

    await desk.cancel("default", None, "command line")

    assert await two == "two"
    with pytest.raises(JobRefused):
        await one


async def test_a_cancelled_job_ends_and_tells_its_asker_who_cancelled_it(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    work = Work()
    task = start(desk, work)
    await work.began.wait()

    cancelled = await desk.cancel("default", None, "discord:5")

    assert work.was_cancelled
    assert (cancelled.state, cancelled.id) == (JobState.CANCELLED, "job-1")
    with pytest.raises(JobStopped, match=r"^Sync: Cancelled by Discord user 5\."):
        await task
    assert (await row(database, "job-1"))["state"] == "cancelled"
    assert desk.running("default") is None


async def test_a_waiting_job_can_be_cancelled_by_its_id(desk: JobDesk) -> None:
    first, second = Work(), Work()
    one = start(desk, first)
    await first.began.wait()
    two = start(desk, second)
    await until(lambda: holds_jobs(desk, 2))

    cancelled = await desk.cancel("default", "job-2", "discord:5")

    assert cancelled.state is JobState.CANCELLED
    with pytest.raises(JobStopped):
        await two
    assert not second.began.is_set()
    first.go.set()
    assert await one == "done"


@pytest.mark.parametrize("job_id", [None, "job-1", "job-9"])
async def test_only_a_job_that_is_there_can_be_cancelled(desk: JobDesk, job_id: str | None) -> None:
    work = Work()
    work.go.set()
    await start(desk, work)

    with pytest.raises(JobRefused):
        await desk.cancel("default", job_id, "discord:5")


async def test_a_job_of_another_library_cannot_be_cancelled(desk: JobDesk) -> None:
    work = Work()
    task = start(desk, work, library="discord-1")
    await work.began.wait()

    with pytest.raises(JobRefused):
        await desk.cancel("discord-2", "job-1", "discord:5")

    work.go.set()
    assert await task == "done"


async def test_work_that_succeeds_although_it_was_cancelled_is_done(desk: JobDesk) -> None:
    began = asyncio.Event()

    async def work(_: OnProgress) -> str:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "published in time"
        return "never"

    task = start(desk, work)
    await began.wait()

    assert (await desk.cancel("default", None, "discord:5")).state is JobState.DONE
    assert await task == "published in time"


async def test_when_the_asker_leaves_the_work_ends_as_interrupted(desk: JobDesk) -> None:
    work = Work()
    task = start(desk, work)
    await work.began.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.was_cancelled
    (job,) = await desk.jobs("default")
    assert job.state is JobState.INTERRUPTED


async def test_an_asker_that_leaves_at_once_leaves_no_place_taken(desk: JobDesk) -> None:
    task = start(desk, Work())
    await asyncio.sleep(0)
    assert desk.running("default") is not None

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.running("default") is None


async def test_closing_lets_a_job_end_in_time(desk: JobDesk) -> None:
    work = Work()
    task = start(desk, work)
    await work.began.wait()
    closing = asyncio.create_task(desk.close(grace=30))
    await asyncio.sleep(0)

    work.go.set()
    await closing

    assert await task == "done"
    with pytest.raises(JobRefused, match="stopping"):
        await start(desk, Work())


async def test_closing_interrupts_what_does_not_end(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    first, second = Work(), Work()
    tasks = [start(desk, first), start(desk, second)]
    await first.began.wait()

    await desk.close(grace=0)

    for task in tasks:
        with pytest.raises(JobStopped, match="stopped while this was unfinished"):
            await task
    assert not second.began.is_set()
    assert [(await row(database, f"job-{n}"))["state"] for n in (1, 2)] == ["interrupted"] * 2


async def test_closing_begins_nothing_that_still_waits(desk: JobDesk) -> None:
    first, second = Work(), Work()
    one, two = start(desk, first), start(desk, second)
    await first.began.wait()
    closing = asyncio.create_task(desk.close(grace=30))
    await asyncio.gather(two, return_exceptions=True)

    first.go.set()
    await closing

    assert await one == "done"
    assert not second.began.is_set()


async def test_what_has_succeeded_can_no_longer_be_cancelled(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    work = Work("published")
    task = start(desk, work)
    await work.began.wait()
    locker = sqlite3.connect(database.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    work.go.set()

    async def is_over() -> bool:
        return desk.running("default") is None

    await until(is_over)
    with pytest.raises(JobRefused):
        await desk.cancel("default", None, "discord:5")
    await desk.close(grace=0)

    assert await task == "published"
    locker.execute("ROLLBACK")
    locker.close()


async def test_progress_that_comes_late_changes_nothing(desk: JobDesk) -> None:
    told: list[Progress] = []
    work = Work()
    work.go.set()
    await start(desk, work, on_progress=told.append)
    assert work.report is not None

    work.report(Progress("embedding", 9, 9))

    assert [progress.stage for progress in told] == ["reading"]
    assert (await desk.jobs("default"))[0].stage == "reading"


async def test_a_database_that_fails_does_not_lose_the_result(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    locker = sqlite3.connect(database.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    work = Work("published")
    task = start(desk, work)

    with capture_logs() as logs:
        await work.began.wait()
        shown = desk.running("default")
        work.go.set()
        assert await task == "published"
    locker.execute("ROLLBACK")
    locker.close()

    assert shown is not None
    assert "job_not_recorded" in {log["event"] for log in logs}


async def test_a_row_that_could_not_be_begun_is_made_at_the_end(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    locker = sqlite3.connect(database.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    work = Work("published")
    task = start(desk, work)
    await work.began.wait()
    locker.execute("ROLLBACK")
    locker.close()

    work.go.set()
    await task

    assert (await row(database, "job-1"))["state"] == "done"


async def test_a_closed_database_does_not_lose_the_result(tmp_path: Path, clock: Clock) -> None:
    database = SqliteDatabase(tmp_path / "closed.db")
    await database.migrate(schema.SCHEMA, schema.STEPS)
    desk = JobDesk(database, now=clock)
    work = Work("published")
    task = start(desk, work)
    await work.began.wait()
    await database.close()

    work.go.set()

    assert await task == "published"


async def test_what_a_dead_process_left_is_ended_once_and_can_be_resumed(
    desk: JobDesk, database: SqliteDatabase
) -> None:
    left = JobInfo(
        "old", "default", "sync", "Sync", "schedule", JobState.RUNNING, "2026-11-22T09:00:00+00:00"
    )
    await database.write(lambda c: save_job(c, left, '{"sources": [4]}'))

    (recovered,) = await desk.recover()

    assert (recovered.job.kind, recovered.params) == ("sync", {"sources": [4]})
    assert recovered.job.state is JobState.INTERRUPTED
    assert "Footnote stopped" in recovered.job.outcome
    assert await desk.recover() == ()
    assert await desk.jobs("default") == (recovered.job,)


async def test_jobs_older_than_ninety_days_are_forgotten(desk: JobDesk, clock: Clock) -> None:
    work = Work()
    work.go.set()
    await start(desk, work)
    clock.now += timedelta(days=91)
    await start(desk, work)

    assert [job.id for job in await desk.jobs("default")] == ["job-2"]


async def test_params_that_cannot_be_kept_are_refused_before_the_work(desk: JobDesk) -> None:
    work = Work()

    with pytest.raises(TypeError):
        await desk.run("default", "add", "Add", "cli", work, params={"path": Path("a")})

    assert not work.began.is_set()
    assert desk.running("default") is None
