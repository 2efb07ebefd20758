"""Takes an answer back when its question is deleted, where the server wants that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import discord
import structlog
from discord.ext import commands

from bot.cogs.exchange import SEND_FAILURES
from bot.state.conversations import Talk
from bot.state.replies import SentReply, State
from bot.state.stores import Stores
from index.errors import FootnoteIndexError


@dataclass(slots=True)
class Watch:
    """Whether the question that is being answered still stands."""

    is_gone: bool = False


class Retractor(commands.Cog):
    """Deletes the answers to messages that are deleted, and those still on their way.

    Args:
        bot: Deletes messages.
        stores: Which replies answered which message, and what each server wants.
    """

    def __init__(self, bot: commands.AutoShardedBot, stores: Stores) -> None:
        self._bot = bot
        self._replies = stores.replies
        self._servers = stores.servers
        self._conversations = stores.conversations
        self._watched: dict[int, Watch] = {}
        self._watchers: Counter[int] = Counter()
        self._log = structlog.get_logger(__name__)

    @contextmanager
    def watching(self, message_id: int | None) -> Iterator[Watch]:
        """Know within the context whether the message that asked was deleted."""
        if message_id is None:
            yield Watch()
            return
        watch = self._watched.setdefault(message_id, Watch())
        self._watchers[message_id] += 1
        try:
            yield watch
        finally:
            self._watchers[message_id] -= 1
            if not self._watchers[message_id]:
                del self._watchers[message_id], self._watched[message_id]

    async def is_withdrawn(self, watch: Watch, guild_id: int) -> bool:
        """Whether the question is gone, and the server wants no answer to it then."""
        return watch.is_gone and (await self._servers.of(guild_id)).retract

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted; it may have asked something."""
        await self._take_note(payload.guild_id, payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Several were deleted at once."""
        await self._take_note(payload.guild_id, *payload.message_ids)

    async def take_back(self, guild_id: int, *message_ids: int) -> None:
        """Delete the answers to these messages, if the server wants that."""
        try:
            if not (await self._servers.of(guild_id)).retract:
                return
            found = await self._replies.find_asked(*message_ids, guild_id=guild_id)
            for sent in found:
                await self._retract(sent)
        except FootnoteIndexError as error:
            self._log.warning("not_retracted", guild=guild_id, cause=repr(error))

    async def _take_note(self, guild_id: int | None, *message_ids: int) -> None:
        for message_id in message_ids:
            if message_id in self._watched:
                self._watched[message_id].is_gone = True
        if guild_id is not None and message_ids:
            await self.take_back(guild_id, *message_ids)

    async def _retract(self, sent: SentReply) -> None:
        # What only its asker sees is out of reach, and out of everybody's way.
        if sent.state is State.RETRACTED or sent.sending.is_private:
            return
        # One that is on its way to Discord is taken back by whoever sends it.
        if not sent.message_ids:
            return
        channel = self._bot.get_partial_messageable(
            sent.sending.channel_id, guild_id=sent.sending.guild_id
        )
        for message_id in sent.message_ids:
            try:
                await channel.get_partial_message(message_id).delete()
            except discord.NotFound:
                continue
            except SEND_FAILURES as error:
                self._log.info("not_retracted", guild=sent.sending.guild_id, cause=repr(error))
                return
        await self._replies.set_state(sent.id, State.RETRACTED)
        place = sent.sending
        talks = (Talk(place.guild_id, place.channel_id, each) for each in sent.message_ids)
        # A thread's conversation is recalled without it.
        self._conversations.drop(Talk(place.guild_id, place.channel_id), *talks)
