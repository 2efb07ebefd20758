"""What is told to the moderators of a server unasked, in the channel that they chose for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import discord
import structlog

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.layout import build_view
from bot.cogs.ports import library_of
from bot.cogs.workplace import Workplace
from bot.rendering.parts import Card
from bot.speech import read_locale, speaking
from bot.state.servers import AUTO_LANGUAGE
from index.errors import FootnoteIndexError

_PATIENCE = 30.0
_SENDABLE = discord.TextChannel | discord.Thread


class DeskPosts:
    """Posts cards where a server's moderators look, in the server's language.

    That is the desk's channel of ``/config``, or else the one for reports; without either
    nothing is posted. Never raises; failures are logged.
    """

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._log = structlog.get_logger(__name__)

    async def post(self, guild_id: int, make_card: Callable[[], Card]) -> discord.Message | None:
        """Post a card; the message, None where it could not be posted."""
        try:
            channel = await self._find_channel(guild_id)
            if channel is None:
                return None
            with speaking(await self.language(guild_id)):
                view = build_view(make_card())
            async with asyncio.timeout(_PATIENCE):
                return await channel.send(view=view, allowed_mentions=NO_MENTIONS)
        except (*SEND_FAILURES, FootnoteIndexError) as error:
            self._log.warning("not_posted_to_desk", guild=guild_id, cause=repr(error))
            return None

    async def redo(
        self, guild_id: int, card: tuple[int, int] | None, make_card: Callable[[], Card]
    ) -> None:
        """Put a card in the place of one that was posted; ``card`` names channel and message."""
        if card is None:
            return
        try:
            with speaking(await self.language(guild_id)):
                view = build_view(make_card())
            channel = self._work.bot.get_partial_messageable(card[0], guild_id=guild_id)
            async with asyncio.timeout(_PATIENCE):
                await channel.get_partial_message(card[1]).edit(
                    view=view, allowed_mentions=NO_MENTIONS
                )
        except (*SEND_FAILURES, FootnoteIndexError) as error:
            self._log.info("desk_card_not_changed", guild=guild_id, cause=repr(error))

    async def language(self, guild_id: int) -> str:
        """What is spoken to a whole server."""
        rules = await self._work.stores.servers.of(guild_id)
        if rules.language != AUTO_LANGUAGE:
            return rules.language
        guild = self._work.bot.get_guild(guild_id)
        return read_locale(str(guild.preferred_locale) if guild else None)

    async def _find_channel(self, guild_id: int) -> _SENDABLE | None:
        rules = await self._work.stores.servers.of(guild_id)
        reports = await self._work.service.reports_channel(library_of(guild_id))
        for wanted in (rules.desk_channel, reports):
            channel = self._work.bot.get_channel(wanted) if wanted is not None else None
            # Nothing crosses from one server to another.
            if isinstance(channel, _SENDABLE) and channel.guild.id == guild_id:
                return channel
        return None
