"""Which sources are due, in SQLite. Plain functions over a connection.

Times are UTC, ISO 8601, to the second, so that text compares as time does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from index.connections import Connection
from index.errors import SourceError
from index.models import SourceKind
from index.schedules import Schedule, ScheduleError, parse_schedule

_SKEW = timedelta(minutes=2)
"""How far apart the clocks of two machines over one store may be."""
_SCHEDULED = (
    "SELECT s.pk, s.location, s.schedule, s.next_run, s.last_run, s.outcome, l.name "
    "FROM source AS s JOIN library AS l ON l.pk = s.library "
    "WHERE s.schedule IS NOT NULL AND s.paused = 0 AND s.removed_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source whose time has come. ``outcome`` says how it went the last time, "" before."""

    library: str
    key: int
    location: str
    outcome: str


def set_schedule(
    connection: Connection,
    library: str,
    source: int,
    schedule: Schedule | None,
    *,
    now: datetime,
) -> datetime | None:
    """Give a source a schedule, or with None take it away; when it runs next.

    A source that was paused is not any more.

    Raises:
        SourceError: the library has no such source.
        ScheduleError: it is an upload, which cannot be read again.
    """
    kind = _find_kind(connection, library, source)
    if kind is SourceKind.UPLOAD and schedule is not None:
        raise ScheduleError("An uploaded file cannot be read again, so it has no schedule.")
    next_run = schedule.next_run(now, key=library) if schedule else None
    connection.execute(
        "UPDATE source SET schedule = ?, next_run = ?, paused = 0 WHERE pk = ?",
        (schedule.text if schedule else None, next_run and _write(next_run), source),
    )
    return next_run


def find_due(connection: Connection, *, now: datetime, zone: tzinfo = UTC) -> tuple[DueSource, ...]:
    """The sources whose time has come, by library and longest overdue first.

    A source that missed several runs is due once.
    """
    rows = connection.execute(
        f"{_SCHEDULED} AND (s.next_run IS NULL OR s.next_run <= ?) "
        "ORDER BY l.name, s.next_run NULLS FIRST, s.pk",
        (_write(now),),
    )
    return tuple(
        DueSource(row["name"], row["pk"], row["location"], row["outcome"])
        for row in rows
        if _parse(row["schedule"], zone)
    )


def correct_next_runs(connection: Connection, *, now: datetime, zone: tzinfo = UTC) -> int:
    """Bring forward next runs that lie too far ahead, as after a clock that was wrong.

    What another machine, whose clock is a little ahead, has just run stays as it is.

    Returns:
        How many.
    """
    corrected = 0
    for row in connection.execute(_SCHEDULED).fetchall():
        schedule = _parse(row["schedule"], zone)
        if schedule is None or row["next_run"] is None:
            continue
        if _write(now) < (row["last_run"] or "") <= _write(now + _SKEW):
            continue
        # Seen from a later moment, a run is never sooner.
        expected = _write(schedule.next_run(now, key=row["name"]))
        if row["next_run"] > expected:
            _set_next_run(connection, row["pk"], expected)
            corrected += 1
    return corrected


def claim_due(
    connection: Connection, library: str, *, now: datetime, zone: tzinfo = UTC
) -> tuple[DueSource, ...]:
    """The library's due sources, which are read from now on.

    Their next run is set already, in case this one dies, and their outcome is open.
    """
    claimed = tuple(
        due for due in find_due(connection, now=now, zone=zone) if due.library == library
    )
    for due in claimed:
        connection.execute(
            "UPDATE source SET last_run = ?, outcome = '' WHERE pk = ?", (_write(now), due.key)
        )
        _plan_next_run(connection, due.key, now, zone)
    return claimed


def put_back(connection: Connection, sources: Sequence[int], *, now: datetime) -> None:
    """What was claimed and cut off is due again at once."""
    for source in sources:
        connection.execute(
            "UPDATE source SET next_run = ? WHERE pk = ? AND schedule IS NOT NULL",
            (_write(now), source),
        )


def list_outcomes(connection: Connection, sources: Sequence[int]) -> dict[int, str]:
    """What is noted of reading these sources, by key; "" where nothing is."""
    found = {}
    for source in sources:
        row = connection.execute("SELECT outcome FROM source WHERE pk = ?", (source,)).fetchone()
        found[source] = row["outcome"] if row else ""
    return found


def mark_run(
    connection: Connection,
    outcomes: Mapping[int, str],
    *,
    now: datetime,
    zone: tzinfo = UTC,
) -> None:
    """Note how reading sources went, by key; runs that came due meanwhile are left out."""
    for source, outcome in outcomes.items():
        connection.execute("UPDATE source SET outcome = ? WHERE pk = ?", (outcome, source))
        _plan_next_run(connection, source, now, zone)


def _find_kind(connection: Connection, library: str, source: int) -> SourceKind:
    row = connection.execute(
        "SELECT s.kind FROM source AS s JOIN library AS l ON l.pk = s.library "
        "WHERE l.name = ? AND s.pk = ? AND s.removed_at IS NULL",
        (library, source),
    ).fetchone()
    if row is None:
        raise SourceError("There is no such source. `index sources` lists them with their keys.")
    return SourceKind(row["kind"])


def _plan_next_run(connection: Connection, source: int, now: datetime, zone: tzinfo) -> None:
    row = connection.execute(
        "SELECT s.schedule, l.name FROM source AS s JOIN library AS l ON l.pk = s.library "
        "WHERE s.pk = ? AND s.schedule IS NOT NULL",
        (source,),
    ).fetchone()
    # Somebody may have taken the schedule away while it ran.
    if row is not None and (schedule := _parse(row["schedule"], zone)):
        _set_next_run(connection, source, _write(schedule.next_run(now, key=row["name"])))


def _set_next_run(connection: Connection, source: int, next_run: str) -> None:
    connection.execute("UPDATE source SET next_run = ? WHERE pk = ?", (next_run, source))


def _parse(text: str, zone: tzinfo) -> Schedule | None:
    try:
        return parse_schedule(text, zone)
    except ScheduleError:
        # Another version may have written it; one source must not stop the others.
        return None


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
