"""How fast a job gets on, and how long it still takes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.models import Progress

_WINDOW = 20.0
_STEP = 0.5
_SHORTEST = 1.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How many were done ``at`` a moment, in seconds of any steady clock."""

    at: float
    done: int


@dataclass(frozen=True, slots=True)
class Pace:
    """``rate`` is per second; ``seconds_left`` is None where nobody can tell."""

    rate: float
    seconds_left: float | None


def estimate(marks: Sequence[Mark], *, now: float, total: int | None) -> Pace | None:
    """The pace of the last 20 seconds of one stage; None while it is too early to tell.

    Args:
        marks: Oldest first, all of one stage.
        now: On the clock of the marks. A job that stalls gets slower as it moves on.
        total: How many there are, None if unknown.
    """
    if not marks:
        return None
    recent = [mark for mark in marks if mark.at >= now - _WINDOW]
    # The last mark before the window tells how a job fares that reports less often than that.
    earlier = [mark for mark in marks if mark.at < now - _WINDOW]
    first, last = (earlier[-1:] + recent)[0], marks[-1]
    seconds = now - first.at
    if seconds < _SHORTEST:
        return None
    rate = (last.done - first.done) / seconds
    if total is None or rate <= 0:
        return Pace(max(rate, 0.0), None)
    return Pace(rate, max(total - last.done, 0) / rate)


class PaceMeter:
    """Watches a job's progress. ``note`` may be called from any thread, as often as one likes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stage = ""
        self._total: int | None = None
        self._marks: deque[Mark] = deque()

    def note(self, progress: Progress) -> None:
        """Take in how far the job is; another stage begins anew."""
        mark = Mark(self._clock(), progress.done)
        with self._lock:
            if progress.stage != self._stage or self._went_back(mark):
                self._marks.clear()
            self._stage, self._total = progress.stage, progress.total
            # Thousands of items a second leave two marks a second.
            if len(self._marks) > 1 and mark.at - self._marks[-2].at < _STEP:
                self._marks.pop()
            self._marks.append(mark)
            while len(self._marks) > 1 and self._marks[1].at < mark.at - _WINDOW:
                self._marks.popleft()

    def measure(self) -> Pace | None:
        """The pace now; None while it is too early to tell."""
        with self._lock:
            return estimate(tuple(self._marks), now=self._clock(), total=self._total)

    def _went_back(self, mark: Mark) -> bool:
        return bool(self._marks) and mark.done < self._marks[-1].done
