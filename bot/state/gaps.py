"""Questions that the articles left open, so that moderators can fill the gaps.

A gap is what was asked, how often, and why there was no answer; nobody's name is kept with
it. Who told the moderators of one is kept beside it, so that each tells once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from bot.answering.models import Reply
from bot.naming import guild_of
from bot.state.answers import Database
from bot.state.gap_causes import Cause as Cause  # noqa: PLC0414 - part of what gaps are
from bot.state.gap_causes import Order as Order  # noqa: PLC0414
from bot.state.gap_rows import (
    COLUMNS,
    SCHEMA,
    STEPS,
    close_gap,
    find_gap,
    find_nearest,
    put_gap,
    read_gap,
    tell_gap,
    write_time,
)
from bot.state.gap_rows import Gap as Gap  # noqa: PLC0414
from bot.state.gap_rows import Nearest as Nearest  # noqa: PLC0414
from bot.state.gap_rows import cause_of as cause_of  # noqa: PLC0414
from bot.state.gap_rows import liken as liken  # noqa: PLC0414
from index.connections import Connection


class GapLog:
    """Remembers the gaps of all libraries, each question once.

    Args:
        database: Where they are kept.
        retention: A gap that was not asked about for so long is forgotten.
        limit: How many are kept in a library; closed ones go first, then those asked least.
        now: The time.
    """

    def __init__(
        self,
        database: Database,
        *,
        retention: timedelta = timedelta(days=90),
        limit: int = 1000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._retention = retention
        self._limit = limit
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def record(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does.

        One that was kept before counts up, and is open again if it was closed.
        """
        cause = cause_of(reply)
        if cause is None:
            return False
        row = self._row(library, reply, cause)
        await self._database.write(lambda connection: put_gap(connection, row))
        return True

    def _row(self, library: str, reply: Reply, cause: Cause) -> dict[str, object]:
        # A text from elsewhere may hold half a character, which cannot be stored.
        asked = reply.asked_as or reply.question.text
        question = asked.encode("utf-8", "replace").decode()
        return {
            "library": library,
            "likeness": liken(question),
            "question": question,
            "cause": str(cause),
            "nearest": json.dumps([asdict(near) for near in find_nearest(reply.passages)]),
            "edition": reply.edition,
            "now": write_time(self._now()),
            "limit": self._limit,
            "before": self._forgotten_before(library),
        }

    async def gaps(
        self,
        library: str,
        *,
        closed_too: bool = False,
        order: Order = Order.NEWEST,
        cause: Cause | None = None,
    ) -> tuple[Gap, ...]:
        """The gaps of a library, all or those of a cause."""
        first = "times DESC, " if order is Order.MOST_ASKED else ""
        query = (
            f"SELECT {COLUMNS} FROM gap WHERE library = ? AND last_asked >= ?"  # noqa: S608
            f"{'' if closed_too else ' AND closed_at IS NULL'} AND (? IS NULL OR cause = ?)"
            f" ORDER BY {first}last_asked DESC, key"
        )
        given = (library, self._forgotten_before(library), cause, cause)
        rows = await self._database.read(
            lambda connection: connection.execute(query, given).fetchall()
        )
        return tuple(map(read_gap, rows))

    async def close(
        self, library: str, key: int, *, answered_by: Nearest | None = None
    ) -> Gap | None:
        """Put a gap away, as one that is filled or not wanted; None where there is none.

        One that was put away before stays as it is, and says so by ``was_closed``.
        ``answered_by`` is the article that fills it.
        """
        now = write_time(self._now())
        return await self._database.write(
            lambda connection: close_gap(connection, library, key, now, answered_by)
        )

    async def find(self, library: str, key: int) -> Gap | None:
        """The gap of that number, open or closed; None where there is none."""

        def work(connection: Connection) -> Gap | None:
            found = find_gap(connection, library, key)
            return None if found is None else read_gap(found)

        return await self._database.read(work)

    async def assign(self, library: str, keys: Sequence[int], member_id: int | None) -> None:
        """Say who looks after these gaps; None: nobody does."""
        to = None if member_id is None else str(member_id)
        at = None if member_id is None else write_time(self._now())
        rows = [(to, at, library, key) for key in keys]
        await self._database.write(
            lambda connection: (
                connection.executemany(
                    "UPDATE gap SET assigned_to = ?, taken_at = ? WHERE library = ? AND key = ?",
                    rows,
                ).rowcount
            )
        )

    async def tell(
        self, library: str, reply: Reply, *, reply_id: str, guild_id: int, member_id: int, text: str
    ) -> tuple[Gap, bool] | None:
        """Keep that a member told the moderators of a reply, once; the gap, and whether it is new.

        The question counts as asked no more often than it was. None where the reply shows no
        gap.
        """
        cause = cause_of(reply)
        if cause is None:
            return None
        row = self._row(library, reply, cause)
        told = (str(guild_id), reply_id, str(member_id), text, row["now"])
        return await self._database.write(lambda connection: tell_gap(connection, row, told))

    async def told_texts(self, keys: Sequence[int], limit: int = 5) -> tuple[str, ...]:
        """What members wrote when they told the moderators of these gaps, newest first."""
        marks = ", ".join("?" * len(keys))

        def work(connection: Connection) -> tuple[str, ...]:
            rows = connection.execute(
                f"SELECT text FROM gap_told WHERE gap IN ({marks}) AND text <> ''"  # noqa: S608
                " ORDER BY told_at DESC LIMIT ?",
                (*keys, limit),
            )
            return tuple(row[0] for row in rows)

        return await self._database.read(work)

    async def vectors(self, library: str, made_by: str) -> dict[int, bytes]:
        """The vectors of questions that are kept, by the gap's key; made by that embedder."""

        def work(connection: Connection) -> dict[int, bytes]:
            rows = connection.execute(
                "SELECT key, vector FROM gap WHERE library = ? AND vector_of = ? || ' ' || question"
                " AND vector IS NOT NULL",
                (library, made_by),
            )
            return {int(key): bytes(vector) for key, vector in rows}

        return await self._database.read(work)

    async def keep_vectors(self, made_by: str, vectors: Sequence[tuple[Gap, bytes]]) -> None:
        """Keep the vectors of questions, so that each is made once."""
        rows = [(made, f"{made_by} {gap.question}", gap.key) for gap, made in vectors]
        await self._database.write(
            lambda connection: (
                connection.executemany(
                    "UPDATE gap SET vector = ?, vector_of = ? WHERE key = ?", rows
                ).rowcount
            )
        )

    async def prune(self) -> int:
        """Forget what nobody asked about for too long, in libraries of no server; how many."""
        before = write_time(self._now() - self._retention)
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "DELETE FROM gap WHERE last_asked < ? AND library NOT GLOB 'discord-[0-9]*'",
                    (before,),
                ).rowcount
            )
        )

    def _forgotten_before(self, library: str) -> str:
        # How long a server's gaps are kept is the server's word, and ``Retention`` keeps it.
        if guild_of(library) is not None:
            return ""
        return write_time(self._now() - self._retention)
