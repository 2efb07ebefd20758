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


def list_actions(connection: sqlite3.Connection, library: int, limit: int) -> list[AuditEntry]:
    """The newest ``limit`` entries, newest first."""
    rows = connection.execute(
        "SELECT at, actor, action, detail, reason, edition FROM audit "
        "WHERE library = ? ORDER BY pk DESC LIMIT ?",
        (library, limit),
    )
    return [AuditEntry(*row) for row in rows]
