"""The buttons "Helpful" and "Not helpful"; the latter asks why."""

from __future__ import annotations

from bot.cogs.actions import Press
from bot.cogs.exchange import InteractionExchange
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Choice, Form, Menu, TextField, action_id
from bot.speech import mark, tr
from bot.state.feedback import TEXT_LIMIT, Complaint

FORGOTTEN = mark("I no longer remember this answer, so I can't note that.")
THANKS = mark("Thank you! I noted that this answer helped you.")
THANKS_CHANGED = mark("Noted in place of your vote before: this answer helped you.")
SORRY = mark("Thank you for telling. The moderators of this server can look at it now.")
SORRY_CHANGED = mark(
    "Noted in place of your vote before. The moderators of this server can look at it now."
)
_TITLE = mark("What was not helpful?")
_WHY = mark("Why?")
_MORE = mark("Anything else? (optional)")
_HINT = mark("What would be right, and where does it stand?")
_TEXT = "text"
REASONS = {
    Complaint.WRONG: mark("Something in it is wrong"),
    Complaint.OUT_OF_DATE: mark("It is out of date"),
    Complaint.NOT_MY_QUESTION: mark("It does not answer my question"),
    Complaint.MISSING: mark("Something is missing"),
}


class Votes:
    """Takes one vote a member on each reply; voting again changes it."""

    def __init__(self, workplace: Workplace) -> None:
        self._feedback = workplace.stores.feedback
        self._replies = workplace.stores.replies
        actions = workplace.actions
        actions.on("vote", "helpful", self._praise, members=True, in_place=False)
        actions.on_form("vote", "unhelpful", _make_form, members=True)
        actions.on("vote", "why", self._complain, members=True, in_place=False)

    async def _praise(self, exchange: InteractionExchange, press: Press) -> None:
        await self._check(exchange, press)
        vote = await self._feedback.vote(
            press.argument,
            guild_id=exchange.home or 0,
            member_id=exchange.person.id,
            helpful=True,
        )
        if vote is None:
            raise NotDone(tr(FORGOTTEN))
        await exchange.say(tr(THANKS_CHANGED) if vote.changed else tr(THANKS))

    async def _complain(self, exchange: InteractionExchange, press: Press) -> None:
        await self._check(exchange, press)
        known = {str(reason) for reason in Complaint}
        vote = await self._feedback.vote(
            press.argument,
            guild_id=exchange.home or 0,
            member_id=exchange.person.id,
            helpful=False,
            reason=Complaint(press.value) if press.value in known else None,
            text=press.fields.get(_TEXT, ""),
        )
        if vote is None:
            raise NotDone(tr(FORGOTTEN))
        await exchange.say(tr(SORRY_CHANGED) if vote.changed else tr(SORRY))

    async def _check(self, exchange: InteractionExchange, press: Press) -> None:
        """Nobody has a word in what was answered to somebody else alone.

        Raises:
            NotDone: it was.
        """
        sent = await self._replies.find(press.argument, guild_id=exchange.home or 0)
        if sent is not None and not sent.is_for(exchange.person.id):
            raise NotDone(tr(FORGOTTEN))


def _make_form(press: Press) -> Form:
    choices = tuple(Choice(tr(text), str(reason)) for reason, text in REASONS.items())
    field = TextField(_TEXT, tr(_MORE), placeholder=tr(_HINT), limit=TEXT_LIMIT, several_lines=True)
    menu = Menu("reason", tr(_WHY), choices)
    form_id = action_id("vote", "why", press.argument)
    return Form(form_id, tr(_TITLE), (field,), menu, menu_first=True)
