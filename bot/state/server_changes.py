"""Changes of a server's settings that somebody looks at and has not confirmed yet.

A button's id is too short for what a change says, so it carries a token. A token is good
once, for an hour, for the moderator who got it, in their server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "server_changes"
STEPS = (
    """
    CREATE TABLE server_change (
        token TEXT PRIMARY KEY,
        guild_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        setting TEXT NOT NULL,
        was TEXT NOT NULL,
        wanted TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    """,
)
Value = bool | int | str | tuple[int, ...] | None
"""What a setting may be: a switch, a number, a word, ids, or nothing."""
_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Change:
    """What a moderator wants to set: the setting's name, and its values before and after."""

    setting: str
    was: Value
    wanted: Value


class ChangeBook:
    """Keeps them, at most one of each setting for each moderator.

    Args:
        database: Where they are kept.
        now: The time, in UTC.
        new_token: Names a change; nobody can guess it.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_token: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._database = database
        self._now = now
        self._new_token = new_token

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def keep(self, guild_id: int, user_id: int, change: Change) -> str:
        """Keep a change in place of the same moderator's last one of that setting; its token."""
        token = self._new_token()
        place = (str(guild_id), str(user_id), change.setting)
        row = (token, *place, json.dumps(change.was), json.dumps(change.wanted), self._write_now())

        def work(connection: Connection) -> None:
            self._forget_old(connection)
            connection.execute(
                "DELETE FROM server_change WHERE guild_id = ? AND user_id = ? AND setting = ?",
                place,
            )
            connection.execute("INSERT INTO server_change VALUES (?, ?, ?, ?, ?, ?, ?)", row)

        await self._database.write(work)
        return token

    async def take(self, token: str, guild_id: int, user_id: int) -> Change | None:
        """The change of that token, which is good no more; None where it was not theirs."""

        def work(connection: Connection) -> Change | None:
            self._forget_old(connection)
            row = connection.execute(
                "DELETE FROM server_change WHERE token = ? AND guild_id = ? AND user_id = ?"
                " RETURNING setting, was, wanted",
                (token, str(guild_id), str(user_id)),
            ).fetchone()
            return Change(row[0], _read(row[1]), _read(row[2])) if row else None

        return await self._database.write(work)

    def _forget_old(self, connection: Connection) -> None:
        oldest = _write(self._now() - _LIFETIME)
        connection.execute("DELETE FROM server_change WHERE created_at < ?", (oldest,))

    def _write_now(self) -> str:
        return _write(self._now())


def _read(written: str) -> Value:
    value = json.loads(written)
    return tuple(value) if isinstance(value, list) else value


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
