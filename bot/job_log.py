"""Keeps the rows of jobs. They are for people: when one cannot be written, the work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog

from bot.live_job import LiveJob
from index.connections import Connection
from index.database import Database
from index.errors import StoreError
from index.jobs import Recovered, interrupt_open_jobs, list_jobs, prune_jobs, save_job
from index.records import JobInfo

_KEPT_FOR = timedelta(days=90)
_KEPT = 500


class JobLog:
    """Writes jobs into the database, and reads them.

    Args:
        database: Holds the rows.
        now: The time of day, with its time zone.
        record_every: Seconds between two writes of a running job's progress.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime], record_every: float
    ) -> None:
        self._database = database
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
        return await self._database.read(lambda connection: list_jobs(connection, library, limit))

    async def interrupt_open(self, outcome: str) -> tuple[Recovered, ...]:
        """End what an earlier process left unfinished, and forget what is old.

        Raises:
            StoreError: the database cannot be written.
        """

        def work(connection: Connection) -> tuple[Recovered, ...]:
            left = interrupt_open_jobs(connection, outcome=outcome, now=self.time())
            self._prune(connection)
            return left

        return await self._database.write(work)

    async def save(self, job: LiveJob) -> None:
        """Write the job as it stands, if that is possible."""
        info = job.info

        def work(connection: Connection) -> None:
            save_job(connection, info, job.params)
            if info.state.is_over:
                self._prune(connection)

        try:
            await self._database.write(work)
        except (StoreError, RuntimeError) as error:
            # RuntimeError: the database is closed already. The work counts, not its record.
            self._log.warning("job_not_recorded", job=info.id, state=info.state, cause=str(error))

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

    def _prune(self, connection: Connection) -> None:
        prune_jobs(connection, before=_write_moment(self._now() - _KEPT_FOR), keep=_KEPT)


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
