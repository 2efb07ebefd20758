"""Writes a library into a zip, from one snapshot of the database, in bounded memory."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.archive_format import (
    FORMAT,
    KEY_BYTES,
    MANIFEST,
    PAGES,
    TABLES,
    VECTORS,
    VERSIONS,
    Manifest,
    Member,
    Row,
    Table,
)
from index.connections import Connection
from index.errors import ArchiveError
from index.library_rows import LibraryRow
from index.models import NOTE_PREFIX
from index.pages import PageText
from index.sql import stream

# The same bytes whenever they are written.
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16

_EMBEDDINGS = (
    "SELECT key, vector FROM embedding AS e WHERE library = :library AND EXISTS (SELECT 1 "
    "FROM chunk AS c JOIN version AS v ON v.pk = c.version WHERE c.embedding = e.key "
    "AND v.library = e.library AND v.fingerprint IS :fingerprint) ORDER BY key"
)
_RESERVED = (
    "SELECT m.article_id FROM membership AS m WHERE m.library = :library "
    "AND substr(m.article_id, 1, length(:prefix)) = :prefix AND m.from_edition <= :edition "
    "AND (m.to_edition IS NULL OR m.to_edition > :edition) AND NOT EXISTS (SELECT 1 "
    "FROM note AS n WHERE n.library = m.library AND n.article_id = m.article_id) LIMIT 1"
)

OnRow = Callable[[], None]
"""Called for every row; may raise to stop."""


def write_archive(connection: Connection, row: LibraryRow, path: Path, on_row: OnRow) -> Manifest:
    """Write the library to ``path`` whole, or leave what is there as it was.

    Raises:
        ArchiveError: it cannot be written; the sentence says why.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
                manifest = _write_members(connection, row, archive, on_row)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise ArchiveError(
            f"The export cannot be written to {path}: {error.strerror or error}. "
            "Nothing was left there."
        ) from error
    else:
        return manifest
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _write_members(
    connection: Connection, row: LibraryRow, archive: zipfile.ZipFile, on_row: OnRow
) -> Manifest:
    names = {
        "library": row.pk,
        "name": row.name,
        "edition": row.edition,
        "fingerprint": row.fingerprint,
    }
    _refuse_reserved(connection, names)
    dimension, vectors = _write_vectors(connection, names, archive, on_row)
    members = [vectors]
    for table in TABLES:
        lines = _read_rows(connection, table, stream(connection, table.select, names))
        members.append(_write_lines(archive, table, lines, on_row))
    manifest = Manifest(row.name, row.edition, row.fingerprint or "", dimension, tuple(members))
    encoded = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=True, indent=1)
    archive.writestr(_info(MANIFEST), encoded.encode())
    return manifest


def _write_vectors(
    connection: Connection, names: Row, archive: zipfile.ZipFile, on_row: OnRow
) -> tuple[int, Member]:
    """The vectors as records of key and float32 values; the dimension, 0 without any."""
    writer, dimension = _Writer(archive, VECTORS, zipfile.ZIP_STORED), 0
    with writer:
        for key, vector in stream(connection, _EMBEDDINGS, names):
            dimension = dimension or len(vector) // 4
            if len(vector) != 4 * dimension:
                raise ArchiveError(
                    "The vectors of this library do not have one length. Run `footnote index "
                    "rebuild`, then export again."
                )
            writer.write(bytes.fromhex(key)[:KEY_BYTES] + vector)
            on_row()
    return dimension, writer.member


def _write_lines(
    archive: zipfile.ZipFile, table: Table, rows: Iterable[Row], on_row: OnRow
) -> Member:
    writer = _Writer(archive, table.member, zipfile.ZIP_DEFLATED)
    with writer:
        for row in rows:
            fields = {name: row[name] for name in table.fields}
            line = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
            writer.write(line.encode() + b"\n")
            on_row()
    return writer.member


def _refuse_reserved(connection: Connection, names: Row) -> None:
    """What no import would take in is not written."""
    found = connection.execute(_RESERVED, {**names, "prefix": NOTE_PREFIX}).fetchone()
    if found is not None:
        raise ArchiveError(
            f"The article {found['article_id'][:80]!r} has an id that is kept for moderators' "
            "notes. Sync its source or remove the article, then export again."
        )


def _read_rows(connection: Connection, table: Table, found: Iterable[Any]) -> Iterable[Row]:
    if table is VERSIONS:
        return _versions(connection, found)
    return _pages(found) if table is PAGES else map(dict, found)


def _pages(found: Iterable[Any]) -> Iterator[Row]:
    for row in found:
        try:
            page = PageText.unpack(row["packed"])
        except ValueError:
            continue  # Nothing could be built on it here either.
        anchors = [[a.block, a.id, a.is_heading] for a in page.anchors]
        yield {"version": row["version"], "blocks": page.blocks, "anchors": anchors}


def _versions(connection: Connection, found: Iterable[Any]) -> Iterator[Row]:
    for version in found:
        chunks = connection.execute(
            'SELECT chunk_id, start, "end", heading, embedding FROM chunk WHERE version = ? '
            "ORDER BY ordinal",
            (version["pk"],),
        )
        yield {
            **dict(version),
            "authors": json.loads(version["authors"]),
            "headings": json.loads(version["headings"]),
            "chunks": [list(chunk) for chunk in chunks] if version["complete"] else None,
        }


class _Writer:
    """Writes one member and keeps count."""

    def __init__(self, archive: zipfile.ZipFile, name: str, compression: int) -> None:
        info = _info(name)
        info.compress_type = compression
        self._name = name
        self._stream = archive.open(info, "w", force_zip64=True)
        self._hash = hashlib.sha256()
        self._size = self._rows = 0

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, row: bytes) -> None:
        self._stream.write(row)
        self._hash.update(row)
        self._size += len(row)
        self._rows += 1

    @property
    def member(self) -> Member:
        return Member(self._name, self._size, self._hash.hexdigest(), self._rows)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.external_attr = _READABLE
    info.create_system = 3
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _sync_folder(folder: Path) -> None:
    # Not every file system lets a folder be opened; the file itself is safe by now.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
