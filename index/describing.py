"""What a library holds, for people."""

from __future__ import annotations

from pathlib import Path

from index import editions, library_rows
from index.connections import Connection
from index.library_rows import LibraryRow
from index.models import LibraryStatus


def describe(
    connection: Connection, row: LibraryRow, *, database_bytes: int, vectors: Path
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
        database_bytes=database_bytes,
        vector_bytes=folder_bytes(vectors),
    )


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
