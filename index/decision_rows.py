"""What moderators decided: golden questions, what supersedes what, and options by name."""

from __future__ import annotations

from collections.abc import Iterable

from index.connections import Connection, Row
from index.records import GoldenQuestion, Supersession


def add_golden(
    connection: Connection,
    library: int,
    question: str,
    article: tuple[str, str],
    *,
    actor: str,
    now: str,
) -> GoldenQuestion:
    """Keep a question with its article's id and title; known ones stay as they are."""
    article_id, title = article
    connection.execute(
        "INSERT INTO golden (library, question, article_id, title, added_by, added_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (library, question, article_id, title, actor, now),
    )
    row = connection.execute(
        "SELECT * FROM golden WHERE library = ? AND question = ? AND article_id = ?",
        (library, question, article_id),
    ).fetchone()
    return _golden(row)


def list_golden(connection: Connection, library: int) -> list[GoldenQuestion]:
    """A library's golden questions, oldest first."""
    rows = connection.execute("SELECT * FROM golden WHERE library = ? ORDER BY pk", (library,))
    return [_golden(row) for row in rows]


def remove_golden(connection: Connection, library: int, key: int) -> None:
    """Forget one."""
    connection.execute("DELETE FROM golden WHERE library = ? AND pk = ?", (library, key))


def _golden(row: Row) -> GoldenQuestion:
    return GoldenQuestion(
        row["pk"],
        row["question"],
        row["article_id"],
        row["title"],
        row["added_by"],
        row["added_at"],
    )


def supersede(connection: Connection, library: int, mark: Supersession) -> None:
    """Mark an article as superseded; an earlier mark of it gives way."""
    connection.execute(
        "INSERT INTO supersession VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (library, article_id) DO UPDATE SET by_article = excluded.by_article, "
        "by_title = excluded.by_title, actor = excluded.actor, at = excluded.at, "
        "reason = excluded.reason",
        (library, mark.article_id, mark.by, mark.by_title, mark.actor, mark.at, mark.reason),
    )


def unmark(connection: Connection, library: int, article_id: str) -> bool:
    """Take the mark away; whether there was one."""
    cursor = connection.execute(
        "DELETE FROM supersession WHERE library = ? AND article_id = ?", (library, article_id)
    )
    return cursor.rowcount > 0


def list_supersessions(connection: Connection, library: int) -> list[Supersession]:
    """A library's marks, newest first."""
    rows = connection.execute(
        "SELECT article_id, by_article, by_title, actor, at, reason FROM supersession "
        "WHERE library = ? ORDER BY at DESC, article_id",
        (library,),
    )
    return [Supersession(*row) for row in rows]


def follow_moves(connection: Connection, library: int, moves: Iterable[tuple[str, str]]) -> None:
    """Decisions about an article go with it to its new id; ``moves`` pairs old with new."""
    for old, new in moves:
        # What was decided of the new id gives way.
        connection.execute(
            "DELETE FROM golden WHERE library = :library AND article_id = :new AND question IN ("
            "SELECT question FROM golden WHERE library = :library AND article_id = :old)",
            {"library": library, "old": old, "new": new},
        )
        connection.execute(
            "DELETE FROM supersession WHERE library = :library AND article_id = :new AND EXISTS ("
            "SELECT 1 FROM supersession WHERE library = :library AND article_id = :old)",
            {"library": library, "old": old, "new": new},
        )
        for table, column in (
            ("golden", "article_id"),
            ("supersession", "article_id"),
            ("supersession", "by_article"),
            ("note", "corrects"),
        ):
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE library = ? AND {column} = ?",
                (new, library, old),
            )


def read_option(connection: Connection, library: str, name: str) -> str | None:
    """What a library's option was set to."""
    row = connection.execute(
        "SELECT value FROM library_option WHERE library = ? AND name = ?", (library, name)
    ).fetchone()
    return None if row is None else str(row["value"])


def write_option(connection: Connection, library: str, name: str, value: str | None) -> None:
    """Set a library's option, or forget it."""
    if value is None:
        connection.execute(
            "DELETE FROM library_option WHERE library = ? AND name = ?", (library, name)
        )
    else:
        connection.execute(
            "INSERT INTO library_option VALUES (?, ?, ?) "
            "ON CONFLICT (library, name) DO UPDATE SET value = excluded.value",
            (library, name, value),
        )
