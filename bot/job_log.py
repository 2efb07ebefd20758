"""Keeps the rows of jobs. They are for people: when one cannot be written, the work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog

from bot.cluster import Process
from bot.live_job import LiveJob
from index import jobs
from index.connections import Connection
from index.database import Database
from index.errors import StoreError
from index.jobs import OpenJob, Recovered
from index.records import JobInfo, JobState

_KEPT_FOR = timedelta(days=90)
_KEPT = 500


class JobLog:
    """Writes jobs into the database, and reads them.

    Args:
        database: Holds the rows, those of other processes too.
        process: Whose jobs are written.
        now: The time of day, with its time zone.
        record_every: Seconds between two looks at a running job: its progress is written, and
            whether another process wants it cancelled is read.
    """

    def __init__(
        self,
        database: Database,
        *,
        process: Process,
        now: Callable[[], datetime],
        record_every: float,
    ) -> None:
        self._database = database
        self._process = process
        self._now = now
        self._record_every = record_every
        self._log = structlog.get_logger(__name__)

    def time(self) -> str:
        """The time of day as it is stored."""
        return _write_moment(self._now())

    async def list(self, library: str, limit: int) -> tuple[JobInfo, ...]:
        """At most ``limit`` jobs as they were last written, newest first.

        Raises:
            StoreError: the database cannot be read.
        """
        return await self._database.read(lambda c: jobs.list_jobs(c, library, limit))

    async def find(self, library: str, job_id: str) -> JobInfo | None:
        """A job as it was last written.

        Raises:
            StoreError: the database cannot be read.
        """
        return await self._database.read(lambda c: jobs.find_job(c, library, job_id))

    async def list_elsewhere(self, library: str) -> tuple[OpenJob, ...]:
        """The open jobs of a library that other processes have, oldest first.

        Raises:
            StoreError: the database cannot be read.
        """
        found = await self._database.read(lambda c: jobs.list_open_jobs(c, library))
        return tuple(each for each in found if each.process != self._process.id)

    async def interrupt_dead(
        self, outcome: str, concerns: Callable[[str], bool]
    ) -> tuple[Recovered, ...]:
        """End what processes that live no more left unfinished, and forget what is old.

        Whatever several processes do at once, each job is given back to one of them.

        Raises:
            StoreError: the database cannot be written.
        """
        left = await self._database.read(jobs.list_open_jobs)
        dead = [
            process
            for process in {each.process for each in left}
            if not await self._process.is_alive(process)
        ]

        def work(connection: Connection) -> tuple[Recovered, ...]:
            ended = jobs.interrupt_open_jobs(
                connection, outcome=outcome, now=self.time(), processes=dead, concerns=concerns
            )
            self._prune(connection)
            return ended

        return await self._database.write(work)

    async def ask_to_cancel(self, job_id: str, actor: str) -> bool:
        """Have another process cancel its job; whether the job is open still.

        Raises:
            StoreError: the database cannot be written.
        """
        return await self._database.write(lambda c: jobs.ask_to_cancel(c, job_id, actor))

    async def end_dead(self, job_id: str, state: JobState, outcome: str) -> None:
        """End the row of a job whose process lives no more.

        Raises:
            StoreError: the database cannot be written.
        """
        now = self.time()
        await self._database.write(
            lambda c: jobs.end_job(c, job_id, state=state, outcome=outcome, now=now)
        )

    async def save(self, job: LiveJob) -> None:
        """Write the job as it stands, if that is possible."""
        info, process = job.info, self._process.id

        def work(connection: Connection) -> None:
            jobs.save_job(connection, info, job.params, process)
            if info.state.is_over:
                self._prune(connection)

        try:
            await self._database.write(work)
        except (StoreError, RuntimeError) as error:
            # RuntimeError: the database is closed already. The work counts, not its record.
            self._log.warning("job_not_recorded", job=info.id, state=info.state, cause=str(error))

    async def heed(self, job: LiveJob) -> None:
        """Cancel the job if another process asked for that, and hold on to its locks."""
        try:
            await self._process.stay()
            actor = await self._database.read(lambda c: jobs.who_cancelled(c, job.info.id))
        except (StoreError, RuntimeError) as error:
            self._log.warning("cancelling_not_read", job=job.info.id, cause=str(error))
        else:
            if actor is not None:
                job.cancel(actor)

    @asynccontextmanager
    async def recorded(self, job: LiveJob) -> AsyncIterator[None]:
        """A context in which the job's progress is written now and then; save it before."""
        recording = asyncio.create_task(self._keep_recording(job, job.info))
        try:
            yield
        finally:
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)

    async def _keep_recording(self, job: LiveJob, written: JobInfo) -> None:
        while True:
            await asyncio.sleep(self._record_every)
            if job.info != written:
                written = job.info
                await self.save(job)
            await self.heed(job)

    def _prune(self, connection: Connection) -> None:
        jobs.prune_jobs(connection, before=_write_moment(self._now() - _KEPT_FOR), keep=_KEPT)


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
