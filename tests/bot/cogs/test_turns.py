"""Turns: never more than so many at once, and no server behind another's long line."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cogs.turns import Turns


class Desk:
    """Questions that are held until a test lets them go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[tuple[int, int]] = []
        self.done: list[tuple[int, int]] = []
        self.most = 0
        self.places: dict[tuple[int, int], list[int]] = {}
        self._holds: dict[tuple[int, int], asyncio.Event] = {}
        self.tasks: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def ask(self, server: int, number: int) -> None:
        """Stand in line."""
        key = (server, number)
        self._holds[key] = asyncio.Event()
        self.places[key] = []
        self.tasks[key] = asyncio.create_task(self._work(key))
        await asyncio.sleep(0)

    async def finish(self, index: int = 0) -> None:
        """Let one of those that have a turn end it."""
        running = self.running
        if running:
            self._holds[running[index % len(running)]].set()
        await settle()

    @property
    def running(self) -> list[tuple[int, int]]:
        """Those that have a turn."""
        return [key for key in self.begun if not self.tasks[key].done()]

    @property
    def waiting(self) -> list[tuple[int, int]]:
        """Those that stand in line."""
        begun = set(self.begun)
        return [key for key, task in self.tasks.items() if key not in begun and not task.done()]

    async def _work(self, key: tuple[int, int]) -> None:
        async with self.turns.turn(key[0], self.places[key].append):
            self.begun.append(key)
            self.most = max(self.most, self.turns.taken)
            await self._holds[key].wait()
            self.done.append(key)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_servers_take_turns_and_a_server_keeps_its_order() -> None:
    desk = Desk(Turns(at_once=1))
    for number in range(4):
        await desk.ask(1, number)
    await desk.ask(2, 0)
    await desk.ask(3, 0)
    await desk.ask(2, 1)

    for _ in range(7):
        await desk.finish()

    assert desk.begun == [(1, 0), (1, 1), (2, 0), (3, 0), (1, 2), (2, 1), (1, 3)]


async def test_who_waits_is_told_each_place_once_as_it_changes() -> None:
    desk = Desk(Turns(at_once=1))
    for number in range(3):
        await desk.ask(1, number)
    await desk.ask(2, 0)

    assert desk.places[(1, 2)] == [1, 2]
    assert desk.places[(2, 0)] == [1]
    for _ in range(4):
        await desk.finish()
    assert desk.places[(1, 0)] == []
    assert desk.places[(1, 2)] == [1, 2, 1, 0]
    assert desk.begun[-1] == (1, 2)


async def test_a_line_is_full_for_its_server_alone_until_all_lines_are() -> None:
    turns = Turns(at_once=1, waiting_each=2, waiting_all=3)
    desk = Desk(turns)
    assert not turns.is_full(1)
    for number in range(3):
        await desk.ask(1, number)
    assert turns.is_full(1)
    assert not turns.is_full(2)
    await desk.ask(2, 0)

    assert turns.is_full(2)
    await desk.finish()
    assert not turns.is_full(2)
    assert (turns.taken, turns.waiting(1), turns.waiting(2)) == (1, 1, 1)


async def test_who_is_cancelled_leaves_the_line_and_a_turn_that_just_came_is_passed_on() -> None:
    desk = Desk(Turns(at_once=1))
    for number in range(4):
        await desk.ask(1, number)
    desk.tasks[(1, 1)].cancel()
    await settle()
    assert desk.turns.waiting(1) == 2

    desk._holds[(1, 0)].set()
    await asyncio.sleep(0)  # its turn ends, and the next is called: that one goes now
    desk.tasks[(1, 2)].cancel()
    await settle()

    assert desk.begun[-1] == (1, 3)
    await desk.finish()
    assert desk.turns.taken == 0
    assert desk.turns.waiting_in_all == 0


async def test_a_turn_that_breaks_off_is_passed_on() -> None:
    turns = Turns(at_once=1)
    with suppress(ValueError):
        async with turns.turn(1):
            raise ValueError

    async with asyncio.timeout(1), turns.turn(2):
        assert turns.taken == 1
    assert turns.taken == 0


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Turns(at_once=0)


STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 4)),
    st.tuples(st.just("finish"), st.integers(0, 9)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 4), st.lists(STEPS, max_size=60))
def test_however_they_come_nobody_is_lost_or_starved(
    at_once: int, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(_check(at_once, steps))


async def _check(at_once: int, steps: list[tuple[str, int]]) -> None:
    desk = Desk(Turns(at_once=at_once))
    cancelled: set[tuple[int, int]] = set()
    # Who had to wait: how many had begun by then, and how many of its server stood before it.
    stood: dict[tuple[int, int], tuple[int, int]] = {}
    for moment, (kind, number) in enumerate(steps):
        if kind == "ask":
            before = len(desk.begun), sum(each[0] == number for each in desk.waiting)
            await desk.ask(number, moment)
            if (number, moment) in desk.waiting:
                stood[(number, moment)] = before
        elif kind == "finish":
            await desk.finish(number)
        else:
            cancelled |= await _cancel_one(desk, number)
        assert len(desk.running) == min(at_once, len(desk.running) + len(desk.waiting))
        assert desk.turns.waiting_in_all == len(desk.waiting)
    while desk.running:
        await desk.finish()

    assert desk.most <= at_once
    assert set(desk.tasks) == set(desk.done) | cancelled
    assert (desk.turns.taken, desk.turns.waiting_in_all) == (0, 0)
    for key, (begun, ahead) in stood.items():
        if key in desk.begun:
            _check_bypass(desk, key, begun=begun, ahead=ahead)
    for server in {key[0] for key in desk.begun}:
        own = [number for each, number in desk.begun if each == server]
        assert own == sorted(own)


async def _cancel_one(desk: Desk, index: int) -> set[tuple[int, int]]:
    """Cancel one of those that work or wait, if there is any."""
    left = [key for key, task in desk.tasks.items() if not task.done()]
    if not left:
        return set()
    key = left[index % len(left)]
    desk.tasks[key].cancel()
    await settle()
    return {key}


def _check_bypass(desk: Desk, key: tuple[int, int], *, begun: int, ahead: int) -> None:
    """Another server has at most one turn for each of this server's up to this one."""
    between = [each[0] for each in desk.begun[begun : desk.begun.index(key)]]
    others = {server: between.count(server) for server in set(between) - {key[0]}}
    assert between.count(key[0]) <= ahead
    assert all(count <= ahead + 1 for count in others.values())
