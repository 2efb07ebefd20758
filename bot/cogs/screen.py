"""What somebody sees who waits for an answer: how far it is, and what is written so far."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import structlog

from bot.answering.engine import Underway
from bot.cogs.exchange import SEND_FAILURES
from bot.cogs.ports import BotConfig
from bot.rendering.parts import Card
from bot.rendering.underway import render_underway
from bot.rendering.waiting import render_waiting

Sleep = Callable[[float], Awaitable[None]]
_LAST_WORD_SECONDS = 5.0


class Updates(Protocol):
    """Where a card can be put in place of the one before."""

    async def update(self, card: Card) -> None:
        """Show this card."""
        ...


class AnswerScreen:
    """Shows how far an answer is, where that takes long; never anything unchecked.

    Args:
        exchange: Where it is shown.
        question: What the card begins with, if anything.
        config: How long nothing is shown, and how often it is shown anew.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        exchange: Updates,
        *,
        question: str | None,
        config: BotConfig,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._exchange = exchange
        self._question = question
        self._config = config
        self._sleep = sleep
        self._latest: Underway | None = None
        self._place: int | None = None
        self._drawing = asyncio.Lock()
        self._log = structlog.get_logger(__name__)

    def note(self, underway: Underway) -> None:
        """Note how far it is."""
        self._latest = underway

    def note_place(self, place: int) -> None:
        """Note how many questions come before this one."""
        self._place = place

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """A context in which the person sees it; nothing of it comes after its end."""
        showing = asyncio.create_task(self._keep_showing())
        try:
            yield
        finally:
            # One that is on its way to Discord is waited for, else it could come last.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS), self._drawing:
                    showing.cancel()
            showing.cancel()
            (outcome,) = await asyncio.gather(showing, return_exceptions=True)
            if isinstance(outcome, Exception):
                self._log.error("progress_broke_off", exc_info=outcome)

    async def _keep_showing(self) -> None:
        drawn: Card | None = None
        await self._sleep(self._config.answer_patience)
        try:
            while True:
                async with self._drawing:
                    drawn = await self._draw(drawn)
                await self._sleep(self._config.answer_interval)
        except SEND_FAILURES as error:
            # The answer is told all the same, as far as Discord lets us.
            self._log.info("progress_not_shown", cause=repr(error))

    async def _draw(self, drawn: Card | None) -> Card | None:
        card = self._render()
        if card is None:
            return drawn
        if card != drawn:
            await self._exchange.update(card)
        return card

    def _render(self) -> Card | None:
        """What there is to show now, if anything."""
        if self._latest is not None:
            return render_underway(self._latest, question=self._question)
        return None if self._place is None else render_waiting(self._place, self._question)
