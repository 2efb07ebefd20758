"""``/index recency``: how much newer articles are preferred."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.part import LibraryPart
from bot.rendering.parts import Tone
from bot.rendering.plans import render_note
from bot.speech import tr
from index.recency import WORDS

_SETTING_LIMIT = 20


class SettingCommands(LibraryPart):
    """How the library is searched."""

    @app_commands.command(name="recency", description="How much newer articles are preferred")
    @app_commands.describe(setting=f"{WORDS}; leave it out to see what is set")
    async def recency(
        self,
        interaction: Interaction,
        setting: app_commands.Range[str, 1, _SETTING_LIMIT] | None = None,
    ) -> None:
        """Show or set the library's recency."""
        await self.desk.serve(interaction, lambda exchange: self._recency(exchange, setting))

    async def _recency(self, exchange: InteractionExchange, setting: str | None) -> None:
        if setting is None:
            found = await self.service.recency(exchange.library)
            await exchange.show(
                [render_note(tr("**Recency** is {setting}.", setting=found.describe()))]
            )
            return
        made = await self.service.set_recency(exchange.library, setting, actor=exchange.actor)
        told = tr("**Recency is now** {setting}.", setting=made.describe())
        await exchange.show([render_note(told, Tone.DONE)])
