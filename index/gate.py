"""Lets many threads pass together, or one alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """Many may be inside at a time; who asks to be alone waits for them, and newcomers wait."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Pass beside others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """Pass when nobody else is inside, and keep everybody out meanwhile.

        Raises:
            TimeoutError: somebody stayed inside for ``patience`` seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._alone = True
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: not self._inside, patience):
                    raise TimeoutError(f"it was in use for {patience:.0f} s on end")
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
