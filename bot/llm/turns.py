"""At most so many calls at once; others wait briefly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.answering.errors import Outage
from bot.llm.failing import CallFailed, Failure


class Turns:
    """Lets ``at_once`` calls in; whoever waited ``patience`` seconds is sent away."""

    def __init__(self, *, at_once: int, patience: float = 5.0) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """One call's turn.

        Raises:
            CallFailed: none came free in time.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            cause = f"No turn came free within {self._patience:g} s."
            raise CallFailed(Failure(Outage.BUSY, cause, counts=False)) from None
        try:
            yield
        finally:
            self._free.release()
