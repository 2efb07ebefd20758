"""Who hears of a publication, whatever made it."""

from __future__ import annotations

from collections.abc import Callable

import structlog

OnPublished = Callable[[str], None]
"""Told the library's name; returns at once."""


class Publications:
    """Tells those who watch that a library has a new edition.

    One object is shared by every part that publishes, so that nothing is published unseen.
    """

    def __init__(self) -> None:
        self._watching: list[OnPublished] = []
        self._log = structlog.get_logger(__name__)

    def watch(self, on_published: OnPublished) -> None:
        """Have it called after every publication."""
        self._watching.append(on_published)

    def unwatch(self, on_published: OnPublished) -> None:
        """Have it called no more."""
        if on_published in self._watching:
            self._watching.remove(on_published)

    def tell(self, library: str) -> None:
        """Say that a library has a new edition; whoever fails at hearing it only fails itself."""
        for on_published in tuple(self._watching):
            try:
                on_published(library)
            except Exception as error:  # noqa: BLE001 - the publication is done
                self._log.warning("publication_not_heard", library=library, cause=repr(error))
