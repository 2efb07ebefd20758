"""Looks, again and again, at what is counted by looking: queues, the connection, the stores."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.observing.catalog import (
    ARTICLES,
    CHUNKS,
    DISK_FREE,
    EDITIONS,
    IN_FLIGHT,
    LIBRARIES,
    STORE_BYTES,
    WAITING,
    Figures,
)
from bot.observing.readiness import DISK, GATEWAY, STORE, VECTORS, Readiness
from index.connections import Connection
from index.database import Database
from index.errors import FootnoteIndexError
from index.totals import count_totals

_STORE_SECONDS = 5.0
_COUNT_SECONDS = 60.0


class Sampler:
    """What is looked at every second, every few seconds, and every few minutes.

    Args:
        figures: Where it is noted.
        readiness: Told what is wrong.
        database: The store.
        folder: The data folder.
        vectors_are_well: Whether the vector index can be used.
        least_free: Bytes of room below which the disk counts as nearly full.
    """

    def __init__(
        self,
        figures: Figures,
        readiness: Readiness,
        *,
        database: Database,
        folder: Path,
        vectors_are_well: Callable[[], bool] = lambda: True,
        least_free: int = 256 * 1024 * 1024,
    ) -> None:
        self._figures = figures
        self._readiness = readiness
        self._database = database
        self._folder = folder
        self._vectors_are_well = vectors_are_well
        self._least_free = least_free
        self._log = structlog.get_logger(__name__)

    def note_load(self, *, in_flight: int, waiting: int) -> None:
        """How many questions are answered, and how many wait."""
        self._figures.set(IN_FLIGHT, float(in_flight))
        self._figures.set(WAITING, float(waiting))

    def note_gateway(self, *, connected: bool) -> None:
        """Whether the bot is connected to Discord."""
        self._readiness.note(GATEWAY, wrong=not connected)

    async def look_at_stores(self) -> None:
        """Whether the store and the vector index answer, and whether there is room."""
        self._readiness.note(VECTORS, wrong=not self._vectors_are_well())
        free = await asyncio.to_thread(_free_bytes, self._folder)
        if free is not None:
            self._figures.set(DISK_FREE, float(free))
        self._readiness.note(DISK, wrong=free is not None and free < self._least_free)
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await self._database.read(_touch, patience=_STORE_SECONDS)
        except (FootnoteIndexError, TimeoutError):
            self._readiness.note(STORE, wrong=True)
        else:
            self._readiness.note(STORE, wrong=False)

    async def count(self) -> None:
        """How much there is."""
        try:
            totals = await self._database.read(count_totals, patience=_COUNT_SECONDS)
            size = await self._database.size()
        except FootnoteIndexError as error:
            self._log.debug("not_counted", cause=str(error))
            return
        self._figures.set(LIBRARIES, float(totals.libraries))
        self._figures.set(ARTICLES, float(totals.articles))
        self._figures.set(CHUNKS, float(totals.chunks))
        self._figures.set(EDITIONS, float(totals.editions))
        self._figures.set(STORE_BYTES, float(size))


async def repeat(look: Callable[[], Awaitable[None]], every: float) -> None:
    """Look again and again, until cancelled; one look that goes wrong does not end it."""
    log = structlog.get_logger(__name__)
    said_at = float("-inf")
    while True:
        try:
            await look()
        except Exception:  # what is only looked at must not stop anything
            if time.monotonic() - said_at > _COUNT_SECONDS:
                said_at = time.monotonic()
                log.exception("look_failed")
        await asyncio.sleep(every)


def _touch(connection: Connection) -> None:
    connection.execute("SELECT 1").fetchone()


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
