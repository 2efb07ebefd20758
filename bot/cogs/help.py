"""``/help``: how to ask, and a page for every command and button."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import FORGOTTEN, Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.moderation import Desk
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.policy import ALLOWED, Decision, Person, Place, may_moderate
from bot.rendering.help import SUBJECT, render_help, render_page
from bot.speech import tr
from bot.state.servers import DEFAULT, ServerSettings


class HelpDesk(Desk):
    """Admits everybody everywhere: who may not ask shall at least learn why and where."""

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:  # noqa: ARG002
        """Yes."""
        return ALLOWED


class HelpCog(commands.Cog):
    """Shows the manual."""

    def __init__(self, workplace: Workplace) -> None:
        self._servers = workplace.stores.servers
        self._desk = HelpDesk(
            intake=workplace.intake,
            errors=workplace.errors,
            servers=workplace.stores.servers,
            homes=workplace.homes,
        )
        for verb in ("first", "page", "more"):
            workplace.actions.on_own(SUBJECT, verb, self._press)

    @app_commands.command(name="help", description="How to ask me, and what every button does")
    async def help(self, interaction: Interaction) -> None:
        """Show the first page."""
        await self._desk.serve(interaction, lambda exchange: self._show(exchange, ""))

    async def _press(self, interaction: Interaction, press: Press) -> None:
        message = press.message
        await self._desk.serve(
            interaction,
            lambda exchange: self._show(exchange, press.value),
            in_place=message is not None and message.flags.ephemeral,
        )

    async def _show(self, exchange: InteractionExchange, key: str) -> None:
        home = exchange.home
        rules = await self._servers.of(home) if home is not None else DEFAULT
        moderates = may_moderate(exchange.place, exchange.person, rules).allowed
        card = render_page(key, moderates=moderates) if key else render_help(moderates=moderates)
        if card is None:
            raise NotDone(tr(FORGOTTEN))
        await exchange.show([card])
