"""Blocking calls off the event loop, each with a deadline, whether it ever comes back or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from index.threads import in_context
from index.workers import Job, Workers

T = TypeVar("T")


class TimedCalls:
    """Runs calls in a few threads of its own.

    Args:
        threads: How many run side by side.
        name: What the threads are called.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._workers = Workers(threads, name)

    @property
    def hanging(self) -> int:
        """How many calls hang that nobody waits for any more."""
        return self._workers.lost

    @property
    def can_run(self) -> bool:
        """Whether a call would be made."""
        return self._workers.can_work

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """What ``work`` gives, or raises.

        Raises:
            TimeoutError: it did not come back in time, and nobody waits for it any more.
            WorkersLost: so many calls hang that no more are made.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        job = self._workers.submit(in_context(work))
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            self._workers.give_up(job)
            raise
        except asyncio.CancelledError:
            # Whoever asked has gone; the call may hang nevertheless.
            loop.call_later(max(0.0, until - loop.time()), self._give_up_late, job)
            raise

    def close(self, seconds: float) -> bool:
        """Wait that long for calls that run; whether none hangs. Blocks."""
        return self._workers.close(seconds)

    def _give_up_late(self, job: Job[T]) -> None:
        if not job.future.done():
            self._workers.give_up(job)
