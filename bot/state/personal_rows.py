"""The rows that name one person, and what of them is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.answering.models import Answer
from bot.naming import actor_of, library_of
from bot.state.holdings import ACTOR_COLUMNS, HOLDINGS, Holding, Kind
from bot.state.replies import read_reply
from index.connections import Connection
from index.sql import has_table

# Each side as it stands in the index of replies by server and likeness.
_SAME_QUESTION = (
    "r.guild_id = substr(gap.library, length('discord-') + 1) AND r.likeness = gap.likeness"
)
OWN_GAPS = (
    "FROM gap WHERE (:library IS NULL OR library = :library) AND library GLOB 'discord-*'"  # noqa: S608 - texts of ours
    f" AND EXISTS (SELECT 1 FROM reply r WHERE {_SAME_QUESTION} AND +r.asker_id = :person)"
    f" AND NOT EXISTS (SELECT 1 FROM reply r WHERE {_SAME_QUESTION} AND r.asker_id != :person)"
)
QUESTIONS = (
    "SELECT guild_id, channel_id, message_id, created_at, is_private, state, reply FROM reply"
    " WHERE asker_id = :person AND (:guild IS NULL OR guild_id = :guild) ORDER BY created_at"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose records are meant: in one server, or in all where ``guild_id`` is None."""

    id: int
    guild_id: int | None = None

    @property
    def given(self) -> dict[str, str | None]:
        """The values that the queries here name."""
        guild = self.guild_id
        return {
            "person": str(self.id),
            "actor": actor_of(self.id),
            "guild": None if guild is None else str(guild),
            "library": None if guild is None else library_of(guild),
        }


@dataclass(frozen=True, slots=True)
class PersonPlace:
    """A table, and the condition, as SQL, that a row of it names the person.

    ``column`` is where, ``at`` the column that says since when, "" without one. ``exported``
    are the columns to hand over, all if it is empty.
    """

    kind: Kind
    table: str
    column: str
    where: str
    at: str
    exported: tuple[str, ...] = ()


def places(connection: Connection) -> Iterator[PersonPlace]:
    """Every place of this database that may name a person."""
    for each in HOLDINGS:
        if has_table(connection, each.table):
            where = where_named(each)
            yield PersonPlace(each.kind, each.table, each.column, where, each.at, each.exported)
    for actor in ACTOR_COLUMNS:
        if has_table(connection, actor.table):
            library = f"(:library IS NULL OR {actor.library} = :library)"
            where = f"{actor.column} = :actor AND {library}"
            yield PersonPlace(Kind.DECISIONS, actor.table, actor.column, where, actor.at)


def where_named(holding: Holding) -> str:
    """The condition, as SQL, that a row names the person in the server that is meant."""
    if not holding.guild:
        return f"{holding.column} = :person"
    guild = holding.guild.format(table=holding.table)
    return f"{holding.column} = :person AND (:guild IS NULL OR {guild} = :guild)"


def export_rows(connection: Connection, person: Subject) -> dict[str, Any]:
    """All rows of a person, ready for JSON."""
    given = person.given
    found: dict[str, Any] = {
        "person": given["person"],
        "server": given["guild"] or "all",
        "questions": [_write_reply(tuple(row)) for row in connection.execute(QUESTIONS, given)],
        "gaps": _rows(
            connection,
            "gap",
            f"SELECT library, question, cause, first_asked, last_asked, times {OWN_GAPS}",
            given,
        ),
    }
    for place in places(connection):
        if place.table != "reply":
            columns = ", ".join(place.exported) or "*"
            query = f"SELECT {columns} FROM {place.table} WHERE {place.where}"  # noqa: S608 - ours
            rows = _rows(connection, place.table, query, given)
            found.setdefault(place.table, []).extend(_without_others(row, place) for row in rows)
    return found


def _without_others(row: dict[str, Any], place: PersonPlace) -> dict[str, Any]:
    """The row without whoever else it names, and without what is no text or number."""
    people = {each.column for each in HOLDINGS if each.table == place.table}
    people |= {each.column for each in ACTOR_COLUMNS if each.table == place.table}
    return {
        name: value
        for name, value in row.items()
        if not isinstance(value, bytes)
        and (name not in people or value == row[place.column] or value is None)
    }


def _rows(
    connection: Connection, table: str, query: str, given: dict[str, str | None]
) -> list[dict[str, Any]]:
    if not has_table(connection, table):
        return []
    cursor = connection.execute(query, given)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _write_reply(row: tuple[Any, ...]) -> dict[str, Any]:
    guild, channel, message, at, private, state, written = row
    reply = read_reply(written)
    common = {
        "server": guild,
        "channel": channel,
        "message": message,
        "asked_at": at,
        "private": bool(private),
        "state": state,
        "question": reply.question.text,
        "understood_as": reply.asked_as,
        "model": reply.model,
    }
    if not isinstance(reply, Answer):
        return common | {"refused": str(reply.reason)}
    sources = [
        {
            "number": citation.number,
            "title": citation.quote.title,
            "url": citation.quote.url,
            "quote": citation.quote.text,
        }
        for citation in reply.citations
    ]
    return common | {"answer": reply.text, "sources": sources}
