"""An answer that nobody asked the bot for: it is posted, or nothing is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import discord
import structlog

from bot.cogs.exchange import NO_MENTIONS
from bot.cogs.layout import build_view
from bot.cogs.posts import Post
from bot.policy import Person, Place
from bot.rendering.parts import Card

Room = discord.TextChannel | discord.Thread


class PostExchange:
    """The way back to who posted; whatever is no answer stays unsaid."""

    is_private = False

    def __init__(self, post: Post, room: Room, person: Person) -> None:
        self._post = post
        self._room = room
        # Moderators chose the channel for this, whatever else they chose for questions.
        self.place = Place(post.guild_id, any_channel=True)
        self.person = person
        self.home: int | None = post.guild_id
        self.channel_id = post.channel_id
        self.in_thread = post.is_thread
        self._resolved = False
        self._shown: list[discord.Message] = []
        self._log = structlog.get_logger(__name__)

    @property
    def is_resolved(self) -> bool:
        """Nobody waits for anything final."""
        return True

    @property
    def shown_ids(self) -> tuple[int, ...]:
        """The messages that ``show`` has sent."""
        return tuple(message.id for message in self._shown)

    @property
    def waiting_place(self) -> None:
        """Nobody waits there."""
        return

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Nothing to be seen: there may be no answer."""
        yield

    async def update(self, card: Card) -> None:
        """Nothing: what is not final is not shown."""

    async def show(self, cards: Sequence[Card]) -> None:
        """Post the cards, the first one as a reply where it can be one."""
        for number, card in enumerate(cards):
            reference = None if number else self._reference()
            view = build_view(card)
            if reference is None:
                sent = await self._room.send(view=view, allowed_mentions=NO_MENTIONS)
            else:
                sent = await self._room.send(
                    view=view, reference=reference, allowed_mentions=NO_MENTIONS
                )
            self._shown.append(sent)

    async def say(self, sentence: str) -> None:
        """Nothing: whoever did not ask need not hear why there is no answer."""
        self._log.info("no_automatic_answer", post=self._post.id, why=sentence)

    async def withdraw(self) -> None:
        """Nothing was shown before the answer."""

    def _reference(self) -> discord.MessageReference | None:
        message_id = self._post.message_id
        if message_id is None:
            return None
        return discord.MessageReference(
            message_id=message_id,
            channel_id=self._post.channel_id,
            guild_id=self._post.guild_id,
            fail_if_not_exists=False,
        )
