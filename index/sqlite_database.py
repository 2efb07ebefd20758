"""SQLite off the event loop: one writing thread, a few reading ones.

Readers work on WAL snapshots and never wait for the writer. Every write is one
transaction: it happens whole, or not at all.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from index.errors import StoreError

T = TypeVar("T")

_WHAT_TO_DO = {
    "readonly": "The data folder cannot be written. Check its permissions and owner.",
    "unable to open": "The database cannot be opened. May the data folder be written?",
    "full": "The disk is full. Free some space and try again; nothing was lost.",
    "locked": "Another program holds the database. Close it and try again; nothing was lost.",
    "busy": "Another program holds the database. Close it and try again; nothing was lost.",
    "malformed": "The database is damaged. Restore it from a backup; nothing was overwritten.",
    "not a database": "This is not a database. Restore it from a backup; nothing was overwritten.",
}


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The error as a sentence that says what to do."""
    text = str(error).lower()
    advice = next((say for sign, say in _WHAT_TO_DO.items() if sign in text), None)
    if advice is None:
        return StoreError(f"The database {path} failed: {error}.")
    return StoreError(f"{advice} ({path}: {error})")


class SqliteDatabase:
    """One SQLite file, opened on first use.

    Args:
        path: The file; its folder must exist.
        readers: Threads that read side by side.
        busy_timeout: Seconds to wait for another process's lock.
        read_timeout: Seconds after which a read is given up.
    """

    def __init__(
        self,
        path: Path,
        *,
        readers: int = 3,
        busy_timeout: float = 10.0,
        read_timeout: float = 30.0,
    ) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._read_timeout = read_timeout
        self._reader_pool = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-read")
        self._writer_pool = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    @property
    def path(self) -> Path:
        """The file it is."""
        return self._path

    async def read(
        self, work: Callable[[sqlite3.Connection], T], *, patience: float | None = None
    ) -> T:
        """Run ``work`` on one consistent snapshot.

        ``patience`` replaces the usual seconds for work that is known to be long.

        Raises:
            StoreError: SQLite failed, or did not answer in time.
        """
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._reader_pool, self._run_read, work)
        seconds = patience or self._read_timeout
        try:
            # Not wait_for(): in Python 3.11 it swallows a cancellation that comes at the end.
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError as error:
            raise StoreError(
                f"The database {self.path} did not answer within {seconds:.0f} s."
            ) from error

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction; it commits whole, or rolls back and raises.

        Raises:
            StoreError: SQLite failed; nothing was written.
        """
        loop = asyncio.get_running_loop()
        # Shielded: a transaction whose asker went away still ends cleanly in its thread.
        return await asyncio.shield(loop.run_in_executor(self._writer_pool, self._run_write, work))

    async def maintain(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the writing thread outside of any transaction: VACUUM, checkpoints.

        Raises:
            StoreError: SQLite failed.
        """
        loop = asyncio.get_running_loop()
        return await asyncio.shield(
            loop.run_in_executor(self._writer_pool, self._run_maintenance, work)
        )

    async def migrate(self, schema: str, steps: Sequence[str]) -> None:
        """Run the SQL scripts of ``schema`` that this file has not seen yet, in order.

        Raises:
            StoreError: the file was written by a newer version of the program.
        """
        await self.write(functools.partial(_migrate, schema=schema, steps=steps))

    async def close(self) -> None:
        """Wait for running work, then close every connection."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._reader_pool.shutdown(wait=True)
        self._writer_pool.shutdown(wait=True)
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _run_read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _run_maintenance(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._connection())
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _run_write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            else:
                return result
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _connection(self) -> sqlite3.Connection:
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        connection = sqlite3.connect(
            self.path,
            timeout=self._busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        # Registered before the first statement, so that a failing file is closed as well.
        with self._lock:
            self._connections.append(connection)
        # Heeded by an empty file only, and before anything else is written into it. In any
        # other it is a write, for which a reader would have to wait.
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        # Asked first: setting it, even to what it is, waits for whoever writes.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16000")
        self._local.connection = connection
        return connection


def _migrate(connection: sqlite3.Connection, schema: str, steps: Sequence[str]) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (schema TEXT PRIMARY KEY, step INTEGER NOT NULL)"
    )
    row = connection.execute("SELECT step FROM migration WHERE schema = ?", (schema,)).fetchone()
    done = int(row["step"]) if row else 0
    if done > len(steps):
        raise StoreError(
            f"This data folder was written by a newer Footnote ({schema} {done}, this one knows "
            f"{len(steps)}). Update Footnote, or use another data folder."
        )
    for script in steps[done:]:
        # Not executescript(): it would commit the transaction we are in.
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(
        "INSERT INTO migration VALUES (?, ?) "
        "ON CONFLICT (schema) DO UPDATE SET step = excluded.step",
        (schema, len(steps)),
    )


def _statements(script: str) -> list[str]:
    statements, pending = [], ""
    for piece in re.split(r"(?<=;)", script):
        pending += piece
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    if pending.strip():
        raise ValueError(f"unfinished SQL: {pending!r}")
    return statements
