"""Long work on libraries: one job a library at a time, told to people and kept in a row."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from bot.job_log import JobLog
from bot.live_job import LiveJob, describe_progress, name_actor
from bot.pace import Pace
from index.database import Database
from index.errors import JobRefused
from index.jobs import Recovered, write_params
from index.models import OnProgress, no_progress
from index.records import JobInfo, JobState

T = TypeVar("T")

_NOTHING: Mapping[str, object] = MappingProxyType({})
_WAITING_TICK = 1.0
_PATIENCE = 5.0
_AGAIN = "Starting it again is safe."
_CUT_OFF = f"Footnote stopped while this was unfinished. {_AGAIN}"


class JobStopped(JobRefused):
    """The job was cancelled, or interrupted because Footnote stops; the sentence says which."""


class JobDesk:
    """Runs jobs, lets a second one in the same library wait, and can cancel them.

    The rows are for people and for what comes after a crash: when they cannot be written,
    the work goes on. Only the owner of a data folder runs jobs, so no other process is asked.

    Args:
        database: Holds the rows.
        now: The time of day, with its time zone.
        new_id: Names the next job.
        record_every: Seconds between two writes of a running job's progress.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: secrets.token_hex(4),
        record_every: float = 2.0,
    ) -> None:
        self._log = JobLog(database, now=now, record_every=record_every)
        self._new_id = new_id
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
        task = asyncio.create_task(self._carry_out(job, work, describe))
        job.task = task
        # A task that is cancelled before its first step runs none of its own code.
        task.add_done_callback(partial(self._leave, job))
        return await _await_result(job, task)

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """At most ``limit`` jobs, newest first; those that run show how far they are.

        Raises:
            StoreError: the database cannot be read.
        """
        live = {job.info.id: job for job in reversed(self._lines.get(library, []))}
        rows = await self._log.list(library, limit)
        unwritten = live.keys() - {row.id for row in rows}
        return (
            *(job.info for job in live.values() if job.info.id in unwritten),
            *(live[row.id].info if row.id in live else row for row in rows),
        )[:limit]

    def running(self, library: str) -> JobInfo | None:
        """The job that works on the library now."""
        line = self._lines.get(library)
        # One that is over only waits for its last record.
        return line[0].info if line and not line[0].info.state.is_over else None

    def pace(self, library: str) -> Pace | None:
        """How fast the running job gets on."""
        line = self._lines.get(library)
        return line[0].meter.measure() if line else None

    async def cancel(self, library: str, job_id: str | None, actor: str) -> JobInfo:
        """Cancel a job, or with None the running one; how it stands a few seconds later at most.

        Raises:
            JobRefused: there is no such job, or it is over.
        """
        job = self._find(library, job_id)
        job.stop(JobState.CANCELLED, f"Cancelled by {name_actor(actor)}. {_AGAIN}")
        await asyncio.wait({job.task}, timeout=_PATIENCE)
        return job.info

    async def recover(self) -> tuple[Recovered, ...]:
        """End the rows of jobs that an earlier process left; call once before the first job.

        Raises:
            StoreError: the database cannot be written.
        """
        return await self._log.interrupt_open(_CUT_OFF)

    async def close(self, grace: float = 10.0) -> None:
        """Take no more jobs; interrupt those that wait, and after ``grace`` seconds the rest."""
        self._is_closed = True
        jobs = [job for line in self._lines.values() for job in line]
        for job in jobs:
            if job.info.state is JobState.QUEUED:
                job.stop(JobState.INTERRUPTED, _CUT_OFF)
        await _settle(jobs, grace)
        for job in jobs:
            job.stop(JobState.INTERRUPTED, _CUT_OFF)
        # What does not even end then is a row for the next start to recover.
        await _settle(jobs, _PATIENCE)

    def _refuse_if_needed(self, library: str, *, waits: bool) -> None:
        if self._is_closed:
            raise JobRefused("Footnote is stopping and takes no more jobs. Try again later.")
        busy = self.running(library)
        if busy is not None and not waits:
            raise JobRefused(
                f"{busy.title} is running here, started by {name_actor(busy.actor)} "
                f"({describe_progress(busy)}). Wait until it is over, "
                "or cancel it with `index cancel`."
            )

    def _find(self, library: str, job_id: str | None) -> LiveJob:
        for job in self._lines.get(library, []):
            if job_id in (None, job.info.id) and not job.info.state.is_over:
                return job
        if job_id is None:
            raise JobRefused("No job is running here.")
        raise JobRefused("There is no such job here, or it is over. `index jobs` lists them.")

    async def _carry_out(
        self, job: LiveJob, work: Callable[[OnProgress], Awaitable[T]], describe: Callable[[T], str]
    ) -> T:
        try:
            await self._take_turn(job)
            async with self._log.recorded(job):
                result = await work(job.report)
                # At once: what has succeeded can no longer be cancelled.
                job.end(JobState.DONE, describe(result), self._log.time())
        except asyncio.CancelledError:
            job.end(*job.stopped, self._log.time())
            raise
        except Exception as error:
            job.end(JobState.FAILED, str(error) or type(error).__name__, self._log.time())
            raise
        finally:
            await self._log.save(job)
        return result

    async def _take_turn(self, job: LiveJob) -> None:
        line = self._lines[job.info.library]
        if line[0] is not job:
            await self._log.save(job)
        while line[0] is not job:
            job.say_waiting(line[0].info)
            with suppress(TimeoutError):
                async with asyncio.timeout(_WAITING_TICK):
                    await job.turn.wait()
        job.start(self._log.time())
        # Written before the work begins, so that no crash leaves work without a row.
        await self._log.save(job)

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
