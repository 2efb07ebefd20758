from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import structlog

from bot.observing.catalog import LOOP_BLOCKED, LOOP_LAG, LOOP_LAG_MAX, Metric, NoFigures
from bot.observing.readiness import EVENT_LOOP, STARTING, Readiness
from bot.observing.watchdog import Patience, Watchdog, describe_stack

QUICK = Patience(interval=0.02, blocked=0.1, stuck=0.4, quiet=1_000.0)


class Noted(NoFigures):
    """Remembers what was counted."""

    def __init__(self) -> None:
        self.added: list[Metric] = []
        self.lags: list[float] = []
        self.worst = 0.0

    def add(self, metric: Metric, *_: str, by: float = 1.0) -> None:
        assert by == 1.0
        self.added.append(metric)

    def observe(self, metric: Metric, value: float, *_: str) -> None:
        assert metric is LOOP_LAG
        self.lags.append(value)

    def set(self, metric: Metric, value: float, *_: str) -> None:
        if metric is LOOP_LAG_MAX:
            self.worst = value


async def wait_until(it_is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not it_is_so():  # noqa: ASYNC110 - threads set no event of asyncio
            await asyncio.sleep(0.01)


def hold_up_the_loop(until: Callable[[], bool]) -> None:
    """Blocks; its name is looked for in the log."""
    secret = "a value that nobody may see"
    ends = time.monotonic() + 20
    while not until() and time.monotonic() < ends:
        time.sleep(0.01)
    assert secret


async def test_a_blocked_loop_is_logged_with_where_it_was_while_it_hangs() -> None:
    figures = Noted()
    with structlog.testing.capture_logs() as logged:
        async with Watchdog(figures, patience=QUICK).watching():
            await asyncio.sleep(0.05)
            hold_up_the_loop(lambda: bool(logged))
            seen_at = time.monotonic()
            hold_up_the_loop(lambda: time.monotonic() - seen_at > 0.2)
            (line,) = logged  # it was written before the loop went on
            await asyncio.sleep(0.1)

    assert line["event"] == "event_loop_blocked"
    assert line["log_level"] == "warning"
    assert any(at.endswith(" hold_up_the_loop") for at in line["at"])
    assert "nobody may see" not in str(line)
    assert figures.added == [LOOP_BLOCKED]
    assert max(figures.lags) == figures.worst > 0.05


async def test_it_is_not_ready_while_it_hangs_and_ready_again_afterwards() -> None:
    readiness = Readiness()
    readiness.note(STARTING, wrong=False)
    watchdog = Watchdog(readiness=readiness, patience=QUICK)
    async with watchdog.watching():
        await asyncio.sleep(0.05)
        hold_up_the_loop(lambda: EVENT_LOOP in readiness.reasons)
        assert set(readiness.reasons) == {EVENT_LOOP}
        assert watchdog.silence > QUICK.stuck
        await wait_until(lambda: not readiness.reasons)

    assert watchdog.silence == 0.0


async def test_it_is_logged_once_in_a_while_and_says_how_often_it_was_not() -> None:
    figures = Noted()
    patience = Patience(interval=0.02, blocked=0.1, stuck=100.0, quiet=1_000.0)
    with structlog.testing.capture_logs() as logged:
        async with Watchdog(figures, patience=patience).watching():
            for times in (1, 2, 3):
                await asyncio.sleep(0.06)
                hold_up_the_loop(lambda times=times: len(figures.added) == times)  # type: ignore[misc]

    assert len(figures.added) == 3
    assert [line["event"] for line in logged] == ["event_loop_blocked"]


async def test_a_loop_that_is_well_is_measured_and_not_complained_of() -> None:
    figures = Noted()
    patience = Patience(interval=0.01, blocked=30.0, stuck=60.0)
    with structlog.testing.capture_logs() as logged:
        async with Watchdog(figures, patience=patience).watching():
            await wait_until(lambda: len(figures.lags) >= 5)

    assert logged == []


async def test_its_thread_ends_with_it() -> None:
    async with Watchdog(patience=QUICK).watching():
        names = {thread.name for thread in threading.enumerate()}
        assert "loop-watchdog" in names
    await wait_until(lambda: "loop-watchdog" not in {t.name for t in threading.enumerate()})


def test_a_thread_that_is_gone_has_no_stack() -> None:
    assert describe_stack(-1) == []
