"""Schedules: what people write, when it is next, and which sources are due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import library_rows, schedule_rows, schema
from index.connections import Connection
from index.database import Database
from index.errors import SourceError
from index.models import Source, SourceKind
from index.schedule_rows import DueSource
from index.schedules import Schedule, ScheduleError, parse_schedule
from tests.fakes.stores import open_database

DAY = timedelta(days=1)
VIENNA = ZoneInfo("Europe/Vienna")
ZONES = (UTC, VIENNA, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")))
GOOD = (
    "hourly",
    "daily 06:00",
    "daily 02:30",
    "weekdays 01:15",
    "weekly sun 02:00",
    "*/15 * * * *",
    "30 1-3 * * *",
    "0,30 2 * * 0",
    "0 0 29 2 *",
    "15 */6 l * *",
)
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2031, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Hourly", "hourly"),
        ("  daily   6:00 ", "daily 06:00"),
        ("weekdays 23:59", "weekdays 23:59"),
        ("Weekly Monday 06:05", "weekly mon 06:05"),
        ("weekly sun 0:00", "weekly sun 00:00"),
        ("0  6 * * MON-FRI", "0 6 * * mon-fri"),
        ("*/15 * * * *", "*/15 * * * *"),
    ],
)
def test_what_is_meant_is_understood_and_written_one_way(written: str, text: str) -> None:
    schedule = parse_schedule(written)

    assert schedule.text == text
    assert parse_schedule(schedule.text) == schedule


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "daily",
        "daily 24:00",
        "daily 06:60",
        "daily 6",
        "daily ٠٦:٠٠",
        "weekly 06:00",
        "weekly someday 06:00",
        "0 6 * *",
        "0 0 6 * * *",
        "61 * * * *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "a b c d e",
        "9" * 5000 + " 6 * * *",
        "@daily",
    ],
)
def test_anything_else_is_refused_with_examples(written: str) -> None:
    with pytest.raises(ScheduleError, match="`daily 06:00`"):
        parse_schedule(written)


@pytest.mark.parametrize(
    "written", ["* * * * *", "*/10 * * * *", "0,14 6 * * *", "55,59 1 * * *", "0,50 23,0 * * *"]
)
def test_more_often_than_every_quarter_of_an_hour_is_refused_with_the_reason(
    written: str,
) -> None:
    with pytest.raises(ScheduleError, match="too often"):
        parse_schedule(written)


@pytest.mark.parametrize("written", ["0,50 6,9 * * *", "0,15,30,45 * * * *", "10,50 23 * * *"])
def test_a_quarter_of_an_hour_apart_is_not_too_often(written: str) -> None:
    assert parse_schedule(written).text == written


@given(st.text() | st.lists(st.sampled_from("* 0 5 60 1-5 mon l lw 1# #2 / , - */2".split())))
def test_no_text_does_more_than_be_refused(written: str | list[str]) -> None:
    text = written if isinstance(written, str) else " ".join(written)
    try:
        schedule = parse_schedule(text)
    except ScheduleError:
        return
    assert schedule.next_after(utc("2026-11-22T10:00")) > utc("2026-11-22T10:00")


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("hourly", "2026-11-22T10:00:00", "2026-11-22T11:00"),
        ("hourly", "2026-11-22T10:59:59.9", "2026-11-22T11:00"),
        ("daily 06:00", "2026-11-22T05:59", "2026-11-22T06:00"),
        ("daily 06:00", "2026-11-22T06:00", "2026-11-23T06:00"),
        ("weekdays 06:00", "2026-11-20T06:00", "2026-11-23T06:00"),
        ("weekly mon 06:00", "2026-11-22T10:00", "2026-11-23T06:00"),
        ("0 0 29 2 *", "2026-11-22T10:00", "2028-02-29T00:00"),
    ],
)
def test_the_next_time_comes_after_the_moment(text: str, after: str, expected: str) -> None:
    assert parse_schedule(text).next_after(utc(after)) == utc(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-28T12:00", "2026-03-29T01:00"),  # 02:30 is left out: 03:00, as clocks have it
        ("2026-03-29T12:00", "2026-03-30T00:30"),
        ("2026-10-24T12:00", "2026-10-25T00:30"),  # 02:30 comes twice: the first
        ("2026-10-25T00:30", "2026-10-26T01:30"),
        ("2026-10-25T01:15", "2026-10-26T01:30"),  # 02:15 for the second time
    ],
)
def test_a_night_with_an_hour_more_or_less_has_one_run(after: str, expected: str) -> None:
    schedule = parse_schedule("daily 02:30", VIENNA)

    assert schedule.next_after(utc(after)) == utc(expected)


def test_times_of_day_are_those_of_the_zone_and_given_in_utc() -> None:
    next_run = parse_schedule("daily 06:00", VIENNA).next_after(utc("2026-07-01T00:00"))

    assert next_run == utc("2026-07-01T04:00")
    assert next_run.tzinfo is UTC


@given(
    st.sampled_from(GOOD),
    st.sampled_from(ZONES),
    moments,
    st.timedeltas(timedelta(0), timedelta(hours=3)) | st.timedeltas(timedelta(0), 40 * DAY),
)
def test_the_next_time_is_later_and_never_runs_backwards(
    text: str, zone: tzinfo, moment: datetime, more: timedelta
) -> None:
    schedule, later = parse_schedule(text, zone), moment + more

    assert schedule.next_after(moment) > moment
    assert schedule.next_after(later) >= schedule.next_after(moment)
    assert schedule.next_run(later, key="a") >= schedule.next_run(moment, key="a")


@given(st.sampled_from(GOOD), st.sampled_from(ZONES), moments, st.text())
def test_the_delay_is_small_and_always_the_same_for_a_key(
    text: str, zone: tzinfo, moment: datetime, key: str
) -> None:
    schedule = parse_schedule(text, zone)
    time = schedule.next_after(moment)
    interval = schedule.next_after(time) - time

    delayed = schedule.next_run(moment, key=key)

    assert timedelta(0) <= delayed - time <= min(interval / 10, timedelta(minutes=5))
    assert delayed == schedule.next_run(moment, key=key)


def test_delays_are_spread_over_many_keys() -> None:
    schedule = parse_schedule("daily 06:00")
    runs = {schedule.next_run(utc("2026-11-22T10:00"), key=f"discord-{n}") for n in range(200)}

    assert len(runs) > 100
    assert max(runs) - min(runs) > timedelta(minutes=4)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(tmp_path / "test.db")
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield database
    await database.close()


def make_source(
    connection: Connection, library: str, location: str, kind: SourceKind = SourceKind.FEED
) -> int:
    row = library_rows.open_library(connection, library, "model")
    source = Source(kind, location)
    return library_rows.remember_source(connection, row.pk, source, "command line", "2026")


NOW = utc("2026-11-22T10:00")
DAILY, HOURLY = parse_schedule("daily 06:00"), parse_schedule("hourly")


async def find_due(database: Database, now: datetime, zone: tzinfo = UTC) -> list[int]:
    due = await database.read(lambda c: schedule_rows.find_due(c, now=now, zone=zone))
    return [source.key for source in due]


async def plan(
    database: Database,
    schedule: Schedule,
    *,
    library: str = "default",
    location: str = "feed",
) -> int:
    def work(connection: Connection) -> int:
        key = make_source(connection, library, location)
        schedule_rows.set_schedule(connection, library, key, schedule, now=NOW)
        return key

    return await database.write(work)


async def pause(database: Database, *, paused: bool) -> None:
    def work(connection: Connection) -> None:
        row = library_rows.find_library(connection, "default")
        assert row is not None
        library_rows.pause_schedules(connection, row.pk, paused=paused)

    await database.write(work)


async def next_run(database: Database, key: int) -> str | None:
    row = await database.read(
        lambda c: c.execute("SELECT next_run FROM source WHERE pk = ?", (key,)).fetchone()
    )
    text: str | None = row["next_run"]
    return text


async def test_a_source_is_due_when_its_time_has_come(database: Database) -> None:
    key = await plan(database, DAILY)

    assert await find_due(database, utc("2026-11-23T05:59")) == []
    assert await find_due(database, utc("2026-11-23T06:05")) == [key]


async def test_due_sources_say_what_is_needed_to_read_them(database: Database) -> None:
    key = await plan(database, DAILY, location="https://example.org/feed")
    later = NOW + DAY
    await database.write(lambda c: schedule_rows.mark_run(c, {key: "Unchanged."}, now=NOW))

    due = await database.read(lambda c: schedule_rows.find_due(c, now=later))

    assert due == (DueSource("default", key, "https://example.org/feed", "Unchanged."),)


async def test_runs_that_were_missed_are_made_up_for_once(database: Database) -> None:
    key = await plan(database, HOURLY)
    week_later = NOW + timedelta(days=7)

    assert await find_due(database, week_later) == [key]
    await database.write(lambda c: schedule_rows.claim_due(c, "default", now=week_later))
    assert await find_due(database, week_later) == []
    assert await find_due(database, week_later + timedelta(hours=2)) == [key]


async def test_a_run_that_dies_neither_repeats_at_once_nor_loses_its_schedule(
    database: Database,
) -> None:
    key = await plan(database, DAILY)
    due_at = utc("2026-11-23T06:05")

    await database.write(lambda c: schedule_rows.claim_due(c, "default", now=due_at))

    assert await find_due(database, due_at) == []
    assert await find_due(database, due_at + DAY) == [key]


async def test_what_came_due_while_it_ran_is_left_out(database: Database) -> None:
    key = await plan(database, HOURLY)
    begun = NOW + timedelta(hours=2)
    ended = begun + timedelta(hours=3)
    await database.write(lambda c: schedule_rows.claim_due(c, "default", now=begun))

    await database.write(lambda c: schedule_rows.mark_run(c, {key: "Done."}, now=ended))

    assert await find_due(database, ended) == []


async def test_paused_sources_are_not_due_until_they_go_on(database: Database) -> None:
    key = await plan(database, DAILY)
    other = await plan(database, DAILY, library="discord-1")
    later = NOW + DAY

    await pause(database, paused=True)
    assert await find_due(database, later) == [other]
    await pause(database, paused=False)
    assert sorted(await find_due(database, later)) == [key, other]


async def test_a_new_schedule_lets_a_paused_source_run_again(database: Database) -> None:
    key = await plan(database, DAILY)
    await pause(database, paused=True)

    await plan(database, HOURLY)

    assert await find_due(database, NOW + DAY) == [key]


async def test_a_schedule_can_be_taken_away(database: Database) -> None:
    key = await plan(database, DAILY)

    taken = await database.write(
        lambda c: schedule_rows.set_schedule(c, "default", key, None, now=NOW)
    )

    assert taken is None
    assert await find_due(database, NOW + DAY) == []


async def test_a_schedule_taken_away_during_a_run_stays_away(database: Database) -> None:
    key = await plan(database, DAILY)
    await database.write(lambda c: schedule_rows.claim_due(c, "default", now=NOW + DAY))
    await database.write(lambda c: schedule_rows.set_schedule(c, "default", key, None, now=NOW))

    await database.write(lambda c: schedule_rows.mark_run(c, {key: "Done."}, now=NOW))

    assert await next_run(database, key) is None


async def test_a_removed_source_is_not_due(database: Database) -> None:
    key = await plan(database, DAILY)
    await database.write(
        lambda c: c.execute("UPDATE source SET removed_at = '2026' WHERE pk = ?", (key,)).rowcount
    )

    assert await find_due(database, NOW + DAY) == []


async def test_only_a_library_can_schedule_its_sources(database: Database) -> None:
    key = await plan(database, DAILY, library="discord-1")

    for library, source in (("discord-2", key), ("discord-1", key + 1)):
        with pytest.raises(SourceError, match="no such source"):
            await database.write(
                lambda c, library=library, source=source: schedule_rows.set_schedule(  # type: ignore[misc]
                    c, library, source, HOURLY, now=NOW
                )
            )


async def test_an_upload_has_no_schedule(database: Database) -> None:
    key = await database.write(lambda c: make_source(c, "default", "a.md", SourceKind.UPLOAD))

    with pytest.raises(ScheduleError, match="cannot be read again"):
        await database.write(
            lambda c: schedule_rows.set_schedule(c, "default", key, DAILY, now=NOW)
        )


async def test_a_clock_that_was_years_ahead_does_not_stop_a_schedule(
    database: Database,
) -> None:
    key = await plan(database, DAILY)
    await database.write(
        lambda c: schedule_rows.claim_due(c, "default", now=NOW + timedelta(days=3650))
    )

    assert await database.write(lambda c: schedule_rows.correct_next_runs(c, now=NOW)) == 1
    assert await find_due(database, NOW + DAY) == [key]


async def test_a_schedule_nobody_understands_stops_no_other(database: Database) -> None:
    strange, key = await plan(database, DAILY, location="a"), await plan(database, DAILY)
    await database.write(
        lambda c: (
            c.execute(
                "UPDATE source SET schedule = 'fortnightly' WHERE pk = ?", (strange,)
            ).rowcount
        )
    )

    assert await find_due(database, NOW + DAY) == [key]
    await database.write(lambda c: schedule_rows.claim_due(c, "default", now=NOW + DAY))
    await database.write(lambda c: schedule_rows.correct_next_runs(c, now=NOW))
