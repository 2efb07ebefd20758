"""Named locks that all processes over one database share, and that die with their process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import psycopg

from index.connections import Connection
from index.errors import StoreError
from index.postgres_address import PostgresAddress
from index.postgres_errors import explain
from index.postgres_session import PostgresSession

T = TypeVar("T")

_OPENING = "BEGIN; SET LOCAL statement_timeout TO 10000"
# Half of a lock's number is in each of two unsigned columns.
_HELD = (
    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) "
    "AND CAST(classid AS bigint) = ? AND CAST(objid AS bigint) = ? AND granted"
)
_HALF = 32


class PostgresLocks:
    """Session locks on a connection of their own, which nothing else uses.

    A lock whose connection was lost is taken again, at each call until that goes well: for a
    while the server may believe that the lost connection has it still, or somebody else has.

    Args:
        address: Where the database is.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._session = PostgresSession(address)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="postgres-lock")
        self._held: set[str] = set()
        self._lost: set[str] = set()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        """Take the lock ``name`` for the block, unless anybody has it; the block is told whether.

        Raises:
            StoreError: the server cannot be asked.
        """
        taking = asyncio.get_running_loop().run_in_executor(self._pool, self._take, name)
        try:
            is_taken = await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(lambda taken: self._return_unasked(name, taken))
            raise
        if not is_taken:
            yield False
            return
        try:
            yield True
        finally:
            await self._run(lambda: self._give_back(name))

    async def is_held(self, name: str) -> bool:
        """Whether anybody holds the lock ``name`` now.

        Raises:
            StoreError: the server cannot be asked.
        """
        return await self._run(lambda: self._look(name))

    def close(self) -> None:
        """Give every lock back."""
        self._pool.shutdown(wait=True)
        self._session.close()

    async def _run(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        # Shielded: what was begun ends in its thread, also where its asker went away.
        return await asyncio.shield(loop.run_in_executor(self._pool, work))

    def _take(self, name: str) -> bool:
        if name in self._held:
            return False
        taken = self._ask("SELECT pg_try_advisory_lock(?)", self._address.lock_key(name))
        if taken:
            self._held.add(name)
        return bool(taken)

    def _return_unasked(self, name: str, taken: asyncio.Future[bool]) -> None:
        """Give a lock back whose asker went away while it was taken."""
        if not taken.cancelled() and taken.exception() is None and taken.result():
            with suppress(RuntimeError):  # closed already, and with it every lock
                self._pool.submit(self._give_back, name)

    def _give_back(self, name: str) -> None:
        self._held.discard(name)
        if name in self._lost:
            self._lost.discard(name)
        elif not self._session.is_lost:
            try:
                self._ask("SELECT pg_advisory_unlock(?)", self._address.lock_key(name))
            except StoreError:
                # With its connection the lock is gone as well.
                self._session.close()

    def _look(self, name: str) -> bool:
        key = self._address.lock_key(name) & (2 ** (2 * _HALF) - 1)
        return bool(self._ask(_HELD, key >> _HALF, key & (2**_HALF - 1)))

    def _ask(self, sql: str, *values: int) -> int:
        try:
            connection, is_new = self._begin()
            if is_new:
                self._lost = set(self._held)
            self._take_again(connection)
            (answer,) = connection.execute(sql, values).fetchone()
            self._session.commit()
        except psycopg.Error as error:
            self._session.end_after(error)
            self._session.roll_back()
            raise explain(error, self._address.name) from None
        return int(answer)

    def _begin(self) -> tuple[Connection, bool]:
        before = self._session.connection
        connection = self._session.begin(_OPENING)
        return connection, self._session.connection is not before

    def _take_again(self, connection: Connection) -> None:
        for name in tuple(self._lost):
            (is_taken,) = connection.execute(
                "SELECT pg_try_advisory_lock(?)", (self._address.lock_key(name),)
            ).fetchone()
            if is_taken:
                self._lost.discard(name)
