"""The store that everything lives in, off the event loop: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from index.connections import Connection

T = TypeVar("T")


class Database(Protocol):
    """Runs functions over a connection in threads; each on one snapshot or in one transaction.

    Writes happen one after the other, whoever asks for them.
    """

    @property
    def name(self) -> str:
        """For people: the file, or the server without its password."""
        ...

    def hold(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Take the lock ``name`` for the block, unless anybody has it; nobody waits.

        The block is told whether it holds the lock. The lock goes with its process, however that
        ends, so nothing is ever left locked. Two objects of one process shut each other out too.

        Raises:
            StoreError: the database cannot be asked.
        """
        ...

    async def is_held(self, name: str) -> bool:
        """Whether anybody, here or in another process, holds the lock ``name`` now.

        Raises:
            StoreError: the database cannot be asked.
        """
        ...

    async def size(self) -> int:
        """The bytes that it takes on its disk.

        Raises:
            StoreError: the database cannot be asked.
        """
        ...

    async def shrink(self) -> None:
        """Give the room of deleted rows back to the system, as far as that can be done gently.

        Raises:
            StoreError: the database failed; nothing was lost.
        """
        ...

    async def read(self, work: Callable[[Connection], T], *, patience: float | None = None) -> T:
        """Run ``work`` on one consistent snapshot.

        ``patience`` replaces the usual seconds for work that is known to be long.

        Raises:
            StoreError: the database failed, or did not answer in time.
        """
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction; it commits whole, or rolls back and raises.

        Raises:
            StoreError: the database failed; nothing was written.
        """
        ...

    async def maintain(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` outside of any transaction: what gives back room.

        Raises:
            StoreError: the database failed.
        """
        ...

    async def find_damage(self) -> list[str]:
        """What is wrong with how its rows are kept; nothing where it is sound.

        Raises:
            StoreError: the database failed, or did not answer in time.
        """
        ...

    async def migrate(self, schema: str, steps: Sequence[str]) -> None:
        """Run the SQL scripts of ``schema`` that this database has not seen yet, in order.

        Raises:
            StoreError: it was written by a newer version of the program.
        """
        ...

    async def close(self) -> None:
        """Wait for running work, then close every connection."""
        ...
