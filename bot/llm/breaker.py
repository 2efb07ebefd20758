"""A circuit breaker: a model that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Closed: calls pass. Open: none does. Half open: one is on its way to try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after some failures within a window; after a pause one call may try.

    Every call that was admitted ends with ``succeed``, ``fail`` or ``leave``.

    Args:
        failures: How many within the window open it.
        window: Seconds for which a failure counts.
        pause: Seconds it stays open before one call may try.
        now: A clock in seconds that never goes back.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        window: float = 60.0,
        pause: float = 30.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._window = window
        self._pause = pause
        self._now = now
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._opened_at = 0.0
        self.state = BreakerState.CLOSED

    def admit(self) -> bool:
        """Whether a call may be made; when the pause is over, the first to ask is the trial."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN and self._now() - self._opened_at >= self._pause:
            self.state = BreakerState.HALF_OPEN
            return True
        return False

    def succeed(self) -> None:
        """A reply came whole. One that began before it opened says nothing about now."""
        if self.state is not BreakerState.OPEN:
            self.state = BreakerState.CLOSED
            self._failed_at.clear()

    def fail(self) -> None:
        """The model failed."""
        now = self._now()
        if self.state is BreakerState.HALF_OPEN:
            self._open(now)
            return
        self._failed_at.append(now)
        many = len(self._failed_at) == self._limit
        if many and now - self._failed_at[0] <= self._window:
            self._open(now)

    def leave(self) -> None:
        """A call ended without telling anything about the model: the next may try at once."""
        if self.state is BreakerState.HALF_OPEN:
            self.state = BreakerState.OPEN

    def _open(self, now: float) -> None:
        self.state = BreakerState.OPEN
        self._opened_at = now
        self._failed_at.clear()
