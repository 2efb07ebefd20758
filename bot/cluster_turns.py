"""Lets the processes of one bot take turns where Discord, or one piece of work, wants that."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog

from index.errors import StoreError
from index.holds import Holds, hold_when_free

_IDENTIFY_PAUSE = 5.5
"""Seconds between two IDENTIFYs of one bucket: Discord's five, and the way there."""
_AFTER_INVALID = (1.0, 5.0)
"""Seconds, of which any, before a session that Discord ended is made anew, as it asks for."""


class OwnHolds:
    """Locks of one process that works alone."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        """Take the lock ``name`` for the block, unless it is taken; the block is told whether."""
        if name in self._held:
            yield False
            return
        self._held.add(name)
        try:
            yield True
        finally:
            self._held.discard(name)


class Turns:
    """The turns of one process.

    Args:
        holds: The locks, those of the store where several processes share one.
        pause: Seconds that an IDENTIFY keeps others of its bucket waiting.
        after_invalid: Chooses how long a session that was ended waits to be made anew.
    """

    def __init__(
        self,
        holds: Holds,
        *,
        pause: float = _IDENTIFY_PAUSE,
        after_invalid: Callable[[], float] = lambda: random.uniform(*_AFTER_INVALID),  # noqa: S311 - no secret
    ) -> None:
        self._holds = holds
        self._pause = pause
        self._after_invalid = after_invalid
        self._buckets = 1
        self._began: set[int] = set()
        self._pausing: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger(__name__)

    def alone(self, name: str, *, patience: float) -> AbstractAsyncContextManager[bool]:
        """A block that no other process is in; told False where one still was after patience.

        Raises:
            StoreError: the store cannot be asked.
        """
        return hold_when_free(self._holds, name, patience=patience)

    def allow(self, max_concurrency: int) -> None:
        """Learn how many shards may IDENTIFY side by side: Discord's ``max_concurrency``."""
        self._buckets = max(1, max_concurrency)

    async def identify(self, shard_id: int) -> None:
        """Return when it is this shard's turn to IDENTIFY; it must do so at once.

        Shards whose numbers leave the same rest share a bucket, whichever process runs them.
        """
        if shard_id in self._began:
            await asyncio.sleep(self._after_invalid())
        self._began.add(shard_id)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        holding = asyncio.create_task(self._keep_bucket(shard_id % self._buckets, turn))
        self._pausing.add(holding)
        holding.add_done_callback(self._pausing.discard)
        try:
            await turn
        except asyncio.CancelledError:
            holding.cancel()
            raise

    async def close(self) -> None:
        """Keep nobody waiting any longer."""
        pausing = tuple(self._pausing)
        for each in pausing:
            each.cancel()
        await asyncio.gather(*pausing, return_exceptions=True)

    async def _keep_bucket(self, bucket: int, turn: asyncio.Future[None]) -> None:
        try:
            async with hold_when_free(self._holds, f"identify {bucket}"):
                if not turn.done():
                    turn.set_result(None)
                await asyncio.sleep(self._pause)
        except StoreError as error:
            # Discord refuses an IDENTIFY that comes too soon, and it is tried again.
            self._log.warning("identified_out_of_turn", cause=str(error))
        finally:
            if not turn.done():
                turn.set_result(None)
