"""Notices what other processes over the same store published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from index import library_rows
from index.database import Database
from index.errors import StoreError


class EditionWatch:
    """Looks at the libraries' editions now and then, and tells of each that is new.

    Answers need none of this: every question reads the edition that is published. It is for
    what follows a publication, such as telling moderators of the answers that it put in doubt.

    Args:
        database: The store.
        tell: Told the name of a library that has a new edition, this process's own among them.
        concerns: Which libraries are looked after here.
        interval: Seconds between two looks.
    """

    def __init__(
        self,
        database: Database,
        *,
        tell: Callable[[str], None],
        concerns: Callable[[str], bool],
        interval: float = 5.0,
    ) -> None:
        self._database = database
        self._tell = tell
        self._concerns = concerns
        self._interval = interval
        self._seen: dict[str, int] | None = None
        self._log = structlog.get_logger(__name__)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                self._log.warning("editions_not_read", cause=str(error))
            await asyncio.sleep(self._interval)

    async def look(self) -> None:
        """Tell of what is new since the last look; the first one only learns what there is.

        Raises:
            StoreError: the store cannot be read.
        """
        now = await self._database.read(library_rows.list_editions)
        before, self._seen = self._seen, now
        if before is None:
            return
        for library, edition in now.items():
            if edition != before.get(library, 0) and self._concerns(library):
                self._tell(library)
