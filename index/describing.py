"""What a library holds, for people."""

from __future__ import annotations

from pathlib import Path

from index import editions, library_rows
from index.connections import Connection
from index.library_rows import LibraryRow
from index.models import LibraryStatus


def describe(
    connection: Connection, row: LibraryRow, database: Path, vectors: Path
) -> LibraryStatus:
    """The library's current edition, its sources, and the room it takes."""
    known = editions.history(connection, row.pk)
    return LibraryStatus(
        library=row.name,
        edition=known[0] if known else None,
        articles=len(editions.members(connection, row.pk, row.edition)),
        chunks=editions.count_chunks(connection, row.pk, row.edition),
        sources=tuple(library_rows.list_sources(connection, row.pk)),
        embedder=row.fingerprint or "",
        database_bytes=file_bytes(database),
        vector_bytes=sum(file_bytes(file) for file in vectors.rglob("*")),
    )


def file_bytes(path: Path) -> int:
    """Size of a file and of the log that SQLite may keep beside it."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(f.stat().st_size for f in files if f.is_file())
