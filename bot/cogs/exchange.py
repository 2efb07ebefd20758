"""One exchange with a person: acknowledge, then show cards or say a sentence.

An interaction and a message that mentions the bot look the same from here on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import aiohttp
import discord

from bot.cogs.layout import build_modal, build_view
from bot.cogs.ports import actor_of, library_of
from bot.policy import Person, Place
from bot.rendering.actions import Form
from bot.rendering.parts import Card, Tone
from bot.speech import read_locale
from bot.state.servers import AUTO_LANGUAGE, ServerSettings

NO_MENTIONS = discord.AllowedMentions.none()
Interaction = discord.Interaction[Any]
SEND_FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What may happen when something is sent to Discord: refused, unreachable, too slow."""
_UNKNOWN_MESSAGE = 10008


class Exchange(Protocol):
    """One person's question or command, and the way back to them.

    ``home`` is the server whose articles are meant: the one it is in, or in private messages
    the one that the person chose; None while there is none.
    """

    place: Place
    home: int | None
    person: Person
    channel_id: int
    in_thread: bool
    is_private: bool

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        ...

    @property
    def shown_ids(self) -> tuple[int, ...]:
        """The messages that ``show`` has sent."""
        ...

    def waiting(self) -> AbstractAsyncContextManager[None]:
        """Show that the bot is at work."""
        ...

    async def update(self, card: Card) -> None:
        """Show a card that is not final, in place of the one before."""
        ...

    async def show(self, cards: Sequence[Card]) -> None:
        """Send the cards, in order, in place of what was shown before."""
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
        self.home = self.place.guild_id
        self.channel_id = interaction.channel_id or 0
        self.in_thread = isinstance(interaction.channel, discord.Thread)
        self.is_private = private
        self._in_place = in_place
        self._shows_card = False
        self._resolved = False
        self._shown: list[int] = []

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        return self._resolved

    @property
    def shown_ids(self) -> tuple[int, ...]:
        """The messages that ``show`` has sent."""
        return tuple(self._shown)

    @property
    def library(self) -> str:
        """The name of the library of the server whose articles are meant."""
        return library_of(self.home or 0)

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
            await self.interaction.response.defer(ephemeral=self.is_private, thinking=True)
        yield

    async def show(self, cards: Sequence[Card]) -> None:
        """The first card in place of what is there, the others after it."""
        await self._replace(cards[0])
        self._resolved = True
        for card in cards[1:]:
            sent = await self.interaction.followup.send(
                view=build_view(card),
                ephemeral=self.is_private,
                allowed_mentions=NO_MENTIONS,
                wait=True,
            )
            self._shown.append(sent.id)

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
        shown = await self.interaction.edit_original_response(
            view=build_view(card), allowed_mentions=NO_MENTIONS
        )
        self._shown = [shown.id]
        self._shows_card = True

    async def _replace(self, card: Card) -> None:
        """Put a final card where an unfinished one stands; where it was deleted, send it anew."""
        try:
            await self.update(card)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE or not self._shows_card:
                raise
            sent = await self.interaction.followup.send(
                view=build_view(card),
                ephemeral=self.is_private,
                allowed_mentions=NO_MENTIONS,
                wait=True,
            )
            self._shown = [sent.id]

    async def open(self, form: Form) -> None:
        """Show a form; it has to be the first answer."""
        await self.interaction.response.send_modal(build_modal(form))
        self._resolved = True


def describe_interaction(interaction: Interaction) -> tuple[Place, Person]:
    """Where and who, from what Discord says in the interaction itself."""
    guild_id = interaction.guild_id
    is_member = guild_id is not None and interaction.client.get_guild(guild_id) is not None
    granted = interaction.permissions
    person = Person(
        id=interaction.user.id,
        manages_server=guild_id is not None and (granted.manage_guild or granted.administrator),
        role_ids=roles_of(interaction.user),
    )
    place = Place(guild_id, is_member, channels_of(interaction.channel, interaction.channel_id))
    return place, person


def roles_of(user: object) -> frozenset[int]:
    """The roles that Discord says a member has now; none outside of servers."""
    return (
        frozenset(role.id for role in user.roles)
        if isinstance(user, discord.Member)
        else frozenset()
    )


def channels_of(channel: object, channel_id: int | None) -> tuple[int, ...]:
    """A channel, the one its thread belongs to, and their category, as far as known."""
    parent = getattr(channel, "parent_id", None)
    category = getattr(channel, "category_id", None)
    if category is None:
        category = getattr(getattr(channel, "parent", None), "category_id", None)
    return tuple(found for found in (channel_id, parent, category) if found)


def choose_language(
    settings: ServerSettings, *, private: bool, locale: object, guild_locale: object
) -> str:
    """The language to speak: the server's, or for one person alone that of their Discord."""
    if settings.language != AUTO_LANGUAGE:
        return settings.language
    return read_locale(str((locale if private else guild_locale) or locale or ""))
