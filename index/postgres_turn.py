"""One piece of work in its thread, with the time that it may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from index.postgres_session import PostgresSession


class Turn:
    """May be broken off from another thread while it is on.

    Args:
        seconds: How long it may take, from its beginning in its thread.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._session: PostgresSession | None = None
        self._since = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def on(self, session: PostgresSession) -> Iterator[None]:
        """The block is what may be broken off."""
        with self._lock:
            self._session, self._since = session, time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._session = None

    def cut(self) -> None:
        """Break it off if it is on: whoever waits for the server sees an error."""
        with self._lock:
            if self._session is not None:
                self._session.cut()

    def cut_if_late(self) -> None:
        """Break it off if it takes longer than it may."""
        with self._lock:
            is_late = time.monotonic() - self._since > self.seconds
            if self._session is not None and is_late:
                self._session.cut()
