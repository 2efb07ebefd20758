"""The store that everything lives in, off the event loop: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
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

    @property
    def path(self) -> Path:
        """The file it is."""
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

    async def migrate(self, schema: str, steps: Sequence[str]) -> None:
        """Run the SQL scripts of ``schema`` that this database has not seen yet, in order.

        Raises:
            StoreError: it was written by a newer version of the program.
        """
        ...

    async def close(self) -> None:
        """Wait for running work, then close every connection."""
        ...
