"""What every command and press of a moderator goes through: may they, is there room, go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.refusals import NotDone
from bot.policy import RESTARTING, may_moderate
from bot.rendering.actions import Form

ENDED = (
    "I am restarting, and this may not be finished. Look with `/index status`, "
    "and do it again if it is not in."
)
Work = Callable[[InteractionExchange], Awaitable[None]]


class ModeratorDesk:
    """Admits moderators, one by one and privately, and sees that every error is told."""

    def __init__(self, *, intake: Intake, errors: ErrorDesk) -> None:
        self._intake = intake
        self._errors = errors

    async def serve(
        self,
        interaction: Interaction,
        work: Work,
        *,
        in_place: bool = False,
        urgent: bool = False,
    ) -> None:
        """Acknowledge and do the work, if this person may have it done.

        Args:
            interaction: The command or the press.
            work: What to do once it is acknowledged.
            in_place: Whether the answer takes the place of the card that was pressed.
            urgent: Whether it finds room however busy this person keeps the bot.
        """
        exchange = InteractionExchange(interaction, private=True, in_place=in_place)
        async with self._errors.guard(exchange):
            if not await self._admit(exchange, urgent=urgent):
                return
            with self._intake.working(exchange, if_ended=ENDED, is_question=False):
                async with exchange.waiting():
                    try:
                        await work(exchange)
                    except NotDone as why:
                        await exchange.say(str(why))

    async def open_form(
        self, interaction: Interaction, make_form: Callable[[], Awaitable[Form]]
    ) -> None:
        """Show a form, if this person may fill it in; Discord waits three seconds for it."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            if not await self._admit(exchange, urgent=False):
                return
            try:
                await exchange.open(await make_form())
            except NotDone as why:
                await exchange.say(str(why))

    async def _admit(self, exchange: InteractionExchange, *, urgent: bool) -> bool:
        """Whether this person may do this now; says why not."""
        decision = may_moderate(exchange.place, exchange.person)
        if decision.allowed and not urgent:
            decision = self._intake.may_enter(exchange.person.id)
        if not decision.allowed:
            await exchange.say(decision.sentence)
            return False
        if self._intake.is_closing:
            await exchange.say(RESTARTING)
            return False
        return True
