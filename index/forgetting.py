"""Taking a person's name out of a library's history; what was done stays on record.

Whoever did something is kept as an actor, ``discord:USER_ID`` for people of Discord. A
history without its entries would be none, so only the name goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.connections import Connection
from index.sql import has_table

FORGOTTEN = "discord:forgotten"
"""The actor in place of somebody who asked to be forgotten."""
_LIBRARY_OF = "(SELECT name FROM library WHERE library.pk = {table}.library)"


@dataclass(frozen=True, slots=True)
class ActorColumn:
    """A column that names who did something.

    ``at`` is the column that says when, and ``told`` those whose text may name them again.
    ``by_name`` says that the table knows its library by name and not by key.
    """

    table: str
    column: str
    at: str
    told: tuple[str, ...] = ()
    by_name: bool = False

    @property
    def library(self) -> str:
        """The name of the row's library, as SQL."""
        return "library" if self.by_name else _LIBRARY_OF.format(table=self.table)


ACTORS = (
    ActorColumn("audit", "actor", "at", told=("detail",)),
    ActorColumn("early_audit", "actor", "at", told=("detail",), by_name=True),
    ActorColumn("edition", "actor", "published_at"),
    ActorColumn("golden", "added_by", "added_at"),
    ActorColumn("note", "author", "at"),
    ActorColumn("note", "approved_by", "at"),
    ActorColumn("job", "actor", "created_at", told=("outcome", "params"), by_name=True),
    ActorColumn("job", "cancelled_by", "created_at", by_name=True),
    ActorColumn("source", "added_by", "added_at"),
    ActorColumn("supersession", "actor", "at"),
)
TOLD = (
    *((each.table, text, each.library) for each in ACTORS for text in each.told),
    ("plan", "body", _LIBRARY_OF.format(table="plan")),
)
"""Texts that may name an actor within: table, column, and their library as SQL."""


_KEYS = {"job": "id", "plan": "id"}
"""What names a row of a table with such texts; ``pk`` in all others."""


def forget_actor(connection: Connection, actor: str, *, library: str | None) -> int:
    """Put ``FORGOTTEN`` in place of an actor; in how many places it stood.

    Args:
        connection: In a transaction.
        actor: ``discord:USER_ID``.
        library: The only one that is meant; None: all.
    """
    count = 0
    for each in ACTORS:
        if has_table(connection, each.table):
            count += connection.execute(
                f"UPDATE {each.table} SET {each.column} = ? WHERE {each.column} = ?"  # noqa: S608 - ours
                f" AND (? IS NULL OR {each.library} = ?)",
                (FORGOTTEN, actor, library, library),
            ).rowcount
    return count + sum(
        _forget_in_text(connection, table, column, place, actor, library)
        for table, column, place in TOLD
        if has_table(connection, table)
    )


def forget_all_people(connection: Connection, library: str) -> int:
    """Do so for everybody of Discord who is named in a library."""
    actors: set[str] = set()
    for each in ACTORS:
        if has_table(connection, each.table):
            actors |= {
                str(row[0])
                for row in connection.execute(
                    f"SELECT DISTINCT {each.column} FROM {each.table}"  # noqa: S608 - ours
                    f" WHERE {each.library} = ? AND {each.column} GLOB 'discord:[0-9]*'",
                    (library,),
                )
            }
    return sum(forget_actor(connection, actor, library=library) for actor in sorted(actors))


def _forget_in_text(
    connection: Connection,
    table: str,
    column: str,
    place: str,
    actor: str,
    library: str | None,
) -> int:
    """Take an actor out of sentences and of what is stored as one text."""
    key = _KEYS.get(table, "pk")
    number = actor.removeprefix("discord:")
    named = re.compile(rf"(discord:|Discord user |<@!?)(?<!\d){re.escape(number)}(?!\d)")
    rows = connection.execute(
        f"SELECT {key}, {column} FROM {table}"  # noqa: S608 - ours
        f" WHERE instr({column}, ?) > 0 AND (? IS NULL OR {place} = ?)",
        (number, library, library),
    ).fetchall()
    count = 0
    for row_key, text in rows:
        without, found = named.subn(r"\1forgotten", text)
        if found:
            count += 1
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608 - ours
                (without, row_key),
            )
    return count
