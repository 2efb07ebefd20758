"""Corrections: members say what is right, moderators decide, and a note answers."""

from __future__ import annotations

from discord.ext import commands

from bot.answering.models import Answer
from bot.answering.words import words_of
from bot.cogs.actions import Press
from bot.cogs.desk_posts import DeskPosts
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.marking import Marked, Marker
from bot.cogs.note_care import read_text
from bot.cogs.ports import actor_of
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Form
from bot.rendering.notes import (
    REASON,
    SOURCE,
    make_decline_form,
    make_edit_form,
    make_proposal_form,
    render_outcome,
    render_proposal,
    render_proposals,
    write_note_title,
)
from bot.rendering.text import clean
from bot.speech import mark, speaking, tr
from bot.state.corrections import Proposal, QuotedSentence, TooManyOpen, Verdict
from index.note_rows import Corrected, NoteInfo
from index.notes import NoteDraft

FORGOTTEN = mark("I no longer know this answer, so it cannot be corrected. Please ask again.")
NOTHING_TO_CORRECT = mark("That is no answer, so there is nothing in it to correct.")
NO_PROPOSAL = mark("I no longer know this correction.")
TOO_MANY = mark(
    "Several corrections of yours wait for a moderator already. Please wait until they are decided."
)
THANKS = mark("Thank you. A moderator reads it, and then the answer is put right.")
_MARKED = {
    Marked.DONE: mark("The old answer is marked as corrected."),
    Marked.UNSEEN: mark("The old answer is not there any more, or only its asker saw it."),
    Marked.FAILED: mark(
        "The old answer could not be marked: I may not change messages there, or its thread is "
        "archived."
    ),
}


class NotesCog(commands.Cog):
    """Takes corrections and has them decided."""

    def __init__(self, work: Workplace, posts: DeskPosts, marker: Marker) -> None:
        self._work = work
        self._posts = posts
        self._marker = marker
        self._log = work.stores.corrections
        on = work.actions.on
        work.actions.on_own("note", "write", self._open_proposal_form)
        on("note", "propose", self._propose, members=True, in_place=False)
        on("note", "waiting", self._show_waiting)
        on("note", "open", self._show_one)
        on("note", "choose", self._choose)
        on("note", "approve", self._press_approve)
        work.actions.on_own("note", "edit", self._open_edit_form)
        on("note", "rewrite", self._press_rewrite)
        work.actions.on_own("note", "decline", self._open_decline_form)
        on("note", "refuse", self._press_decline)

    async def _open_proposal_form(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            await self._find_answer(press.argument, interaction.guild_id or 0, interaction.user.id)
            return make_proposal_form(press.argument)

        await self._work.members.open_form(interaction, make_form)

    async def _open_edit_form(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            return make_edit_form(await self._find_open(press.argument, interaction.guild_id or 0))

        await self._work.moderators.open_form(interaction, make_form)

    async def _open_decline_form(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            proposal = await self._find_open(press.argument, interaction.guild_id or 0)
            return make_decline_form(proposal.id)

        await self._work.moderators.open_form(interaction, make_form)

    async def _propose(self, exchange: InteractionExchange, press: Press) -> None:
        guild_id = exchange.home or 0
        answer = await self._find_answer(press.argument, guild_id, exchange.person.id)
        text = read_text(press)
        quotes = tuple(
            QuotedSentence(
                c.number,
                c.quote.article_id,
                c.quote.version_id,
                c.quote.title,
                c.quote.start,
                c.quote.end,
                c.quote.text,
            )
            for c in answer.citations
        )
        proposal = Proposal(
            id="",
            guild_id=guild_id,
            reply_id=press.argument,
            question=answer.question.text,
            answer=answer.text,
            quotes=quotes,
            text=text,
            source=clean(press.fields.get(SOURCE, "")),
            author_id=exchange.person.id,
            created_at="",
            chosen=_guess_meant(text, quotes),
        )
        try:
            kept = await self._log.propose(proposal)
        except TooManyOpen:
            raise NotDone(tr(TOO_MANY)) from None
        await self._show_to_desk(exchange, kept)
        await exchange.say(tr(THANKS))

    async def _show_to_desk(self, exchange: InteractionExchange, proposal: Proposal) -> None:
        names = await self._names(exchange, proposal)
        if proposal.card is not None:
            await self._posts.redo(
                proposal.guild_id, proposal.card, lambda: render_proposal(proposal, names)
            )
            return
        posted = await self._posts.post(proposal.guild_id, lambda: render_proposal(proposal, names))
        if posted is not None:
            await self._log.note_card(proposal.id, posted.channel.id, posted.id)

    async def _show_waiting(self, exchange: InteractionExchange, _: Press) -> None:
        await exchange.show([render_proposals(await self._log.open_ones(exchange.home or 0))])

    async def _show_one(self, exchange: InteractionExchange, press: Press) -> None:
        proposal = await self._find(press.value or press.argument, exchange.home or 0)
        await exchange.show([render_proposal(proposal, await self._names(exchange, proposal))])

    async def _choose(self, exchange: InteractionExchange, press: Press) -> None:
        proposal = await self._find_open(press.argument, exchange.home or 0)
        number = int(press.value) if press.value.isdecimal() else 0
        if number < len(proposal.quotes):
            await self._log.choose(proposal.id, number)
        await self._show_decided(exchange, press, "")

    async def _press_approve(self, exchange: InteractionExchange, press: Press) -> None:
        await self._approve(exchange, press, "")

    async def _press_rewrite(self, exchange: InteractionExchange, press: Press) -> None:
        await self._approve(exchange, press, read_text(press))

    async def _approve(self, exchange: InteractionExchange, press: Press, text: str) -> None:
        """Publish the note, mark the old answer, and show both to the moderators."""
        proposal = await self._find_open(press.argument, exchange.home or 0)
        decided = await self._log.decide(
            proposal.id, Verdict.APPROVED, by=exchange.person.id, text=text
        )
        if not decided:
            raise NotDone(await self._say_decided(exchange, proposal.id))
        try:
            note = await self._publish(exchange, proposal, text or proposal.text)
        except BaseException:
            await self._log.reopen(proposal.id)
            raise
        await self._log.note_result(proposal.id, note.id)
        marked = await self._marker.mark_corrected(proposal, note)
        await self._show_decided(exchange, press, tr(_MARKED[marked]))

    async def _publish(
        self, exchange: InteractionExchange, proposal: Proposal, text: str
    ) -> NoteInfo:
        quote = proposal.quote
        corrects = Corrected(
            quote.article_id, quote.version_id, quote.title, quote.start, quote.end, quote.text
        )
        guild_id = proposal.guild_id
        with speaking(await self._posts.language(guild_id)):
            title = write_note_title(quote.title)
        author = actor_of(proposal.author_id) if proposal.author_id else exchange.actor
        return await self._work.service.put_note(
            exchange.library,
            NoteDraft(text=text, title=title, corrects=corrects, author=author),
            actor=exchange.actor,
            reason=proposal.source,
        )

    async def _press_decline(self, exchange: InteractionExchange, press: Press) -> None:
        proposal = await self._find_open(press.argument, exchange.home or 0)
        reason = clean(press.fields.get(REASON, ""))
        decided = await self._log.decide(
            proposal.id, Verdict.DECLINED, by=exchange.person.id, reason=reason
        )
        if not decided:
            raise NotDone(await self._say_decided(exchange, proposal.id))
        await self._work.service.note_in_audit(
            # Never the question: the audit outlives what its asker wants forgotten.
            exchange.library,
            exchange.actor,
            "note decline",
            proposal.quote.title,
            reason,
        )
        await self._show_decided(exchange, press, "")

    async def _show_decided(self, exchange: InteractionExchange, press: Press, word: str) -> None:
        """Show a proposal as it is now, here and where moderators see it."""
        proposal = await self._find(press.argument, exchange.home or 0)
        names = await self._names(exchange, proposal)
        await self._posts.redo(
            proposal.guild_id, proposal.card, lambda: render_proposal(proposal, names)
        )
        is_above = press.message is not None and not press.message.flags.ephemeral
        # All of it stands above already: no need to read it twice.
        render = render_outcome if is_above else render_proposal
        await exchange.show([render(proposal, names, word=word)])

    async def _names(self, exchange: InteractionExchange, proposal: Proposal) -> dict[str, str]:
        ids = filter(None, (proposal.author_id, proposal.decided_by))
        return await self._work.people.names(exchange.interaction, map(actor_of, ids))

    async def _find_answer(self, reply_id: str, guild_id: int, person_id: int) -> Answer:
        sent = await self._work.stores.replies.find(reply_id, guild_id=guild_id)
        if sent is None or not sent.is_for(person_id):
            raise NotDone(tr(FORGOTTEN))
        if not isinstance(sent.reply, Answer):
            raise NotDone(tr(NOTHING_TO_CORRECT))
        return sent.reply

    async def _find(self, proposal_id: str, guild_id: int) -> Proposal:
        proposal = await self._log.find(proposal_id, guild_id=guild_id)
        if proposal is None:
            raise NotDone(tr(NO_PROPOSAL))
        return proposal

    async def _find_open(self, proposal_id: str, guild_id: int) -> Proposal:
        proposal = await self._find(proposal_id, guild_id)
        if proposal.verdict is not Verdict.OPEN:
            raise NotDone(_say_verdict(proposal))
        return proposal

    async def _say_decided(self, exchange: InteractionExchange, proposal_id: str) -> str:
        return _say_verdict(await self._find(proposal_id, exchange.home or 0))


def _say_verdict(proposal: Proposal) -> str:
    if proposal.verdict is Verdict.APPROVED:
        return tr("This correction is approved already.")
    return tr("This correction is declined already.")


def _guess_meant(text: str, quotes: tuple[QuotedSentence, ...]) -> int:
    """Which quote a correction is about: the one that shares most with it."""
    own = {word.stem for word in words_of(text) if word.is_content}

    def shared(at: int) -> float:
        theirs = {word.stem for word in words_of(quotes[at].text) if word.is_content}
        return len(own & theirs) / max(1, len(theirs))

    return max(range(len(quotes)), key=lambda at: (shared(at), -at))
