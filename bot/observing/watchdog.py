"""Watches the event loop: how late it is, and what it was doing while it stood still.

A task measures the lag. While the loop stands still no task runs, so a thread looks for the
task's sign of life and notes where the loop's thread is. It sees names of files and
functions, never values.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath

import structlog

from bot.observing.catalog import LOOP_BLOCKED, LOOP_LAG, LOOP_LAG_MAX, NO_FIGURES, Figures
from bot.observing.readiness import EVENT_LOOP, Readiness

_MOST_FRAMES = 30
_PARTS_OF_A_PATH = 3
_WINDOW = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """When the loop is late. All in seconds.

    Attributes:
        interval: Between two signs of life.
        blocked: After how long it is logged.
        stuck: After how long the bot is not ready any more.
        quiet: At least so long between two such lines in the log.
    """

    interval: float = 0.25
    blocked: float = 0.25
    stuck: float = 10.0
    quiet: float = 30.0


class Watchdog:
    """Measures the lag of the loop that ``watching`` is entered in.

    Args:
        figures: Where lags are counted.
        readiness: Told when the loop hangs, and when it goes on.
        patience: When it is late.
    """

    def __init__(
        self,
        figures: Figures = NO_FIGURES,
        readiness: Readiness | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._figures = figures
        self._readiness = readiness
        self._patience = patience or Patience()
        self._signed_at: float | None = None
        self._worst = _Worst(_WINDOW)
        self._seen: float | None = None
        self._is_stuck = False
        self._logged_at = float("-inf")
        self._unlogged = 0
        self._log = structlog.get_logger(__name__)

    @property
    def silence(self) -> float:
        """Seconds since the loop's last sign of life; 0 while nobody watches."""
        signed_at = self._signed_at
        return 0.0 if signed_at is None else time.monotonic() - signed_at

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the running loop inside of the context."""
        ended = threading.Event()
        self._signed_at = time.monotonic()
        thread = threading.Thread(
            target=self._look,
            args=(threading.get_ident(), ended.wait),
            name="loop-watchdog",
            daemon=True,
        )
        thread.start()
        signing = asyncio.create_task(self._keep_signing())
        try:
            yield
        finally:
            ended.set()
            signing.cancel()
            await asyncio.gather(signing, return_exceptions=True)
            self._signed_at = None

    async def _keep_signing(self) -> None:
        loop, interval = asyncio.get_running_loop(), self._patience.interval
        while True:
            due = loop.time() + interval
            await asyncio.sleep(interval)
            lag = max(0.0, loop.time() - due)
            self._signed_at = time.monotonic()
            self._figures.observe(LOOP_LAG, lag)
            self._figures.set(LOOP_LAG_MAX, self._worst.note(lag))

    def _look(self, thread_id: int, wait: Callable[[float], bool]) -> None:
        """What the thread does until the end."""
        pause = min(self._patience.interval, self._patience.blocked) / 2
        while not wait(pause):
            signed_at = self._signed_at
            if signed_at is None:
                return
            late = time.monotonic() - signed_at - self._patience.interval
            self._note_stuck(late > self._patience.stuck)
            # Once for each time that it stands still.
            if late > self._patience.blocked and signed_at != self._seen:
                self._seen = signed_at
                self._report(late, thread_id)

    def _note_stuck(self, is_stuck: bool) -> None:  # noqa: FBT001 - one of two states
        if self._readiness is not None and is_stuck is not self._is_stuck:
            self._is_stuck = is_stuck
            self._readiness.note(EVENT_LOOP, wrong=is_stuck)

    def _report(self, late: float, thread_id: int) -> None:
        self._figures.add(LOOP_BLOCKED)
        now = time.monotonic()
        if now - self._logged_at < self._patience.quiet:
            self._unlogged += 1
            return
        self._logged_at, unlogged, self._unlogged = now, self._unlogged, 0
        self._log.warning(
            "event_loop_blocked",
            for_ms=round(late * 1000),
            at=describe_stack(thread_id),
            not_logged=unlogged,
        )


class _Worst:
    """The largest of the last window and the one that runs."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = time.monotonic()
        self._before = self._now = 0.0

    def note(self, value: float) -> float:
        if time.monotonic() - self._began > self._seconds:
            self._began, self._before, self._now = time.monotonic(), self._now, 0.0
        self._now = max(self._now, value)
        return max(self._before, self._now)


def describe_stack(thread_id: int) -> list[str]:
    """Where a thread is, innermost first, as "index/fusing.py:41 fuse"."""
    frame = sys._current_frames().get(thread_id)  # noqa: SLF001 - there is no other way
    if frame is None:
        return []
    found = traceback.StackSummary.extract(
        traceback.walk_stack(frame), limit=_MOST_FRAMES, lookup_lines=False
    )
    return [f"{_shorten(each.filename)}:{each.lineno} {each.name}" for each in found]


def _shorten(path: str) -> str:
    return "/".join(PurePath(path).parts[-_PARTS_OF_A_PATH:])
