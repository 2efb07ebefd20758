"""``/audit``: who did what, when and why, for moderators."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.workplace import Workplace
from bot.rendering.audit import ALL, PAGE, render_audit_page


class AuditCog(commands.Cog):
    """Shows what moderators and schedules did in a server's library."""

    def __init__(self, work: Workplace) -> None:
        self._work = work
        work.actions.on("audit", "turn", self._press_turn)
        work.actions.on("audit", "only", self._press_only)

    @app_commands.command(name="audit", description="Who did what in the library, when and why")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def audit(self, interaction: Interaction) -> None:
        """Show the newest entries."""
        await self._work.moderators.serve(interaction, lambda exchange: self._show(exchange, "", 0))

    async def _press_turn(self, exchange: InteractionExchange, press: Press) -> None:
        page, action = press.split(2)
        await self._show(exchange, action, int(page) if page.isdecimal() else 0)

    async def _press_only(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show(exchange, "" if press.value == ALL else press.value, 0)

    async def _show(self, exchange: InteractionExchange, action: str, page: int) -> None:
        service, library = self._work.service, exchange.library
        entries, total = await service.audit_page(library, action=action, page=page, size=PAGE)
        pages = max(1, -(-total // PAGE))
        if page >= pages:
            page = pages - 1
            entries, _ = await service.audit_page(library, action=action, page=page, size=PAGE)
        names = await self._work.people.names(
            exchange.interaction, (entry.actor for entry in entries)
        )
        card = render_audit_page(
            entries,
            names,
            actions=await service.audit_actions(library),
            action=action,
            page=page,
            pages=pages,
        )
        await exchange.show([card])
