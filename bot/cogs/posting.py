"""Words for moderators that nobody asked for: reports of schedules, and of jobs cut off."""

from __future__ import annotations

import asyncio
from typing import Protocol, TypeGuard

import discord
import structlog

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.layout import build_view
from bot.cogs.ports import guild_of
from bot.rendering.jobs import render_interrupted, render_resumed
from bot.rendering.parts import Card
from bot.rendering.reports import render_scheduled
from bot.scheduled import ScheduledOutcome
from index.errors import FootnoteIndexError
from index.records import JobInfo


class KnowsReportsChannel(Protocol):
    """The service, as far as reports go."""

    async def reports_channel(self, library: str) -> int | None:
        """The channel that a library's moderators named."""
        ...


class FindsChannels(Protocol):
    """The bot, as far as it posts."""

    def get_channel(self, channel_id: int, /) -> object:
        """The channel of that id, as far as the bot sees it."""
        ...

    @property
    def knows_servers(self) -> asyncio.Event:
        """Set once Discord has told the bot its servers and channels."""
        ...


class Poster:
    """Posts in the channel that a server's moderators chose. Never raises; failures are logged.

    ``patience`` says how many seconds a word waits for Discord to be there.
    """

    def __init__(
        self, bot: FindsChannels, *, service: KnowsReportsChannel, patience: float = 120.0
    ) -> None:
        self._bot = bot
        self._service = service
        self._patience = patience
        self._log = structlog.get_logger(__name__)

    async def post_report(self, library: str, outcome: ScheduledOutcome) -> None:
        """Say what reading sources by their schedule came to."""
        card = render_scheduled(
            outcome.sources,
            report=outcome.report,
            problem=outcome.problem,
            held=outcome.held,
            recovered=outcome.recovered,
        )
        await self._post(library, None, card)

    async def post_interrupted(
        self, library: str, job: JobInfo, *, resumed: bool, channel_id: int | None = None
    ) -> bool:
        """Say that a restart cut a job off, where it was started or where reports go."""
        return await self._post(library, channel_id, render_interrupted(job, resumed=resumed))

    async def post_resumed(
        self, library: str, job: JobInfo, sentence: str, *, held: str | None = None
    ) -> bool:
        """Say how a job ended that went on after a restart."""
        return await self._post(library, None, render_resumed(job, sentence, held=held))

    async def _post(self, library: str, channel_id: int | None, card: Card) -> bool:
        guild_id = guild_of(library)
        if guild_id is None:
            return False
        try:
            wanted = channel_id or await self._service.reports_channel(library)
            if wanted is None:
                return False
            async with asyncio.timeout(self._patience):
                await self._bot.knows_servers.wait()
            channel = self._bot.get_channel(wanted)
            if not _belongs_to(channel, guild_id):
                self._log.warning("no_reports_channel", library=library, channel=wanted)
                return False
            await channel.send(view=build_view(card), allowed_mentions=NO_MENTIONS)
        except (*SEND_FAILURES, FootnoteIndexError) as error:
            self._log.warning("report_not_posted", library=library, cause=repr(error))
            return False
        return True


def _belongs_to(channel: object, guild_id: int) -> TypeGuard[discord.TextChannel | discord.Thread]:
    """Whether it is a channel of that server; nothing crosses from one server to another."""
    return (
        isinstance(channel, discord.TextChannel | discord.Thread) and channel.guild.id == guild_id
    )
