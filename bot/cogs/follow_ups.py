"""The buttons "Follow-up" and "Ask differently": a form, and the answer to what it asks."""

from __future__ import annotations

from dataclasses import replace

from bot.cogs.actions import Press
from bot.cogs.answering import AnswerDesk, Asking
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.records import turns_of
from bot.cogs.refusals import NotDone
from bot.cogs.shown import read_question
from bot.cogs.workplace import Workplace
from bot.contract import QUESTION_CHARACTERS
from bot.rendering.actions import PLACEHOLDER_LIMIT, Form, TextField, action_id
from bot.rendering.text import plain_line
from bot.speech import mark, tr
from bot.state.replies import SentReply

FORGOTTEN = mark("I no longer remember this answer. Please ask with `/ask`.")
_TITLE = mark("Ask a follow-up")
_LABEL = mark("Your question")
_HINT = mark("It goes on from this answer, so “it” and “there” are understood")
_QUESTION = "question"


class FollowUps:
    """Goes on from a reply; all that it needs is kept with the reply, so a restart is no end."""

    def __init__(self, workplace: Workplace, answers: AnswerDesk) -> None:
        self._work = workplace
        self._answers = answers
        workplace.actions.on_own("follow", "ask", self._open)
        workplace.actions.on_own("follow", "send", self._answer)

    async def _open(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            before = read_question(press.message)
            if not before and interaction.guild_id is not None:
                sent = await self._find(interaction, press, interaction.guild_id)
                before = sent.reply.asked_as or sent.reply.question.text
            return _make_form(press.argument, before)

        await self._work.members.open_form(interaction, make_form)

    async def _answer(self, interaction: Interaction, press: Press) -> None:
        is_private = press.message is not None and press.message.flags.ephemeral
        exchange = InteractionExchange(interaction, private=is_private)
        async with self._work.errors.guard(exchange):
            try:
                asking = await self._prepare(exchange, press, is_private=is_private)
            except NotDone as why:
                await exchange.say(str(why))
                return
            await self._answers.answer(exchange, asking)

    async def _prepare(
        self, exchange: InteractionExchange, press: Press, *, is_private: bool
    ) -> Asking:
        """What is asked, with what it goes on from.

        Raises:
            NotDone: nothing can be asked, or nothing be gone on from.
        """
        if exchange.home is None:
            found = await self._work.homes.find(exchange.interaction)
            if found is not None:
                exchange.home, exchange.person = found
        await self._answers.settle(exchange, private=is_private)
        asking = Asking(press.fields.get(_QUESTION, ""), self._work.new_id())
        if exchange.home is None:
            return asking  # the answer desk says where questions are answered
        sent = await self._find(exchange.interaction, press, exchange.home)
        asked = sent.reply.question
        return replace(
            asking, article_id=asked.article_id, since=asked.since, history=turns_of(sent)
        )

    async def _find(self, interaction: Interaction, press: Press, home: int) -> SentReply:
        """The reply that was pressed.

        Raises:
            NotDone: it is not kept any more, or was never meant for this person.
        """
        sent = await self._work.stores.replies.find(press.argument, guild_id=home)
        if sent is None or not sent.is_for(interaction.user.id):
            raise NotDone(tr(FORGOTTEN))
        return sent


def _make_form(reply_id: str, before: str) -> Form:
    field = TextField(
        _QUESTION,
        tr(_LABEL),
        hint=tr(_HINT),
        placeholder=plain_line(before, PLACEHOLDER_LIMIT),
        limit=QUESTION_CHARACTERS[1],
        required=True,
        several_lines=True,
    )
    return Form(action_id("follow", "send", reply_id), tr(_TITLE), (field,))
