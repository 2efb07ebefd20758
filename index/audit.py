"""Who did what, when and why: a log that is only ever added to."""

from __future__ import annotations

import sqlite3

from index.records import AuditEntry


def note_action(connection: sqlite3.Connection, library: int, entry: AuditEntry) -> None:
    """Write it down; call inside the transaction that does it."""
    connection.execute(
        "INSERT INTO audit (library, at, actor, action, detail, reason, edition) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (library, entry.at, entry.actor, entry.action, entry.detail, entry.reason, entry.edition),
    )


def page_actions(
    connection: sqlite3.Connection, library: int, *, action: str, page: int, size: int
) -> tuple[list[AuditEntry], int]:
    """A page of the entries of an action ("" for all), newest first, and how many there are."""
    fits = "library = ? AND (? = '' OR action = ?)"
    given = (library, action, action)
    (total,) = connection.execute(
        f"SELECT count(*) FROM audit WHERE {fits}",  # noqa: S608 - ours
        given,
    ).fetchone()
    rows = connection.execute(
        "SELECT at, actor, action, detail, reason, edition FROM audit "  # noqa: S608 - ours
        f"WHERE {fits} ORDER BY pk DESC LIMIT ? OFFSET ?",
        (*given, size, page * size),
    )
    return [AuditEntry(*row) for row in rows], int(total)


def name_actions(connection: sqlite3.Connection, library: int) -> list[str]:
    """The actions that were ever done, in the order of their names."""
    rows = connection.execute(
        "SELECT DISTINCT action FROM audit WHERE library = ? ORDER BY action", (library,)
    )
    return [str(row["action"]) for row in rows]


def list_actions(connection: sqlite3.Connection, library: int, limit: int) -> list[AuditEntry]:
    """The newest ``limit`` entries, newest first."""
    rows = connection.execute(
        "SELECT at, actor, action, detail, reason, edition FROM audit "
        "WHERE library = ? ORDER BY pk DESC LIMIT ?",
        (library, limit),
    )
    return [AuditEntry(*row) for row in rows]
