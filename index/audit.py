"""Who did what, when and why: a log that is only ever added to.

Moderators choose settings and look after unanswered questions before a library's first article,
and so before there is a row of it: until then its entries go by its name, in their own table.
"""

from __future__ import annotations

from index.connections import Connection
from index.records import AuditEntry

_FIELDS = "at, actor, action, detail, reason, edition"


def note_action(connection: Connection, library: int, entry: AuditEntry) -> None:
    """Write it down; call inside the transaction that does it."""
    _insert(connection, "audit", library, entry)


def note_by_name(connection: Connection, library: str, entry: AuditEntry) -> None:
    """Write down what may come before the library's first article."""
    _insert(connection, *_place(connection, library), entry)


def move_early(connection: Connection, name: str, library: int) -> None:
    """Take over what was written down before there was a library of that name."""
    connection.execute(
        f"INSERT INTO audit (library, {_FIELDS}) SELECT ?, {_FIELDS} FROM early_audit "  # noqa: S608 - ours
        "WHERE library = ? ORDER BY pk",
        (library, name),
    )
    connection.execute("DELETE FROM early_audit WHERE library = ?", (name,))


def page_actions(
    connection: Connection, library: str, *, action: str, page: int, size: int
) -> tuple[list[AuditEntry], int]:
    """A page of the entries of an action ("" for all), newest first, and how many there are."""
    table, key = _place(connection, library)
    fits = "library = ? AND (? = '' OR action = ?)"
    given = (key, action, action)
    (total,) = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {fits}",  # noqa: S608 - ours
        given,
    ).fetchone()
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM {table} WHERE {fits} ORDER BY pk DESC LIMIT ? OFFSET ?",  # noqa: S608 - ours
        (*given, size, page * size),
    )
    return [AuditEntry(*row) for row in rows], int(total)


def name_actions(connection: Connection, library: str) -> list[str]:
    """The actions that were ever done, in the order of their names."""
    table, key = _place(connection, library)
    rows = connection.execute(
        f"SELECT DISTINCT action FROM {table} WHERE library = ? ORDER BY action",  # noqa: S608 - ours
        (key,),
    )
    return [str(row["action"]) for row in rows]


def list_actions(connection: Connection, library: str, limit: int) -> list[AuditEntry]:
    """The newest ``limit`` entries, newest first."""
    table, key = _place(connection, library)
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM {table} WHERE library = ? ORDER BY pk DESC LIMIT ?",  # noqa: S608 - ours
        (key, limit),
    )
    return [AuditEntry(*row) for row in rows]


def _place(connection: Connection, library: str) -> tuple[str, int | str]:
    """The table that keeps a library's entries now, and the library's key there."""
    row = connection.execute("SELECT pk FROM library WHERE name = ?", (library,)).fetchone()
    return ("early_audit", library) if row is None else ("audit", int(row["pk"]))


def _insert(connection: Connection, table: str, library: int | str, entry: AuditEntry) -> None:
    connection.execute(
        f"INSERT INTO {table} (library, {_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - ours
        (library, entry.at, entry.actor, entry.action, entry.detail, entry.reason, entry.edition),
    )
