"""Jobs in SQLite, as people see them. Plain functions over a connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def write_params(params: Mapping[str, object]) -> str:
    """What a job was asked to do, as it is stored.

    Raises:
        TypeError: a value that JSON cannot hold.
    """
    return json.dumps(dict(params))


def save_job(connection: Connection, job: JobInfo, params: str) -> None:
    """Write a job's row as it stands now; made if it is not there yet."""
    connection.execute(
        "INSERT INTO job (id, library, kind, title, actor, params, state, created_at, started_at, "
        "finished_at, stage, done, total, outcome) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
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
        ),
    )


def list_jobs(connection: Connection, library: str, limit: int) -> tuple[JobInfo, ...]:
    """At most ``limit`` jobs of a library, newest first."""
    rows = connection.execute(
        "SELECT * FROM job WHERE library = ? ORDER BY created_at DESC, rowid DESC LIMIT ?",
        (library, limit),
    )
    return tuple(map(_read_job, rows))


def interrupt_open_jobs(connection: Connection, *, outcome: str, now: str) -> tuple[Recovered, ...]:
    """End every job that is still queued or running, oldest first; call when none can be."""
    rows = connection.execute(
        "SELECT * FROM job WHERE state IN (?, ?) ORDER BY created_at, rowid", _OPEN
    ).fetchall()
    ended = tuple(Recovered(_interrupt(row, outcome, now), _read_params(row)) for row in rows)
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
        "DELETE FROM job WHERE state NOT IN (?, ?) AND (created_at < ? OR rowid IN ("
        "SELECT rowid FROM (SELECT rowid, row_number() OVER ("
        "PARTITION BY library ORDER BY created_at DESC, rowid DESC) AS place FROM job"
        ") WHERE place > ?))",
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
