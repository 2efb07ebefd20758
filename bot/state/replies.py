"""The replies that were sent, whole, so that everything on them works after a restart.

A reply is kept as it was verified: its question, sentences, quotes and nearest passages.
It is kept with who asked, for as long as the server says, and forgotten with them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from bot.answering.models import Answer, Reply
from bot.state.answers import Database
from bot.state.gaps import liken
from index.connections import Connection
from index.sql import marks

SCHEMA = "replies"
STEPS = (
    """
    CREATE TABLE reply (
        id TEXT PRIMARY KEY,
        guild_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        asked_in TEXT NOT NULL,
        message_id TEXT,
        asker_id TEXT NOT NULL,
        asked_message_id TEXT,
        created_at TEXT NOT NULL,
        is_private INTEGER NOT NULL,
        state TEXT NOT NULL,
        outcome TEXT NOT NULL,
        milliseconds REAL NOT NULL,
        edition INTEGER NOT NULL,
        reply TEXT NOT NULL
    ) STRICT;
    CREATE INDEX reply_created_at ON reply (created_at);
    CREATE INDEX reply_guild ON reply (guild_id, created_at);
    CREATE INDEX reply_asker ON reply (asker_id);
    CREATE INDEX reply_message ON reply (message_id);
    CREATE INDEX reply_asked_message ON reply (asked_message_id);
    CREATE TABLE reply_citation (
        reply_id TEXT NOT NULL REFERENCES reply (id) ON DELETE CASCADE,
        guild_id TEXT NOT NULL,
        article_id TEXT NOT NULL,
        version_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (reply_id, number)
    ) STRICT;
    CREATE INDEX reply_citation_article ON reply_citation (guild_id, article_id);
    """,
    """
    ALTER TABLE reply ADD COLUMN likeness TEXT NOT NULL DEFAULT '';
    CREATE INDEX reply_likeness ON reply (guild_id, likeness);
    """,
    """
    DROP INDEX reply_message;
    CREATE INDEX reply_last_message ON reply (message_id);
    CREATE TABLE reply_message (
        message_id TEXT PRIMARY KEY,
        reply_id TEXT NOT NULL REFERENCES reply (id) ON DELETE CASCADE,
        place INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX reply_message_reply ON reply_message (reply_id);
    """,
)
_COLUMNS = (
    "id, guild_id, channel_id, asked_in, message_id, asker_id, asked_message_id, created_at,"
    " is_private, state, reply, (SELECT group_concat(message_id, ' ') FROM (SELECT message_id"
    " FROM reply_message WHERE reply_id = reply.id ORDER BY place) AS shown)"
)
_PASSAGES_KEPT = 4
ANSWERED = "answered"


class State(StrEnum):
    """What became of a reply after it was sent."""

    STANDS = "stands"
    OUTDATED = "outdated"
    """An article that it quotes has changed or gone, and moderators marked it."""
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    UNSHOWN = "unshown"
    """Nobody asked the bot, and nobody saw it: kept so that what the gap tells of its asker is
    theirs to see and to have forgotten."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Where a reply goes and to whom. ``asked_message_id`` is the message that asked, if any.

    ``guild_id`` is the server whose articles were asked; ``asked_in`` is the same, or None in
    private messages.
    """

    guild_id: int
    channel_id: int
    asker_id: int
    is_private: bool
    asked_in: int | None
    asked_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply as it was sent. ``created_at`` is UTC; ``message_id`` is of its last message.

    ``message_ids`` are all its messages, in order.
    """

    id: str
    sending: Sending
    created_at: datetime
    state: State
    reply: Reply
    message_id: int | None = None
    message_ids: tuple[int, ...] = ()

    def is_for(self, person_id: int) -> bool:
        """Whether this member may have to do with it: what was private is its asker's alone."""
        return not self.sending.is_private or self.sending.asker_id == person_id


class ReplyLog:
    """Remembers replies under random ids.

    Args:
        database: Where they are kept.
        new_id: Makes ids: 16 hex digits.
        now: The time.
    """

    def __init__(
        self,
        database: Database,
        *,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._now = now

    async def open(self) -> None:
        """Make the tables. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def record(self, reply: Reply, sending: Sending, *, state: State = State.STANDS) -> str:
        """Keep a reply; the id of it, before it is shown."""
        reply_id = self._new_id()
        kept = replace(reply, passages=reply.passages[:_PASSAGES_KEPT])
        row = {
            "id": reply_id,
            "guild_id": str(sending.guild_id),
            "channel_id": str(sending.channel_id),
            "asked_in": str(sending.asked_in or ""),
            "asker_id": str(sending.asker_id),
            "asked_message_id": _text(sending.asked_message_id),
            "created_at": _write_time(self._now()),
            "is_private": int(sending.is_private),
            "state": str(state),
            "outcome": ANSWERED if isinstance(reply, Answer) else str(reply.reason),
            "milliseconds": reply.timings_ms.get("total", 0.0),
            "edition": reply.edition,
            "reply": write_reply(kept),
            "likeness": liken(_storable(reply.asked_as or reply.question.text)),
        }
        citations = [
            (reply_id, row["guild_id"], c.quote.article_id, c.quote.version_id, c.number)
            for c in (reply.citations if isinstance(reply, Answer) else ())
        ]
        await self._database.write(lambda connection: _insert(connection, row, citations))
        return reply_id

    async def note_message(self, reply_id: str, *message_ids: int) -> None:
        """Note the messages that show the reply, in order."""
        shown = list(map(str, message_ids))
        rows = [(message_id, reply_id, place) for place, message_id in enumerate(shown)]

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM reply_message WHERE reply_id = ?", (reply_id,))
            # A reply that was forgotten meanwhile has no messages to remember.
            connection.executemany(
                "INSERT INTO reply_message SELECT ?1, id, ?3 FROM reply WHERE id = ?2"
                " ON CONFLICT (message_id) DO UPDATE"
                " SET reply_id = excluded.reply_id, place = excluded.place",
                rows,
            )
            connection.execute(
                "UPDATE reply SET message_id = ? WHERE id = ?", (shown[-1], reply_id)
            )

        if shown:
            await self._database.write(work)

    async def set_state(self, reply_id: str, state: State) -> None:
        """Note what became of it."""
        await self._set(reply_id, "state", str(state))

    async def find(self, reply_id: str, *, guild_id: int) -> SentReply | None:
        """The reply of that id if that server's articles were asked, else None."""
        return await self._find("id = ? AND guild_id = ?", reply_id, str(guild_id))

    async def find_shown(self, message_id: int, *, guild_id: int) -> SentReply | None:
        """The reply that a message shows, the last one where a message showed several."""
        # Those kept before all messages of a reply were noted have only their last one.
        return await self._find(
            "(message_id = ?1 OR id IN (SELECT reply_id FROM reply_message WHERE message_id = ?1))"
            " AND guild_id = ?2 ORDER BY created_at DESC LIMIT 1",
            str(message_id),
            str(guild_id),
        )

    async def find_asked(self, *message_ids: int, guild_id: int) -> tuple[SentReply, ...]:
        """The replies to these messages, oldest first."""
        return await self.select(
            # The plus signs keep SQLite from going through all replies of the server for this:
            # it is asked at every message that anybody deletes.
            f"asked_message_id IN ({marks(message_ids)}) AND +guild_id = ? ORDER BY +created_at",
            *map(str, message_ids),
            str(guild_id),
        )

    async def find_recent(
        self, channel_id: int, *, guild_id: int, after: datetime, limit: int
    ) -> tuple[SentReply, ...]:
        """The newest public replies of a channel that still stand, oldest first."""
        found = await self.select(
            "guild_id = ? AND channel_id = ? AND created_at > ? AND is_private = 0"
            " AND state NOT IN (?, ?) ORDER BY created_at DESC LIMIT ?",
            str(guild_id),
            str(channel_id),
            _write_time(after),
            str(State.RETRACTED),
            str(State.UNSHOWN),
            limit,
        )
        return found[::-1]

    async def select(self, where: str, *given: object) -> tuple[SentReply, ...]:
        """Those that fit a condition of ours; for the other files of this package."""
        query = f"SELECT {_COLUMNS} FROM reply WHERE {where}"  # noqa: S608 - constants of ours

        def work(connection: Connection) -> list[Any]:
            return connection.execute(query, given).fetchall()

        return tuple(map(_read, await self._database.read(work)))

    async def prune(self, guild_id: int, before: datetime) -> int:
        """Forget a server's replies that were sent before a moment; how many they were."""
        given = (str(guild_id), _write_time(before))
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "DELETE FROM reply WHERE guild_id = ? AND created_at < ?", given
                ).rowcount
            )
        )

    async def guilds(self) -> tuple[int, ...]:
        """The servers that anything is kept of."""

        def work(connection: Connection) -> list[Any]:
            return connection.execute("SELECT DISTINCT guild_id FROM reply").fetchall()

        return tuple(int(row[0]) for row in await self._database.read(work))

    async def _find(self, where: str, *given: str) -> SentReply | None:
        found = await self.select(where, *given)
        return found[0] if found else None

    async def _set(self, reply_id: str, column: str, value: str) -> None:
        query = f"UPDATE reply SET {column} = ? WHERE id = ?"  # noqa: S608 - constants of ours
        await self._database.write(
            lambda connection: connection.execute(query, (value, reply_id)).rowcount
        )


def _insert(
    connection: Connection, row: dict[str, Any], citations: Sequence[tuple[Any, ...]]
) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO reply ({names}) VALUES ({marks})", row)  # noqa: S608 - ours
    connection.executemany("INSERT INTO reply_citation VALUES (?, ?, ?, ?, ?)", citations)


def _read(row: tuple[Any, ...]) -> SentReply:
    reply_id, guild, channel, asked_in, message, asker, asked, created, *rest = row
    private, state, text, messages = rest
    return SentReply(
        id=reply_id,
        sending=Sending(
            guild_id=int(guild),
            channel_id=int(channel),
            asker_id=int(asker),
            is_private=bool(private),
            asked_in=int(asked_in) if asked_in else None,
            asked_message_id=int(asked) if asked else None,
        ),
        created_at=datetime.fromisoformat(created),
        state=State(state),
        reply=read_reply(text),
        message_id=int(message) if message else None,
        message_ids=tuple(map(int, (messages or message or "").split())),
    )


def write_reply(reply: Reply) -> str:
    """A reply as it is stored."""
    try:
        return _adapter().dump_json(reply).decode()
    except PydanticSerializationError:
        # A text from elsewhere holds half a character, which JSON cannot.
        plain = json.dumps(_adapter().dump_python(reply), ensure_ascii=False, default=str)
        return _storable(plain)


def read_reply(written: str) -> Reply:
    """The reply that was stored."""
    return _adapter().validate_json(written)


def _storable(text: str) -> str:
    # A text from elsewhere may hold half a character, which cannot be stored.
    return text.encode("utf-8", "replace").decode()


@cache
def _adapter() -> TypeAdapter[Reply]:
    return TypeAdapter(Reply)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
