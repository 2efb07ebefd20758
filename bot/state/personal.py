"""What is kept about one person: shown, handed over, and forgotten.

``holdings.py`` and ``index/forgetting.py`` say where people are named; questions that only
this person asked are looked after here, since gaps and conversations name nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.naming import actor_of
from bot.state.answers import Database
from bot.state.conversations import Conversations
from bot.state.holdings import HOLDINGS, Fate, Holding, Kind
from bot.state.personal_rows import (
    OWN_GAPS,
    QUESTIONS,
    Subject,
    export_rows,
    places,
    where_named,
)
from bot.state.replies import read_reply, write_reply
from index.connections import Connection
from index.forgetting import forget_actor
from index.sql import has_table, marks, pages

_ABOUT_THEM = (
    "reply_id IN (SELECT id FROM reply WHERE asker_id = :person"
    " AND (:guild IS NULL OR guild_id = :guild))"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept of one kind, and the oldest of it, in UTC."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept about a person, by kind; kinds of which there is nothing are left out.

    ``gaps`` are open questions that nobody else asked.
    """

    kept: dict[Kind, Kept] = field(default_factory=dict)
    gaps: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self.kept and not self.gaps


class PersonalRecords:
    """Looks through all that is kept, for one person.

    Args:
        database: Where everything is kept.
        conversations: What is remembered of talks, in memory.
    """

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations

    async def summary(self, person: Subject) -> Summary:
        """How much is kept about a person, and since when."""
        return await self._database.read(lambda connection: _summarise(connection, person))

    async def export(self, person: Subject) -> dict[str, Any]:
        """All that is kept about a person, ready for JSON; nothing of anybody else's."""
        return await self._database.read(lambda connection: export_rows(connection, person))

    async def forget(self, person: Subject) -> Summary:
        """Forget a person, in one transaction; what there was of them.

        Their questions, answers to them, feedback and choices are deleted. What they decided
        as a moderator stays without their name.
        """

        def work(connection: Connection) -> tuple[Summary, set[str]]:
            found = _summarise(connection, person)
            return found, _forget(connection, person)

        found, asked = await self._database.write(work)
        self._conversations.forget(asked, guild_id=person.guild_id)
        return found


def _summarise(connection: Connection, person: Subject) -> Summary:
    kept: dict[Kind, Kept] = {}
    for place in places(connection):
        oldest = f"min({place.at})" if place.at else "NULL"
        count, since = connection.execute(
            f"SELECT count(*), {oldest} FROM {place.table} WHERE {place.where}",  # noqa: S608 - ours
            person.given,
        ).fetchone()
        if count:
            kept[place.kind] = _add(kept.get(place.kind, Kept()), count, since)
    return Summary(kept, _count_gaps(connection, person))


def _add(kept: Kept, count: int, since: str | None) -> Kept:
    oldest = datetime.fromisoformat(since) if since else None
    known = [each for each in (kept.oldest, oldest) if each is not None]
    return Kept(kept.count + count, min(known) if known else None)


def _count_gaps(connection: Connection, person: Subject) -> int:
    if not has_table(connection, "gap"):
        return 0
    row = connection.execute(f"SELECT count(*) {OWN_GAPS}", person.given)
    return int(row.fetchone()[0])


def _forget(connection: Connection, person: Subject) -> set[str]:
    """Forget them in the database; the questions that were theirs."""
    given = person.given
    asked: set[str] = set()
    channels: dict[str, set[str]] = {}
    for row in connection.execute(QUESTIONS, given).fetchall():
        reply = read_reply(row[6])
        asked |= {reply.question.text, reply.asked_as or reply.question.text}
        channels.setdefault(row[0], set()).add(row[1])
    if has_table(connection, "gap"):
        connection.execute(f"DELETE FROM gap WHERE key IN (SELECT key {OWN_GAPS})", given)  # noqa: S608
    if has_table(connection, "correction"):
        # Moderators keep what was corrected, and not who asked for it or how.
        connection.execute(f"UPDATE correction SET question = '…' WHERE {_ABOUT_THEM}", given)  # noqa: S608
    for holding in HOLDINGS:
        if has_table(connection, holding.table):
            _forget_holding(connection, holding, given)
    for guild, places_there in channels.items():
        _forget_turns(connection, guild, places_there, asked)
    forget_actor(connection, actor_of(person.id), library=given["library"])
    return asked


def _forget_holding(connection: Connection, holding: Holding, given: dict[str, str | None]) -> None:
    if holding.fate is Fate.DELETED:
        connection.execute(f"DELETE FROM {holding.table} WHERE {where_named(holding)}", given)  # noqa: S608
    else:
        connection.execute(
            f"UPDATE {holding.table} SET {holding.column} = :unnamed WHERE {where_named(holding)}",  # noqa: S608
            {**given, "unnamed": holding.unnamed},
        )


def _forget_turns(connection: Connection, guild: str, channels: set[str], asked: set[str]) -> None:
    """Take their questions out of the conversations that others went on with."""
    rows = [
        row
        for page in pages(sorted(channels))
        for row in connection.execute(
            f"SELECT id, reply FROM reply WHERE guild_id = ? AND channel_id IN ({marks(page)})"  # noqa: S608 - marks
            " AND instr(reply, '\"history\":[{') > 0",
            (guild, *page),
        ).fetchall()
    ]
    for reply_id, written in rows:
        reply = read_reply(written)
        left = tuple(turn for turn in reply.question.history if turn.question not in asked)
        if left != reply.question.history:
            without = replace(reply, question=replace(reply.question, history=left))
            connection.execute(
                "UPDATE reply SET reply = ? WHERE id = ?", (write_reply(without), reply_id)
            )
