"""What every command and press goes through: may they, is there room, go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import Interaction, InteractionExchange, choose_language
from bot.cogs.intake import Intake
from bot.cogs.refusals import NotDone
from bot.policy import RESTARTING, Decision, Person, Place, may_ask, may_moderate
from bot.rendering.actions import Form
from bot.speech import mark, read_locale, speak, tr
from bot.state.servers import DEFAULT, ServerBook, ServerSettings

ENDED = mark(
    "I am restarting, and this may not be finished. Look with `/index status`, "
    "and do it again if it is not in."
)
Work = Callable[[InteractionExchange], Awaitable[None]]
MakeForm = Callable[[], Awaitable[Form]]


class Homes(Protocol):
    """Which server's articles are meant in private messages."""

    async def find(self, interaction: Interaction) -> tuple[int, Person] | None:
        """The server that the person chose and who they are there; None where there is none.

        They are a member of it at this moment.

        Raises:
            NotDone: it cannot be told, and why.
        """
        ...


class NoHomes:
    """Nobody is answered in private messages."""

    async def find(self, interaction: Interaction) -> tuple[int, Person] | None:  # noqa: ARG002
        """No server."""
        return None


class Desk:
    """Admits people, one by one, and sees that every error is told.

    Args:
        intake: Whether there is room.
        errors: Where errors end.
        servers: What each server allows.
        homes: Which server is meant in private messages.
    """

    if_ended = RESTARTING
    is_question = False

    def __init__(
        self,
        *,
        intake: Intake,
        errors: ErrorDesk,
        servers: ServerBook,
        homes: Homes | None = None,
    ) -> None:
        self._intake = intake
        self._errors = errors
        self._servers = servers
        self._homes = homes or NoHomes()

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:
        """Whether this person may have work done there."""
        raise NotImplementedError

    async def serve(
        self,
        interaction: Interaction,
        work: Work,
        *,
        in_place: bool = False,
        urgent: bool = False,
        private: bool = True,
    ) -> None:
        """Acknowledge and do the work, if this person may have it done.

        Args:
            interaction: The command or the press.
            work: What to do once it is acknowledged.
            in_place: Whether the answer takes the place of the card that was pressed.
            urgent: Whether it finds room however busy this person keeps the bot.
            private: Whether only this person sees the answer.
        """
        exchange = InteractionExchange(interaction, private=private, in_place=in_place)
        async with self._errors.guard(exchange):
            if not await self._admit(exchange, urgent=urgent):
                return
            with self._intake.working(
                exchange, if_ended=tr(self.if_ended), is_question=self.is_question
            ):
                async with exchange.waiting():
                    try:
                        await work(exchange)
                    except NotDone as why:
                        await exchange.say(str(why))

    async def open_form(self, interaction: Interaction, make_form: MakeForm) -> None:
        """Show a form, if this person may fill it in; Discord waits three seconds for it."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            if not await self._admit(exchange, urgent=False):
                return
            try:
                await exchange.open(await make_form())
            except NotDone as why:
                await exchange.say(str(why))

    async def may(self, interaction: Interaction) -> tuple[int, ServerSettings] | None:
        """The server that is meant, where this person may; nothing is said."""
        exchange = InteractionExchange(interaction, private=True)
        rules, decision = await self._judge(exchange)
        return (exchange.home, rules) if decision.allowed and exchange.home is not None else None

    async def _admit(self, exchange: InteractionExchange, *, urgent: bool) -> bool:
        """Whether this person may do this now; says why not."""
        _, decision = await self._judge(exchange)
        if decision.allowed and not urgent:
            decision = self._intake.may_enter(exchange.person.id)
        if decision.allowed and self._intake.is_closing:
            decision = Decision(allowed=False, sentence=tr(RESTARTING))
        if not decision.allowed:
            await exchange.say(decision.sentence)
        return decision.allowed

    async def _judge(self, exchange: InteractionExchange) -> tuple[ServerSettings, Decision]:
        place = exchange.place
        if exchange.home is None:
            speak(read_locale(str(exchange.interaction.locale)))
            try:
                found = await self._homes.find(exchange.interaction)
            except NotDone as why:
                # Some things need no server, such as what is kept about somebody.
                decision = self.decide(place, exchange.person, DEFAULT)
                return DEFAULT, decision if decision.allowed else replace(
                    decision, sentence=str(why)
                )
            if found is not None:
                exchange.home, exchange.person = found
                place = Place(exchange.home, any_channel=True)
        rules = await self._servers.of(exchange.home) if exchange.home is not None else DEFAULT
        interaction = exchange.interaction
        speak(
            choose_language(
                rules,
                private=exchange.is_private,
                locale=interaction.locale,
                guild_locale=interaction.guild_locale,
            )
        )
        return rules, self.decide(place, exchange.person, rules)


class ModeratorDesk(Desk):
    """Admits moderators; private messages are no place for their work."""

    if_ended = ENDED

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:
        """Only who may moderate."""
        return may_moderate(place, person, rules)


class MemberDesk(Desk):
    """Admits whoever may ask."""

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:
        """Whoever may ask there."""
        return may_ask(place, person, rules)
