"""Locks of a real PostgreSQL: what they say of processes when the server or a process goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from bot.cluster import Process
from bot.jobs import JobDesk
from index import schema
from index.errors import JobRefused, StoreError
from index.holds import job_lock, process_lock, try_hold
from index.models import OnProgress
from index.postgres_database import PostgresDatabase
from tests.fakes.postgres import PostgresServer, find_binaries

LIBRARY = "discord-7"


@dataclass
class Two:
    """Two processes over one server, as far as they can be told apart in one."""

    server: PostgresServer
    here: PostgresDatabase
    there: PostgresDatabase

    def desk(self, name: str) -> JobDesk:
        """The desk of a process."""
        database = {"here": self.here, "there": self.there}[name]
        process = Process(database, id_=name)
        return JobDesk(database, process=process, record_every=0.05, tick=0.02)


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("needs a PostgreSQL server's programs, such as Debian's postgresql")
    server = await asyncio.to_thread(PostgresServer.make, binaries)
    address = server.create_database()
    it = Two(server, PostgresDatabase(address), PostgresDatabase(address))
    await it.here.migrate(schema.SCHEMA, schema.STEPS)
    yield it
    await it.here.close()
    await it.there.close()
    await asyncio.to_thread(server.remove)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                if await holds():
                    return
            except StoreError:
                pass  # the server is on its way up
            await asyncio.sleep(0.05)


async def test_a_job_keeps_its_library_when_the_server_was_restarted_meanwhile(two: Two) -> None:
    here, there = two.desk("here"), two.desk("there")
    began, go = asyncio.Event(), asyncio.Event()

    async def work(_: OnProgress) -> str:
        began.set()
        await go.wait()
        return "done"

    running = asyncio.create_task(here.run(LIBRARY, "sync", "Sync", "schedule", work))
    await began.wait()
    await asyncio.to_thread(two.server.stop)
    await asyncio.to_thread(two.server.start)
    await until(lambda: two.there.is_held(process_lock("here")))

    with pytest.raises(JobRefused, match="Sync is running here, started by a schedule"):
        await there.run(LIBRARY, "sync", "Sync", "discord:5", work, waits=False)

    assert await there.recover() == ()
    go.set()
    assert await running == "done"
    await here.close()
    await there.close()


async def test_what_a_dead_process_held_is_free(two: Two) -> None:
    desk = two.desk("there")
    stack = AsyncExitStack()
    assert await try_hold(stack, two.here, job_lock(LIBRARY))
    assert await two.there.is_held(job_lock(LIBRARY))

    # The connection ends with its process, and nobody gives anything back.
    await asyncio.to_thread(two.here._locks._session.close)

    await until(lambda: _is_free(two.there))
    assert await desk.run(LIBRARY, "sync", "Sync", "a", _do_nothing, waits=False) == "done"
    await desk.close()
    await stack.aclose()


async def test_a_lock_whose_asker_went_away_while_it_was_taken_is_given_back(two: Two) -> None:
    for _ in range(20):
        asking = asyncio.create_task(_hold_for_ever(two.here))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    await until(lambda: _is_free(two.there))


async def _hold_for_ever(database: PostgresDatabase) -> None:
    async with database.hold(job_lock(LIBRARY)):
        await asyncio.Event().wait()


async def _is_free(database: PostgresDatabase) -> bool:
    return not await database.is_held(job_lock(LIBRARY))


async def _do_nothing(_: OnProgress) -> str:
    return "done"
