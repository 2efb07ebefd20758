"""Which server's articles answer somebody in private messages."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "homes"
STEPS = (
    """
    CREATE TABLE direct_home (
        user_id TEXT PRIMARY KEY,
        guild_id TEXT NOT NULL,
        chosen_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX direct_home_guild ON direct_home (guild_id);
    """,
)


class HomeBook:
    """The server that each person chose; opened after the log of replies, which it reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def find(self, user_id: int) -> int | None:
        """The server that somebody chose; None where they chose none."""

        def work(connection: Connection) -> int | None:
            row = connection.execute(
                "SELECT guild_id FROM direct_home WHERE user_id = ?", (str(user_id),)
            ).fetchone()
            return int(row[0]) if row else None

        return await self._database.read(work)

    async def choose(self, user_id: int, guild_id: int) -> None:
        """Keep what somebody chose, in place of what they chose before."""
        row = (str(user_id), str(guild_id), datetime.now(UTC).isoformat(timespec="seconds"))
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO direct_home VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE"
                " SET guild_id = excluded.guild_id, chosen_at = excluded.chosen_at",
                row,
            )
        )

    async def forget(self, user_id: int) -> bool:
        """Forget what somebody chose; whether there was anything."""
        return bool(await self._delete("user_id", user_id))

    async def forget_server(self, guild_id: int) -> int:
        """Forget who chose a server; how many they were."""
        return await self._delete("guild_id", guild_id)

    async def asked_before(self, user_id: int, limit: int = 25) -> tuple[int, ...]:
        """The servers whose articles somebody asked, the last one first."""

        def work(connection: Connection) -> tuple[int, ...]:
            rows = connection.execute(
                "SELECT guild_id FROM reply WHERE asker_id = ? GROUP BY guild_id"
                " ORDER BY max(created_at) DESC LIMIT ?",
                (str(user_id), limit),
            )
            return tuple(int(row[0]) for row in rows)

        return await self._database.read(work)

    async def server_of(self, reply_id: str, user_id: int) -> int | None:
        """The server whose articles gave somebody that reply; None if it was not to them."""

        def work(connection: Connection) -> int | None:
            row = connection.execute(
                "SELECT guild_id FROM reply WHERE id = ? AND asker_id = ?",
                (reply_id, str(user_id)),
            ).fetchone()
            return int(row[0]) if row else None

        return await self._database.read(work)

    async def _delete(self, column: str, value: int) -> int:
        query = f"DELETE FROM direct_home WHERE {column} = ?"  # noqa: S608 - constants of ours
        return await self._database.write(
            lambda connection: connection.execute(query, (str(value),)).rowcount
        )
