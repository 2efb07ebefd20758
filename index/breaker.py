"""A circuit breaker: what keeps failing is left alone for a while, so nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from index.errors import FootnoteIndexError


class BreakerState(StrEnum):
    """Closed: calls pass. Open: none does. Half open: one is on its way to try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerOpenError(FootnoteIndexError):
    """The call was not made: what it is for failed several times just now.

    Args:
        title: What was to be called, as a sentence begins with it, such as "The embedder".
        seconds: Until somebody may try.
    """

    def __init__(self, title: str, seconds: float) -> None:
        super().__init__(
            f"{title} failed several times and is left alone for a moment. "
            f"Try again in {max(1, round(seconds))} s."
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Admission:
    """That one call may be made; ``era`` says since which change of state."""

    era: int


@dataclass(frozen=True, slots=True)
class BreakerSnapshot:
    """How a breaker stands.

    Attributes:
        name: Whose it is.
        state: Whether calls pass.
        failures: How many count now.
        opened: How often it has opened so far.
        rejected: How many calls it has turned away so far.
        seconds_left: Until one may try; 0.0 where calls pass, or one is trying.
    """

    name: str
    state: BreakerState
    failures: int
    opened: int
    rejected: int
    seconds_left: float


OnBreakerChange = Callable[[BreakerSnapshot], None]
"""Told of each change of state, in the thread that made it; it must return at once."""


def ignore_change(_: BreakerSnapshot) -> None:
    """For callers to whom it does not matter."""


class Breaker:
    """Opens after some failures within a time; after a rest one call may try.

    Every call that was admitted ends with ``succeed``, ``fail`` or ``leave``; ``watching``
    does that for a block. What a call says counts only while nothing has changed since it
    was admitted: one that began before the breaker opened says nothing about how it is now,
    and is no trial. Where a trial has not ended after another rest, one more call may try.

    May be used from any thread.

    Args:
        name: What metrics call it.
        title: What is called, as a sentence begins with it; the name where it is left out.
        failures: How many open it, with no success between them.
        within: Seconds for which a failure counts.
        rest: Seconds it stays open before one call may try.
        clock: A clock in seconds that never goes back.
        on_change: Told of each change of state.
    """

    def __init__(
        self,
        name: str,
        *,
        title: str | None = None,
        failures: int = 5,
        within: float = 60.0,
        rest: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        on_change: OnBreakerChange = ignore_change,
    ) -> None:
        if failures < 1:
            raise ValueError("a breaker opens after one failure or more")
        self.name = name
        self._title = title or name
        self._within = within
        self._rest = rest
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._state = BreakerState.CLOSED
        self._changed_at = clock()
        self._era = 0
        self._opened = 0
        self._rejected = 0

    @property
    def state(self) -> BreakerState:
        """Whether calls pass, as of the last call."""
        return self._state

    @property
    def is_open(self) -> bool:
        """Whether a call would be turned away now; asking takes nobody's turn."""
        with self._lock:
            return self._state is not BreakerState.CLOSED and self._seconds_left() > 0.0

    def snapshot(self) -> BreakerSnapshot:
        """How it stands now."""
        with self._lock:
            return self._describe()

    def admit(self) -> Admission | None:
        """That a call may be made; when the rest is over, the first to ask is the trial."""
        with self._lock:
            if self._state is BreakerState.CLOSED:
                return Admission(self._era)
            if self._seconds_left() > 0.0:
                self._rejected += 1
                return None
            if self._state is BreakerState.HALF_OPEN:
                # The trial takes long, or its caller never came back. Its word counts still.
                self._changed_at = self._clock()
                return Admission(self._era)
            changed = self._change(BreakerState.HALF_OPEN)
            admission = Admission(self._era)
        self._on_change(changed)
        return admission

    def require(self) -> Admission:
        """As ``admit``.

        Raises:
            BreakerOpenError: no call may be made now.
        """
        admission = self.admit()
        if admission is None:
            raise self.refusal()
        return admission

    def refusal(self) -> BreakerOpenError:
        """The error that says that no call may be made now, and for how long."""
        with self._lock:
            return BreakerOpenError(self._title, self._seconds_left())

    def succeed(self, admission: Admission) -> None:
        """The call did what it was for."""
        self._judge(admission, self._note_success)

    def fail(self, admission: Admission) -> None:
        """The call failed."""
        self._judge(admission, self._note_failure)

    def leave(self, admission: Admission) -> None:
        """A call ended without telling anything: the next may try at once."""
        self._judge(admission, self._note_nothing)

    @contextmanager
    def watching(
        self, *failures: type[BaseException], unless: tuple[type[BaseException], ...] = ()
    ) -> Iterator[None]:
        """Make one call inside of the context, and judge it by what it raises.

        Args:
            failures: What counts as a failure; nothing named: every ``Exception``.
            unless: What does not, though it is one of those: the caller's own mistakes.
                Like a cancellation it tells nothing.

        Raises:
            BreakerOpenError: no call may be made now.
        """
        admission = self.require()
        judge = self.leave
        try:
            yield
            judge = self.succeed
        except BaseException as error:
            if isinstance(error, failures or Exception) and not isinstance(error, unless):
                judge = self.fail
            raise
        finally:
            judge(admission)

    def _judge(self, admission: Admission, note: Callable[[], BreakerSnapshot | None]) -> None:
        with self._lock:
            changed = note() if admission.era == self._era else None
        if changed is not None:
            self._on_change(changed)

    def _note_success(self) -> BreakerSnapshot | None:
        self._failed_at.clear()
        if self._state is BreakerState.HALF_OPEN:
            return self._change(BreakerState.CLOSED)
        return None

    def _note_failure(self) -> BreakerSnapshot | None:
        now = self._clock()
        self._failed_at.append(now)
        is_trial = self._state is BreakerState.HALF_OPEN
        is_many = len(self._failed_at) == self._failed_at.maxlen
        if is_trial or (is_many and now - self._failed_at[0] <= self._within):
            self._failed_at.clear()
            self._opened += 1
            return self._change(BreakerState.OPEN)
        return None

    def _note_nothing(self) -> BreakerSnapshot | None:
        if self._state is not BreakerState.HALF_OPEN:
            return None
        changed = self._change(BreakerState.OPEN)
        self._changed_at -= self._rest
        return changed

    def _seconds_left(self) -> float:
        if self._state is BreakerState.CLOSED:
            return 0.0
        return max(0.0, self._rest - (self._clock() - self._changed_at))

    def _describe(self) -> BreakerSnapshot:
        is_open = self._state is BreakerState.OPEN
        return BreakerSnapshot(
            self.name,
            self._state,
            len(self._failed_at),
            self._opened,
            self._rejected,
            self._seconds_left() if is_open else 0.0,
        )

    def _change(self, state: BreakerState) -> BreakerSnapshot:
        self._state = state
        self._changed_at = self._clock()
        self._era += 1
        return self._describe()
