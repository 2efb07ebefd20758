"""Ends what runs until somebody stops it: Ctrl+C, or the operator's system."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals_set(stop: asyncio.Event) -> Iterator[None]:
    """A context in which SIGINT and SIGTERM set the event, and do nothing else."""
    loop = asyncio.get_running_loop()
    handled = []
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            continue  # Windows: Ctrl+C ends the loop as it does elsewhere
        handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
