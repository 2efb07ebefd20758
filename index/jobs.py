"""Jobs in SQLite, as people see them. Plain functions over a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from index.connections import Connection, Row
from index.records import JobInfo, JobState

_OPEN = (JobState.QUEUED.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A job that an earlier process left unfinished, and what it was asked to do."""

    job: JobInfo
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that waits or runs as its row says, and the process that has it."""

    job: JobInfo
    process: str


def write_params(params: Mapping[str, object]) -> str:
    """What a job was asked to do, as it is stored.

    Raises:
        TypeError: a value that JSON cannot hold.
    """
    return json.dumps(dict(params))


def save_job(connection: Connection, job: JobInfo, params: str, process: str = "") -> None:
    """Write a job's row as it stands now; made if it is not there yet.

    ``process`` names the one that has it.
    """
    connection.execute(
        "INSERT INTO job (id, library, kind, title, actor, params, state, created_at, started_at, "
        "finished_at, stage, done, total, outcome, process, place) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, "
        "(SELECT coalesce(max(place), 0) + 1 FROM job WHERE library = ?)) "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, started_at = excluded.started_at, "
        "finished_at = excluded.finished_at, stage = excluded.stage, done = excluded.done, "
        "total = excluded.total, outcome = excluded.outcome",
        (
            job.id,
            job.library,
            job.kind,
            _storable(job.title),
            job.actor,
            params,
            job.state.value,
            job.created_at,
            job.started_at,
            job.finished_at,
            _storable(job.stage),
            job.done,
            job.total,
            _storable(job.outcome),
            process,
            job.library,
        ),
    )


def list_jobs(connection: Connection, library: str, limit: int) -> tuple[JobInfo, ...]:
    """At most ``limit`` jobs of a library, newest first."""
    rows = connection.execute(
        "SELECT * FROM job WHERE library = ? ORDER BY created_at DESC, place DESC LIMIT ?",
        (library, limit),
    )
    return tuple(map(_read_job, rows))


def find_job(connection: Connection, library: str, job_id: str) -> JobInfo | None:
    """A job of a library; None where there is none of that id."""
    row = connection.execute(
        "SELECT * FROM job WHERE library = ? AND id = ?", (library, job_id)
    ).fetchone()
    return _read_job(row) if row else None


def list_open_jobs(connection: Connection, library: str | None = None) -> tuple[OpenJob, ...]:
    """The jobs that wait or run as their rows say, oldest first; of a library, or of all."""
    rows = connection.execute(
        "SELECT * FROM job WHERE state IN (?, ?) ORDER BY created_at, place, id", _OPEN
    ).fetchall()
    return tuple(
        OpenJob(_read_job(row), row["process"])
        for row in rows
        if library is None or row["library"] == library
    )


def ask_to_cancel(connection: Connection, job_id: str, actor: str) -> bool:
    """Have the process that runs a job cancel it; whether the job is open still."""
    changed = connection.execute(
        "UPDATE job SET cancelled_by = ? WHERE id = ? AND state IN (?, ?)", (actor, job_id, *_OPEN)
    ).rowcount
    return changed > 0


def who_cancelled(connection: Connection, job_id: str) -> str | None:
    """Who wants a job cancelled; None where nobody does."""
    row = connection.execute("SELECT cancelled_by FROM job WHERE id = ?", (job_id,)).fetchone()
    return row["cancelled_by"] or None if row else None


def end_job(
    connection: Connection, job_id: str, *, state: JobState, outcome: str, now: str
) -> None:
    """End a job whose process did not live to do so."""
    connection.execute(
        "UPDATE job SET state = ?, finished_at = ?, outcome = ? WHERE id = ? AND state IN (?, ?)",
        (state.value, now, outcome, job_id, *_OPEN),
    )


def interrupt_open_jobs(
    connection: Connection,
    *,
    outcome: str,
    now: str,
    processes: Collection[str] | None = None,
    concerns: Callable[[str], bool] = lambda _: True,
) -> tuple[Recovered, ...]:
    """End the jobs that are still queued or running, oldest first.

    Args:
        connection: In a transaction.
        outcome: How they ended.
        now: When.
        processes: Those that had the jobs and live no more; None: all.
        concerns: Which libraries are meant.
    """
    rows = connection.execute(
        "SELECT * FROM job WHERE state IN (?, ?) ORDER BY created_at, place, id", _OPEN
    ).fetchall()
    ended = tuple(
        Recovered(_interrupt(row, outcome, now), _read_params(row))
        for row in rows
        if (processes is None or row["process"] in processes) and concerns(row["library"])
    )
    connection.executemany(
        "UPDATE job SET state = ?, finished_at = ?, outcome = ? WHERE id = ?",
        [(JobState.INTERRUPTED.value, now, outcome, each.job.id) for each in ended],
    )
    return ended


def prune_jobs(connection: Connection, *, before: str, keep: int) -> int:
    """Forget finished jobs of before a moment, and all but the newest ``keep`` of each library.

    Returns:
        How many were forgotten.
    """
    return connection.execute(
        "DELETE FROM job WHERE state NOT IN (?, ?) AND (created_at < ? OR id IN ("
        "SELECT id FROM (SELECT id, row_number() OVER ("
        "PARTITION BY library ORDER BY created_at DESC, place DESC) AS number FROM job"
        ") AS numbered WHERE number > ?))",
        (*_OPEN, before, keep),
    ).rowcount


def _storable(text: str) -> str:
    # File names may hold bytes that are no text; SQLite refuses these.
    return text.encode("utf-8", "replace").decode("utf-8")


def _interrupt(row: Row, outcome: str, now: str) -> JobInfo:
    return replace(_read_job(row), state=JobState.INTERRUPTED, finished_at=now, outcome=outcome)


def _read_params(row: Row) -> Mapping[str, Any]:
    params: Mapping[str, Any] = json.loads(row["params"])
    return params


def _read_job(row: Row) -> JobInfo:
    return JobInfo(
        id=row["id"],
        library=row["library"],
        kind=row["kind"],
        title=row["title"],
        actor=row["actor"],
        state=JobState(row["state"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        stage=row["stage"],
        done=row["done"],
        total=row["total"],
        outcome=row["outcome"],
    )
