"""The jobs of other processes over the same store, as their rows tell of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from bot.cluster import Process
from bot.job_log import JobLog
from bot.live_job import AGAIN, describe_cancelling
from index.errors import JobRefused
from index.jobs import OpenJob
from index.records import JobInfo, JobState

CUT_OFF = f"Footnote stopped while this was unfinished. {AGAIN}"
NONE_RUNS = "No job is running here."
NO_SUCH = "There is no such job here, or it is over. `index jobs` lists them."


class JobsElsewhere:
    """Finds other processes' jobs and has them cancelled.

    Args:
        log: Reads the rows.
        process: This process.
        patience: Seconds that cancelling waits for the process that has the job.
        tick: Seconds between two looks at a row.
    """

    def __init__(self, log: JobLog, process: Process, *, patience: float, tick: float) -> None:
        self._log = log
        self._process = process
        self._patience = patience
        self._tick = tick

    async def find_busy(self, library: str) -> JobInfo | None:
        """The job that works on the library; None also where its row is not there yet."""
        for each in await self._log.list_elsewhere(library):
            if each.job.state is JobState.RUNNING and await self._process.is_alive(each.process):
                return each.job
        return None

    async def show_dead(
        self, library: str, rows: Sequence[JobInfo], live: Collection[str]
    ) -> dict[str, JobInfo]:
        """What dead processes left open among ``rows``, by id and as it is shown.

        ``live`` are the ids of this process's own.
        """
        if all(row.state.is_over or row.id in live for row in rows):
            return {}
        return {
            each.job.id: replace(each.job, state=JobState.INTERRUPTED, outcome=CUT_OFF)
            for each in await self._log.list_elsewhere(library)
            if not await self._process.is_alive(each.process)
        }

    async def cancel(self, library: str, job_id: str | None, actor: str) -> JobInfo:
        """Have a job cancelled, with None the running one; how it stands when patience ends.

        Raises:
            JobRefused: there is no such job, or it is over.
        """
        there = await self._find(library, job_id)
        if there is None or not await self._log.ask_to_cancel(there.job.id, actor):
            raise JobRefused(NONE_RUNS if job_id is None else NO_SUCH)
        job = there.job
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                while not job.state.is_over:
                    if not await self._process.is_alive(there.process):
                        outcome = describe_cancelling(actor)
                        await self._log.end_dead(job.id, JobState.CANCELLED, outcome)
                    job = await self._log.find(library, job.id) or job
                    if not job.state.is_over:
                        await asyncio.sleep(self._tick)
        return job

    async def _find(self, library: str, job_id: str | None) -> OpenJob | None:
        for each in await self._log.list_elsewhere(library):
            if each.job.id == job_id or (job_id is None and each.job.state is JobState.RUNNING):
                return each
        return None
