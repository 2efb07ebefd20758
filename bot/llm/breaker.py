"""A circuit breaker: a model that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """Closed: calls pass. Open: none does. Half open: one is on its way to try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Admission:
    """That one call may be made; ``era`` says since which change of state."""

    era: int


class CircuitBreaker:
    """Opens after some failures within a window; after a pause one call may try.

    Every call that was admitted ends with ``succeed``, ``fail`` or ``leave``. What it says
    counts only while nothing has changed since it was admitted: a call that began before the
    breaker opened says nothing about the model now, and is no trial.

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
        self._era = 0
        self.state = BreakerState.CLOSED

    def admit(self) -> Admission | None:
        """That a call may be made; when the pause is over, the first to ask is the trial."""
        paused = self._now() - self._opened_at >= self._pause
        if self.state is BreakerState.OPEN and paused:
            self._change(BreakerState.HALF_OPEN)
        elif self.state is not BreakerState.CLOSED:
            return None
        return Admission(self._era)

    def succeed(self, admission: Admission) -> None:
        """The model replied."""
        if admission.era != self._era:
            return
        self._failed_at.clear()
        if self.state is BreakerState.HALF_OPEN:
            self._change(BreakerState.CLOSED)

    def fail(self, admission: Admission) -> None:
        """The model failed."""
        if admission.era != self._era:
            return
        now = self._now()
        if self.state is BreakerState.HALF_OPEN:
            self._open(now)
            return
        self._failed_at.append(now)
        many = len(self._failed_at) == self._limit
        if many and now - self._failed_at[0] <= self._window:
            self._open(now)

    def leave(self, admission: Admission) -> None:
        """A call ended without telling anything about the model: the next may try at once."""
        if admission.era == self._era and self.state is BreakerState.HALF_OPEN:
            self._change(BreakerState.OPEN)

    def _open(self, now: float) -> None:
        self._change(BreakerState.OPEN)
        self._opened_at = now
        self._failed_at.clear()

    def _change(self, state: BreakerState) -> None:
        self.state = state
        self._era += 1
