"""Which private answers were shared, so that each is shared once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "shares"
STEPS = (
    """
    CREATE TABLE share (
        reply_id TEXT PRIMARY KEY REFERENCES reply (id) ON DELETE CASCADE,
        claimed_at TEXT NOT NULL,
        shared_id TEXT
    ) STRICT;
    """,
)
_UNFINISHED = timedelta(minutes=2)


class ShareLog:
    """Remembers shared replies.

    Args:
        database: Where they are kept, beside the replies.
        now: The time.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, after those of the replies.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def claim(self, reply_id: str) -> bool:
        """Whether this is the one that shares it; whoever comes next is told no.

        Sharing that broke off, by a crash too, may be tried again after a while.
        """
        now = self._now().astimezone(UTC)
        row = (reply_id, _write(now), _write(now - _UNFINISHED))

        def work(connection: Connection) -> bool:
            return bool(
                connection.execute(
                    "INSERT INTO share VALUES (?1, ?2, NULL) ON CONFLICT (reply_id)"
                    " DO UPDATE SET claimed_at = ?2"
                    " WHERE share.shared_id IS NULL AND share.claimed_at < ?3",
                    row,
                ).rowcount
            )

        return await self._database.write(work)

    async def finish(self, reply_id: str, shared_id: str) -> None:
        """Note the public reply that it was shared as, "" where that is not kept."""
        await self._write("UPDATE share SET shared_id = ? WHERE reply_id = ?", shared_id, reply_id)

    async def release(self, reply_id: str) -> None:
        """Let it be shared after all, because nothing was posted."""
        await self._write("DELETE FROM share WHERE reply_id = ?", reply_id)

    async def _write(self, statement: str, *given: str) -> None:
        await self._database.write(lambda connection: connection.execute(statement, given).rowcount)


def _write(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
