"""``/index sources``, ``schedule`` and ``reports``: what is read when, and who hears of it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.choices import Pairs, find_source, offer
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.moderation import Desk
from bot.cogs.part import LibraryPart
from bot.cogs.ports import Service
from bot.cogs.refusals import NotDone
from bot.rendering.content import SOURCES_PAGE, render_schedule, render_sources
from bot.rendering.lists import page_of
from bot.rendering.parts import Tone
from bot.rendering.plans import render_note
from bot.speech import mark, tr
from index.models import SourceKind

CANNOT_WRITE = mark(
    "I may not write in that channel. Give me View Channel and Send Messages there, then try again."
)
NO_REPORTS = mark("**Scheduled reports go nowhere now.** Name a channel to get them.")
_OFF = frozenset({"off", "never", "none", "no"})
_WHEN_LIMIT = 100
_GIVEN_LIMIT = 300


class SourceCommands(LibraryPart):
    """Sources and their schedules."""

    def register_sources(self, actions: ActionDesk) -> None:
        """Answer the buttons of the list."""
        actions.on("source", "list", self._press_sources)

    @app_commands.command(name="sources", description="The remembered sources and their schedules")
    async def sources(self, interaction: Interaction) -> None:
        """List the sources."""
        await self.desk.serve(interaction, lambda exchange: self._list_sources(exchange, 0))

    @app_commands.command(name="schedule", description="Say when a source is read by itself")
    @app_commands.describe(
        source="The source",
        when="hourly, daily 06:00, weekly mon 06:00, cron text, or off",
    )
    async def schedule(
        self,
        interaction: Interaction,
        source: app_commands.Range[str, 1, _GIVEN_LIMIT],
        when: app_commands.Range[str, 1, _WHEN_LIMIT],
    ) -> None:
        """Set a source's schedule, or take it off."""
        await self.desk.serve(
            interaction, lambda exchange: self._schedule(exchange, source, when.strip())
        )

    @schedule.autocomplete("source")
    async def offer_sources(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The remembered sources that can be read again."""
        return await offer_sources(self.desk, interaction, typed, self.service, readable=True)

    @app_commands.command(name="reports", description="Where reports of scheduled runs go")
    @app_commands.describe(channel="A channel for moderators; leave it out for no reports")
    async def reports(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Set the channel for reports."""
        await self.desk.serve(interaction, lambda exchange: self._reports(exchange, channel))

    async def _list_sources(self, exchange: InteractionExchange, page: int) -> None:
        sources = await self.service.sources(exchange.library)
        shown = page_of(sources, page, SOURCES_PAGE)
        names = await self.names(exchange, (each.added_by for each in shown))
        await exchange.show([render_sources(sources, names, page)])

    async def _press_sources(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list_sources(exchange, press.page)

    async def _schedule(self, exchange: InteractionExchange, given: str, when: str) -> None:
        source = find_source(await self.service.sources(exchange.library), given)
        schedule = None if when.casefold() in _OFF else when
        changed = await self.service.set_schedule(
            exchange.library, source.key, schedule, actor=exchange.actor
        )
        await exchange.show([render_schedule(changed)])

    async def _reports(
        self, exchange: InteractionExchange, channel: discord.TextChannel | None
    ) -> None:
        if channel is not None and not _may_write(channel):
            raise NotDone(tr(CANNOT_WRITE))
        channel_id = channel.id if channel else None
        await self.service.set_reports_channel(exchange.library, channel_id, actor=exchange.actor)
        told = tr(NO_REPORTS)
        if channel:
            told = tr("**Reports of scheduled runs go to {channel}.**", channel=f"<#{channel_id}>")
        await exchange.show([render_note(told, Tone.DONE)])


async def offer_sources(
    desk: Desk, interaction: Interaction, typed: str, service: Service, *, readable: bool = False
) -> list[app_commands.Choice[str]]:
    """The sources whose number or location contains what was typed.

    ``readable`` leaves out uploads, which cannot be read again.
    """

    async def find(library: str) -> Pairs:
        return [
            (f"{each.key} · {each.source.location}", str(each.key))
            for each in await service.sources(library)
            if not (readable and each.source.kind is SourceKind.UPLOAD)
        ]

    return await offer(desk, interaction, typed, find)


def _may_write(channel: discord.TextChannel) -> bool:
    permissions = channel.permissions_for(channel.guild.me)
    return permissions.view_channel and permissions.send_messages
