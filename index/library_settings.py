"""How a library is searched, as its moderators set it; each change noted in the audit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from index import audit, decision_rows, library_rows, timing
from index.database import Database
from index.recency import Recency
from index.records import AuditEntry


class LibrarySettings:
    """Settings of one library; they may be made before its first article.

    Args:
        name: The library.
        database: Holds it.
        now: The time of day.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._name = name
        self._database = database
        self._now = now

    async def recency(self) -> Recency:
        """How much newer articles are preferred."""
        return await self._database.read(lambda c: timing.read_recency(c, self._name))

    async def set_recency(self, recency: Recency, *, actor: str) -> None:
        """Say how much newer articles are preferred from the next question on."""

        def write(connection: sqlite3.Connection) -> None:
            value = None if recency.is_off else str(recency)
            decision_rows.write_option(connection, self._name, timing.RECENCY, value)
            if (row := library_rows.find_library(connection, self._name)) is not None:
                at = self._now().astimezone(UTC).isoformat(timespec="seconds")
                audit.note_action(
                    connection, row.pk, AuditEntry(at, actor, "recency", str(recency))
                )

        await self._database.write(write)
