"""What is remembered of questions: quotes, gaps, and what a conversation needs."""

from __future__ import annotations

import structlog

from bot.answering.models import Answer, Reply, Turn
from bot.cogs.exchange import Exchange
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.ports import Gaps, library_of
from bot.state.answers import AnswerLog
from bot.state.conversations import Conversations, Talk, turn_of
from index.errors import FootnoteIndexError


class Records:
    """Keeps what replies leave behind. Nobody waits for a reply because it cannot be kept."""

    def __init__(self, *, answers: AnswerLog, gaps: Gaps, conversations: Conversations) -> None:
        self._answers = answers
        self._gaps = gaps
        self._conversations = conversations
        self._log = structlog.get_logger(__name__)

    def turns_before(self, exchange: Exchange) -> tuple[Turn, ...]:
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
        if not turns and exchange.in_thread:
            turns = self._conversations.turns(Talk(guild_id, exchange.channel_id))
        return turns

    async def keep_quotes(self, reply: Reply, exchange: Exchange) -> str | None:
        """Keep an answer's quotes; an answer that cannot be kept is given without the button.

        A private answer has the button, too. Neither who asked nor the question is kept.
        """
        guild_id = exchange.place.guild_id
        if not isinstance(reply, Answer) or guild_id is None:
            return None
        try:
            return await self._answers.record(
                reply, guild_id=guild_id, channel_id=exchange.channel_id
            )
        except FootnoteIndexError as error:
            self._log.warning("answer_not_kept", guild=guild_id, cause=repr(error))
            return None

    async def keep_reply(self, reply: Reply, exchange: Exchange) -> None:
        """Keep what a reply that was shown leaves for the next one, and for moderators.

        What somebody asked privately is no gap, and nothing goes on from it.
        """
        guild_id = exchange.place.guild_id
        if exchange.is_private or guild_id is None:
            return
        self._go_on(reply, exchange, guild_id)
        try:
            await self._gaps.record_gap(library_of(guild_id), reply)
        except FootnoteIndexError as error:
            self._log.warning("gap_not_kept", guild=guild_id, cause=repr(error))

    def _go_on(self, reply: Reply, exchange: Exchange, guild_id: int) -> None:
        turn = turn_of(reply)
        before = reply.question.history
        for message_id in exchange.shown_ids:
            talk = Talk(guild_id, exchange.channel_id, message_id)
            self._conversations.remember(talk, (*before, turn))
        if exchange.in_thread:
            # Others may have asked there meanwhile.
            thread = Talk(guild_id, exchange.channel_id)
            self._conversations.remember(thread, (*self._conversations.turns(thread), turn))
