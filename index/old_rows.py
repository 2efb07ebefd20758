"""What no kept edition holds, in SQLite: found and deleted. Plain functions over a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from index import lexical
from index.connections import Connection
from index.library_rows import LibraryRow

_MEMBERSHIPS_A_STEP = 2_000
_EMBEDDINGS_A_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Retention:
    """Which editions are kept: the newest ``editions``, and all of the last ``days`` days.

    The current one is always kept.
    """

    editions: int = 20
    days: int = 90


def oldest_kept(connection: Connection, row: LibraryRow, keep: Retention, now: datetime) -> int:
    """The number of the oldest edition that is kept; all before it may go."""
    since = (now.astimezone(UTC) - timedelta(days=keep.days)).isoformat(timespec="seconds")
    (young,) = connection.execute(
        "SELECT min(number) FROM edition WHERE library = ? AND published_at >= ?", (row.pk, since)
    ).fetchone()
    newest = row.edition - max(1, keep.editions) + 1
    return newest if young is None else min(newest, int(young))


def count_old(connection: Connection, row: LibraryRow, keep: Retention, now: datetime) -> int:
    """How many editions may go."""
    (count,) = connection.execute(
        "SELECT count(*) FROM edition WHERE library = ? AND number < ?",
        (row.pk, oldest_kept(connection, row, keep, now)),
    ).fetchone()
    return int(count)


def forget_old(connection: Connection, row: LibraryRow, keep: Retention, now: datetime) -> int:
    """Take the old editions out of the history; how many went."""
    cursor = connection.execute(
        "DELETE FROM edition WHERE library = ? AND number < ?",
        (row.pk, oldest_kept(connection, row, keep, now)),
    )
    return cursor.rowcount


def forget_memberships(connection: Connection, library: int) -> int:
    """Forget some of what ended before the oldest edition of the history; how many rows."""
    rows = connection.execute(
        "SELECT article_id, from_edition FROM membership WHERE library = ? AND to_edition <= "
        "(SELECT min(number) FROM edition WHERE library = ?) LIMIT ?",
        (library, library, _MEMBERSHIPS_A_STEP),
    ).fetchall()
    connection.executemany(
        "DELETE FROM membership WHERE library = ? AND article_id = ? AND from_edition = ?",
        ((library, r["article_id"], r["from_edition"]) for r in rows),
    )
    return len(rows)


def unused_versions(connection: Connection, library: int) -> list[int]:
    """The keys of versions that belong to no edition."""
    rows = connection.execute(
        "SELECT pk FROM version AS v WHERE library = ? "
        "AND NOT EXISTS (SELECT 1 FROM membership WHERE version = v.pk) ORDER BY pk",
        (library,),
    )
    return [r["pk"] for r in rows]


def delete_version(connection: Connection, library: int, version: int) -> int | None:
    """Delete a version with its chunks; how many. None if an edition took it up meanwhile."""
    row = connection.execute(
        "SELECT title, text FROM version AS v WHERE library = ? AND pk = ? "
        "AND NOT EXISTS (SELECT 1 FROM membership WHERE version = v.pk)",
        (library, version),
    ).fetchone()
    if row is None:
        return None
    chunks = connection.execute(
        'SELECT pk, start, "end", heading FROM chunk WHERE version = ?', (version,)
    ).fetchall()
    # The lexical index keeps no text: it must be told what it was given.
    lexical.remove_rows(
        connection,
        library,
        (
            lexical.LexicalRow(
                c["pk"], row["title"], c["heading"], row["text"][c["start"] : c["end"]]
            )
            for c in chunks
        ),
    )
    connection.execute("DELETE FROM chunk WHERE version = ?", (version,))
    connection.execute("DELETE FROM version WHERE pk = ?", (version,))
    return len(chunks)


def unused_embeddings(
    connection: Connection, library: int, after: str
) -> tuple[list[str], str | None]:
    """Keys of vectors that no chunk uses, of a page behind ``after``; and where the page ends."""
    page = [
        r["key"]
        for r in connection.execute(
            "SELECT key FROM embedding WHERE library = ? AND key > ? ORDER BY key LIMIT ?",
            (library, after, _EMBEDDINGS_A_STEP),
        )
    ]
    unused = _unused(connection, library, page)
    return unused, page[-1] if len(page) == _EMBEDDINGS_A_STEP else None


def delete_embeddings(connection: Connection, library: int, keys: Sequence[str]) -> None:
    """Delete those of the vectors that still no chunk uses."""
    connection.executemany(
        "DELETE FROM embedding WHERE library = ? AND key = ?",
        ((library, key) for key in _unused(connection, library, keys)),
    )


def _unused(connection: Connection, library: int, keys: Sequence[str]) -> list[str]:
    used = (
        "SELECT 1 FROM chunk AS c JOIN version AS v ON v.pk = c.version "
        "WHERE c.embedding = ? AND v.library = ? LIMIT 1"
    )
    return [key for key in keys if connection.execute(used, (key, library)).fetchone() is None]


def count_filled(connection: Connection, row: LibraryRow) -> int:
    """Chunks that are known to be in the library's collection in Chroma."""
    (count,) = connection.execute(
        "SELECT count(DISTINCT c.chunk_id) FROM version AS v JOIN chunk AS c ON c.version = v.pk "
        "WHERE v.library = ? AND v.collection = ?",
        (row.pk, row.collection),
    ).fetchone()
    return int(count)
