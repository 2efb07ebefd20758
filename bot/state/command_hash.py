"""Which commands Discord was last told about, so that they are sent only when they changed."""

from __future__ import annotations

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "commands"
STEPS = (
    """
    CREATE TABLE synced_commands (
        application_id TEXT PRIMARY KEY,
        hash TEXT NOT NULL
    ) STRICT;
    """,
)


class CommandHashes:
    """The hash of the commands that were last synced, by application."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        """Make the table. Call it once, before anything else."""
        await self._database.migrate(SCHEMA, STEPS)

    async def read(self, application_id: int) -> str | None:
        """The hash last written, None where there is none."""

        def work(connection: Connection) -> str | None:
            row = connection.execute(
                "SELECT hash FROM synced_commands WHERE application_id = ?", (str(application_id),)
            ).fetchone()
            return str(row[0]) if row else None

        return await self._database.read(work)

    async def write(self, application_id: int, commands_hash: str) -> None:
        """Remember the hash of the commands that Discord has now."""
        await self._database.write(
            lambda connection: (
                connection.execute(
                    "INSERT INTO synced_commands VALUES (?, ?)"
                    " ON CONFLICT (application_id) DO UPDATE SET hash = excluded.hash",
                    (str(application_id), commands_hash),
                ).rowcount
            )
        )
