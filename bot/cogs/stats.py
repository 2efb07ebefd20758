"""``/stats``: a server's figures, as a picture and in words."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.workplace import Workplace
from bot.rendering.stats import PERIODS, render_stats
from bot.speech import mark
from bot.state.stats import Stats

_PATIENCE = 20.0
_PERIOD_NAMES = {
    7: mark("the last 7 days"),
    30: mark("the last 30 days"),
    90: mark("the last 90 days"),
}
_USUAL = 30


class StatsCog(commands.Cog):
    """Counts, draws and tells."""

    def __init__(self, workplace: Workplace) -> None:
        self._work = workplace
        self._drawing = asyncio.Semaphore(1)
        self._log = structlog.get_logger(__name__)
        workplace.actions.on("stats", "period", self._press_period)

    @app_commands.command(name="stats", description="Questions, answers and votes in figures")
    @app_commands.describe(period="Which time (default: the last 30 days)")
    @app_commands.choices(
        period=[app_commands.Choice(name=_PERIOD_NAMES[days], value=days) for days in PERIODS]
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def stats(self, interaction: Interaction, period: int = _USUAL) -> None:
        """Show the figures of a time."""
        await self._work.moderators.serve(
            interaction, lambda exchange: self._show(exchange, _read_period(str(period)))
        )

    async def _press_period(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show(exchange, _read_period(press.value))

    async def _show(self, exchange: InteractionExchange, days: int) -> None:
        home = exchange.home or 0
        stats = await self._work.stores.stats.of(home, days=days)
        rules = await self._work.stores.servers.of(home)
        kept = self._work.config.answer_retention
        if rules.retention_days is not None:
            kept = timedelta(days=rules.retention_days)
        picture = await self._draw(stats) if stats.asked else None
        await exchange.show([render_stats(stats, picture, kept_days=kept.days)])

    async def _draw(self, stats: Stats) -> bytes | None:
        """The picture; None where it cannot be drawn: the words say the same."""
        # Whoever asks for no figures does not wait for the drawing library.
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), self._drawing:
                return await asyncio.to_thread(_draw, stats)
        self._log.warning("stats_not_drawn", days=len(stats.days))
        return None


def _draw(stats: Stats) -> bytes:
    from bot.rendering.chart import draw_stats  # noqa: PLC0415 - it takes a while to load

    return draw_stats(stats)


def _read_period(given: str) -> int:
    days = int(given) if given.isdecimal() else _USUAL
    return days if days in PERIODS else _USUAL
