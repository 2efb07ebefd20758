"""``/privacy``: what is kept about whoever asks, handed over or forgotten at their word."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import OwnHandler, Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.moderation import Desk, Work
from bot.cogs.ports import actor_of
from bot.cogs.workplace import Workplace
from bot.policy import ALLOWED, Decision, Person, Place
from bot.rendering.privacy import (
    SUBJECT,
    Scope,
    render_export,
    render_forgotten,
    render_privacy,
    render_question,
)
from bot.state.personal_rows import Subject
from bot.state.servers import ServerSettings

_FILE_LIMIT = 8_000_000


class PrivacyDesk(Desk):
    """Admits everybody: what is kept of somebody is theirs to see, whatever else they may."""

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:  # noqa: ARG002
        """Yes."""
        return ALLOWED


class PrivacyCog(commands.Cog):
    """Shows, hands over and forgets; always only of the one who asks.

    Args:
        workplace: What every cog is given.
        forget_elsewhere: Takes what others remember of a person for a while, by their id.
    """

    def __init__(
        self, workplace: Workplace, forget_elsewhere: Sequence[Callable[[int], None]] = ()
    ) -> None:
        self._work = workplace
        self._forget_elsewhere = forget_elsewhere
        self._records = workplace.stores.personal
        self._desk = PrivacyDesk(
            intake=workplace.intake,
            errors=workplace.errors,
            servers=workplace.stores.servers,
            homes=workplace.homes,
        )
        for verb, handler in {
            "show": self._show,
            "ask": self._ask,
            "forget": self._forget,
        }.items():
            workplace.actions.on_own(SUBJECT, verb, self._serve_with(handler, in_place=True))
        workplace.actions.on_own(SUBJECT, "export", self._serve_with(self._export, in_place=False))

    @app_commands.command(name="privacy", description="What I keep about you; export or delete it")
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept about the person."""
        await self._desk.serve(interaction, self._show, urgent=True)

    def _serve_with(self, handler: Work, *, in_place: bool) -> OwnHandler:
        async def serve(interaction: Interaction, _: Press) -> None:
            message = interaction.message
            own = in_place and message is not None and message.flags.ephemeral
            await self._desk.serve(interaction, handler, in_place=own, urgent=True)

        return serve

    async def _show(self, exchange: InteractionExchange) -> None:
        summary = await self._records.summary(_whose(exchange))
        await exchange.show([render_privacy(summary, await self._scope(exchange))])

    async def _ask(self, exchange: InteractionExchange) -> None:
        summary = await self._records.summary(_whose(exchange))
        await exchange.show([render_question(summary, await self._scope(exchange))])

    async def _forget(self, exchange: InteractionExchange) -> None:
        forgotten = await self._records.forget(_whose(exchange))
        self._work.people.forget(actor_of(exchange.person.id))
        for forget in self._forget_elsewhere:
            forget(exchange.person.id)
        await exchange.show([render_forgotten(forgotten, await self._scope(exchange))])

    async def _export(self, exchange: InteractionExchange) -> None:
        found = await self._records.export(_whose(exchange))
        found["exported_at"] = self._work.now().isoformat(timespec="seconds")
        name, content = await asyncio.to_thread(_pack, found)
        await exchange.show([render_export(name, content, await self._scope(exchange))])

    async def _scope(self, exchange: InteractionExchange) -> Scope:
        kept = self._work.config.answer_retention
        guild_id = exchange.place.guild_id
        if guild_id is not None:
            rules = await self._work.stores.servers.of(guild_id)
            if rules.retention_days is not None:
                kept = timedelta(days=rules.retention_days)
        return Scope(everywhere=guild_id is None, kept_days=kept.days)


def _whose(exchange: InteractionExchange) -> Subject:
    """The person, in the server they are in, or everywhere in a private message."""
    return Subject(exchange.person.id, exchange.place.guild_id)


def _pack(found: dict[str, Any]) -> tuple[str, bytes]:
    """The file and its name; packed where Discord would not take it as it is."""
    written = json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    if len(written) <= _FILE_LIMIT:
        return "footnote-about-me.json", written
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("footnote-about-me.json", written)
    return "footnote-about-me.zip", packed.getvalue()
