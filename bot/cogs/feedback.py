"""``/feedback``: the answers that did not help, for moderators to work through."""

from __future__ import annotations

from collections.abc import Iterator

from discord import app_commands
from discord.ext import commands

from bot.answering.models import Answer, Reason, Refusal, Reply
from bot.cogs.actions import Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.golden import make_form
from bot.cogs.ports import actor_of
from bot.cogs.quotes import find_sent
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Form
from bot.rendering.answer import render_reply
from bot.rendering.feedback import (
    COMPLAINTS,
    PAGE_SIZE,
    SUBJECT,
    Filter,
    QueuePage,
    read_filter,
    render_queue,
)
from bot.rendering.feedback_story import Story, render_story
from bot.rendering.lists import page_of
from bot.rendering.text import shorten
from bot.speech import mark, tr
from bot.state.feedback import Case, Complaint
from bot.state.replies import SentReply

GONE = mark("That answer is no longer kept. Use `/feedback` to see what is left.")
_QUESTION_LIMIT = 200


class FeedbackCog(commands.Cog):
    """Shows the queue, and one answer's story with what can be done about it."""

    def __init__(self, workplace: Workplace) -> None:
        self._work = workplace
        self._log = workplace.stores.feedback
        self._replies = workplace.stores.replies
        actions = workplace.actions
        actions.on(SUBJECT, "page", self._press_page)
        actions.on(SUBJECT, "filter", self._press_filter)
        actions.on(SUBJECT, "open", self._press_open)
        actions.on(SUBJECT, "done", self._press_done)
        actions.on(SUBJECT, "reopen", self._press_reopen)
        actions.on(SUBJECT, "gap", self._press_gap)
        actions.on(SUBJECT, "whole", self._press_whole, in_place=False)
        actions.on_own(SUBJECT, "golden", self._press_golden)

    @app_commands.command(name="feedback", description="Answers that did not help")
    @app_commands.describe(reason="Only those with this reason")
    @app_commands.choices(
        reason=[app_commands.Choice(name=COMPLAINTS[each], value=each.value) for each in Complaint]
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def feedback(self, interaction: Interaction, reason: str = "") -> None:
        """List the answers that readers found not helpful."""
        shown = read_filter(reason)
        await self._work.moderators.serve(
            interaction, lambda exchange: self._list(exchange, shown, 0)
        )

    async def _press_page(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, read_filter(press.split(2)[0]), press.page)

    async def _press_filter(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, read_filter(press.value), 0)

    async def _press_open(self, exchange: InteractionExchange, press: Press) -> None:
        given, reply_id = press.split(2)
        await self._show(exchange, read_filter(given), press.value or reply_id)

    async def _press_done(self, exchange: InteractionExchange, press: Press) -> None:
        shown, sent = await self._read(exchange, press)
        following = await self._neighbours(exchange, shown, sent.id)
        guild_id, member_id = exchange.home or 0, exchange.person.id
        closed = await self._log.close(sent.id, guild_id=guild_id, member_id=member_id)
        name = shorten(sent.reply.question.text, _QUESTION_LIMIT)
        word = tr("Done: {question}", question=name)
        if not closed:
            word = tr("Done already: {question}", question=name)
        then = following[1] or following[0]
        if then is None:
            await self._list(exchange, shown, 0, word=word)
        else:
            await self._show(exchange, shown, then, word=word)

    async def _press_reopen(self, exchange: InteractionExchange, press: Press) -> None:
        _, sent = await self._read(exchange, press)
        await self._log.reopen(sent.id, guild_id=exchange.home or 0)
        await self._show(exchange, Filter(), sent.id, word=tr("It is open again."))

    async def _press_gap(self, exchange: InteractionExchange, press: Press) -> None:
        shown, sent = await self._read(exchange, press)
        await self._work.service.record_gap(exchange.library, _as_gap(sent.reply))
        word = tr("Added to the open questions; `/gaps` lists them.")
        await self._show(exchange, shown, sent.id, word=word)

    async def _press_whole(self, exchange: InteractionExchange, press: Press) -> None:
        sent = await self._find(exchange, press.argument)
        await exchange.show(render_reply(sent.reply))

    async def _press_golden(self, interaction: Interaction, press: Press) -> None:
        async def make() -> Form:
            guild_id = interaction.guild_id or 0
            sent = await self._replies.find(press.argument, guild_id=guild_id)
            quoted = await find_sent(self._work.stores, press.argument, guild_id)
            if sent is None or quoted is None or not quoted.quotes:
                raise NotDone(tr(GONE))
            return make_form(quoted, sent.reply.asked_as or sent.reply.question.text)

        await self._work.moderators.open_form(interaction, make)

    async def _list(
        self, exchange: InteractionExchange, shown: Filter, page: int, *, word: str = ""
    ) -> None:
        cases = await self._queue(exchange, shown)
        pages = max(1, -(-len(cases) // PAGE_SIZE))
        page = min(max(page, 0), pages - 1)
        entries = []
        for case in page_of(cases, page, PAGE_SIZE):
            sent = await self._replies.find(case.reply_id, guild_id=exchange.home or 0)
            if sent is not None:
                entries.append((case, sent))
        closers = (actor_of(case.closed_by) for case, _ in entries if case.closed_by)
        names = await self._work.people.names(exchange.interaction, closers)
        queue = QueuePage(tuple(entries), page, pages, len(cases), shown)
        await exchange.show([render_queue(queue, names, word=word)])

    async def _show(
        self, exchange: InteractionExchange, shown: Filter, reply_id: str, *, word: str = ""
    ) -> None:
        sent = await self._find(exchange, reply_id)
        guild_id = exchange.home or 0
        votes = await self._log.votes(reply_id, guild_id=guild_id)
        before, after = await self._neighbours(exchange, shown, reply_id)
        is_open = any(case.reply_id == reply_id for case in await self._queue(exchange, Filter()))
        story = Story(sent, votes, shown, before, after, is_open=is_open)
        names = await self._work.people.names(exchange.interaction, _named_in(story))
        await exchange.show([render_story(story, names, word=word)])

    async def _read(self, exchange: InteractionExchange, press: Press) -> tuple[Filter, SentReply]:
        given, reply_id = press.split(2)
        return read_filter(given), await self._find(exchange, reply_id)

    async def _find(self, exchange: InteractionExchange, reply_id: str) -> SentReply:
        sent = await self._replies.find(reply_id, guild_id=exchange.home or 0)
        if sent is None:
            raise NotDone(tr(GONE))
        return sent

    async def _queue(self, exchange: InteractionExchange, shown: Filter) -> tuple[Case, ...]:
        return await self._log.queue(exchange.home or 0, reason=shown.reason, closed=shown.done)

    async def _neighbours(
        self, exchange: InteractionExchange, shown: Filter, reply_id: str
    ) -> tuple[str | None, str | None]:
        """The replies before and after one in the queue; the first where it is not in it."""
        ids = [case.reply_id for case in await self._queue(exchange, shown)]
        if reply_id not in ids:
            return None, ids[0] if ids else None
        at = ids.index(reply_id)
        return (ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)


def _named_in(story: Story) -> Iterator[str]:
    """Whose names a story shows; of a private answer nobody's."""
    if not story.sent.sending.is_private:
        yield actor_of(story.sent.sending.asker_id)
        yield from (actor_of(vote.member_id) for vote in story.votes if not vote.helpful)


def _as_gap(reply: Reply) -> Reply:
    """An answer that did not help is as none, for those who fill the gaps."""
    if not isinstance(reply, Answer):
        return reply
    return Refusal(
        reply.question,
        reply.edition,
        Reason.NOT_SUPPORTED,
        reply.passages,
        model=reply.model,
        asked_as=reply.asked_as,
    )
