"""Reads sources again when their time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, tzinfo

import structlog

from bot.scheduled import Run, ScheduledOutcome, judge, write_outcomes
from index import schedule_rows
from index.database import Database
from index.errors import FootnoteIndexError, StoreError
from index.models import SyncReport
from index.schedule_rows import DueSource

Sync = Callable[[str, Sequence[int]], Awaitable[SyncReport]]
Report = Callable[[str, ScheduledOutcome], Awaitable[None]]


class Scheduler:
    """Runs what is due, one library after the other.

    Args:
        database: Holds the schedules.
        sync: Reads sources of a library again, by key.
        report: Told of a run when something changed, waits, failed or works again.
        takes: Which libraries this process reads; what several take, the first one reads.
        now: The time of day, with its time zone.
        zone: Whose time of day schedules are in.
        interval: Seconds between two looks at what is due.
    """

    def __init__(
        self,
        database: Database,
        *,
        sync: Sync,
        report: Report,
        takes: Callable[[str], bool] = lambda _: True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo = UTC,
        interval: float = 30.0,
    ) -> None:
        self._database = database
        self._sync = sync
        self._report = report
        self._takes = takes
        self._now = now
        self._zone = zone
        self._interval = interval
        self._looked_at: datetime | None = None
        self._log = structlog.get_logger(__name__)

    async def run(self) -> None:
        """Run what is due, again and again, until cancelled."""
        while True:
            try:
                await self.run_due()
            except StoreError as error:
                self._log.warning("schedules_not_read", cause=str(error))
            await asyncio.sleep(self._interval)

    async def run_due(self) -> None:
        """Run what is due now. What one library meets with is no other's concern.

        Raises:
            StoreError: the schedules cannot be read.
        """
        now = self._now()
        await self._correct_clock(now)
        due = await self._database.read(
            lambda connection: schedule_rows.find_due(connection, now=now, zone=self._zone)
        )
        for library in filter(self._takes, dict.fromkeys(source.library for source in due)):
            try:
                await self._run_library(library)
            except Exception:  # noqa: BLE001 - one library must not stop the others
                self._log.exception("scheduled_run_failed", library=library)

    async def _correct_clock(self, now: datetime) -> None:
        """After a clock that was ahead, runs would lie too far ahead as well."""
        if self._looked_at is None or now < self._looked_at:
            await self._database.write(
                lambda connection: schedule_rows.correct_next_runs(
                    connection, now=now, zone=self._zone
                )
            )
        self._looked_at = now

    async def _run_library(self, library: str) -> None:
        # Claimed only now: while other libraries had their turn, a schedule may have gone, or
        # another process may have claimed it.
        due = await self._claim(library)
        if not due:
            return
        try:
            run = await self._try_sync(library, due)
        except asyncio.CancelledError:
            # Footnote stops: at the next start it is read at once, not a day later.
            keys, now = [source.key for source in due], self._now()
            await self._database.write(lambda c: schedule_rows.put_back(c, keys, now=now))
            raise
        outcomes = await self._note(due, run)
        if (outcome := judge(due, outcomes, run)) is not None:
            await self._report(library, outcome)

    async def _claim(self, library: str) -> tuple[DueSource, ...]:
        now = self._now()
        return await self._database.write(
            lambda connection: schedule_rows.claim_due(
                connection, library, now=now, zone=self._zone
            )
        )

    async def _try_sync(self, library: str, due: Sequence[DueSource]) -> Run:
        try:
            return Run(report=await self._sync(library, [source.key for source in due]))
        except FootnoteIndexError as error:
            self._log.info("scheduled_run_ended_early", library=library, cause=str(error))
            return Run(error=error)
        except Exception as error:  # noqa: BLE001 - moderators hear of a mistake of ours too
            self._log.exception("scheduled_run_failed", library=library)
            return Run(error=RuntimeError(f"Unexpected {type(error).__name__}; see the log."))

    async def _note(self, due: Sequence[DueSource], run: Run) -> dict[int, str]:
        keys, now = [source.key for source in due], self._now()
        noted = await self._database.read(
            lambda connection: schedule_rows.list_outcomes(connection, keys)
        )
        outcomes = write_outcomes(due, noted, run)
        await self._database.write(
            lambda connection: schedule_rows.mark_run(
                connection, outcomes, now=now, zone=self._zone
            )
        )
        return outcomes
