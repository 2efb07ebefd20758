"""The "Show quotes" button: each quote word for word, for the one who pressed it."""

from __future__ import annotations

import re
from typing import Any, Protocol, Self

from discord import ui

from bot.answering.models import Answer
from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.layout import QUOTES_ID
from bot.cogs.ports import Service, library_of
from bot.rendering.quotes import render_quotes
from bot.state.answers import SentAnswer, confirm_quotes, keep_quote
from bot.state.stores import Stores

FORGOTTEN = "I no longer have the quotes of this answer. Ask the question again to get fresh ones."
NOTHING_LEFT = "The articles behind this answer have no quotes to show."


class QuotesDesk:
    """Shows the quotes of answers that were sent in the same server."""

    def __init__(
        self, *, service: Service, stores: Stores, intake: Intake, errors: ErrorDesk
    ) -> None:
        self._service = service
        self._stores = stores
        self._intake = intake
        self._errors = errors

    async def show(self, interaction: Interaction, answer_id: str) -> None:
        """Answer a press of the button of that answer."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            decision = self._intake.may_enter(exchange.person.id)
            if not decision.allowed:
                await exchange.say(decision.sentence)
                return
            with self._intake.working(exchange):
                async with exchange.waiting():
                    await self._show(exchange, answer_id)

    async def _show(self, exchange: InteractionExchange, answer_id: str) -> None:
        guild_id = exchange.place.guild_id
        found = await find_sent(self._stores, answer_id, guild_id) if guild_id else None
        if guild_id is None or found is None:
            await exchange.say(FORGOTTEN)
            return

        async def text_of(version_id: str) -> str:
            return await self._service.text_of(library_of(guild_id), version_id)

        cards = render_quotes(await confirm_quotes(found, text_of))
        if cards:
            await exchange.show(cards)
        else:
            await exchange.say(NOTHING_LEFT)


async def find_sent(stores: Stores, answer_id: str, guild_id: int) -> SentAnswer | None:
    """What an answer of that server cites; also of those sent by earlier versions of the bot."""
    sent = await stores.replies.find(answer_id, guild_id=guild_id)
    if sent is None or not isinstance(sent.reply, Answer):
        return await stores.answers.find(answer_id, guild_id=guild_id)
    return SentAnswer(
        id=sent.id,
        guild_id=str(guild_id),
        channel_id=str(sent.sending.channel_id),
        created_at=sent.created_at,
        edition=sent.reply.edition,
        quotes=tuple(map(keep_quote, sent.reply.citations)),
    )


class HasQuotes(Protocol):
    """The bot, as far as its button needs it."""

    intake: Intake
    quotes: QuotesDesk


class QuotesButton(
    ui.DynamicItem[ui.Button[Any]], template=re.escape(QUOTES_ID) + r"(?P<answer_id>[0-9a-f]{16})"
):
    """Answers every button of ours that was ever sent, known by its id alone."""

    def __init__(self, item: ui.Button[Any], answer_id: str) -> None:
        super().__init__(item)
        self._answer_id = answer_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        if not isinstance(item, ui.Button):
            raise TypeError(f"{item!r} is no button")
        return cls(item, match["answer_id"])

    async def callback(self, interaction: Interaction) -> None:
        """Show the quotes, once for each press."""
        bot: HasQuotes = interaction.client
        if bot.intake.is_first_time(interaction.id):
            await bot.quotes.show(interaction, self._answer_id)
