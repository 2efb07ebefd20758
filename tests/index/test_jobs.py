"""The rows of jobs: written whole, read newest first, ended after a crash, not kept for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from index import schema
from index.database import Database
from index.jobs import interrupt_open_jobs, list_jobs, prune_jobs, save_job, write_params
from index.records import JobInfo, JobState
from tests.fakes.stores import open_database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(tmp_path / "test.db")
    await database.migrate(schema.SCHEMA, schema.STEPS)
    yield database
    await database.close()


def job(name: str, *, library: str = "default", at: int = 0, **fields: object) -> JobInfo:
    made = JobInfo(
        name, library, "sync", "Sync", "command line", JobState.DONE, f"2026-11-22T10:{at:02}:00"
    )
    return replace(made, **fields)  # type: ignore[arg-type]


async def save(database: Database, *jobs: JobInfo, params: str = "{}") -> None:
    for each in jobs:
        await database.write(partial(save_job, job=each, params=params))


async def listed(database: Database, library: str = "default", limit: int = 20) -> list[str]:
    return [j.id for j in await database.read(lambda c: list_jobs(c, library, limit))]


async def test_a_job_is_read_as_it_was_written_last(database: Database) -> None:
    begun = job("a", state=JobState.RUNNING, started_at="2026-11-22T10:00:01", stage="reading")
    ended = replace(
        begun,
        state=JobState.DONE,
        stage="embedding",
        done=7,
        total=9,
        finished_at="2026-11-22T10:01:00",
        outcome="Edition 2 is published.",
    )

    await save(database, begun, ended)

    assert await database.read(lambda c: list_jobs(c, "default", 20)) == (ended,)


async def test_jobs_come_newest_first_and_only_those_of_the_library(
    database: Database,
) -> None:
    await save(database, job("old"), job("new", at=5), job("same-minute", at=5))
    await save(database, job("other", library="discord-1"))

    assert await listed(database) == ["same-minute", "new", "old"]
    assert await listed(database, limit=1) == ["same-minute"]


async def test_a_title_that_is_no_text_can_be_kept(database: Database) -> None:
    await save(database, job("a", title="Add caf\udce9.md", stage="caf\udce9", outcome="caf\udce9"))

    (kept,) = await database.read(lambda c: list_jobs(c, "default", 1))
    assert (kept.title, kept.stage, kept.outcome) == ("Add caf?.md", "caf?", "caf?")


async def test_what_a_crash_left_is_ended_and_given_back_with_what_it_was_asked(
    database: Database,
) -> None:
    running, queued = job("a", state=JobState.RUNNING), job("b", at=1, state=JobState.QUEUED)
    await save(database, queued, running, params=write_params({"targets": ["caf\udce9.md"]}))
    await save(database, job("c", at=2))

    left = await database.write(partial(interrupt_open_jobs, outcome="Cut off.", now="later"))
    again = await database.write(partial(interrupt_open_jobs, outcome="Cut off.", now="later"))

    assert [each.job.id for each in left] == ["a", "b"]
    assert [each.params for each in left] == [{"targets": ["caf\udce9.md"]}] * 2
    ended = replace(running, state=JobState.INTERRUPTED, finished_at="later", outcome="Cut off.")
    assert left[0].job == ended
    assert ended in await database.read(lambda c: list_jobs(c, "default", 20))
    assert again == ()


async def test_old_jobs_and_too_many_are_forgotten_but_never_open_ones(
    database: Database,
) -> None:
    await save(database, *(job(f"j{at}", at=at) for at in range(10)))
    await save(database, job("running", state=JobState.RUNNING))
    await save(database, *(job(f"o{at}", library="other", at=at) for at in range(3)))

    gone = await database.write(partial(prune_jobs, before="2026-11-22T10:02:00", keep=4))

    assert await listed(database) == ["j9", "j8", "j7", "j6", "running"]
    assert await listed(database, "other") == ["o2"]
    assert gone == 8


def test_what_cannot_be_written_is_told_at_once() -> None:
    with pytest.raises(TypeError):
        write_params({"path": Path("a")})
