"""The "Show quotes" button: each quote word for word, for the one who pressed it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol, Self

from discord import ui

from bot.answering.models import Answer
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.moderation import Desk
from bot.cogs.ports import Service, library_of
from bot.policy import Decision, Person, Place, may_ask
from bot.rendering.quotes import render_quotes
from bot.rendering.reply_actions import QUOTES_ID
from bot.rendering.surroundings import Surroundings, find_surroundings
from bot.speech import mark, tr
from bot.state.answers import SentAnswer, SentQuote, confirm_quotes, keep_quote
from bot.state.servers import ServerSettings
from bot.state.stores import Stores

FORGOTTEN = mark(
    "I no longer have the quotes of this answer. Ask the question again to get fresh ones."
)
NOTHING_LEFT = mark("The articles behind this answer have no quotes to show.")


class QuotesDesk:
    """Shows the quotes of answers that were sent in the same server."""

    def __init__(self, *, service: Service, stores: Stores, desk: Desk) -> None:
        self._service = service
        self._stores = stores
        self._desk = desk

    async def show(self, interaction: Interaction, answer_id: str) -> None:
        """Answer a press of the button of that answer."""
        await self._desk.serve(interaction, lambda exchange: self._show(exchange, answer_id))

    async def _show(self, exchange: InteractionExchange, answer_id: str) -> None:
        guild_id = exchange.home
        found = await self._find(exchange, answer_id, guild_id) if guild_id else None
        if guild_id is None or found is None:
            await exchange.say(tr(FORGOTTEN))
            return
        texts = _Texts(self._service, library_of(guild_id))
        confirmed = await confirm_quotes(found, texts.read)
        cards = render_quotes(confirmed, await _find_surroundings(confirmed.quotes, texts))
        if cards:
            await exchange.show(cards)
        else:
            await exchange.say(tr(NOTHING_LEFT))

    async def _find(
        self, exchange: InteractionExchange, answer_id: str, guild_id: int
    ) -> SentAnswer | None:
        """What an answer cites that this person may see."""
        sent = await self._stores.replies.find(answer_id, guild_id=guild_id)
        if sent is not None and not sent.is_for(exchange.person.id):
            return None
        return await find_sent(self._stores, answer_id, guild_id)


class ReaderDesk(Desk):
    """Admits whoever reads in the server: what an answer rests on is for all who see it."""

    def decide(self, place: Place, person: Person, rules: ServerSettings) -> Decision:  # noqa: ARG002
        """Anybody in a server of the bot."""
        return may_ask(place, person)


class _Texts:
    """The texts of article versions, each read once."""

    def __init__(self, service: Service, library: str) -> None:
        self._service = service
        self._library = library
        self._known: dict[str, str | None] = {}

    async def read(self, version_id: str) -> str:
        """The text; ``KeyError`` where it is no longer stored."""
        if version_id not in self._known:
            try:
                text = await self._service.text_of(self._library, version_id)
            except KeyError:
                self._known[version_id] = None
            else:
                self._known[version_id] = text
        found = self._known[version_id]
        if found is None:
            raise KeyError(version_id)
        return found


async def _find_surroundings(quotes: Sequence[SentQuote], texts: _Texts) -> dict[int, Surroundings]:
    """What stands around each quote, by its number, as far as the articles are stored."""
    found: dict[int, Surroundings] = {}
    for quote in quotes:
        with suppress(KeyError):
            text = await texts.read(quote.version_id)
            found[quote.number] = find_surroundings(text, quote.start, quote.end)
    return found


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
