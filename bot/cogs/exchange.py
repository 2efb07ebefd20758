"""One exchange with a person: acknowledge, then show cards or say a sentence.

An interaction and a message that mentions the bot look the same from here on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol

import aiohttp
import discord

from bot.cogs.layout import build_modal, build_view
from bot.cogs.ports import actor_of, library_of
from bot.policy import Person, Place
from bot.rendering.actions import Form
from bot.rendering.parts import Card, Tone

NO_MENTIONS = discord.AllowedMentions.none()
Interaction = discord.Interaction[Any]
SEND_FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What may happen when something is sent to Discord: refused, unreachable, too slow."""
_TYPING_INTERVAL = 8.0  # Discord shows it for ten seconds


class Exchange(Protocol):
    """One person's question or command, and the way back to them."""

    place: Place
    person: Person
    channel_id: int

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        ...

    def waiting(self) -> AbstractAsyncContextManager[None]:
        """Show that the bot is at work."""
        ...

    async def show(self, cards: Sequence[Card]) -> None:
        """Send the cards, in order."""
        ...

    async def say(self, sentence: str) -> None:
        """Say something final."""
        ...


class InteractionExchange:
    """A slash command, a button, a menu or a form.

    Args:
        interaction: What Discord delivered.
        private: Whether only the asker sees the answer.
        in_place: Whether the answer takes the place of the card that was pressed.
    """

    def __init__(self, interaction: Interaction, *, private: bool, in_place: bool = False) -> None:
        self.interaction = interaction
        self.place, self.person = describe_interaction(interaction)
        self.channel_id = interaction.channel_id or 0
        self._private = private
        self._in_place = in_place
        self._shows_card = False
        self._resolved = False

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        return self._resolved

    @property
    def library(self) -> str:
        """The name of the server's own library."""
        return library_of(self.place.guild_id or 0)

    @property
    def actor(self) -> str:
        """How the library's history names this person."""
        return actor_of(self.person.id)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Acknowledge, with "thinking ..." where a new message is to come.

        Discord allows three seconds for that.
        """
        if self._in_place:
            await self.interaction.response.defer()
        else:
            await self.interaction.response.defer(ephemeral=self._private, thinking=True)
        yield

    async def show(self, cards: Sequence[Card]) -> None:
        """The first card in place of what is there, the others after it."""
        await self.update(cards[0])
        self._resolved = True
        for card in cards[1:]:
            await self.interaction.followup.send(
                view=build_view(card), ephemeral=self._private, allowed_mentions=NO_MENTIONS
            )

    async def say(self, sentence: str) -> None:
        """Only the asker sees it, unless others already see that the bot is thinking."""
        response = self.interaction.response
        resolved, self._resolved = self._resolved, True
        if not response.is_done():
            await response.send_message(sentence, ephemeral=True, allowed_mentions=NO_MENTIONS)
        elif resolved or (self._in_place and not self._shows_card):
            # The card that was pressed stays as it is.
            await self.interaction.followup.send(
                sentence, ephemeral=True, allowed_mentions=NO_MENTIONS
            )
        elif self._shows_card:
            # Discord takes no plain text for a message that was a card once.
            await self.update(Card((sentence,), Tone.REFUSAL))
        else:
            await self.interaction.edit_original_response(
                content=sentence, allowed_mentions=NO_MENTIONS
            )

    async def update(self, card: Card) -> None:
        """Put a card in place of "thinking ..." or of the card before."""
        await self.interaction.edit_original_response(
            view=build_view(card), allowed_mentions=NO_MENTIONS
        )
        self._shows_card = True

    async def open(self, form: Form) -> None:
        """Show a form; it has to be the first answer."""
        await self.interaction.response.send_modal(build_modal(form))
        self._resolved = True


class MessageExchange:
    """A message that mentions the bot; it is answered by a reply."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self.place = Place(guild_id=message.guild.id if message.guild else None)
        self.person = Person(id=message.author.id, manages_server=_manages(message))
        self.channel_id = message.channel.id
        self._resolved = False

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        return self._resolved

    def can_answer(self) -> bool:
        """Whether Discord lets the bot write there, as far as it is known."""
        permissions = self._own_permissions()
        if permissions is None:
            return True
        if isinstance(self._message.channel, discord.Thread):
            return permissions.send_messages_in_threads
        return permissions.send_messages

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Show the typing indicator; doing without it is no reason not to answer."""
        typing = asyncio.create_task(self._type())
        try:
            yield
        finally:
            typing.cancel()

    async def show(self, cards: Sequence[Card]) -> None:
        """The first card as a reply, the others after it."""
        for number, card in enumerate(cards):
            view = build_view(card)
            if (reference := self._reference() if number == 0 else None) is not None:
                await self._message.channel.send(
                    view=view, reference=reference, allowed_mentions=NO_MENTIONS
                )
            else:
                await self._message.channel.send(view=view, allowed_mentions=NO_MENTIONS)
            self._resolved = True

    async def say(self, sentence: str) -> None:
        """A reply that everybody in the channel sees."""
        self._resolved = True
        channel = self._message.channel
        if (reference := self._reference()) is not None:
            await channel.send(
                sentence, reference=reference, suppress_embeds=True, allowed_mentions=NO_MENTIONS
            )
        else:
            await channel.send(sentence, suppress_embeds=True, allowed_mentions=NO_MENTIONS)

    def _reference(self) -> discord.MessageReference | None:
        permissions = self._own_permissions()
        if permissions is not None and not permissions.read_message_history:
            return None
        # The answer is wanted even if the question was deleted meanwhile.
        return self._message.to_reference(fail_if_not_exists=False)

    async def _type(self) -> None:
        with suppress(*SEND_FAILURES):
            while True:
                await self._message.channel.typing()
                await asyncio.sleep(_TYPING_INTERVAL)

    def _own_permissions(self) -> discord.Permissions | None:
        guild, channel = self._message.guild, self._message.channel
        # Of a channel that is not in the cache nothing is known.
        if guild is None or guild.me is None or isinstance(channel, discord.PartialMessageable):
            return None
        return channel.permissions_for(guild.me)


def describe_interaction(interaction: Interaction) -> tuple[Place, Person]:
    """Where and who, from what Discord says in the interaction itself."""
    guild_id = interaction.guild_id
    is_member = guild_id is not None and interaction.client.get_guild(guild_id) is not None
    granted = interaction.permissions
    person = Person(
        id=interaction.user.id,
        manages_server=guild_id is not None and (granted.manage_guild or granted.administrator),
    )
    return Place(guild_id=guild_id, is_member=is_member), person


def _manages(message: discord.Message) -> bool:
    author = message.author
    return isinstance(author, discord.Member) and author.guild_permissions.manage_guild
