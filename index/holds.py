"""The locks that every process over one store knows by their names.

A lock goes with its process, however that ends. Whoever needs both takes the job's before
the library's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

_SOON, _LATE = 0.02, 1.0


class Holds(Protocol):
    """A database, as far as its locks go."""

    def hold(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Take the lock ``name`` for the block, unless it is taken; the block is told whether."""
        ...


def job_lock(library: str) -> str:
    """Held while a job works on a library."""
    return f"job {library}"


def library_lock(library: str) -> str:
    """Held by whoever writes what no reader sees yet: the next edition, missing vectors."""
    return f"library {library}"


def process_lock(process: str) -> str:
    """Held by a process as long as it lives."""
    return f"process {process}"


async def try_hold(stack: AsyncExitStack, database: Holds, name: str) -> bool:
    """Take a lock until the stack is left, if it is free; whether it was.

    Raises:
        StoreError: the database cannot be asked.
    """
    attempt = AsyncExitStack()
    if not await attempt.enter_async_context(database.hold(name)):
        await attempt.aclose()
        return False
    stack.push_async_exit(attempt)
    return True


@asynccontextmanager
async def hold_when_free(
    database: Holds, name: str, *, patience: float | None = None
) -> AsyncIterator[bool]:
    """Take a lock for the block as soon as it is free; the block is told whether it came to that.

    Args:
        database: Whose lock it is.
        name: The lock.
        patience: Seconds until the block goes on without it; None: however long it takes.

    Raises:
        StoreError: the database cannot be asked.
    """
    loop = asyncio.get_running_loop()
    until = None if patience is None else loop.time() + patience
    pause = _SOON
    async with AsyncExitStack() as stack:
        while not (is_held := await try_hold(stack, database, name)):
            if until is not None and loop.time() + pause > until:
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LATE)
        yield is_held
