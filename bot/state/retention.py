"""Forgetting in time: what each server keeps for how long, and servers that the bot left.

After the bot left a server, what is kept of its people stays for ``GRACE``, so that leaving
by mistake loses nothing; then it is deleted. The library's articles stay with the operator.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.naming import guild_of, library_of
from bot.state.answers import Database
from bot.state.servers import ServerBook
from index.connections import Connection
from index.forgetting import forget_all_people
from index.sql import has_table

SCHEMA = "retention"
STEPS = (
    """
    CREATE TABLE left_server (
        guild_id TEXT PRIMARY KEY,
        left_at TEXT NOT NULL
    ) STRICT;
    """,
)
GRACE = timedelta(days=30)
_OF_SERVER = (
    "reply",
    "sent_answer",
    "correction",
    "server_change",
    "direct_home",
    "server_settings",
)
"""Tables with a ``guild_id`` whose rows go with their server; others go with those."""
_KNOWN = "SELECT guild_id FROM reply UNION SELECT guild_id FROM sent_answer"


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was forgotten."""

    replies: int = 0
    gaps: int = 0
    servers: int = 0


class Retention:
    """Deletes what is too old, server by server, each in one transaction.

    Args:
        database: Where everything is kept.
        servers: What each server decided.
        now: The time.
    """

    def __init__(
        self,
        database: Database,
        servers: ServerBook,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._servers = servers
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def prune(self, usual: timedelta) -> Pruned:
        """Forget what is older than its server keeps it; ``usual`` is for those that say nothing.

        Servers that the bot left longer than ``GRACE`` ago are forgotten whole.
        """
        servers = await self._forget_left()
        now, rules = self._now(), await self._servers.all()
        replies = gaps = 0
        for guild_id, libraries in (await self._known(set(rules))).items():
            days = rules[guild_id].retention_days if guild_id in rules else None
            kept_for = usual if days is None else timedelta(days=days)
            before = _write_time(now - kept_for)
            found = await self._database.write(
                lambda c, g=guild_id, names=libraries, at=before: _prune(c, g, names, at)  # type: ignore[misc]
            )
            replies, gaps = replies + found[0], gaps + found[1]
        return Pruned(replies, gaps, servers)

    async def note_here(
        self, guild_ids: Collection[int], *, concerns: Callable[[int], bool] = lambda _: True
    ) -> None:
        """Note the servers that the bot is in now; it left all others of which it keeps anything.

        Those that it left before keep the moment when it did. ``concerns`` tells which servers
        this process would know of.
        """
        now, here = _write_time(self._now()), {str(guild_id) for guild_id in guild_ids}

        def work(connection: Connection) -> None:
            kept = {str(row[0]) for row in connection.execute(_KNOWN)}
            kept |= {
                str(row[0]) for row in connection.execute("SELECT guild_id FROM server_settings")
            }
            connection.executemany(
                "DELETE FROM left_server WHERE guild_id = ?", [(each,) for each in here]
            )
            connection.executemany(
                "INSERT INTO left_server VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(each, now) for each in sorted(kept - here) if concerns(int(each))],
            )

        await self._database.write(work)

    async def _forget_left(self) -> int:
        before = _write_time(self._now() - GRACE)

        def find(connection: Connection) -> list[int]:
            rows = connection.execute(
                "SELECT guild_id FROM left_server WHERE left_at < ?", (before,)
            )
            return [int(row[0]) for row in rows]

        gone = await self._database.read(find)
        for guild_id in gone:
            await self._database.write(lambda c, g=guild_id: _forget_server(c, g))  # type: ignore[misc]
            self._servers.drop(guild_id)
        return len(gone)

    async def _known(self, others: Collection[int]) -> dict[int | None, tuple[str, ...]]:
        """The servers of which anything is kept, with their libraries; None for other libraries."""

        def work(connection: Connection) -> dict[int | None, tuple[str, ...]]:
            known: dict[int | None, tuple[str, ...]] = {
                int(row[0]): (library_of(int(row[0])),) for row in connection.execute(_KNOWN)
            }
            known |= {guild_id: (library_of(guild_id),) for guild_id in others}
            if has_table(connection, "gap"):
                for (library,) in connection.execute("SELECT DISTINCT library FROM gap").fetchall():
                    guild_id = guild_of(library)
                    known[guild_id] = tuple({*known.get(guild_id, ()), library})
            return known

        return await self._database.read(work)


def _prune(
    connection: Connection, guild_id: int | None, libraries: Collection[str], before: str
) -> tuple[int, int]:
    given = (str(guild_id), before)
    replies = connection.execute(
        "DELETE FROM reply WHERE guild_id = ? AND created_at < ?", given
    ).rowcount
    connection.execute("DELETE FROM sent_answer WHERE guild_id = ? AND created_at < ?", given)
    if has_table(connection, "correction"):
        # What was approved is a note of the library, and open ones wait for moderators.
        connection.execute(
            "DELETE FROM correction WHERE guild_id = ? AND created_at < ? AND state = 'declined'",
            given,
        )
    gaps = 0
    if has_table(connection, "gap"):
        for library in libraries:
            gaps += connection.execute(
                "DELETE FROM gap WHERE library = ? AND last_asked < ?", (library, before)
            ).rowcount
    return replies, gaps


def _forget_server(connection: Connection, guild_id: int) -> None:
    """Delete what is kept of a server's people; the articles and their history stay, unnamed."""
    given = (str(guild_id),)
    for table in _OF_SERVER:
        if has_table(connection, table):
            connection.execute(f"DELETE FROM {table} WHERE guild_id = ?", given)  # noqa: S608 - ours
    library = library_of(guild_id)
    if has_table(connection, "gap"):
        connection.execute("DELETE FROM gap WHERE library = ?", (library,))
    forget_all_people(connection, library)
    connection.execute("DELETE FROM left_server WHERE guild_id = ?", given)


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
