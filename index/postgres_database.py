"""PostgreSQL off the event loop: one writing thread, a few reading ones.

Readers work on snapshots. Writers of all processes go one after the other, as they do in
SQLite: every write begins by taking one lock, so each sees all that the one before it left.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import psycopg

from index import postgres_schema, postgres_upkeep
from index.connections import Connection
from index.errors import StoreError
from index.meter import NO_METER, STORE_READ, STORE_WRITE, Meter, metered
from index.postgres_address import read_address
from index.postgres_errors import explain
from index.postgres_locks import PostgresLocks
from index.postgres_session import PostgresSession
from index.postgres_turn import Turn
from index.threads import in_context

T = TypeVar("T")

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout TO {0}"
# READ COMMITTED, and the lock first: every later statement sees what the last writer left.
_WRITE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout TO {1}; "
    "SET LOCAL statement_timeout TO {0}; SELECT pg_advisory_xact_lock({2})"
)
_PLAIN = "SET statement_timeout TO {0}"
_LOOK_SECONDS = 5.0
_CHECK_SECONDS = 3600.0


class PostgresDatabase:
    """One schema of a PostgreSQL database, connected to on first use.

    Args:
        dsn: ``postgresql://user:password@host:port/database``; never shown.
        readers: Threads, and connections, that read side by side.
        read_timeout: Seconds after which a read is given up.
        write_timeout: Seconds after which a write is given up.
        lock_timeout: Seconds to wait until another process has written.
        meter: Told of each read and each write.

    Raises:
        StoreError: the address cannot be read.
    """

    def __init__(
        self,
        dsn: str,
        *,
        readers: int = 3,
        read_timeout: float = 30.0,
        write_timeout: float = 300.0,
        lock_timeout: float = 60.0,
        meter: Meter = NO_METER,
    ) -> None:
        self._meter = meter
        self._address = read_address(dsn)
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._lock_timeout = lock_timeout
        self._reader_pool = ThreadPoolExecutor(readers, thread_name_prefix="postgres-read")
        self._writer_pool = ThreadPoolExecutor(1, thread_name_prefix="postgres-write")
        self._local = threading.local()
        self._sessions: list[PostgresSession] = []
        self._lock = threading.Lock()
        self._locks = PostgresLocks(self._address)

    @property
    def name(self) -> str:
        """The server and the database, without the password."""
        return self._address.name

    async def read(self, work: Callable[[Connection], T], *, patience: float | None = None) -> T:
        """Run ``work`` on one consistent snapshot.

        ``patience`` replaces the usual seconds for work that is known to be long.

        Raises:
            StoreError: the server failed, is gone, or did not answer in time.
        """
        turn = Turn(patience or self._read_timeout)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._reader_pool, in_context(self._run_read), work, turn)
        try:
            # Not wait_for(): in Python 3.11 it swallows a cancellation that comes at the end.
            with metered(self._meter, STORE_READ):
                async with asyncio.timeout(turn.seconds):
                    return await future
        except TimeoutError as error:
            # The thread is needed again, whatever the server does.
            turn.cut()
            raise StoreError(
                f"The database {self.name} did not answer within {turn.seconds:.0f} s."
            ) from error

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction; it commits whole, or rolls back and raises.

        Raises:
            StoreError: the server failed or is gone. Unless it says so, nothing was written.
        """
        with metered(self._meter, STORE_WRITE):
            return await self._in_writer(
                lambda turn: self._run_write(work, turn), self._write_timeout
            )

    async def maintain(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on the writing thread outside of any transaction.

        Raises:
            StoreError: the server failed or is gone.
        """
        return await self._in_writer(lambda turn: self._run_plain(work, turn), _CHECK_SECONDS)

    def hold(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Take the lock ``name`` for the block, unless any process has it; nobody waits.

        Raises:
            StoreError: the server cannot be asked.
        """
        return self._locks.hold(name)

    async def is_held(self, name: str) -> bool:
        """Whether any process holds the lock ``name`` now.

        Raises:
            StoreError: the server cannot be asked.
        """
        return await self._locks.is_held(name)

    async def size(self) -> int:
        """The bytes that our schema takes on the server.

        Raises:
            StoreError: the server failed or is gone.
        """
        return await self.read(postgres_upkeep.count_bytes)

    async def shrink(self) -> None:
        """Let the server use the room of deleted rows again, beside everything else.

        Raises:
            StoreError: the server failed or is gone; nothing was lost.
        """
        turn = Turn(_CHECK_SECONDS)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._reader_pool, self._run_plain, postgres_upkeep.vacuum, turn)

    async def find_damage(self) -> list[str]:
        """What the server itself knows to be damaged; nothing where all is sound.

        Raises:
            StoreError: the server failed or is gone.
        """
        return await self.read(postgres_upkeep.find_damage)

    async def migrate(self, schema: str, steps: Sequence[str]) -> None:
        """Run the SQL scripts of ``schema`` that this database has not seen yet, in order.

        Raises:
            StoreError: it was written by a newer version of the program.
        """
        within = self._address.schema
        await self.write(lambda c: postgres_schema.migrate(c, schema, steps, within=within))

    async def close(self) -> None:
        """Wait for running work, then close every connection."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._reader_pool.shutdown(wait=True)
        self._writer_pool.shutdown(wait=True)
        self._locks.close()
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()

    async def _in_writer(self, run: Callable[[Turn], T], seconds: float) -> T:
        turn = Turn(seconds)
        future = asyncio.get_running_loop().run_in_executor(
            self._writer_pool, in_context(run), turn
        )
        # A transaction whose asker went away still ends cleanly in its thread.
        while not (await asyncio.wait({future}, timeout=_LOOK_SECONDS))[0]:
            turn.cut_if_late()
        return await future

    def _run_read(self, work: Callable[[Connection], T], turn: Turn) -> T:
        return self._run(work, turn, _READ.format(_milliseconds(turn.seconds)))

    def _run_plain(self, work: Callable[[Connection], T], turn: Turn) -> T:
        return self._run(work, turn, _PLAIN.format(_milliseconds(turn.seconds)))

    def _run_write(self, work: Callable[[Connection], T], turn: Turn) -> T:
        opening = _WRITE.format(
            _milliseconds(turn.seconds),
            _milliseconds(self._lock_timeout),
            self._address.lock_key("write"),
        )
        return self._run(work, turn, opening, commits=True)

    def _run(
        self, work: Callable[[Connection], T], turn: Turn, opening: str, *, commits: bool = False
    ) -> T:
        session, is_committing = self._session(), False
        try:
            with turn.on(session):
                try:
                    result = work(session.begin(opening))
                    is_committing = commits
                    if commits:
                        session.commit()
                finally:
                    session.roll_back()
        except psycopg.Error as error:
            session.end_after(error)
            raise explain(error, self.name, is_committing=is_committing) from None
        return result

    def _session(self) -> PostgresSession:
        existing: PostgresSession | None = getattr(self._local, "session", None)
        if existing is not None:
            return existing
        session = PostgresSession(self._address)
        with self._lock:
            self._sessions.append(session)
        self._local.session = session
        return session


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
