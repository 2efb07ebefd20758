"""``/gaps``: what was asked and left open, for moderators."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.moderation import ModeratorDesk
from bot.cogs.ports import Gaps
from bot.cogs.refusals import NotDone
from bot.rendering.gaps import render_gaps, say_closed
from bot.state.gaps import Order

NO_SUCH_GAP = "There is no such gap here. `/gaps` lists them."
_GREATEST = 2**31


class GapsCog(commands.Cog):
    """Lists the gaps of a server's library and puts them away."""

    def __init__(self, *, service: Gaps, desk: ModeratorDesk, actions: ActionDesk) -> None:
        self._service = service
        self._desk = desk
        actions.on("gaps", "page", self._press_page)
        actions.on("gaps", "order", self._press_order)
        actions.on("gaps", "close", self._press_close)

    @app_commands.command(name="gaps", description="Questions that the articles left open")
    @app_commands.describe(
        order="Which come first (default: the newest)",
        close="The number of one that is dealt with",
    )
    @app_commands.choices(
        order=[
            app_commands.Choice(name="newest", value=Order.NEWEST.value),
            app_commands.Choice(name="most asked", value=Order.MOST_ASKED.value),
        ]
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def gaps(
        self,
        interaction: Interaction,
        order: str = Order.NEWEST.value,
        close: app_commands.Range[int, 1, _GREATEST] | None = None,
    ) -> None:
        """List the gaps; close one first where it is named."""

        async def work(exchange: InteractionExchange) -> None:
            await self._list(exchange, _read_order(order), 0, close=close)

        await self._desk.serve(interaction, work)

    async def _press_page(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, _read_order(press.split(2)[0]), press.page)

    async def _press_order(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, _read_order(press.argument), 0)

    async def _press_close(self, exchange: InteractionExchange, press: Press) -> None:
        key = int(press.value) if press.value.isdecimal() else 0
        await self._list(exchange, _read_order(press.split(2)[0]), press.page, close=key)

    async def _list(
        self, exchange: InteractionExchange, order: Order, page: int, *, close: int | None = None
    ) -> None:
        word = await self._close(exchange.library, close) if close is not None else ""
        gaps = await self._service.gaps(exchange.library, order=order)
        await exchange.show([render_gaps(gaps, page, order=order, word=word)])

    async def _close(self, library: str, key: int) -> str:
        closed = await self._service.close_gap(library, key) if 0 < key <= _GREATEST else None
        if closed is None:
            raise NotDone(NO_SUCH_GAP)
        return say_closed(closed)


def _read_order(given: str) -> Order:
    """The order of an id or an option; the newest first where it is none."""
    return Order(given) if given in set(Order) else Order.NEWEST
