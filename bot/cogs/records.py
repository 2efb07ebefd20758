"""What is remembered of questions: quotes, gaps, and what a conversation needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.answering.models import Reply, Turn
from bot.cogs.exchange import Exchange
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.ports import Gaps, library_of
from bot.contract import HISTORY_TURNS
from bot.state.conversations import Talk, turn_of
from bot.state.gaps import cause_of
from bot.state.replies import Sending, SentReply, State
from bot.state.stores import Stores
from index.errors import FootnoteIndexError


class Records:
    """Keeps what replies leave behind. Nobody waits for a reply because it cannot be kept."""

    def __init__(
        self,
        *,
        stores: Stores,
        gaps: Gaps,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._replies = stores.replies
        self._conversations = stores.conversations
        self._gaps = gaps
        self._now = now
        self._log = structlog.get_logger(__name__)

    async def turns_before(self, exchange: Exchange) -> tuple[Turn, ...]:
        """What a mention goes on from: the answer that it replies to, or else its thread.

        A slash command and a mention in a channel begin anew.
        """
        guild_id = exchange.place.guild_id
        if guild_id is None or not isinstance(exchange, MessageExchange):
            return ()
        turns: tuple[Turn, ...] = ()
        if exchange.replied_to is not None:
            talk = Talk(guild_id, exchange.channel_id, exchange.replied_to)
            turns = self._conversations.turns(talk)
            turns = turns or await self._recall(exchange.replied_to, guild_id)
        if not turns and exchange.in_thread:
            turns = self._conversations.turns(Talk(guild_id, exchange.channel_id))
            turns = turns or await self._recall_thread(exchange.channel_id, guild_id)
        return turns

    async def _recall(self, message_id: int, guild_id: int) -> tuple[Turn, ...]:
        """The conversation up to an answer that others can see, as it was kept."""
        try:
            sent = await self._replies.find_shown(message_id, guild_id=guild_id)
        except FootnoteIndexError as error:
            self._log.warning("talk_not_recalled", guild=guild_id, cause=repr(error))
            return ()
        return turns_of(sent) if sent is not None and not sent.sending.is_private else ()

    async def _recall_thread(self, channel_id: int, guild_id: int) -> tuple[Turn, ...]:
        """What was asked there shortly before a restart."""
        after = self._now() - timedelta(seconds=self._conversations.lifetime)
        try:
            found = await self._replies.find_recent(
                channel_id, guild_id=guild_id, after=after, limit=HISTORY_TURNS
            )
        except FootnoteIndexError as error:
            self._log.warning("talk_not_recalled", guild=guild_id, cause=repr(error))
            return ()
        return tuple(turn_of(sent.reply) for sent in found)

    async def keep(self, reply: Reply, sending: Sending) -> str | None:
        """Keep a reply; the id under which its buttons find it, None where it cannot be kept."""
        try:
            return await self._replies.record(reply, sending)
        except FootnoteIndexError as error:
            self._log.warning("reply_not_kept", guild=sending.guild_id, cause=repr(error))
            return None

    async def keep_shown(self, reply: Reply, reply_id: str | None, exchange: Exchange) -> None:
        """Keep what a reply that was shown leaves for the next one, and for moderators.

        What somebody asked privately is no gap, and nothing goes on from it.
        """
        home = exchange.home
        if home is None:
            return
        try:
            if reply_id is not None and exchange.shown_ids:
                await self._replies.note_message(reply_id, *exchange.shown_ids)
            if exchange.is_private or exchange.place.guild_id is None:
                return
            self._go_on(reply, exchange, home)
            await self._gaps.record_gap(library_of(home), reply)
        except FootnoteIndexError as error:
            self._log.warning("gap_not_kept", guild=home, cause=repr(error))

    async def keep_gap(self, reply: Reply, sending: Sending) -> None:
        """Keep what a reply that nobody is shown says of the articles.

        The reply is kept with it: a gap names nobody, and whoever asked may want it forgotten.
        """
        if cause_of(reply) is None:
            return
        home = sending.guild_id
        try:
            await self._replies.record(reply, sending, state=State.UNSHOWN)
            await self._gaps.record_gap(library_of(home), reply)
        except FootnoteIndexError as error:
            self._log.warning("gap_not_kept", guild=home, cause=repr(error))

    def _go_on(self, reply: Reply, exchange: Exchange, guild_id: int) -> None:
        turn = turn_of(reply)
        before = reply.question.history
        for message_id in exchange.shown_ids:
            talk = Talk(guild_id, exchange.channel_id, message_id)
            self._conversations.remember(talk, (*before, turn))
        if exchange.in_thread:
            # Others may have asked there meanwhile.
            thread = Talk(guild_id, exchange.channel_id)
            said = self._conversations.turns(thread) or before
            self._conversations.remember(thread, (*said, turn))


def turns_of(sent: SentReply) -> tuple[Turn, ...]:
    """The conversation that a reply ends; nothing goes on from one that was taken back."""
    if sent.state is State.RETRACTED:
        return ()
    return (*sent.reply.question.history, turn_of(sent.reply))[-HISTORY_TURNS:]
