"""Libraries and their sources in SQLite. Plain functions over a connection."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from index import lexical
from index.models import Source, SourceKind


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A library's own row: its current edition and what its index was made with."""

    pk: int
    name: str
    edition: int
    fingerprint: str | None
    collection: str | None


def find_library(connection: sqlite3.Connection, name: str) -> LibraryRow | None:
    """The library's row, or None before its first article."""
    row = connection.execute("SELECT * FROM library WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    return LibraryRow(row["pk"], row["name"], row["edition"], row["fingerprint"], row["collection"])


def list_libraries(connection: sqlite3.Connection) -> list[LibraryRow]:
    """Every library, by name."""
    names = [r["name"] for r in connection.execute("SELECT name FROM library ORDER BY name")]
    return [row for row in (find_library(connection, name) for name in names) if row]


def open_library(connection: sqlite3.Connection, name: str, fingerprint: str) -> LibraryRow:
    """The library's row, made now if it is new."""
    if (found := find_library(connection, name)) is not None:
        return found
    cursor = connection.execute("INSERT INTO library (name) VALUES (?)", (name,))
    pk = cursor.lastrowid
    assert pk is not None  # noqa: S101 - an INSERT has a row
    lexical.create_table(connection, pk)
    set_index(connection, pk, fingerprint, collection_name(pk, 1))
    return LibraryRow(pk, name, 0, fingerprint, collection_name(pk, 1))


def set_index(
    connection: sqlite3.Connection, library: int, fingerprint: str, collection: str | None
) -> None:
    """Remember what made the library's index, and which Chroma collection is its own."""
    connection.execute(
        "UPDATE library SET fingerprint = ?, collection = ? WHERE pk = ?",
        (fingerprint, collection, library),
    )


def collection_name(library: int, generation: int) -> str:
    """The name of a library's Chroma collection."""
    return f"library-{library}-{generation}"


def next_collection(row: LibraryRow) -> str:
    """The name of the collection that a rebuild fills."""
    generation = int((row.collection or "0").rsplit("-", 1)[-1])
    return collection_name(row.pk, generation + 1)


def remember_source(
    connection: sqlite3.Connection, library: int, source: Source, actor: str, now: str
) -> int:
    """The source's key; remembered now if it is new."""
    connection.execute(
        "INSERT OR IGNORE INTO source (library, kind, location, added_by, added_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (library, source.kind.value, source.location, actor, now),
    )
    (pk,) = connection.execute(
        "SELECT pk FROM source WHERE library = ? AND kind = ? AND location = ?",
        (library, source.kind.value, source.location),
    ).fetchone()
    return int(pk)


def list_sources(connection: sqlite3.Connection, library: int) -> dict[Source, int]:
    """The remembered sources and their keys, oldest first."""
    rows = connection.execute("SELECT * FROM source WHERE library = ? ORDER BY pk", (library,))
    return {Source(SourceKind(r["kind"]), r["location"]): int(r["pk"]) for r in rows}
