"""Tells whoever operates the program how calls fare; by default nobody is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

EMBEDDER = "embedder"
SCORER = "scorer"
VECTORS = "vectors"
STORE_READ = "store_read"
STORE_WRITE = "store_write"
MODEL = "model"
PARTS = (EMBEDDER, SCORER, VECTORS, STORE_READ, STORE_WRITE, MODEL)
"""What calls go to. These names are labels of metrics, so there are few and they stay."""


class Meter(Protocol):
    """Told of calls to what may be slow or fail. From any thread; it never raises or waits."""

    def note_call(self, part: str, seconds: float, *, failed: bool) -> None:
        """A call to one of ``PARTS`` ended after ``seconds``, those it waited included."""
        ...


class NoMeter:
    """Nobody is told."""

    def note_call(self, part: str, seconds: float, *, failed: bool) -> None:
        """Forget it."""


NO_METER = NoMeter()


@contextmanager
def metered(meter: Meter, part: str) -> Iterator[None]:
    """Make one call inside of the context. One that its caller cancels tells nothing."""
    began = time.perf_counter()
    try:
        yield
    except asyncio.CancelledError:
        raise
    except BaseException:
        meter.note_call(part, time.perf_counter() - began, failed=True)
        raise
    meter.note_call(part, time.perf_counter() - began, failed=False)
