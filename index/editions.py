"""Editions: which version of which article belongs to which numbered state of a library."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.connections import Connection
from index.models import EditionInfo


@dataclass(frozen=True, slots=True)
class Member:
    """An article in an edition: its version and the source it came from."""

    version_id: str
    source: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What turns one edition into the next. ``put`` holds added articles, then changed ones."""

    put: Mapping[str, Member]
    removed: tuple[str, ...]
    added: int
    changed: int


def members(connection: Connection, library: int, edition: int) -> dict[str, Member]:
    """The articles of an edition by id."""
    rows = connection.execute(
        "SELECT m.article_id, v.version_id, m.source FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)",
        (library, edition, edition),
    )
    return {r["article_id"]: Member(r["version_id"], r["source"]) for r in rows}


def stage(connection: Connection, library: int, changes: Changes) -> int:
    """Lay the next edition out where no reader sees it; its number.

    Its rows begin and end at a number that readers have not reached, so the current edition
    stays what it is. What an earlier attempt left is cleared away first; ``laid_out`` tells
    one attempt from another.

    Raises:
        KeyError: a version that is not stored.
    """
    unstage(connection, library)
    number = current_edition(connection, library) + 1
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
    _mark_laid_out(connection, library, secrets.token_hex(8))
    return number


def unstage(connection: Connection, library: int) -> None:
    """Clear away an edition that was laid out and never published."""
    current = current_edition(connection, library)
    connection.execute(
        "DELETE FROM membership WHERE library = ? AND from_edition > ?", (library, current)
    )
    connection.execute(
        "UPDATE membership SET to_edition = NULL WHERE library = ? AND to_edition > ?",
        (library, current),
    )
    _mark_laid_out(connection, library, "")


def laid_out(connection: Connection, library: int) -> str:
    """The mark of the edition that is laid out now; "" where none is."""
    (mark,) = connection.execute("SELECT laid_out FROM library WHERE pk = ?", (library,)).fetchone()
    return str(mark)


def list_unpublished(connection: Connection) -> dict[str, int]:
    """The keys of the libraries that have an edition laid out, by name."""
    rows = connection.execute(
        "SELECT name, pk FROM library AS l WHERE EXISTS ("
        "SELECT 1 FROM membership AS m WHERE m.library = l.pk AND m.from_edition > l.edition"
        ") OR EXISTS ("
        "SELECT 1 FROM membership AS m WHERE m.library = l.pk AND m.to_edition > l.edition"
        ") ORDER BY name"
    )
    return {row["name"]: int(row["pk"]) for row in rows}


def commit(connection: Connection, library: int, edition: EditionInfo) -> None:
    """Point readers at the edition that was laid out, and write its line of history."""
    connection.execute(
        "INSERT INTO edition (library, number, published_at, actor, note, added, changed, "
        "removed, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            library,
            edition.number,
            edition.published_at,
            edition.actor,
            edition.note,
            edition.added,
            edition.changed,
            edition.removed,
            edition.reason,
        ),
    )
    connection.execute(
        "UPDATE library SET edition = ?, laid_out = '' WHERE pk = ?", (edition.number, library)
    )


def current_edition(connection: Connection, library: int) -> int:
    """The number of the edition that readers see."""
    (number,) = connection.execute(
        "SELECT edition FROM library WHERE pk = ?", (library,)
    ).fetchone()
    return int(number)


def times_back(connection: Connection, library: int) -> int:
    """How often somebody went back to an earlier edition."""
    (times,) = connection.execute(
        "SELECT times_back FROM library WHERE pk = ?", (library,)
    ).fetchone()
    return int(times)


def count_way_back(connection: Connection, library: int) -> None:
    """Note that somebody went back: what was begun before is not wanted any more."""
    connection.execute("UPDATE library SET times_back = times_back + 1 WHERE pk = ?", (library,))


def way_back(connection: Connection, library: int, target: int) -> Changes:
    """What turns the current edition into the earlier ``target`` again.

    Only articles that came, changed or went since are looked at, so that the cost is
    that of what changed, whatever the size of the library.

    Raises:
        KeyError: there is no such earlier edition, or it was collected.
    """
    known = connection.execute(
        "SELECT 1 FROM edition WHERE library = ? AND number = ?", (library, target)
    ).fetchone()
    if known is None:
        raise KeyError(target)
    touched = [
        r["article_id"]
        for r in connection.execute(
            "SELECT article_id FROM membership WHERE library = ? AND from_edition > ? "
            "UNION SELECT article_id FROM membership WHERE library = ? AND to_edition > ?",
            (library, target, library, target),
        )
    ]
    now = members_of(connection, library, current_edition(connection, library), touched)
    then = members_of(connection, library, target, touched)
    added = {id_: member for id_, member in then.items() if id_ not in now}
    changed = {
        id_: member
        for id_, member in then.items()
        if id_ in now and now[id_].version_id != member.version_id
    }
    removed = tuple(id_ for id_ in now if id_ not in then)
    return Changes(added | changed, removed, len(added), len(changed))


def members_of(
    connection: Connection, library: int, edition: int, article_ids: Iterable[str]
) -> dict[str, Member]:
    """Those of the named articles that an edition holds."""
    found: dict[str, Member] = {}
    for article_id in article_ids:
        row = connection.execute(
            "SELECT v.version_id, m.source FROM membership AS m "
            "JOIN version AS v ON v.pk = m.version "
            "WHERE m.library = ? AND m.article_id = ? AND m.from_edition <= ? "
            "AND (m.to_edition IS NULL OR m.to_edition > ?)",
            (library, article_id, edition, edition),
        ).fetchone()
        if row is not None:
            found[article_id] = Member(row["version_id"], row["source"])
    return found


def _mark_laid_out(connection: Connection, library: int, mark: str) -> None:
    connection.execute("UPDATE library SET laid_out = ? WHERE pk = ?", (mark, library))


def _pk(connection: Connection, library: int, member: Member) -> int:
    row = connection.execute(
        "SELECT pk FROM version WHERE library = ? AND version_id = ?", (library, member.version_id)
    ).fetchone()
    if row is None:
        raise KeyError(member.version_id)
    return int(row["pk"])


def withheld(connection: Connection, library: int) -> set[str]:
    """Ids of articles that were removed by hand and that a sync must not bring back."""
    rows = connection.execute("SELECT article_id FROM withheld WHERE library = ?", (library,))
    return {r["article_id"] for r in rows}


def withhold(connection: Connection, library: int, article_ids: Iterable[str]) -> None:
    """Remember articles as removed by hand."""
    connection.executemany(
        "INSERT INTO withheld VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((library, id_) for id_ in article_ids),
    )


def welcome(connection: Connection, library: int, article_ids: Iterable[str]) -> None:
    """Forget that articles were removed by hand: somebody added them again."""
    connection.executemany(
        "DELETE FROM withheld WHERE library = ? AND article_id = ?",
        ((library, id_) for id_ in article_ids),
    )


def history(connection: Connection, library: int) -> tuple[EditionInfo, ...]:
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
            r["reason"],
        )
        for r in rows
    )


def count_chunks(connection: Connection, library: int, edition: int) -> int:
    """Chunks in an edition."""
    (count,) = connection.execute(
        "SELECT count(*) FROM membership AS m JOIN chunk AS c ON c.version = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)",
        (library, edition, edition),
    ).fetchone()
    return int(count)
