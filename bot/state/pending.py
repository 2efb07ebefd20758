"""What people wait for, so that the next process can tell them if this one is killed.

The token of an interaction is a secret for the fifteen minutes that it lives. It is kept while
the reply is on its way and deleted with it; it is never logged, is in no backup, and nobody is
named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "pending"
TABLE = "pending_reply"
"""Where tokens are: its rows are to be left out of whatever leaves this machine."""
STEPS = (
    """
    CREATE TABLE pending_reply (
        id TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        application_id TEXT,
        token TEXT,
        asked_message_id TEXT,
        sentence TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT;
    CREATE INDEX pending_reply_since ON pending_reply (since);
    """,
)
LIFETIME = timedelta(minutes=15)
"""How long Discord lets a bot answer an interaction; nobody waits for longer than that."""


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """Where somebody sees, or expects, that the bot is at work.

    Either an interaction, with both ``application_id`` and ``token``, or a message.
    """

    channel_id: int
    application_id: int | None = None
    token: str | None = field(default=None, repr=False)
    asked_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that somebody waits for. ``sentence`` is said there if it never comes."""

    id: str
    place: WaitingPlace
    sentence: str
    since: datetime


class PendingBook:
    """Remembers who waits. Rows of another process are left alone.

    Args:
        database: Where they are kept.
        now: The time, in UTC.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def keep(self, key: str, place: WaitingPlace, sentence: str, *, holder: str) -> None:
        """Keep that somebody waits, under a key that nobody else has."""
        row = (
            key,
            holder,
            str(place.channel_id),
            _text(place.application_id),
            place.token,
            _text(place.asked_message_id),
            sentence,
            _write_time(self._now()),
        )
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO pending_reply (id, holder, channel_id, application_id, token,"
                " asked_message_id, sentence, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        )

    async def drop(self, *keys: str) -> None:
        """Forget those who were told; a key that is not there is none."""
        rows = [(key,) for key in keys]
        await self._database.write(
            lambda connection: connection.executemany(
                "DELETE FROM pending_reply WHERE id = ?", rows
            )
        )

    async def left_by(self, holder: str) -> tuple[Pending, ...]:
        """Who still waits for what a holder promised, in order; what is too old is deleted.

        Ask before that holder takes anything new in.
        """
        now = self._now()
        oldest, newest = _write_time(now - LIFETIME), _write_time(now + LIFETIME)

        def work(connection: Connection) -> list[Any]:
            # What lies ahead was written before the clock was set back.
            connection.execute(
                "DELETE FROM pending_reply WHERE since < ? OR since > ?", (oldest, newest)
            )
            return connection.execute(
                "SELECT id, channel_id, application_id, token, asked_message_id, sentence, since"
                " FROM pending_reply WHERE holder = ? ORDER BY since, id",
                (holder,),
            ).fetchall()

        return tuple(map(_read, await self._database.write(work)))


def _read(row: tuple[Any, ...]) -> Pending:
    key, channel, application, token, asked, sentence, since = row
    place = WaitingPlace(int(channel), _number(application), token, _number(asked))
    return Pending(key, place, sentence, datetime.fromisoformat(since))


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
