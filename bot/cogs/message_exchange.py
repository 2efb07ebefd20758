"""A message that mentions the bot, and the replies to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.layout import build_view, is_unfinished
from bot.cogs.permissions import explain_silence
from bot.cogs.places import channels_of, roles_of
from bot.cogs.sending import send_surely
from bot.policy import Person, Place
from bot.rendering.parts import Card, Tone
from bot.state.pending import WaitingPlace

NOTHING: Mapping[str, Any] = {}
_TYPING_INTERVAL = 8.0  # Discord shows it for ten seconds


class MessageExchange:
    """A message that mentions the bot; it is answered by a reply."""

    is_private = False

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self.place = Place(
            guild_id=message.guild.id if message.guild else None,
            channel_ids=channels_of(message.channel, message.channel.id),
        )
        self.person = Person(
            id=message.author.id,
            manages_server=_manages(message),
            role_ids=roles_of(message.author),
        )
        self.home = self.place.guild_id
        self.channel_id = message.channel.id
        self.in_thread = isinstance(message.channel, discord.Thread)
        self._resolved = False
        self._posted = 0
        self._shown: list[discord.Message] = []

    @property
    def is_resolved(self) -> bool:
        """Whether the person has been given something final."""
        return self._resolved

    @property
    def shown_ids(self) -> tuple[int, ...]:
        """The messages that ``show`` has sent."""
        return tuple(message.id for message in self._shown)

    @property
    def replied_to(self) -> int | None:
        """The message that this one replies to."""
        reference = self._message.reference
        return reference.message_id if reference is not None else None

    def explain_silence(self) -> str | None:
        """Why Discord does not let the bot write there, in words; None as far as it does."""
        permissions = self._own_permissions()
        if permissions is None:
            return None
        return explain_silence(self._message.channel, permissions, named=True)

    async def tell_asker(self, sentence: str) -> None:
        """Say it in private messages, where the asker takes any."""
        self._resolved = True
        with suppress(*SEND_FAILURES):
            await self._message.author.send(
                sentence, suppress_embeds=True, allowed_mentions=NO_MENTIONS
            )

    @property
    def waiting_place(self) -> WaitingPlace:
        """The message that asks."""
        return WaitingPlace(self.channel_id, asked_message_id=self._message.id)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Show the typing indicator; doing without it is no reason not to answer."""
        typing = asyncio.create_task(self._type())
        try:
            yield
        finally:
            typing.cancel()

    async def show(self, cards: Sequence[Card]) -> None:
        """The first card as a reply or in place of what was shown, the others after it."""
        await self._replace(cards[0])
        self._resolved = True
        for card in cards[1:]:
            self._shown.append(await self._post(card))

    async def update(self, card: Card) -> None:
        """A reply, or its card in place of the one before."""
        if self._shown:
            await self._edit(self._shown[0], card)
        else:
            self._shown = [await self._reply(card)]

    async def say(self, sentence: str) -> None:
        """A reply that everybody in the channel sees."""
        is_card = bool(self._shown) and not self._resolved
        self._resolved = True
        if is_card:
            # Discord takes no plain text for a message that was a card once.
            await self._replace(Card((sentence,), Tone.REFUSAL))
            return
        sent = await self._send(
            lambda nonce: self._message.channel.send(
                sentence,
                nonce=nonce,
                suppress_embeds=True,
                allowed_mentions=NO_MENTIONS,
                **self._as_reply(),
            )
        )
        if is_unfinished(sent.components):
            await self._edit(sent, Card((sentence,), Tone.REFUSAL))

    async def withdraw(self) -> None:
        """Delete what was shown; it may be gone already."""
        self._resolved = True
        shown, self._shown = self._shown, []
        for message in shown:
            with suppress(discord.NotFound):
                await send_surely(message.delete)

    async def _replace(self, card: Card) -> None:
        """Put a final card where an unfinished one stands; where it is gone, send it anew."""
        try:
            await self.update(card)
        except SEND_FAILURES as error:
            # What is to be read must not be lost with the message that was to carry it.
            if not self._shown or not _may_send_anew(error):
                raise
            self._shown = [await self._reply(card)]

    async def _reply(self, card: Card) -> discord.Message:
        return await self._post(card, self._as_reply())

    async def _post(self, card: Card, more: Mapping[str, Any] = NOTHING) -> discord.Message:
        sent = await self._send(
            lambda nonce: self._message.channel.send(
                view=build_view(card), nonce=nonce, allowed_mentions=NO_MENTIONS, **more
            )
        )
        if card.tone is not Tone.WORKING and is_unfinished(sent.components):
            # A card that was on its way when we stopped waiting for it had arrived.
            await self._edit(sent, card)
        return sent

    async def _send(self, send: Callable[[str], Awaitable[discord.Message]]) -> discord.Message:
        """Send the next message; Discord posts one of the same nonce once, and gives it back."""
        nonce = f"{self._message.id}-{self._posted}" if self._posted else str(self._message.id)
        sent = await send_surely(lambda: send(nonce))
        self._posted += 1
        return sent

    async def _edit(self, message: discord.Message, card: Card) -> None:
        await send_surely(lambda: message.edit(view=build_view(card), allowed_mentions=NO_MENTIONS))

    def _as_reply(self) -> dict[str, Any]:
        reference = self._reference()
        return {} if reference is None else {"reference": reference}

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


def _may_send_anew(error: Exception) -> bool:
    """Whether a new message may still go where an edit failed; not where we are shut out."""
    return not isinstance(error, discord.Forbidden)


def _manages(message: discord.Message) -> bool:
    author = message.author
    return isinstance(author, discord.Member) and author.guild_permissions.manage_guild
