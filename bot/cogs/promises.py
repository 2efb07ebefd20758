"""Writes down who waits for a reply, beside the work on it: nobody waits for the note."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.state.pending import WaitingPlace
from index.errors import FootnoteIndexError


class KeepsPending(Protocol):
    """``PendingBook``, as far as it is written to."""

    async def keep(self, key: str, place: WaitingPlace, sentence: str, *, holder: str) -> None:
        """Keep that somebody waits."""
        ...

    async def drop(self, *keys: str) -> None:
        """Forget those who were told."""
        ...


class Promises:
    """Notes what was promised and what was kept, for the next process if this one is killed.

    Args:
        book: Where it is written down.
        new_key: Makes keys that nobody else has.
    """

    def __init__(
        self, book: KeepsPending, *, new_key: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self.holder = ""
        """Which of the bot's processes this one is; those of the others are left alone."""
        self._book = book
        self._new_key = new_key
        self._writing: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger(__name__)

    def make(self, place: WaitingPlace, sentence: str) -> asyncio.Task[str | None]:
        """Note that somebody waits; give what comes back to ``fulfil``."""
        return asyncio.create_task(self._keep(place, sentence))

    def fulfil(self, made: asyncio.Task[str | None]) -> None:
        """Note that they wait no more."""
        task = asyncio.create_task(self._drop(made))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def settle(self) -> None:
        """Wait until everything is noted."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def _keep(self, place: WaitingPlace, sentence: str) -> str | None:
        key = self._new_key()
        try:
            await self._book.keep(key, place, sentence, holder=self.holder)
        except FootnoteIndexError as error:
            self._log.warning("pending_not_kept", cause=repr(error))
            return None
        return key

    async def _drop(self, made: asyncio.Task[str | None]) -> None:
        key = await made
        if key is None:
            return
        try:
            await self._book.drop(key)
        except FootnoteIndexError as error:
            # The next process sees that the reply is there.
            self._log.warning("pending_not_dropped", cause=repr(error))
