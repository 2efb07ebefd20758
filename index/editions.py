"""Editions: which version of which article belongs to which numbered state of a library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.models import EditionInfo


@dataclass(frozen=True, slots=True)
class Member:
    """An article in an edition: its version and the source it came from."""

    version_id: str
    source: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What turns one edition into the next. ``put`` holds added and changed articles."""

    put: Mapping[str, Member]
    removed: tuple[str, ...]
    added: int
    changed: int


def members(connection: sqlite3.Connection, library: int, edition: int) -> dict[str, Member]:
    """The articles of an edition by id."""
    rows = connection.execute(
        "SELECT m.article_id, v.version_id, m.source FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)",
        (library, edition, edition),
    )
    return {r["article_id"]: Member(r["version_id"], r["source"]) for r in rows}


def publish(
    connection: sqlite3.Connection,
    library: int,
    changes: Changes,
    *,
    actor: str,
    note: str,
    now: str,
) -> int:
    """Make the next edition and point readers at it; call inside one transaction.

    Raises:
        KeyError: a version that is not stored.
    """
    (current,) = connection.execute(
        "SELECT edition FROM library WHERE pk = ?", (library,)
    ).fetchone()
    number = int(current) + 1
    for article_id in (*changes.removed, *changes.put):
        connection.execute(
            "UPDATE membership SET to_edition = ? "
            "WHERE library = ? AND article_id = ? AND to_edition IS NULL",
            (number, library, article_id),
        )
    for article_id, member in changes.put.items():
        connection.execute(
            "INSERT INTO membership VALUES (?, ?, ?, ?, ?, NULL)",
            (library, article_id, _pk(connection, library, member), member.source, number),
        )
    connection.execute(
        "INSERT INTO edition VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (library, number, now, actor, note, changes.added, changes.changed, len(changes.removed)),
    )
    connection.execute("UPDATE library SET edition = ? WHERE pk = ?", (number, library))
    return number


def _pk(connection: sqlite3.Connection, library: int, member: Member) -> int:
    row = connection.execute(
        "SELECT pk FROM version WHERE library = ? AND version_id = ?", (library, member.version_id)
    ).fetchone()
    if row is None:
        raise KeyError(member.version_id)
    return int(row["pk"])


def withheld(connection: sqlite3.Connection, library: int) -> set[str]:
    """Ids of articles that were removed by hand and that a sync must not bring back."""
    rows = connection.execute("SELECT article_id FROM withheld WHERE library = ?", (library,))
    return {r["article_id"] for r in rows}


def withhold(connection: sqlite3.Connection, library: int, article_ids: Iterable[str]) -> None:
    """Remember articles as removed by hand."""
    connection.executemany(
        "INSERT OR IGNORE INTO withheld VALUES (?, ?)", ((library, id_) for id_ in article_ids)
    )


def welcome(connection: sqlite3.Connection, library: int, article_ids: Iterable[str]) -> None:
    """Forget that articles were removed by hand: somebody added them again."""
    connection.executemany(
        "DELETE FROM withheld WHERE library = ? AND article_id = ?",
        ((library, id_) for id_ in article_ids),
    )


def history(connection: sqlite3.Connection, library: int) -> tuple[EditionInfo, ...]:
    """Every edition, newest first."""
    rows = connection.execute(
        "SELECT * FROM edition WHERE library = ? ORDER BY number DESC", (library,)
    )
    return tuple(
        EditionInfo(
            r["number"],
            r["published_at"],
            r["actor"],
            r["note"],
            r["added"],
            r["changed"],
            r["removed"],
        )
        for r in rows
    )


def count_chunks(connection: sqlite3.Connection, library: int, edition: int) -> int:
    """Chunks in an edition."""
    (count,) = connection.execute(
        "SELECT count(*) FROM membership AS m JOIN chunk AS c ON c.version = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)",
        (library, edition, edition),
    ).fetchone()
    return int(count)
