"""What readers said of answers, and the queue of those that were found wanting.

A member has one vote on a reply and may change it. A reply that somebody found not helpful
waits in its server's queue until a moderator puts it away; a new complaint brings it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "feedback"
STEPS = (
    """
    CREATE TABLE vote (
        reply_id TEXT NOT NULL REFERENCES reply (id) ON DELETE CASCADE,
        member_id TEXT NOT NULL,
        helpful INTEGER NOT NULL,
        reason TEXT,
        text TEXT NOT NULL,
        voted_at TEXT NOT NULL,
        PRIMARY KEY (reply_id, member_id)
    ) STRICT;
    CREATE INDEX vote_member ON vote (member_id);
    CREATE TABLE complaint_closed (
        reply_id TEXT PRIMARY KEY REFERENCES reply (id) ON DELETE CASCADE,
        closed_at TEXT NOT NULL,
        closed_by TEXT
    ) STRICT;
    """,
)
TEXT_LIMIT = 1000
"""How many characters of what a reader writes are kept."""
_QUEUE_LIMIT = 500
_SELECT = "SELECT reply_id, member_id, helpful, reason, text, voted_at FROM vote WHERE "
_COUNT = "SELECT coalesce(sum(helpful), 0), coalesce(sum(1 - helpful), 0) FROM vote WHERE "
_OF_SERVER = "reply_id IN (SELECT id FROM reply WHERE id = ? AND guild_id = ?)"


class Complaint(StrEnum):
    """Why an answer did not help."""

    WRONG = "wrong"
    OUT_OF_DATE = "out_of_date"
    NOT_MY_QUESTION = "not_my_question"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one member says of a reply. ``voted_at`` is UTC.

    ``changed`` says of one just given that it took the place of another one.
    """

    reply_id: str
    member_id: int
    helpful: bool
    reason: Complaint | None
    text: str
    voted_at: datetime
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members found a reply helpful, and how many did not."""

    helpful: int = 0
    not_helpful: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A reply that somebody found not helpful. Times are UTC.

    ``reasons`` are those that were named, each once; ``last_at`` is when the last complaint
    came. ``closed_at`` and ``closed_by`` are None while it is open; ``closed_by`` also where
    who closed it was forgotten.
    """

    reply_id: str
    complaints: int
    reasons: tuple[Complaint, ...]
    last_at: datetime
    closed_at: datetime | None = None
    closed_by: int | None = None


class FeedbackLog:
    """The votes on the replies of all servers; each is found only with its own server.

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
        """Make the tables. Call it once, after those of the replies.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def vote(
        self,
        reply_id: str,
        *,
        guild_id: int,
        member_id: int,
        helpful: bool,
        reason: Complaint | None = None,
        text: str = "",
    ) -> Vote | None:
        """Take a member's vote in place of any before; None where that server has no such reply.

        A complaint opens its case again if a moderator had put it away.
        """
        given = Vote(
            reply_id=reply_id,
            member_id=member_id,
            helpful=helpful,
            reason=None if helpful else reason,
            # A text from elsewhere may hold half a character, which cannot be stored.
            text=text.strip()[:TEXT_LIMIT].encode("utf-8", "replace").decode(),
            voted_at=self._now(),
        )
        return await self._database.write(lambda connection: _put(connection, given, guild_id))

    async def counts(self, reply_id: str, *, guild_id: int) -> Counts:
        """How many found a reply of that server helpful, and how many did not."""
        return Counts(*(await self._fetch(_COUNT + _OF_SERVER, reply_id, str(guild_id)))[0])

    async def votes(self, reply_id: str, *, guild_id: int) -> tuple[Vote, ...]:
        """The votes on a reply of that server, complaints first, then the newest first."""
        query = _SELECT + _OF_SERVER + " ORDER BY helpful, voted_at DESC, member_id"
        return tuple(map(_read_vote, await self._fetch(query, reply_id, str(guild_id))))

    async def queue(
        self, guild_id: int, *, reason: Complaint | None = None, closed: bool = False
    ) -> tuple[Case, ...]:
        """The newest cases of a server, newest first: those that are open, or that are closed.

        Where a reason is named, only those of which it was given.
        """
        query = (
            "SELECT v.reply_id, count(*), group_concat(DISTINCT v.reason), max(v.voted_at),"
            " c.closed_at, c.closed_by FROM vote v JOIN reply r ON r.id = v.reply_id"
            " LEFT JOIN complaint_closed c ON c.reply_id = v.reply_id"
            " WHERE r.guild_id = ? AND v.helpful = 0 AND (c.closed_at IS NULL) = (? = 0)"
            " GROUP BY v.reply_id, c.closed_at, c.closed_by"
            " HAVING ? IS NULL OR count(CASE WHEN v.reason = ? THEN 1 END) > 0"
            " ORDER BY max(v.voted_at) DESC, v.reply_id LIMIT ?"
        )
        name = str(reason) if reason else None
        rows = await self._fetch(query, str(guild_id), closed, name, name, _QUEUE_LIMIT)
        return tuple(map(_read_case, rows))

    async def close(self, reply_id: str, *, guild_id: int, member_id: int) -> bool:
        """Put a case away; whether it was open."""
        given = (_write_time(self._now()), str(member_id), reply_id, str(guild_id))
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "INSERT INTO complaint_closed (reply_id, closed_at, closed_by)"
                    " SELECT id, ?, ? FROM reply WHERE id = ? AND guild_id = ? AND EXISTS"
                    " (SELECT 1 FROM vote WHERE reply_id = reply.id AND helpful = 0)"
                    " ON CONFLICT DO NOTHING",
                    given,
                ).rowcount
                > 0
            )
        )

    async def reopen(self, reply_id: str, *, guild_id: int) -> bool:
        """Take a case up again; whether it was closed."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    f"DELETE FROM complaint_closed WHERE {_OF_SERVER}",  # noqa: S608 - ours
                    (reply_id, str(guild_id)),
                ).rowcount
                > 0
            )
        )

    async def _fetch(self, query: str, *given: object) -> list[Any]:
        return await self._database.read(
            lambda connection: connection.execute(query, given).fetchall()
        )


def _put(connection: Connection, vote: Vote, guild_id: int) -> Vote | None:
    row = (
        vote.reply_id,
        str(vote.member_id),
        int(vote.helpful),
        None if vote.reason is None else str(vote.reason),
        vote.text,
        _write_time(vote.voted_at),
    )
    before = connection.execute(
        "SELECT 1 FROM vote WHERE reply_id = ? AND member_id = ?", row[:2]
    ).fetchone()
    taken = connection.execute(
        "INSERT INTO vote (reply_id, member_id, helpful, reason, text, voted_at)"
        " SELECT id, ?, ?, ?, ?, ? FROM reply WHERE id = ? AND guild_id = ?"
        " ON CONFLICT (reply_id, member_id) DO UPDATE SET helpful = excluded.helpful,"
        " reason = excluded.reason, text = excluded.text, voted_at = excluded.voted_at",
        (*row[1:], vote.reply_id, str(guild_id)),
    ).rowcount
    if not taken:
        return None
    if not vote.helpful:
        connection.execute("DELETE FROM complaint_closed WHERE reply_id = ?", row[:1])
    return Vote(
        vote.reply_id,
        vote.member_id,
        vote.helpful,
        vote.reason,
        vote.text,
        vote.voted_at,
        changed=before is not None,
    )


def _read_vote(row: tuple[Any, ...]) -> Vote:
    reply_id, member_id, helpful, reason, text, voted_at = row
    return Vote(
        reply_id=reply_id,
        member_id=int(member_id),
        helpful=bool(helpful),
        reason=Complaint(reason) if reason else None,
        text=text,
        voted_at=datetime.fromisoformat(voted_at),
    )


def _read_case(row: tuple[Any, ...]) -> Case:
    reply_id, complaints, reasons, last_at, closed_at, closed_by = row
    named = set((reasons or "").split(","))
    return Case(
        reply_id=reply_id,
        complaints=complaints,
        reasons=tuple(reason for reason in Complaint if reason in named),
        last_at=datetime.fromisoformat(last_at),
        closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        closed_by=int(closed_by) if closed_by else None,
    )


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
