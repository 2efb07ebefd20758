"""Scheduled runs: when they come, what is remembered of them, and what moderators hear."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.cluster import Shards
from bot.scheduled import ScheduledOutcome
from bot.scheduler import Scheduler
from index import library_rows, schedule_rows, schema
from index.errors import JobRefused, NothingToSync, PlanBlocked, StoreError
from index.models import Problem, Source, SourceKind, SyncReport
from index.schedules import parse_schedule
from index.sqlite_database import SqliteDatabase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UNCHANGED = SyncReport(edition=3, published=False, unchanged=5)
CHANGED = SyncReport(edition=4, published=True, added=("a",), unchanged=5)
VIENNA = ZoneInfo("Europe/Vienna")


class Clock:
    """The time of day; it moves only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class World:
    """Libraries that can be synced, and the channel that hears of it."""

    def __init__(self, database: SqliteDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.result: SyncReport | Exception = UNCHANGED
        self.notes: dict[int, str] = {}
        self.synced: list[tuple[str, tuple[int, ...]]] = []
        self.told: list[tuple[str, ScheduledOutcome]] = []
        self.takes = timedelta(0)
        self.scheduler = self.restart()

    def restart(self, zone: ZoneInfo | None = None) -> Scheduler:
        self.scheduler = Scheduler(
            self.database,
            sync=self.sync,
            report=self.report,
            now=self.clock,
            zone=zone or UTC,
            interval=0.0,
        )
        return self.scheduler

    async def sync(self, library: str, sources: Sequence[int]) -> SyncReport:
        self.synced.append((library, tuple(sources)))
        self.clock.now += self.takes
        notes = {key: self.notes[key] for key in sources if key in self.notes}
        await self.database.write(lambda c: library_rows.note_outcomes(c, notes, "2026"))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    async def report(self, library: str, outcome: ScheduledOutcome) -> None:
        self.told.append((library, outcome))

    async def add(
        self,
        schedule: str = "daily 06:00",
        *,
        library: str = "default",
        location: str = "feed",
        zone: ZoneInfo | None = None,
    ) -> int:
        def work(connection: sqlite3.Connection) -> int:
            row = library_rows.open_library(connection, library, "model")
            source = Source(SourceKind.FEED, location)
            key = library_rows.remember_source(connection, row.pk, source, "a", "2026")
            parsed = parse_schedule(schedule, zone or UTC)
            schedule_rows.set_schedule(connection, library, key, parsed, now=self.clock())
            return key

        return await self.database.write(work)

    async def after(self, time: timedelta) -> list[ScheduledOutcome]:
        """Let time pass and run what is due; what moderators heard."""
        self.clock.now += time
        heard = len(self.told)
        await self.scheduler.run_due()
        return [outcome for _, outcome in self.told[heard:]]

    async def row(self, key: int) -> sqlite3.Row:
        found: sqlite3.Row = await self.database.read(
            lambda c: c.execute("SELECT * FROM source WHERE pk = ?", (key,)).fetchone()
        )
        return found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = SqliteDatabase(tmp_path / "test.db", busy_timeout=0.1)
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield World(database, Clock())
    await database.close()


async def test_a_source_is_read_when_its_time_has_come_and_only_once(world: World) -> None:
    key = await world.add()

    await world.after(HOUR)
    assert world.synced == []
    await world.after(DAY)
    await world.after(timedelta(0))
    assert world.synced == [("default", (key,))]
    await world.after(DAY)
    assert len(world.synced) == 2


async def test_sources_of_a_library_that_are_due_together_are_one_sync(world: World) -> None:
    first = await world.add(location="a")
    second = await world.add("hourly", location="b")
    other = await world.add(library="discord-1")

    await world.after(DAY)

    assert world.synced == [("default", (second, first)), ("discord-1", (other,))]


async def test_runs_missed_during_downtime_are_made_up_for_once(world: World) -> None:
    await world.add("hourly")
    world.clock.now += timedelta(days=30)
    world.restart()

    await world.after(timedelta(0))
    await world.after(timedelta(0))

    assert len(world.synced) == 1


async def test_a_run_longer_than_its_interval_does_not_follow_itself(world: World) -> None:
    await world.add("hourly")
    world.takes = 3 * HOUR

    await world.after(2 * HOUR)
    await world.after(timedelta(0))

    assert len(world.synced) == 1


async def test_a_process_that_is_stopped_in_a_run_does_it_again_at_once(world: World) -> None:
    key = await world.add()
    stuck = asyncio.Event()

    async def sync(library: str, sources: Sequence[int]) -> SyncReport:
        stuck.set()
        await asyncio.Event().wait()
        return UNCHANGED

    world.clock.now += DAY
    stopping = asyncio.create_task(
        Scheduler(world.database, sync=sync, report=world.report, now=world.clock).run()
    )
    await stuck.wait()
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    world.restart()

    await world.after(timedelta(0))
    assert world.synced == [("default", (key,))]
    await world.after(timedelta(0))
    assert len(world.synced) == 1


async def test_a_process_that_dies_in_a_run_neither_repeats_nor_loses_it(world: World) -> None:
    """What was cut off so is begun again from the list of jobs."""
    key = await world.add()

    class Died(BaseException):
        pass

    async def sync(library: str, sources: Sequence[int]) -> SyncReport:
        raise Died

    world.clock.now += DAY
    with pytest.raises(Died):
        await Scheduler(world.database, sync=sync, report=world.report, now=world.clock).run_due()
    world.restart()

    await world.after(timedelta(0))
    assert world.synced == []
    await world.after(DAY)
    assert world.synced == [("default", (key,))]


async def test_nothing_is_told_when_nothing_changed(world: World) -> None:
    key = await world.add()

    assert await world.after(DAY) == []
    assert (await world.row(key))["outcome"] == "read"


async def test_a_change_is_told(world: World) -> None:
    await world.add()
    world.result = CHANGED

    assert await world.after(DAY) == [ScheduledOutcome(sources=("feed",), report=CHANGED)]


async def test_a_failure_is_told_once_and_once_more_when_it_is_over(world: World) -> None:
    key = await world.add()
    world.result = StoreError("The disk is full.")

    assert await world.after(DAY) == [
        ScheduledOutcome(sources=("feed",), problem="The disk is full.")
    ]
    assert (await world.row(key))["outcome"] == "failed: The disk is full."
    world.restart()
    assert await world.after(DAY) == []

    world.result = StoreError("The database is damaged.")
    (worse,) = await world.after(DAY)
    assert worse.problem == "The database is damaged."

    world.result = UNCHANGED
    assert await world.after(DAY) == [
        ScheduledOutcome(sources=("feed",), report=UNCHANGED, recovered=True)
    ]
    assert await world.after(DAY) == []


async def test_one_source_that_fails_among_others_is_told_by_name(world: World) -> None:
    good, bad = await world.add(location="good"), await world.add(location="bad")
    world.notes = {good: "read", bad: "failed: 404."}
    world.result = SyncReport(edition=3, published=False, problems=(Problem("bad", "404. Kept."),))

    (told,) = await world.after(DAY)

    assert told.problem == "404."
    assert told.sources == ("good", "bad")
    assert (await world.row(good))["outcome"] == "read"
    assert await world.after(DAY) == []


async def test_a_failing_source_is_not_taken_for_mended_by_a_run_of_others(world: World) -> None:
    hourly, daily = await world.add("hourly", location="a"), await world.add(location="b")
    world.notes = {hourly: "read", daily: "failed: 404."}

    assert len(await world.after(DAY)) == 1
    for _ in range(23):
        assert await world.after(HOUR) == []
    assert await world.after(HOUR) == []


async def test_when_every_source_fails_each_is_told_with_its_reason(world: World) -> None:
    first, second = await world.add(location="a"), await world.add(location="b")
    world.notes = {first: "failed: 404.", second: "failed: no answer."}
    world.result = NothingToSync("No source could be read.")

    (told,) = await world.after(DAY)

    assert told.problem == "a: 404.\nb: no answer."
    assert (await world.row(second))["outcome"] == "failed: no answer."


async def test_pages_that_cannot_be_read_are_told_once_however_many(world: World) -> None:
    key = await world.add()
    world.notes = {key: "read, with 3 problems"}

    (told,) = await world.after(DAY)
    assert told.problem == "read, with 3 problems"
    world.notes = {key: "read, with 1 problem"}
    assert await world.after(DAY) == []


async def test_what_waits_for_a_moderator_is_told_once_though_each_plan_is_new(
    world: World,
) -> None:
    key = await world.add()
    world.result = PlanBlocked("It would drop 9 of 10. `index publish p1`", plan_id="p1", drop=True)
    assert await world.after(DAY) == [
        ScheduledOutcome(
            sources=("feed",), problem="It would drop 9 of 10. `index publish PLAN`", held="p1"
        )
    ]
    assert "It would drop 9 of 10." in (await world.row(key))["outcome"]

    world.result = PlanBlocked("It would drop 9 of 10. `index publish p2`", plan_id="p2", drop=True)
    assert await world.after(DAY) == []
    world.result = PlanBlocked("It would drop 10 of 10.", plan_id="p3", drop=True)
    assert len(await world.after(DAY)) == 1


async def test_suspicious_pages_that_wait_are_told_once(world: World) -> None:
    await world.add()
    held = SyncReport(
        edition=3, published=False, held="p1", suspicious=(Problem("Prices", "Shrank by 90 %."),)
    )
    world.result = held

    assert await world.after(DAY) == [
        ScheduledOutcome(
            sources=("feed",), report=held, problem="Prices look suspicious.", held="p1"
        )
    ]
    assert await world.after(DAY) == []


async def test_a_change_is_told_even_while_the_same_page_waits(world: World) -> None:
    await world.add()
    suspicious = (Problem("Prices", "Shrank by 90 %."),)
    world.result = SyncReport(edition=3, published=False, held="p1", suspicious=suspicious)
    await world.after(DAY)
    world.result = SyncReport(
        edition=4, published=True, added=("a",), held="p2", suspicious=suspicious
    )

    (told,) = await world.after(DAY)

    assert (told.problem, told.held) == ("", "p2")


async def test_a_run_that_gave_way_is_noted_and_not_told(world: World) -> None:
    key = await world.add()
    world.result = JobRefused("Sync: Cancelled by Discord user 5.")

    assert await world.after(DAY) == []
    assert (await world.row(key))["outcome"] == "skipped: Sync: Cancelled by Discord user 5."
    world.result = UNCHANGED
    assert await world.after(DAY) == []


async def test_a_mistake_of_ours_is_logged_told_and_stops_no_other_library(world: World) -> None:
    await world.add()
    await world.add(library="discord-1")
    world.result = KeyError("secret detail")

    with capture_logs() as logs:
        told = await world.after(DAY)

    assert [library for library, _ in world.synced] == ["default", "discord-1"]
    assert {each.problem for each in told} == {"Unexpected KeyError; see the log."}
    assert {log["event"] for log in logs} == {"scheduled_run_failed"}


async def test_a_channel_that_cannot_be_reached_stops_nothing(world: World) -> None:
    await world.add()
    await world.add(library="discord-1")
    world.result = CHANGED

    async def report(library: str, _: ScheduledOutcome) -> None:
        raise ConnectionError(library)

    scheduler = Scheduler(world.database, sync=world.sync, report=report, now=world.clock)
    world.clock.now += DAY
    with capture_logs():
        await scheduler.run_due()
        await scheduler.run_due()

    assert len(world.synced) == 2


async def test_a_schedule_taken_away_while_others_run_is_not_run(world: World) -> None:
    await world.add()
    key = await world.add(library="discord-1")

    async def sync(library: str, sources: Sequence[int]) -> SyncReport:
        await world.database.write(
            lambda c: schedule_rows.set_schedule(c, "discord-1", key, None, now=world.clock())
        )
        return await world.sync(library, sources)

    world.clock.now += DAY
    scheduler = Scheduler(world.database, sync=sync, report=world.report, now=world.clock)
    await scheduler.run_due()

    assert [library for library, _ in world.synced] == ["default"]


async def test_a_clock_set_back_by_years_runs_on_time_again(world: World) -> None:
    await world.add()
    await world.after(timedelta(days=3650))
    assert len(world.synced) == 1

    await world.after(timedelta(days=-3650))
    await world.after(DAY)

    assert len(world.synced) == 2


async def test_a_clock_that_was_wrong_before_a_restart_is_made_up_for(world: World) -> None:
    await world.add()
    await world.after(timedelta(days=3650))
    world.clock.now -= timedelta(days=3650)
    world.restart()

    await world.after(timedelta(0))
    await world.after(DAY)

    assert len(world.synced) == 2


async def test_of_several_processes_that_look_at_once_one_reads_a_source(world: World) -> None:
    key = await world.add()
    world.clock.now += DAY

    await asyncio.gather(*(world.restart().run_due() for _ in range(4)))

    assert world.synced == [("default", (key,))]


async def test_a_process_reads_only_what_it_takes(world: World) -> None:
    here = await world.add(library="discord-0")
    there = await world.add(library="discord-4194304")
    world.clock.now += DAY
    even, odd = (
        Scheduler(
            world.database,
            sync=world.sync,
            report=world.report,
            takes=Shards((number,), 2).has_library,
            now=world.clock,
        )
        for number in range(2)
    )

    await odd.run_due()
    assert world.synced == [("discord-4194304", (there,))]
    await even.run_due()
    assert world.synced[1:] == [("discord-0", (here,))]


async def test_a_process_whose_clock_is_behind_does_not_read_again_what_was_just_read(
    world: World,
) -> None:
    key = await world.add()
    due = datetime.fromisoformat((await world.row(key))["next_run"])
    world.clock.now = due
    await world.scheduler.run_due()
    assert len(world.synced) == 1
    world.clock.now = due - timedelta(seconds=90)
    behind = world.restart()
    await behind.run_due()

    await world.after(timedelta(minutes=5))

    assert len(world.synced) == 1


async def test_a_run_keeps_its_time_of_day_when_clocks_change(world: World) -> None:
    key = await world.add("daily 06:00", zone=VIENNA)
    world.clock.now = datetime(2027, 3, 27, 12, tzinfo=UTC)
    world.restart(VIENNA)
    await world.after(timedelta(0))

    next_run = datetime.fromisoformat((await world.row(key))["next_run"]).astimezone(VIENNA)

    assert next_run.date().isoformat() == "2027-03-28"
    assert next_run.hour == 6


async def test_a_database_that_is_locked_for_a_while_does_not_end_the_schedules(
    world: World,
) -> None:
    await world.add()
    await world.row(1)
    world.clock.now += DAY
    locker = sqlite3.connect(world.database.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    tried = asyncio.Event()
    done = asyncio.Event()

    async def sync(library: str, sources: Sequence[int]) -> SyncReport:
        done.set()
        return UNCHANGED

    class Watched(Scheduler):
        async def run_due(self) -> None:
            try:
                await super().run_due()
            finally:
                tried.set()

    scheduler = Watched(
        world.database, sync=sync, report=world.report, now=world.clock, interval=0.01
    )
    with capture_logs() as logs:
        running = asyncio.create_task(scheduler.run())
        await tried.wait()
        assert not done.is_set()
        locker.execute("ROLLBACK")
        locker.close()
        async with asyncio.timeout(10):
            await done.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert logs[0]["event"] == "schedules_not_read"
