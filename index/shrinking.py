"""Disk space that deleted rows took is given back to the system."""

from __future__ import annotations

import shutil
from pathlib import Path

from index import lexical
from index.connections import Connection
from index.database import Database

_PAGES_A_STEP = 2_000
_MERGES_A_STEP = 500
# A database of an earlier make can only be written anew as a whole, while nobody writes.
# That has to be worth it, and must not take minutes.
_WORTH_A_COPY = 0.25
_MOST_COPIED = 2 * 1024**3
_LOG_PATIENCE_MS = 1_000


def bytes_on_disk(database: Path, vectors: Path) -> int:
    """What a database with its log and the vector index take."""
    log = database.with_name(database.name + "-wal")
    files = [file for file in (database, log) if file.is_file()]
    files += [file for file in vectors.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


async def shrink_lexical(database: Database, library: int) -> None:
    """Merge a library's lexical index, in which what was deleted stays until then."""
    pages = -_MERGES_A_STEP
    while await database.write(lambda c, pages=pages: lexical.merge_some(c, library, pages)):  # type: ignore[misc]
        pages = _MERGES_A_STEP


async def shrink_database(database: Database) -> None:
    """Give the free pages back, some at a time, and empty the log.

    Raises:
        StoreError: SQLite failed; nothing was lost.
    """
    if await database.read(_gives_back_pages):
        while await database.write(_give_pages_back):
            pass
    elif await database.read(lambda c: _is_worth_a_copy(c, database.path)):
        await database.maintain(_copy)
    await database.maintain(_empty_log)


def _gives_back_pages(connection: Connection) -> bool:
    incremental = 2
    return _pragma(connection, "auto_vacuum") == incremental


def _give_pages_back(connection: Connection) -> bool:
    free = _pragma(connection, "freelist_count")
    # Every row is a page given back: it is done when all were fetched.
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_A_STEP})").fetchall()
    return 0 < _pragma(connection, "freelist_count") < free


def _is_worth_a_copy(connection: Connection, path: Path) -> bool:
    free, size = _pragma(connection, "freelist_count"), _pragma(connection, "page_count")
    copied = (size - free) * _pragma(connection, "page_size")
    return (
        free > _WORTH_A_COPY * size
        and copied < _MOST_COPIED
        and 2 * copied < shutil.disk_usage(path.parent).free
    )


def _copy(connection: Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("VACUUM")


def _empty_log(connection: Connection) -> None:
    patience = _pragma(connection, "busy_timeout")
    connection.execute(f"PRAGMA busy_timeout = {_LOG_PATIENCE_MS}")
    try:
        # A reader may hold it; then it is emptied another time.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
