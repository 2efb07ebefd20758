"""The button "Share" on a private answer: the same answer for the whole channel, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
import structlog

from bot.answering.models import Answer
from bot.cogs.actions import Press
from bot.cogs.exchange import NO_MENTIONS, InteractionExchange
from bot.cogs.layout import build_view
from bot.cogs.permissions import explain_silence, find_missing
from bot.cogs.records import Records
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.answer import HEAD_LIMIT, render_reply
from bot.rendering.parts import Card
from bot.rendering.reply_actions import Shown
from bot.rendering.text import isolate, shorten
from bot.speech import mark, tr
from bot.state.replies import SentReply, State
from index.errors import FootnoteIndexError

FORGOTTEN = mark("I no longer remember this answer. Ask again to share a fresh one.")
MARKED = mark("Something behind this answer has changed since. Ask again to share a fresh one.")
ALREADY = mark("You have shared this answer already.")
SHARED = mark("Shared: everybody in this channel can read it now.")
YOU_MAY_NOT = mark(
    "You may not write in this channel (the permission “{permission}”), so I don't post it for you."
)
_NAME_LIMIT = 100


class Sharing:
    """Posts a private answer publicly, for the one who asked."""

    def __init__(self, workplace: Workplace, records: Records) -> None:
        self._stores = workplace.stores
        self._records = records
        self._log = structlog.get_logger(__name__)
        workplace.actions.on("share", "post", self._share, members=True)

    async def _share(self, exchange: InteractionExchange, press: Press) -> None:
        sent = await self._find(exchange, press.argument)
        channel = _writable_channel(exchange)
        if not await self._stores.shares.claim(sent.id):
            raise NotDone(tr(ALREADY))
        try:
            shared_id = await self._post(exchange, channel, sent)
        except BaseException:
            await self._stores.shares.release(sent.id)
            raise
        await self._stores.shares.finish(sent.id, shared_id)
        await exchange.show([_render_private(sent)])
        await exchange.say(tr(SHARED))

    async def _find(self, exchange: InteractionExchange, reply_id: str) -> SentReply:
        sent = await self._stores.replies.find(reply_id, guild_id=exchange.home or 0)
        is_own = sent is not None and sent.sending.asker_id == exchange.person.id
        if sent is None or not is_own or not isinstance(sent.reply, Answer):
            raise NotDone(tr(FORGOTTEN))
        if exchange.place.guild_id is None or not sent.sending.is_private:
            raise NotDone(tr(FORGOTTEN))
        if sent.state is not State.STANDS:
            raise NotDone(tr(MARKED))
        return sent

    async def _post(
        self,
        exchange: InteractionExchange,
        channel: discord.abc.Messageable,
        sent: SentReply,
    ) -> str:
        """Keep the public reply and send it; its id, "" where it could not be kept."""
        # What was asked before in private stays there.
        question = replace(sent.reply.question, history=())
        reply = replace(sent.reply, question=question)
        sending = replace(
            sent.sending,
            is_private=False,
            channel_id=exchange.channel_id,
            asked_in=exchange.place.guild_id,
            asked_message_id=None,
        )
        reply_id = await self._records.keep(reply, sending)
        name = isolate(shorten(exchange.interaction.user.display_name, _NAME_LIMIT))
        head = tr("Asked by {name}", name=name)[:HEAD_LIMIT]
        shown: list[int] = []
        try:
            for card in render_reply(reply, shown=Shown(reply_id), head=head):
                message = await channel.send(view=build_view(card), allowed_mentions=NO_MENTIONS)
                shown.append(message.id)
        finally:
            await self._note_posted(reply_id, shown)
        return reply_id or ""

    async def _note_posted(self, reply_id: str | None, shown: Sequence[int]) -> None:
        """Note where the public reply stands, or that nobody has seen it."""
        if reply_id is None:
            return
        replies = self._stores.replies
        try:
            if shown:
                await replies.note_message(reply_id, *shown)
            else:
                # It is a private question still.
                await replies.set_state(reply_id, State.UNSHOWN)
        except FootnoteIndexError as error:
            self._log.warning("message_not_noted", reply=reply_id, cause=repr(error))


def _writable_channel(exchange: InteractionExchange) -> discord.abc.Messageable:
    """The channel, where both the bot and the asker may write.

    Raises:
        NotDone: one of them may not; it says which permission is missing.
    """
    interaction = exchange.interaction
    channel = interaction.channel
    reason = explain_silence(channel, interaction.app_permissions)
    if reason is not None:
        raise NotDone(reason)
    missing = find_missing(channel, interaction.permissions)
    if missing is not None:
        raise NotDone(tr(YOU_MAY_NOT, permission=tr(missing)))
    if not isinstance(channel, discord.abc.Messageable):
        raise NotDone(tr(FORGOTTEN))
    return channel


def _render_private(sent: SentReply) -> Card:
    """The last card of the private answer, with its button used up."""
    shown = Shown(sent.id, is_private=True, is_shared=True)
    show_question = sent.sending.asked_message_id is None
    return render_reply(sent.reply, shown=shown, show_question=show_question)[-1]
