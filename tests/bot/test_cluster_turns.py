"""Turns among the processes of one bot: who identifies when, and who does a thing alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.cluster_turns import OwnHolds, Turns
from index.errors import StoreError

PAUSE = 0.15


class Broken:
    """Locks of a store that is gone."""

    def hold(self, name: str) -> AbstractAsyncContextManager[bool]:
        @asynccontextmanager
        async def fail() -> AsyncIterator[bool]:
            raise StoreError("The server is gone.")
            yield False

        return fail()


@pytest.fixture
async def make_turns() -> AsyncIterator[Callable[[], Turns]]:
    """Makes the turns of several processes over the same locks."""
    holds, made = OwnHolds(), []

    def make() -> Turns:
        made.append(Turns(holds, pause=PAUSE, after_invalid=lambda: 0.0))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def identify_all(*asking: tuple[Turns, int]) -> list[float]:
    """When each shard may identify, in seconds from now and in order."""
    loop = asyncio.get_running_loop()
    began, times = loop.time(), []

    async def identify(turns: Turns, shard_id: int) -> None:
        await turns.identify(shard_id)
        times.append(loop.time() - began)

    await asyncio.gather(*(identify(turns, shard_id) for turns, shard_id in asking))
    return sorted(times)


async def test_no_two_shards_of_a_bucket_identify_together_whichever_process_runs_them(
    make_turns: Callable[[], Turns],
) -> None:
    here, there = make_turns(), make_turns()

    times = await identify_all((here, 0), (there, 1), (here, 2))

    # A timer may be early by the clock's own step.
    assert all(later - earlier > 0.9 * PAUSE for earlier, later in pairwise(times))


async def test_shards_of_other_buckets_need_not_wait(make_turns: Callable[[], Turns]) -> None:
    holds = OwnHolds()
    here, there = Turns(holds, pause=60.0), Turns(holds, pause=60.0)
    here.allow(2)
    there.allow(2)

    async with asyncio.timeout(10):
        await identify_all((here, 0), (there, 1))

    waiting = asyncio.create_task(there.identify(2))
    await asyncio.sleep(PAUSE)
    assert not waiting.done()
    await there.close()
    await here.close()


async def test_who_stops_waiting_leaves_the_turn_to_others(
    make_turns: Callable[[], Turns],
) -> None:
    here, there = make_turns(), make_turns()
    await here.identify(0)
    waiting = asyncio.create_task(there.identify(1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    async with asyncio.timeout(10):
        await there.identify(2)


async def test_a_session_that_was_ended_waits_a_moment_before_the_next(
    make_turns: Callable[[], Turns],
) -> None:
    pauses = [0.0]
    turns = Turns(OwnHolds(), pause=0.0, after_invalid=pauses.pop)
    await turns.identify(0)
    await turns.identify(1)
    assert pauses == [0.0]

    await turns.identify(0)

    assert pauses == []
    await turns.close()


async def test_a_bot_whose_store_is_gone_identifies_all_the_same() -> None:
    turns = Turns(Broken(), pause=60.0)
    with capture_logs() as logs:
        async with asyncio.timeout(10):
            await turns.identify(0)
    assert [each["event"] for each in logs] == ["identified_out_of_turn"]


async def test_only_one_process_is_alone(make_turns: Callable[[], Turns]) -> None:
    here, there = make_turns(), make_turns()
    async with here.alone("commands", patience=0.0) as first:
        async with there.alone("commands", patience=0.05) as second:
            assert (first, second) == (True, False)
        async with there.alone("another thing", patience=0.0) as third:
            assert third
    async with there.alone("commands", patience=0.0) as again:
        assert again
