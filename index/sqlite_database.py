"""SQLite off the event loop: one writing thread, a few reading ones.

Readers work on WAL snapshots and never wait for the writer. Every write is one
transaction: it happens whole, or not at all.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from index import sqlite_shrinking
from index.copies import say_how_to_restore
from index.errors import StoreError
from index.meter import NO_METER, STORE_READ, STORE_WRITE, Meter, metered
from index.sqlite_upgrade import OnNotice, SqliteUpgrade, no_notice
from index.threads import in_context

T = TypeVar("T")

# Reading every page of a large file takes minutes, and holds up nobody.
_CHECK_SECONDS = 3600.0
# Pages of 4 KB, in one thread's cache.
_FEWEST_CACHED, _MOST_CACHED = 1_000, 4_000

_WHAT_TO_DO = {
    "readonly": "The data folder cannot be written. Check its permissions and owner.",
    "unable to open": "The database cannot be opened. May the data folder be written?",
    "full": "The disk is full. Free some space and try again; nothing was lost.",
    "locked": "Another program holds the database. Close it and try again; nothing was lost.",
    "busy": "Another program holds the database. Close it and try again; nothing was lost.",
    "malformed": "The database is damaged. {restore}; nothing was overwritten.",
    "not a database": "This is not a database. {restore}; nothing was overwritten.",
    "i/o error": "The disk failed, or the data folder is gone. Look at both and start again.",
}


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The error as a sentence that says what to do."""
    text = str(error).lower()
    advice = next((say for sign, say in _WHAT_TO_DO.items() if sign in text), None)
    if advice is None:
        return StoreError(f"The database {path} failed: {error}.")
    advice = advice.replace("{restore}", say_how_to_restore(path))
    return StoreError(f"{advice} ({path}: {error})")


class SqliteDatabase:
    """One SQLite file, opened on first use.

    Args:
        path: The file; its folder must exist.
        readers: Threads that read side by side.
        busy_timeout: Seconds to wait for another process's lock.
        read_timeout: Seconds after which a read is given up.
        on_notice: Told, in a sentence, of the copy that is made before an upgrade.
        meter: Told of each read and each write.
    """

    def __init__(
        self,
        path: Path,
        *,
        readers: int = 3,
        busy_timeout: float = 10.0,
        read_timeout: float = 30.0,
        on_notice: OnNotice = no_notice,
        meter: Meter = NO_METER,
    ) -> None:
        self._path = path
        self._meter = meter
        self._upgrade = SqliteUpgrade(path, on_notice)
        self._busy_timeout = busy_timeout
        self._read_timeout = read_timeout
        self._reader_pool = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-read")
        self._writer_pool = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._was_opened = False

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
        future = loop.run_in_executor(self._reader_pool, in_context(self._run_read), work)
        seconds = patience or self._read_timeout
        try:
            # Not wait_for(): in Python 3.11 it swallows a cancellation that comes at the end.
            with metered(self._meter, STORE_READ):
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
        write = in_context(self._run_write)
        with metered(self._meter, STORE_WRITE):
            return await asyncio.shield(loop.run_in_executor(self._writer_pool, write, work))

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

        The first time that tables change in an existing file, it is copied before.

        Raises:
            StoreError: the file was lost, or written by a newer version of the program; or a
                script failed, or there is no room for the copy: nothing was changed.
        """

        def migrate() -> None:
            self._upgrade.check_not_lost()
            self._run_maintenance(lambda c: self._upgrade.run(c, schema, steps))

        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._writer_pool, migrate))

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        """Take the lock ``name`` for the block, unless it is taken; the block is told whether.

        The process that writes into a data folder owns it, so the lock need not leave memory.
        """
        if name in self._held:
            yield False
            return
        self._held.add(name)
        try:
            yield True
        finally:
            self._held.discard(name)

    async def is_held(self, name: str) -> bool:
        """Whether somebody holds the lock ``name`` now."""
        return name in self._held

    async def size(self) -> int:
        """The bytes of the file and of the log that SQLite may keep beside it."""
        return await asyncio.to_thread(sqlite_shrinking.file_bytes, self.path)

    async def shrink(self) -> None:
        """Give the free pages back, some at a time, and empty the log.

        Raises:
            StoreError: SQLite failed; nothing was lost.
        """
        await sqlite_shrinking.shrink_file(self, self.path)

    async def find_damage(self) -> list[str]:
        """What is wrong with the file itself, read page by page; nothing where it is sound.

        Raises:
            StoreError: SQLite failed, or did not answer in time.
        """
        return await self.read(_check_pages, patience=_CHECK_SECONDS)

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
            self._check_still_there()
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

    def _check_still_there(self) -> None:
        """SQLite would go on writing into a file that was deleted, and lose it all at the end."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(
                f"The database {self.path} was deleted while Footnote was running, so nothing "
                f"can be kept. {say_how_to_restore(self.path)} and start Footnote again."
            ) from error
        except OSError as error:
            raise StoreError(f"The database {self.path} cannot be reached: {error}.") from error

    def _connection(self) -> sqlite3.Connection:
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        # SQLite would make an empty file here, and the writer's, deleted, would look well.
        if self._was_opened:
            self._check_still_there()
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
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        if not pages:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        # Asked first: setting it, even to what it is, waits for whoever writes.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted does not stay readable in the rest of its page. Costs no more writing.
        connection.execute("PRAGMA secure_delete = FAST").fetchall()
        connection.execute(f"PRAGMA cache_size = {_cached_pages(pages)}")
        self._local.connection = connection
        self._was_opened = True
        return connection


def _cached_pages(pages: int) -> int:
    """How many pages of a file each thread keeps: 4 MB, of a file over 100 MB more, 16 MB at most.

    A commit empties the readers' caches anyway, and the system keeps the file's pages: with
    10,000 chunks neither searches nor indexing were quicker with more, with 100,000 they were.
    """
    return max(_FEWEST_CACHED, min(pages // 25, _MOST_CACHED))


def _check_pages(connection: sqlite3.Connection) -> list[str]:
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return [] if answer == "ok" else [f"the database is damaged: {answer}"]
