"""Libraries and their sources in SQLite. Plain functions over a connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from index import audit, lexical
from index.connections import Connection
from index.entries import FROM_FEED, SourceOptions, options_from
from index.models import Source, SourceKind
from index.records import SourceInfo


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A library's own row: its current edition and what its index was made with."""

    pk: int
    name: str
    edition: int
    fingerprint: str | None
    collection: str | None


def find_library(connection: Connection, name: str) -> LibraryRow | None:
    """The library's row, or None before its first article."""
    row = connection.execute("SELECT * FROM library WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    return LibraryRow(row["pk"], row["name"], row["edition"], row["fingerprint"], row["collection"])


def list_libraries(connection: Connection) -> list[LibraryRow]:
    """Every library, by name."""
    names = [r["name"] for r in connection.execute("SELECT name FROM library ORDER BY name")]
    return [row for row in (find_library(connection, name) for name in names) if row]


def list_editions(connection: Connection) -> dict[str, int]:
    """The edition that readers see of every library, by name; 0 before its first."""
    rows = connection.execute("SELECT name, edition FROM library")
    return {row["name"]: int(row["edition"]) for row in rows}


def open_library(connection: Connection, name: str, fingerprint: str) -> LibraryRow:
    """The library's row, made now if it is new."""
    if (found := find_library(connection, name)) is not None:
        return found
    (pk,) = connection.execute(
        "INSERT INTO library (name) VALUES (?) RETURNING pk", (name,)
    ).fetchone()
    lexical.create_table(connection, pk)
    audit.move_early(connection, name, pk)
    set_index(connection, pk, fingerprint, collection_name(pk, 1))
    return LibraryRow(pk, name, 0, fingerprint, collection_name(pk, 1))


def set_index(
    connection: Connection, library: int, fingerprint: str, collection: str | None
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
    connection: Connection,
    library: int,
    source: Source,
    actor: str,
    now: str,
    options: SourceOptions | None = None,
) -> int:
    """The source's key; remembered now if it is new or was removed.

    With other options than before, everything is read anew.
    """
    connection.execute(
        "INSERT INTO source (library, kind, location, added_by, added_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (library, source.kind.value, source.location, actor, now),
    )
    row = connection.execute(
        "SELECT pk, removed_at FROM source WHERE library = ? AND kind = ? AND location = ?",
        (library, source.kind.value, source.location),
    ).fetchone()
    if row["removed_at"] is not None:
        connection.execute(
            "UPDATE source SET removed_at = NULL, added_by = ?, added_at = ? WHERE pk = ?",
            (actor, now, row["pk"]),
        )
    if options is not None:
        set_options(connection, row["pk"], options)
    return int(row["pk"])


def reserve_source(
    connection: Connection, library: int, source: Source, actor: str, now: str
) -> int:
    """The key that the source has or will have; a new one is as if removed until remembered."""
    connection.execute(
        "INSERT INTO source (library, kind, location, added_by, added_at, removed_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (library, source.kind.value, source.location, actor, now, now),
    )
    row = connection.execute(
        "SELECT pk FROM source WHERE library = ? AND kind = ? AND location = ?",
        (library, source.kind.value, source.location),
    ).fetchone()
    return int(row["pk"])


def find_source(connection: Connection, library: int, source: Source) -> int | None:
    """The key of a remembered source."""
    row = connection.execute(
        "SELECT pk FROM source WHERE library = ? AND kind = ? AND location = ? "
        "AND removed_at IS NULL",
        (library, source.kind.value, source.location),
    ).fetchone()
    return None if row is None else int(row["pk"])


def list_sources(connection: Connection, library: int) -> dict[Source, int]:
    """The remembered sources and their keys, oldest first."""
    rows = connection.execute(
        "SELECT * FROM source WHERE library = ? AND removed_at IS NULL ORDER BY pk", (library,)
    )
    return {Source(SourceKind(r["kind"]), r["location"]): int(r["pk"]) for r in rows}


def describe_sources(connection: Connection, library: int, edition: int) -> list[SourceInfo]:
    """The remembered sources with all that is known of them, oldest first."""
    rows = connection.execute(
        "SELECT s.*, (SELECT count(*) FROM membership AS m WHERE m.library = s.library "
        "AND m.source = s.pk AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)) AS articles "
        "FROM source AS s WHERE s.library = ? AND s.removed_at IS NULL ORDER BY s.pk",
        (edition, edition, library),
    )
    return [
        SourceInfo(
            key=r["pk"],
            source=Source(SourceKind(r["kind"]), r["location"]),
            options=read_options(r["options"]),
            articles=r["articles"],
            added_by=r["added_by"],
            added_at=r["added_at"],
            schedule=r["schedule"],
            next_run=r["next_run"],
            last_run=r["last_run"],
            outcome=r["outcome"],
            paused=bool(r["paused"]),
        )
        for r in rows
    ]


def forget_source(connection: Connection, source: int, now: str) -> None:
    """Read it no more. Its row stays, since earlier editions name it."""
    connection.execute(
        "UPDATE source SET removed_at = ?, schedule = NULL, next_run = NULL WHERE pk = ?",
        (now, source),
    )
    connection.execute("DELETE FROM entry WHERE source = ?", (source,))


def set_options(connection: Connection, source: int, options: SourceOptions) -> None:
    """Remember how a source is read."""
    written = json.dumps(asdict(options), ensure_ascii=False)
    cursor = connection.execute(
        "UPDATE source SET options = ? WHERE pk = ? AND options <> ?", (written, source, written)
    )
    if cursor.rowcount:
        # Their names are still needed: they tell which articles the new options leave out.
        connection.execute(
            "UPDATE entry SET etag = NULL, last_modified = NULL, "
            "stamp = CASE WHEN instr(stamp, ?) = 1 THEN ? END WHERE source = ?",
            (FROM_FEED, FROM_FEED, source),
        )


def read_options(written: str) -> SourceOptions:
    """How a source is read, as its row keeps it."""
    return options_from(json.loads(written))


def note_outcomes(connection: Connection, outcomes: Mapping[int, str], now: str) -> None:
    """Remember how reading each source went."""
    connection.executemany(
        "UPDATE source SET last_run = ?, outcome = ? WHERE pk = ?",
        ((now, outcome, source) for source, outcome in outcomes.items()),
    )


def pause_schedules(connection: Connection, library: int, *, paused: bool) -> None:
    """Hold a library's schedules, or let them go on."""
    connection.execute(
        "UPDATE source SET paused = ? WHERE library = ? AND schedule IS NOT NULL",
        (int(paused), library),
    )
