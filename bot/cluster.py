"""This process among those that work over one store, and which servers are its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.naming import guild_of
from index.database import Database
from index.errors import StoreError
from index.holds import process_lock, try_hold

_NOT_A_SECOND_TIME = "This process's own lock is taken; that cannot be."


class Process:
    """A process that others can see living or dead, without a clock.

    It holds a lock of the store as long as it lives; the store takes it back however it ends.

    Args:
        database: The store.
        id_: Its name; by default one that nobody else has.
    """

    def __init__(self, database: Database, *, id_: str | None = None) -> None:
        self._database = database
        self.id = id_ or secrets.token_hex(8)
        self._held = AsyncExitStack()
        self._is_known = False
        self._entering = asyncio.Lock()

    async def enter(self) -> None:
        """Be seen living from now on; calling it again does nothing.

        Raises:
            StoreError: the store cannot be asked.
        """
        # Whoever comes second waits: who is not seen yet counts as dead.
        async with self._entering:
            if self._is_known:
                return
            if not await try_hold(self._held, self._database, process_lock(self.id)):
                raise StoreError(_NOT_A_SECOND_TIME)
            self._is_known = True

    async def leave(self) -> None:
        """Be seen living no more."""
        await self._held.aclose()
        self._is_known = False

    async def stay(self) -> None:
        """Be seen living again where the store was restarted meanwhile: it forgets its locks.

        Raises:
            StoreError: the store cannot be asked.
        """
        # Whatever is asked of it, its connection takes again what it held.
        await self._database.is_held(process_lock(self.id))

    async def is_alive(self, process: str) -> bool:
        """Whether a process lives, by its id.

        Raises:
            StoreError: the store cannot be asked.
        """
        if process == self.id:
            return True
        return bool(process) and await self._database.is_held(process_lock(process))


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards that a process runs, of so many that the bot has in all its processes.

    Discord divides servers among shards by their ids, and sends direct messages to shard 0.
    """

    ids: tuple[int, ...]
    count: int

    def has_guild(self, guild_id: int) -> bool:
        """Whether a server's events come to this process."""
        return (guild_id >> 22) % self.count in self.ids

    def has_library(self, library: str) -> bool:
        """Whether a library is looked after here: its server's is, and one of no server."""
        guild_id = guild_of(library)
        return guild_id is None or self.has_guild(guild_id)


ONE_SHARD = Shards((0,), 1)
"""All that a small bot has."""


def concern_of(shards: Shards | None) -> Callable[[str], bool]:
    """Which libraries a process looks after; without shards, all."""
    return shards.has_library if shards is not None else lambda _: True
