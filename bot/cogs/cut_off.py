"""Tells those who waited when the bot was killed, as soon as it is back.

Only what is unfinished is replaced: "thinking ...", or a card that shows how far the bot is.
A reply that came through before the end stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import discord
import structlog
from discord.ext import commands

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.layout import build_view, is_unfinished
from bot.cogs.sending import send_surely
from bot.rendering.parts import Card, Tone
from bot.state.pending import Pending, PendingBook, WaitingPlace
from index.errors import FootnoteIndexError

_TRIES = 3
_PAUSE_SECONDS = 15.0
_AT_ONCE = 4
Sleep = Callable[[float], Awaitable[None]]


class CutOff:
    """Says to each one who waited that nothing comes any more.

    Args:
        bot: The client, logged in.
        book: Who waited.
        sleep: Waits for some seconds.
    """

    def __init__(
        self, bot: commands.AutoShardedBot, book: PendingBook, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._bot = bot
        self._book = book
        self._sleep = sleep
        self._log = structlog.get_logger(__name__)

    async def tell(self, left: Sequence[Pending]) -> None:
        """Tell them, a few at a time; where Discord does not answer, again a little later."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def tell_one(pending: Pending) -> None:
            async with turns:
                await self._tell_in_the_end(pending)

        await asyncio.gather(*map(tell_one, left))
        if left:
            self._log.warning("told_of_restart", count=len(left))

    async def _tell_in_the_end(self, pending: Pending) -> None:
        for again in range(_TRIES):
            if again:
                await self._sleep(_PAUSE_SECONDS)
            try:
                await self._tell(pending)
            except discord.HTTPException as error:
                # Gone, expired or closed to us; only Discord's own trouble passes.
                if error.status < 500:  # noqa: PLR2004 - server errors
                    break
            except SEND_FAILURES as error:
                self._log.info("not_told_of_restart", cause=type(error).__name__)
            else:
                break
        try:
            await self._book.drop(pending.id)
        except FootnoteIndexError as error:
            self._log.warning("pending_not_dropped", cause=repr(error))

    async def _tell(self, pending: Pending) -> None:
        place = pending.place
        if place.token is not None and place.application_id is not None:
            await self._edit_original(place.application_id, place.token, pending.sentence)
        elif place.asked_message_id is not None:
            await self._reply(place, place.asked_message_id, pending.sentence)

    async def _edit_original(self, application_id: int, token: str, sentence: str) -> None:
        hook = discord.Webhook.partial(application_id, token, client=self._bot)
        # Discord's name for the message that answers an interaction, in place of its id.
        original = cast("int", "@original")
        shown = await send_surely(lambda: hook.fetch_message(original))
        if shown.flags.loading:
            edit: dict[str, Any] = {"content": sentence}
        elif is_unfinished(shown.components):
            edit = {"view": _card(sentence)}
        else:
            return
        await send_surely(lambda: hook.edit_message(original, **edit, allowed_mentions=NO_MENTIONS))

    async def _reply(self, place: WaitingPlace, asked_id: int, sentence: str) -> None:
        channel = self._bot.get_partial_messageable(place.channel_id)
        asked = discord.MessageReference(
            message_id=asked_id, channel_id=place.channel_id, fail_if_not_exists=False
        )
        # Where the killed process had posted something already, Discord gives that back: a
        # message with this nonce exists.
        shown = await send_surely(
            lambda: channel.send(
                sentence,
                reference=asked,
                nonce=str(asked_id),
                suppress_embeds=True,
                allowed_mentions=NO_MENTIONS,
            )
        )
        if is_unfinished(shown.components):
            await send_surely(
                lambda: shown.edit(view=_card(sentence), allowed_mentions=NO_MENTIONS)
            )


def _card(sentence: str) -> discord.ui.LayoutView:
    return build_view(Card((sentence,), Tone.REFUSAL))
