"""Private messages: whose articles answer in them, chosen once and changed with ``/server``."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import Press
from bot.cogs.answering import AnswerDesk, Asking
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.homes import NONE_SHARED, NOT_A_MEMBER, DirectHomes
from bot.cogs.moderation import Desk
from bot.cogs.refusals import NotDone
from bot.cogs.settling import DirectMessages
from bot.cogs.workplace import Workplace
from bot.policy import ALLOWED, Decision, Person, Place
from bot.rendering.actions import CHOICE_LIMIT, CHOICES_LIMIT
from bot.rendering.homes import CHOOSE, SUBJECT, render_choice, render_chosen
from bot.rendering.text import plain_line
from bot.speech import mark, tr
from bot.state.servers import ServerSettings

_SNOWFLAKE_DIGITS = 20
_LOOKED_AT_WHILE_TYPING = 5

ONLY_HERE = mark("This is for private messages with me.")
NO_SUCH_SERVER = mark("I find no server of that name that you and I are both in.")


class ChoosingDesk(Desk):
    """Admits everybody in private messages: what they choose from is theirs alone."""

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:  # noqa: ARG002
        """Only outside of servers."""
        if place.guild_id is None:
            return ALLOWED
        return Decision(allowed=False, sentence=tr(ONLY_HERE))


class DirectCog(commands.Cog):
    """``/server``, and what its menu does. It is only there where the operator allows it."""

    def __init__(
        self, work: Workplace, homes: DirectHomes, direct: DirectMessages, answers: AnswerDesk
    ) -> None:
        self._homes = homes
        self._direct = direct
        self._answers = answers
        self._new_id = work.new_id
        self._desk = ChoosingDesk(
            intake=work.intake, errors=work.errors, servers=work.stores.servers
        )
        work.actions.on_own(SUBJECT, CHOOSE, self._press)

    @app_commands.command(name="server", description="Choose whose articles answer you here")
    @app_commands.describe(name="A part of the server's name")
    @app_commands.allowed_contexts(guilds=False, dms=True, private_channels=False)
    async def server(
        self, interaction: Interaction, name: app_commands.Range[str, 1, 100] | None = None
    ) -> None:
        """Show the servers there are to choose from, or choose the one that is named."""

        async def work(exchange: InteractionExchange) -> None:
            if name is not None and name.isdecimal() and len(name) <= _SNOWFLAKE_DIGITS:
                await self._choose(exchange, int(name))
            else:
                await self._list(exchange, name or "")

        await self._desk.serve(interaction, work, private=False)

    @server.autocomplete("name")
    async def complete_name(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Servers whose name holds what is typed, of those that the person belongs to."""
        if interaction.guild_id is not None:
            return []
        # At every letter that somebody types: Discord is asked of a few only.
        sharing = await self._homes.list_shared(
            interaction.user.id, current, most=_LOOKED_AT_WHILE_TYPING
        )
        return [
            app_commands.Choice(
                name=plain_line(each.name, CHOICE_LIMIT) or str(each.guild_id),
                value=str(each.guild_id),
            )
            for each in sharing.shared[:CHOICES_LIMIT]
        ]

    async def _press(self, interaction: Interaction, press: Press) -> None:
        async def work(exchange: InteractionExchange) -> None:
            if not press.value.isdecimal() or len(press.value) > _SNOWFLAKE_DIGITS:
                raise NotDone(tr(NOT_A_MEMBER))
            await self._choose(exchange, int(press.value))

        await self._desk.serve(interaction, work, private=False)

    async def _list(self, exchange: InteractionExchange, text: str) -> None:
        user_id = exchange.person.id
        sharing = await self._homes.list_shared(user_id, text)
        if not sharing.shared:
            raise NotDone(tr(NO_SUCH_SERVER if text else NONE_SHARED))
        if len(sharing.shared) == 1 and not sharing.more:
            await self._choose(exchange, sharing.shared[0].guild_id)
            return
        chosen = await self._homes.chosen(user_id)
        await exchange.show([render_choice(sharing.shared, chosen=chosen, more=sharing.more)])

    async def _choose(self, exchange: InteractionExchange, guild_id: int) -> None:
        """Keep the choice, and answer what was asked before it."""
        home = await self._homes.choose(exchange.person.id, guild_id)
        question = self._direct.take_pending(exchange.person.id)
        if question is None:
            await exchange.show([render_chosen(home.name)])
            return
        exchange.home, exchange.person = home.guild_id, home.person
        await self._answers.answer(exchange, Asking(question, self._new_id()))
