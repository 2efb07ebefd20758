"""``/gaps``: what was asked and left open, and members who tell the moderators of it."""

from __future__ import annotations

import asyncio

from discord import app_commands
from discord.ext import commands

from bot.answering.models import Question
from bot.cogs.actions import Press
from bot.cogs.choices import article_key, find_article
from bot.cogs.chosen import describe_chosen
from bot.cogs.desk_posts import DeskPosts
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.ports import actor_of
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.gap_groups import GapGroup
from bot.policy import Place, may_moderate
from bot.rendering.actions import Form
from bot.rendering.gaps import (
    ANY,
    ARTICLE,
    TEXT,
    GapView,
    make_tell_form,
    make_which_form,
    render_closed,
    render_found,
    render_gaps,
    render_group,
    render_told,
    render_tried,
    say_closed,
)
from bot.rendering.lists import Names
from bot.rendering.text import clean
from bot.speech import mark, tr
from bot.state.gaps import Cause, Nearest, Order

NO_SUCH_GAP = mark("There is no such gap here. `/gaps` lists them.")
NO_ARTICLE = mark("No article has that in its title or id. Add it with `/index add` first.")
NO_MODERATOR = mark("That member may not moderate here, so nobody was named.")
FORGOTTEN = mark("I no longer know this question. Please ask it again.")
NO_GAP = mark("There is nothing here that an article could mend.")
TOLD = mark("Thank you. The moderators see that something is missing.")
TOLD_ALREADY = mark("You told the moderators of this already. Thank you.")
_GREATEST = 2**31
_FOUND_LIMIT = 25


class GapsCog(commands.Cog):
    """Lists the gaps of a server's library, has them looked after and puts them away."""

    def __init__(self, work: Workplace, posts: DeskPosts) -> None:
        self._work = work
        self._posts = posts
        on = work.actions.on
        for verb, handler in {
            "page": self._press_page,
            "order": self._press_order,
            "only": self._press_only,
            "card": self._press_card,
            "take": self._press_take,
            "free": self._press_free,
            "assign": self._press_assign,
            "close": self._press_close,
            "look": self._press_look,
            "try": self._press_try,
            "answered": self._press_answered,
        }.items():
            on("gaps", verb, handler)
        work.actions.on_form("gaps", "which", _make_which_form)
        work.actions.on_own("gap", "tell", self._open_tell_form)
        on("gap", "told", self._tell, members=True, in_place=False)

    @app_commands.command(name="gaps", description="Questions that the articles left open")
    @app_commands.describe(
        order="Which come first (default: those asked most)",
        cause="Only those that were left open for this reason",
        close="The number of one that is dealt with",
    )
    @app_commands.choices(
        order=[
            app_commands.Choice(name="newest", value=Order.NEWEST.value),
            app_commands.Choice(name="most asked", value=Order.MOST_ASKED.value),
        ],
        cause=[
            app_commands.Choice(name="no article", value=Cause.NO_ARTICLE.value),
            app_commands.Choice(name="found, not supported", value=Cause.NOT_SUPPORTED.value),
            app_commands.Choice(name="the articles disagree", value=Cause.DISAGREE.value),
            app_commands.Choice(name="only older articles", value=Cause.TOO_OLD.value),
        ],
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def gaps(
        self,
        interaction: Interaction,
        order: str = Order.MOST_ASKED.value,
        cause: str = ANY,
        close: app_commands.Range[int, 1, _GREATEST] | None = None,
    ) -> None:
        """List the gaps; close one first where it is named."""

        async def work(exchange: InteractionExchange) -> None:
            word = await self._close_one(exchange, close) if close is not None else ""
            await self._list(exchange, _read_view(order, cause), 0, word)

        await self._work.moderators.serve(interaction, work)

    async def _list(
        self, exchange: InteractionExchange, view: GapView, page: int, word: str = ""
    ) -> None:
        groups = await self._work.service.gap_groups(
            exchange.library, order=view.order, cause=view.cause
        )
        names = await self._name_holders(exchange, *groups)
        await exchange.show([render_gaps(groups, names, page, view=view, word=word)])

    async def _press_page(self, exchange: InteractionExchange, press: Press) -> None:
        order, cause, _ = press.split(3)
        await self._list(exchange, _read_view(order, cause), press.page)

    async def _press_order(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, _read_view(*press.split(2)), 0)

    async def _press_only(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, _read_view(press.argument, press.value), 0)

    async def _press_card(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show(exchange, press.value or press.argument)

    async def _press_take(self, exchange: InteractionExchange, press: Press) -> None:
        await self._assign(exchange, press.argument, exchange.person.id)

    async def _press_free(self, exchange: InteractionExchange, press: Press) -> None:
        await self._assign(exchange, press.argument, None)

    async def _press_assign(self, exchange: InteractionExchange, press: Press) -> None:
        person = describe_chosen(exchange.interaction, press.value)
        rules = await self._work.stores.servers.of(exchange.home or 0)
        if person is None or not may_moderate(Place(exchange.home), person, rules).allowed:
            raise NotDone(tr(NO_MODERATOR))
        await self._assign(exchange, press.argument, person.id)

    async def _assign(
        self, exchange: InteractionExchange, given: str, member_id: int | None
    ) -> None:
        group = await self._find(exchange.library, given)
        await self._work.service.assign_gaps(exchange.library, group.keys, member_id)
        who = f"to {actor_of(member_id)}" if member_id is not None else "to nobody"
        await self._note(exchange, "gap assign", f"{group.first.key} {who}")
        await self._show(exchange, given)

    async def _press_close(self, exchange: InteractionExchange, press: Press) -> None:
        await self._close(
            exchange, await self._find(exchange.library, press.value or press.argument), None
        )

    async def _press_look(self, exchange: InteractionExchange, press: Press) -> None:
        group = await self._find(exchange.library, press.argument)
        text = press.fields.get(ARTICLE, "").strip()
        found = await self._work.service.find_articles(exchange.library, text, _FOUND_LIMIT)
        if not found:
            raise NotDone(tr(NO_ARTICLE))
        if len(found) == 1:
            await self._try(exchange, group, *found[0])
            return
        pairs = [(article_key(id_), title or id_) for id_, title in found]
        await exchange.show([render_found(group, pairs)])

    async def _press_try(self, exchange: InteractionExchange, press: Press) -> None:
        group = await self._find(exchange.library, press.argument)
        found = await find_article(self._work.service, exchange.library, press.value)
        await self._try(exchange, group, *found)

    async def _try(
        self, exchange: InteractionExchange, group: GapGroup, article_id: str, title: str
    ) -> None:
        """Ask the question again, and show whether the article answers it now."""
        question = Question(group.first.question, id=self._work.new_id())
        async with asyncio.timeout(self._work.config.answer_timeout):
            reply = await self._work.service.ask(exchange.library, question)
        card = render_tried(
            group,
            reply,
            article_id=article_id,
            title=title or article_id,
            key=article_key(article_id),
        )
        await exchange.show([card])

    async def _press_answered(self, exchange: InteractionExchange, press: Press) -> None:
        given, key = press.split(2)
        group = await self._find(exchange.library, given)
        article_id, title = await find_article(self._work.service, exchange.library, key)
        await self._close(exchange, group, Nearest(article_id, title or article_id))

    async def _close(
        self, exchange: InteractionExchange, group: GapGroup, answered_by: Nearest | None
    ) -> None:
        for key in group.keys:
            await self._work.service.close_gap(exchange.library, key, answered_by=answered_by)
        title = answered_by.title if answered_by else ""
        detail = f"{len(group.keys)} closed" + (f", answered by {title}" if title else "")
        await self._note(exchange, "gap close", detail)
        await exchange.show([render_closed(group, title)])

    async def _close_one(self, exchange: InteractionExchange, key: int) -> str:
        closed = await self._work.service.close_gap(exchange.library, key)
        if closed is None:
            raise NotDone(tr(NO_SUCH_GAP))
        if not closed.was_closed:
            await self._note(exchange, "gap close", "1 closed")
        return say_closed(closed)

    async def _show(self, exchange: InteractionExchange, given: str) -> None:
        group = await self._find(exchange.library, given)
        names = await self._name_holders(exchange, group)
        told = await self._work.service.told_texts(group.keys)
        await exchange.show([render_group(group, names, told=told)])

    async def _find(self, library: str, given: str) -> GapGroup:
        """The open group that a gap of that number is in."""
        key = int(given) if given.isdecimal() and int(given) <= _GREATEST else 0
        groups = await self._work.service.gap_groups(library)
        for group in groups:
            if key in group.keys:
                return group
        raise NotDone(tr(NO_SUCH_GAP))

    async def _name_holders(self, exchange: InteractionExchange, *groups: GapGroup) -> Names:
        holders = {g.first.assigned_to for g in groups if g.first.assigned_to is not None}
        return await self._work.people.names(exchange.interaction, map(actor_of, sorted(holders)))

    async def _note(self, exchange: InteractionExchange, action: str, detail: str) -> None:
        await self._work.service.note_in_audit(exchange.library, exchange.actor, action, detail)

    async def _open_tell_form(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            found = await self._work.stores.replies.find(
                press.argument, guild_id=interaction.guild_id or 0
            )
            if found is None and interaction.guild_id is not None:
                raise NotDone(tr(FORGOTTEN))
            if found is not None and not found.is_for(interaction.user.id):
                raise NotDone(tr(FORGOTTEN))
            return make_tell_form(press.argument)

        await self._work.members.open_form(interaction, make_form)

    async def _tell(self, exchange: InteractionExchange, press: Press) -> None:
        guild_id = exchange.home or 0
        sent = await self._work.stores.replies.find(press.argument, guild_id=guild_id)
        if sent is None or not sent.is_for(exchange.person.id):
            raise NotDone(tr(FORGOTTEN))
        text = clean(press.fields.get(TEXT, ""))
        told = await self._work.service.tell_gap(
            exchange.library,
            sent.reply,
            reply_id=sent.id,
            guild_id=guild_id,
            member_id=exchange.person.id,
            text=text,
        )
        if told is None:
            raise NotDone(tr(NO_GAP))
        gap, is_new = told
        if not is_new:
            await exchange.say(tr(TOLD_ALREADY))
            return
        await self._posts.post(guild_id, lambda: render_told(gap, text))
        await exchange.say(tr(TOLD))


def _make_which_form(press: Press) -> Form:
    return make_which_form(int(press.argument) if press.argument.isdecimal() else 0)


def _read_view(order: str, cause: str = ANY) -> GapView:
    """What an id or an option asks for; the most asked of every cause where it is nothing."""
    return GapView(
        Order(order) if order in set(Order) else Order.MOST_ASKED,
        Cause(cause) if cause in set(Cause) else None,
    )
