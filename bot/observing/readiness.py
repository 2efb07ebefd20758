"""What keeps the bot from answering right now, by name."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from bot.observing.catalog import NO_FIGURES, NOT_READY, READY, Figures

STARTING = "starting"
STOPPING = "stopping"
GATEWAY = "gateway"
STORE = "store"
VECTORS = "vectors"
DISK = "disk"
EVENT_LOOP = "event_loop"
REASONS = {
    STARTING: "Footnote is starting.",
    STOPPING: "Footnote is stopping.",
    GATEWAY: "It is not connected to Discord.",
    STORE: "The store does not answer.",
    VECTORS: "The vector index cannot be used; answers compare words only.",
    DISK: "The data folder's disk is nearly full.",
    EVENT_LOOP: "It hangs: the event loop stands still.",
}
"""For operators' tools: fixed sentences that name no path, no address and nobody."""


class Readiness:
    """Says whether questions can be answered, and why not. From any thread.

    Args:
        figures: Told as well.
    """

    def __init__(self, figures: Figures = NO_FIGURES) -> None:
        self._figures = figures
        self._lock = threading.Lock()
        self._reasons: set[str] = set()
        for name in REASONS:
            self._figures.set(NOT_READY, 0.0, name)
        self.note(STARTING, wrong=True)

    def note(self, name: str, *, wrong: bool) -> None:
        """That something is wrong, or is not any more."""
        with self._lock:
            (self._reasons.add if wrong else self._reasons.discard)(name)
            is_ready = not self._reasons
        self._figures.set(NOT_READY, float(wrong), name)
        self._figures.set(READY, float(is_ready))

    @property
    def reasons(self) -> Mapping[str, str]:
        """The names of what is wrong, with a sentence each; empty where all is well."""
        with self._lock:
            return {name: REASONS[name] for name in REASONS if name in self._reasons}
