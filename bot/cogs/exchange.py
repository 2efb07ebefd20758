"""One exchange with a person: acknowledge, then show cards or say a sentence.

An interaction and a message that mentions the bot look the same from here on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol

import aiohttp
import discord

from bot.cogs.layout import build_files, build_modal, build_view
from bot.cogs.places import describe_interaction
from bot.cogs.ports import actor_of, library_of
from bot.cogs.sending import send_once, send_surely
from bot.policy import Person, Place
from bot.rendering.actions import Form, LinkButton
from bot.rendering.parts import Card, Tone
from bot.speech import read_locale
from bot.state.pending import WaitingPlace
from bot.state.servers import AUTO_LANGUAGE, ServerSettings

NO_MENTIONS = discord.AllowedMentions.none()
Interaction = discord.Interaction[Any]
SEND_FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What may happen when something is sent to Discord: refused, unreachable, too slow."""
_UNKNOWN_MESSAGE = 10008
_ALREADY_ACKNOWLEDGED = 40060
# Unknown webhook, unknown interaction, invalid webhook token: all that is left of an
# interaction fifteen minutes after it.
_TOKEN_OVER = frozenset({10015, 10062, 50027})
_MESSAGEABLE = (discord.TextChannel, discord.Thread, discord.VoiceChannel, discord.StageChannel)


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

    @property
    def waiting_place(self) -> WaitingPlace | None:
        """Where the person could be told that nothing comes; None where nobody waits."""
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

    async def withdraw(self) -> None:
        """Take away what was shown, where nobody wants it any more."""
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
        self._was_acknowledged = False
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

    @property
    def waiting_place(self) -> WaitingPlace | None:
        """Where "thinking ..." stands; a card that was pressed stays as it is."""
        if self._in_place:
            return None
        interaction = self.interaction
        return WaitingPlace(self.channel_id, interaction.application_id, interaction.token)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Acknowledge, with "thinking ..." where a new message is to come.

        Discord allows three seconds for that.
        """
        # One press may have several steps.
        if not self._is_acknowledged:
            await self._acknowledge()
        yield

    @property
    def _is_acknowledged(self) -> bool:
        return self._was_acknowledged or self.interaction.response.is_done()

    async def _acknowledge(self) -> None:
        response = self.interaction.response
        tries = 0

        async def defer() -> None:
            nonlocal tries
            tries += 1
            if self._in_place:
                await response.defer()
            else:
                await response.defer(ephemeral=self.is_private, thinking=True)

        try:
            await send_surely(defer)
        except discord.HTTPException as error:
            # Its answer to an earlier try was lost. To a first one it means another process.
            if error.code != _ALREADY_ACKNOWLEDGED or tries == 1:
                raise
        self._was_acknowledged = True

    async def show(self, cards: Sequence[Card], *, otherwise: bool = True) -> None:
        """The first card in place of what is there, the others after it.

        Where Discord no longer takes what belongs to the interaction, they are sent otherwise,
        unless the caller has a way of its own.
        """
        try:
            await self._replace(cards[0])
        except discord.HTTPException as error:
            if error.code not in _TOKEN_OVER or self._in_place or not otherwise:
                raise
            await self._show_otherwise(cards)
            return
        self._resolved = True
        for card in cards[1:]:
            self._shown.append(await self._follow_up(card))

    async def say(self, sentence: str) -> None:
        """Only the asker sees it, unless others already see that the bot is thinking."""
        response = self.interaction.response
        resolved, self._resolved = self._resolved, True
        if not self._is_acknowledged:
            await send_once(
                lambda: response.send_message(
                    sentence, ephemeral=True, allowed_mentions=NO_MENTIONS
                )
            )
        elif resolved or (self._in_place and not self._shows_card):
            # The card that was pressed stays as it is.
            await send_once(
                lambda: self.interaction.followup.send(
                    sentence, ephemeral=True, allowed_mentions=NO_MENTIONS
                )
            )
        elif self._shows_card:
            # Discord takes no plain text for a message that was a card once.
            await self.update(Card((sentence,), Tone.REFUSAL))
        else:
            await send_surely(
                lambda: self.interaction.edit_original_response(
                    content=sentence, allowed_mentions=NO_MENTIONS
                )
            )

    async def withdraw(self) -> None:
        """Take the message away, "thinking ..." or not; it may be gone already."""
        self._resolved = True
        with suppress(discord.NotFound):
            await send_surely(self.interaction.delete_original_response)
        self._shown = []

    async def update(self, card: Card) -> None:
        """Put a card in place of "thinking ..." or of the card before."""

        async def edit() -> discord.InteractionMessage:
            files = build_files(card)
            # What a card showed before it was changed in place is taken out with it.
            attachments = files if files or self._in_place else discord.utils.MISSING
            return await self.interaction.edit_original_response(
                view=build_view(card), attachments=attachments, allowed_mentions=NO_MENTIONS
            )

        shown = await send_surely(edit)
        self._shown = [shown.id]
        self._shows_card = True

    async def _show_otherwise(self, cards: Sequence[Card]) -> None:
        """Send the cards to the channel, or what was private to the person alone."""
        channel, person = self.interaction.channel, self.interaction.user
        unfinished, self._shown = self._shown, []
        if not self.is_private and isinstance(channel, _MESSAGEABLE):
            for message_id in unfinished:
                with suppress(*SEND_FAILURES):
                    await channel.get_partial_message(message_id).delete()
        place = person if self.is_private or channel is None else channel
        if not isinstance(place, discord.abc.Messageable):
            raise TypeError(f"no message can be sent to {place!r}")
        for number, card in enumerate(cards):
            # A private message is no place of the server, so nothing can be pressed there.
            shown = _without_presses(card) if self.is_private else card
            nonce = f"{self.interaction.id}-{number}"
            sent = await send_surely(
                lambda shown=shown, nonce=nonce: place.send(  # type: ignore[misc]
                    view=build_view(shown), nonce=nonce, allowed_mentions=NO_MENTIONS
                )
            )
            self._shown.append(sent.id)
        self._resolved = True

    async def _replace(self, card: Card) -> None:
        """Put a final card where an unfinished one stands; where it was deleted, send it anew."""
        try:
            await self.update(card)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE or not self._shows_card:
                raise
            self._shown = [await self._follow_up(card)]

    async def _follow_up(self, card: Card) -> int:
        """Send one more message, which Discord cannot tell from the same one sent again."""
        sent = await send_once(
            lambda: self.interaction.followup.send(
                view=build_view(card),
                files=build_files(card),
                ephemeral=self.is_private,
                allowed_mentions=NO_MENTIONS,
                wait=True,
            )
        )
        return sent.id

    async def open(self, form: Form) -> None:
        """Show a form; it has to be the first answer."""
        await self.interaction.response.send_modal(build_modal(form))
        self._resolved = True


def _without_presses(card: Card) -> Card:
    links = tuple(action for action in card.actions if isinstance(action, LinkButton))
    return replace(card, actions=links)


def choose_language(
    settings: ServerSettings, *, private: bool, locale: object, guild_locale: object
) -> str:
    """The language to speak: the server's, or for one person alone that of their Discord."""
    if settings.language != AUTO_LANGUAGE:
        return settings.language
    return read_locale(str((locale if private else guild_locale) or locale or ""))
