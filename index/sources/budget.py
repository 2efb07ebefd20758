"""Counts the time that one try may take, without that of waiting in line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from index.sources.failures import SiteDown


class Budget:
    """The seconds left for one try."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Counts the time inside.

        Raises:
            SiteDown: none is left.
        """
        now = asyncio.get_running_loop().time
        started = now()
        try:
            async with asyncio.timeout(max(self._left, 0.0)):
                yield
        except TimeoutError as exc:
            raise SiteDown(
                f"The page did not arrive within {self._seconds:g} seconds; try again later."
            ) from exc
        finally:
            self._left -= now() - started
