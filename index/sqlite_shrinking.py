"""The room that deleted rows took in a SQLite file is given back to the system."""

from __future__ import annotations

import shutil
from pathlib import Path

from index.connections import Connection
from index.database import Database

_PAGES_A_STEP = 2_000
# A database of an earlier make can only be written anew as a whole, while nobody writes.
# That has to be worth it, and must not take minutes.
_WORTH_A_COPY = 0.25
_MOST_COPIED = 2 * 1024**3
_LOG_PATIENCE_MS = 1_000


def file_bytes(path: Path) -> int:
    """Size of a database's file and of the log that SQLite may keep beside it."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.is_file())


async def shrink_file(database: Database, path: Path) -> None:
    """Give the free pages back, some at a time, and empty the log.

    Raises:
        StoreError: SQLite failed; nothing was lost.
    """
    if await database.read(_gives_back_pages):
        while await database.write(_give_pages_back):
            pass
    elif await database.read(lambda c: _is_worth_a_copy(c, path)):
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
