"""A few threads for calls that may never come back: those are given up and replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class WorkersLost(Exception):
    """Every thread hangs, and no more are made."""


class Job(Generic[T]):
    """One call, and what became of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.is_running = False
        self.is_given_up = False

    def run(self) -> None:
        """Do it, and say what it gave."""
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - the asker gets it, whatever it is
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Workers:
    """Daemon threads: none of them keeps the process from ending.

    Args:
        threads: How many work side by side.
        name: What the threads are called.
        most_lost: How many given-up calls may hang at a time; beyond, nobody replaces them.
    """

    def __init__(self, threads: int, name: str, *, most_lost: int = 8) -> None:
        self._name = name
        self._most_lost = most_lost
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._changed = threading.Condition()
        self._alive = 0
        self._busy = 0
        self._lost = 0
        self._is_closed = False
        self._wanted = threads

    @property
    def lost(self) -> int:
        """How many calls hang that were given up."""
        return self._lost

    @property
    def can_work(self) -> bool:
        """Whether there is a thread left, or one could be made."""
        with self._changed:
            return self._alive > 0 or self._lost < self._most_lost

    def submit(self, work: Callable[[], T]) -> Job[T]:
        """Have a call made.

        Raises:
            WorkersLost: no thread is left for it.
            RuntimeError: the workers are closed.
        """
        job = Job(work)
        with self._changed:
            if self._is_closed:
                raise RuntimeError("the workers are closed")
            self._fill_up()
            if not self._alive:
                raise WorkersLost(f"{self._lost} calls hang")
        self._jobs.put(job)
        return job

    def give_up(self, job: Job[Any]) -> None:
        """Nobody waits for a call any more: where it runs, its thread is replaced."""
        with self._changed:
            if job.future.cancel() or not job.is_running or job.is_given_up:
                return
            job.is_given_up = True
            self._lost += 1
            self._alive -= 1
            self._busy -= 1
            if not self._is_closed:
                self._fill_up()
            self._changed.notify_all()

    def close(self, seconds: float) -> bool:
        """Take no more calls, and wait for those that run; whether none hangs."""
        until = time.monotonic() + seconds
        with self._changed:
            self._is_closed = True
            with suppress(Empty):
                while (waiting := self._jobs.get_nowait()) is not None:
                    waiting.future.cancel()
            for _ in range(self._alive):
                self._jobs.put(None)
            self._changed.wait_for(
                lambda: not self._busy and not self._lost, max(0.0, until - time.monotonic())
            )
            return not self._busy and not self._lost

    def _fill_up(self) -> None:
        while self._alive < self._wanted and self._lost < self._most_lost:
            self._alive += 1
            threading.Thread(target=self._serve, name=self._name, daemon=True).start()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._changed:
                if not job.future.set_running_or_notify_cancel():
                    continue
                job.is_running = True
                self._busy += 1
            job.run()
            with self._changed:
                job.is_running = False
                self._changed.notify_all()
                if job.is_given_up:
                    # Another thread has its place.
                    self._lost -= 1
                    return
                self._busy -= 1
