"""Long work on libraries: one job a library at a time, told to people and kept in a row."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from bot.cluster import Process
from bot.job_log import JobLog
from bot.jobs_elsewhere import CUT_OFF, JobsElsewhere
from bot.live_job import LiveJob, describe_progress, name_actor
from bot.observing.observer import Observer
from bot.pace import Pace
from index.database import Database
from index.errors import JobRefused
from index.holds import job_lock, try_hold
from index.jobs import Recovered, write_params
from index.models import OnProgress, no_progress
from index.records import JobInfo, JobState

T = TypeVar("T")

_NOTHING: Mapping[str, object] = MappingProxyType({})
_WAITING_TICK = 1.0
_PATIENCE = 5.0
_BUSY = "Something else is running here. Try again in a moment."


class JobStopped(JobRefused):
    """The job was cancelled, or interrupted because Footnote stops; the sentence says which."""


class JobDesk:
    """Runs jobs, lets a second one in the same library wait, and can cancel them.

    A lock of the store sees to it that one process at a time works on a library. The rows are
    for people, for other processes, and for what comes after a crash: when they cannot be
    written, the work goes on.

    Args:
        database: Holds the rows and the locks.
        process: This process among those that share the database; None: a new one.
        concerns: The libraries whose unfinished jobs this process takes over from a dead one.
        observer: Follows jobs; None: one that writes the log only.
        now: The time of day, with its time zone.
        new_id: Names the next job.
        record_every: Seconds between two looks at a running job's row.
        tick: Seconds between two looks at whether a library is free.
    """

    def __init__(
        self,
        database: Database,
        *,
        process: Process | None = None,
        concerns: Callable[[str], bool] = lambda _: True,
        observer: Observer | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: secrets.token_hex(4),
        record_every: float = 2.0,
        tick: float = _WAITING_TICK,
    ) -> None:
        self._database = database
        self._process = process or Process(database)
        self._concerns = concerns
        self._observer = observer or Observer()
        self._log = JobLog(database, process=self._process, now=now, record_every=record_every)
        self._new_id = new_id
        self._tick = tick
        self._elsewhere = JobsElsewhere(self._log, self._process, patience=_PATIENCE, tick=tick)
        self._lines: dict[str, list[LiveJob]] = {}
        self._is_closed = False

    async def run(
        self,
        library: str,
        kind: str,
        title: str,
        actor: str,
        work: Callable[[OnProgress], Awaitable[T]],
        *,
        params: Mapping[str, object] = _NOTHING,
        on_progress: OnProgress = no_progress,
        waits: bool = True,
        describe: Callable[[T], str] = lambda _: "Done.",
    ) -> T:
        """Do ``work`` when it is its turn in the library; its result.

        ``work`` may report progress from any thread, and must not ask for another job of its
        library. When the asker is cancelled, so is the work.

        Args:
            library: Whose turn it takes.
            kind: The command, for programs ("sync").
            title: The same for people.
            actor: Who asked for it.
            work: What is to be done.
            params: What a later process needs to do it again; JSON.
            on_progress: Told how far it is, and while it waits, for what.
            waits: Whether to wait for the library's other jobs, or be refused.
            describe: How it ended, in a sentence.

        Raises:
            JobRefused: another job works on the library, or Footnote stops.
            JobStopped: somebody cancelled it, or Footnote stopped meanwhile.
        """
        kept_params = write_params(params)
        self._refuse_if_needed(library, waits=waits)
        info = JobInfo(
            self._new_id(), library, kind, title, actor, JobState.QUEUED, self._log.time()
        )
        job = LiveJob(info, kept_params, on_progress)
        self._lines.setdefault(library, []).append(job)
        task = asyncio.create_task(self._carry_out(job, work, describe, waits=waits))
        job.task = task
        # A task that is cancelled before its first step runs none of its own code.
        task.add_done_callback(partial(self._leave, job))
        return await _await_result(job, task)

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """At most ``limit`` jobs of all processes, newest first.

        Those that run show how far they are, others' as it was a few seconds ago; what a dead
        process left is shown as interrupted, whoever recovers it.

        Raises:
            StoreError: the database cannot be read.
        """
        live = {job.info.id: job for job in reversed(self._lines.get(library, []))}
        rows = await self._log.list(library, limit)
        dead = await self._elsewhere.show_dead(library, rows, live)
        unwritten = live.keys() - {row.id for row in rows}
        return (
            *(job.info for job in live.values() if job.info.id in unwritten),
            *(live[row.id].info if row.id in live else dead.get(row.id, row) for row in rows),
        )[:limit]

    def running(self, library: str) -> JobInfo | None:
        """The job of this process that works on the library now."""
        line = self._lines.get(library)
        # One that is over only waits for its last record.
        return line[0].info if line and not line[0].info.state.is_over else None

    def pace(self, library: str) -> Pace | None:
        """How fast the running job gets on; None where another process has it."""
        line = self._lines.get(library)
        return line[0].meter.measure() if line else None

    async def cancel(self, library: str, job_id: str | None, actor: str) -> JobInfo:
        """Cancel a job, or with None the running one; how it stands a few seconds later at most.

        Raises:
            JobRefused: there is no such job, or it is over.
        """
        job = self._find(library, job_id)
        if job is None:
            return await self._elsewhere.cancel(library, job_id, actor)
        job.cancel(actor)
        await asyncio.wait({job.task}, timeout=_PATIENCE)
        return job.info

    async def recover(self) -> tuple[Recovered, ...]:
        """End the rows of jobs that dead processes left; each is given back to one process.

        Call it before the first job; calling it again finds those who died since.

        Raises:
            StoreError: the database cannot be written.
        """
        await self._process.enter()
        return await self._log.interrupt_dead(CUT_OFF, self._concerns)

    async def close(self, grace: float = 10.0) -> None:
        """Take no more jobs; interrupt those that wait, and after ``grace`` seconds the rest."""
        self._is_closed = True
        jobs = [job for line in self._lines.values() for job in line]
        for job in jobs:
            if job.info.state is JobState.QUEUED:
                job.stop(JobState.INTERRUPTED, CUT_OFF)
        await _settle(jobs, grace)
        for job in jobs:
            job.stop(JobState.INTERRUPTED, CUT_OFF)
        # What does not even end then is a row for the next start to recover.
        await _settle(jobs, _PATIENCE)
        await self._process.leave()

    def _refuse_if_needed(self, library: str, *, waits: bool) -> None:
        if self._is_closed:
            raise JobRefused("Footnote is stopping and takes no more jobs. Try again later.")
        busy = self.running(library)
        if busy is not None and not waits:
            raise _refusal(busy)

    def _find(self, library: str, job_id: str | None) -> LiveJob | None:
        for job in self._lines.get(library, []):
            if job_id in (None, job.info.id) and not job.info.state.is_over:
                return job
        return None

    async def _carry_out(
        self,
        job: LiveJob,
        work: Callable[[OnProgress], Awaitable[T]],
        describe: Callable[[T], str],
        *,
        waits: bool,
    ) -> T:
        # Its end is written before others may begin.
        async with AsyncExitStack() as turn:
            turn.enter_context(self._observer.job(job.info, lambda: job.info))
            leaves_row = True
            try:
                await self._take_turn(job, turn, waits=waits)
                async with self._log.recorded(job):
                    result = await work(job.report)
                    # At once: what has succeeded can no longer be cancelled.
                    job.end(JobState.DONE, describe(result), self._log.time())
            except asyncio.CancelledError:
                job.end(*job.stopped, self._log.time())
                raise
            except _TakenElsewhere as taken:
                leaves_row = False
                job.end(JobState.FAILED, str(taken.refusal), self._log.time())
                raise taken.refusal from None
            except Exception as error:
                job.end(JobState.FAILED, str(error) or type(error).__name__, self._log.time())
                raise
            finally:
                if leaves_row:
                    await self._log.save(job)
        return result

    async def _take_turn(self, job: LiveJob, turn: AsyncExitStack, *, waits: bool) -> None:
        """Come first in this process's line, and then take the library's lock for the turn."""
        library = job.info.library
        line = self._lines[library]
        await self._process.enter()
        if line[0] is not job:
            await self._log.save(job)
        while line[0] is not job:
            await self._wait(job, line[0].info, job.turn.wait())
        is_written = False
        while not await try_hold(turn, self._database, job_lock(library)):
            busy = await self._elsewhere.find_busy(library)
            if not waits:
                raise _TakenElsewhere(_refusal(busy))
            if not is_written:
                await self._log.save(job)
                is_written = True
            await self._wait(job, busy, asyncio.sleep(self._tick))
        job.start(self._log.time())
        # Written before the work begins, so that no crash leaves work without a row.
        await self._log.save(job)

    async def _wait(
        self, job: LiveJob, busy: JobInfo | None, pause: Coroutine[Any, Any, object]
    ) -> None:
        if busy is not None:
            job.say_waiting(busy)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._tick):
                await pause
        await self._log.heed(job)

    def _leave(self, job: LiveJob, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            task.exception()  # looked at, since the asker may be gone
        job.end(*job.stopped, self._log.time())
        line = self._lines[job.info.library]
        line.remove(job)
        if line:
            line[0].turn.set()
        else:
            del self._lines[job.info.library]


class _TakenElsewhere(Exception):
    """Another process works on the library, and nobody is to wait for it."""

    def __init__(self, refusal: JobRefused) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def _refusal(busy: JobInfo | None) -> JobRefused:
    if busy is None:
        return JobRefused(_BUSY)
    return JobRefused(
        f"{busy.title} is running here, started by {name_actor(busy.actor)} "
        f"({describe_progress(busy)}). Wait until it is over, "
        "or cancel it with `index cancel`."
    )


async def _await_result(job: LiveJob, task: asyncio.Task[T]) -> T:
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        # The asker goes only when the work has let go of everything.
        await asyncio.wait({task})
        raise
    if task.cancelled():
        raise JobStopped(f"{job.info.title}: {job.info.outcome}")
    return task.result()


async def _settle(jobs: list[LiveJob], seconds: float) -> None:
    if jobs:
        await asyncio.wait({job.task for job in jobs}, timeout=seconds)
