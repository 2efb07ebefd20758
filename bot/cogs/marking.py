"""Changes answers that were sent: puts a visible mark in front of what stands no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto

import discord
import structlog

from bot.answering.models import Answer
from bot.cogs.desk_posts import DeskPosts
from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.layout import build_view
from bot.cogs.workplace import Workplace
from bot.rendering.marks import render_corrected, render_pointer
from bot.rendering.parts import Card
from bot.speech import speaking
from bot.state.corrections import Proposal
from bot.state.replies import SentReply, State
from index.note_rows import NoteInfo

_PATIENCE = 30.0
Render = Callable[[Answer], Card]


class Marked(Enum):
    """How it went with the messages of an answer."""

    DONE = auto()
    UNSEEN = auto()
    """Only the asker could see it, or nobody can any more."""
    FAILED = auto()
    """Discord refused, or cannot be reached."""


class Marker:
    """Edits the messages of answers, in the language of their server."""

    def __init__(self, work: Workplace, posts: DeskPosts) -> None:
        self._work = work
        self._posts = posts
        self._log = structlog.get_logger(__name__)

    async def mark(self, sent: SentReply, state: State, render: Render) -> Marked:
        """Show an answer as ``render`` does and note its state; an answer that is gone is skipped.

        The state is noted whatever happens to the messages: the answer stands no more.
        """
        replies = self._work.stores.replies
        if sent.state is State.RETRACTED or not isinstance(sent.reply, Answer):
            return Marked.UNSEEN
        await replies.set_state(sent.id, state)
        if sent.sending.is_private or sent.sending.asked_in is None or not sent.message_ids:
            return Marked.UNSEEN
        with speaking(await self._posts.language(sent.sending.guild_id)):
            card = render(sent.reply)
            pointer = render_pointer(card)
        outcome = Marked.DONE
        for message_id in sent.message_ids:
            is_last = message_id == sent.message_ids[-1]
            done = await self._edit(sent, message_id, card if is_last else pointer)
            outcome = done if is_last else outcome
        return outcome

    async def mark_corrected(self, proposal: Proposal, note: NoteInfo) -> Marked:
        """Show the answer that a proposal was about as corrected by the note that came of it."""
        replies = self._work.stores.replies
        sent = await replies.find(proposal.reply_id, guild_id=proposal.guild_id)
        if sent is None:
            return Marked.UNSEEN
        return await self.mark(
            sent,
            State.CORRECTED,
            lambda answer: render_corrected(answer, sent.id, text=note.text, at=note.approved_at),
        )

    async def _edit(self, sent: SentReply, message_id: int, card: Card) -> Marked:
        where = sent.sending
        channel = self._work.bot.get_partial_messageable(where.channel_id, guild_id=where.guild_id)
        try:
            async with asyncio.timeout(_PATIENCE):
                await channel.get_partial_message(message_id).edit(
                    view=build_view(card), allowed_mentions=NO_MENTIONS
                )
        except discord.NotFound:
            return Marked.UNSEEN
        except SEND_FAILURES as error:
            self._log.warning("answer_not_marked", guild=where.guild_id, cause=repr(error))
            return Marked.FAILED
        return Marked.DONE
