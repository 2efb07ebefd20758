"""Answers whose articles have changed since, as moderators were told of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.state.answers import Database
from bot.state.replies import ReplyLog, SentReply, State
from index.connections import Connection

SCHEMA = "changed"
STEPS = (
    """
    CREATE TABLE changed_reply (
        reply_id TEXT PRIMARY KEY REFERENCES reply (id) ON DELETE CASCADE,
        batch TEXT NOT NULL,
        told_at TEXT NOT NULL,
        is_left INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX changed_reply_batch ON changed_reply (batch);
    """,
)
MOST_AT_ONCE = 200
"""How many answers moderators are told of at a time; the rest comes with the next publication."""


@dataclass(frozen=True, slots=True)
class CitedVersion:
    """A version of an article that answers of late were made of."""

    article_id: str
    version_id: str


class ChangedLog:
    """Remembers which answers moderators were told of, and what they said to it.

    Its tables refer to those of the replies, which must be there before.
    """

    def __init__(
        self,
        database: Database,
        replies: ReplyLog,
        *,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._replies = replies
        self._new_id = new_id
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, after the replies.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def cited_since(self, guild_id: int, since: datetime) -> tuple[CitedVersion, ...]:
        """The article versions that a server's public answers were made of, those that stand."""

        def work(connection: Connection) -> list[tuple[str, str]]:
            return connection.execute(
                "SELECT DISTINCT c.article_id, c.version_id FROM reply AS r"
                " JOIN reply_citation AS c ON c.reply_id = r.id"
                " WHERE r.guild_id = ? AND r.created_at >= ? AND r.state = ? AND r.is_private = 0"
                " AND NOT EXISTS (SELECT 1 FROM changed_reply AS t WHERE t.reply_id = r.id)",
                (str(guild_id), _write_time(since), str(State.STANDS)),
            ).fetchall()

        return tuple(CitedVersion(*row) for row in await self._database.read(work))

    async def untold(
        self, guild_id: int, since: datetime, versions: Sequence[str]
    ) -> tuple[SentReply, ...]:
        """The public answers of these versions that nobody was told of, newest first.

        What somebody asked in private is seen by nobody else, and cannot be marked.
        """
        if not versions:
            return ()
        marks = ", ".join("?" * len(versions))
        return await self._replies.select(
            "guild_id = ? AND created_at >= ? AND state = ? AND is_private = 0"  # noqa: S608 - ours
            " AND NOT EXISTS (SELECT 1 FROM changed_reply AS t WHERE t.reply_id = reply.id)"
            " AND id IN (SELECT reply_id FROM reply_citation WHERE guild_id = ?"
            f" AND version_id IN ({marks})) ORDER BY created_at DESC LIMIT ?",
            str(guild_id),
            _write_time(since),
            str(State.STANDS),
            str(guild_id),
            *versions,
            MOST_AT_ONCE,
        )

    async def tell(self, replies: Sequence[SentReply]) -> str:
        """Note that moderators are told of these; the name of the batch."""
        batch, now = self._new_id(), _write_time(self._now())
        rows = [(batch, now, sent.id) for sent in replies]
        await self._database.write(
            lambda connection: (
                connection.executemany(
                    "INSERT INTO changed_reply (reply_id, batch, told_at)"
                    # One that was forgotten meanwhile is none.
                    " SELECT id, ?, ? FROM reply WHERE id = ? ON CONFLICT DO NOTHING",
                    rows,
                ).rowcount
            )
        )
        return batch

    async def batch(self, batch: str, *, guild_id: int) -> tuple[SentReply, ...]:
        """The answers of a batch that nobody marked or left as they are, newest first."""
        return await self._replies.select(
            "guild_id = ? AND state = ? AND id IN (SELECT reply_id FROM changed_reply"
            " WHERE batch = ? AND is_left = 0) ORDER BY created_at DESC",
            str(guild_id),
            str(State.STANDS),
            batch,
        )

    async def leave(self, batch: str, *, guild_id: int) -> int:
        """Leave the answers of a batch as they are; how many they were."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE changed_reply SET is_left = 1 WHERE batch = ? AND is_left = 0"
                    " AND reply_id IN (SELECT id FROM reply WHERE guild_id = ?)",
                    (batch, str(guild_id)),
                ).rowcount
            )
        )


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
