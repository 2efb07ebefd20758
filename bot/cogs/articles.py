"""``/articles``: what the library holds, article by article, for moderators."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import Press
from bot.cogs.choices import article_key, find_article, offer_articles
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Form, TextField, action_id
from bot.rendering.articles import (
    PAGE,
    Browsed,
    render_article,
    render_articles,
    render_reading,
)
from bot.rendering.content import render_removal
from bot.rendering.notes import render_note
from bot.speech import mark, tr
from index.article_list import ArticleInfo
from index.models import is_note

NO_ARTICLE = mark("That article is not in the library any more. `/articles` lists those that are.")
_GIVEN_LIMIT = 300
_SEARCH = "text"


class ArticlesCog(commands.Cog):
    """Lists the articles of a server's library and shows one with all that is known of it."""

    def __init__(self, work: Workplace) -> None:
        self._work = work
        on = work.actions.on
        on("articles", "list", self._press_list)
        on("articles", "page", self._press_page)
        on("articles", "card", self._press_card)
        on("articles", "read", self._press_read)
        on("articles", "remove", self._press_remove)
        work.actions.on_form("articles", "search", _make_search_form)
        on("articles", "find", self._press_find)

    @app_commands.command(
        name="articles", description="What the library holds, and moderator notes"
    )
    @app_commands.describe(
        search="An article, or a part of titles or ids",
        notes="Only moderator notes",
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def articles(
        self,
        interaction: Interaction,
        search: app_commands.Range[str, 1, _GIVEN_LIMIT] | None = None,
        notes: bool = False,  # noqa: FBT001, FBT002 - it is an option of Discord's
    ) -> None:
        """List the articles, or show the one that was chosen."""

        async def work(exchange: InteractionExchange) -> None:
            chosen = await self._find_chosen(exchange.library, search or "")
            if chosen is not None:
                await self._show(exchange, chosen)
            else:
                await self._list(exchange, Browsed((search or "").strip(), notes), 0)

        await self._work.moderators.serve(interaction, work)

    @articles.autocomplete("search")
    async def offer_articles(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Articles by what was typed."""
        return await offer_articles(self._work.moderators, interaction, typed, self._work.service)

    async def _find_chosen(self, library: str, given: str) -> str | None:
        """The id of the article that was chosen from the list; None where it is a search."""
        if not given:
            return None
        try:
            article_id, _ = await find_article(self._work.service, library, given)
        except NotDone:
            return None
        is_exact = given in {article_id, article_key(article_id)}
        return article_id if is_exact else None

    async def _list(self, exchange: InteractionExchange, browsed: Browsed, page: int) -> None:
        service = self._work.service
        found = await service.list_articles(
            exchange.library,
            text=browsed.text,
            notes_only=browsed.notes_only,
            page=page,
            size=PAGE,
        )
        keys = [article_key(line.article_id) for line in found.lines]
        waiting = await self._work.stores.corrections.open_ones(exchange.home or 0)
        looks = sum(note.needs_a_look for note in await service.notes(exchange.library))
        await exchange.show(
            [render_articles(found, keys, browsed, proposals=len(waiting), looks=looks)]
        )

    async def _press_list(self, exchange: InteractionExchange, _: Press) -> None:
        await self._list(exchange, Browsed(), 0)

    async def _press_page(self, exchange: InteractionExchange, press: Press) -> None:
        page, notes_only, text = press.split(3)
        number = int(page) if page.isdecimal() else 0
        await self._list(exchange, Browsed(text, notes_only == "1"), number)

    async def _press_find(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, Browsed(press.fields.get(_SEARCH, "").strip()), 0)

    async def _press_card(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show(exchange, await self._find(exchange, press.value or press.argument))

    async def _press_read(self, exchange: InteractionExchange, press: Press) -> None:
        info = await self._describe(exchange, await self._find(exchange, press.argument))
        await exchange.show([render_reading(info, article_key(info.line.article_id))])

    async def _press_remove(self, exchange: InteractionExchange, press: Press) -> None:
        info = await self._describe(exchange, await self._find(exchange, press.argument))
        key = article_key(info.line.article_id)
        await exchange.show([render_removal(info.line.title or info.line.article_id, key, "")])

    async def _show(self, exchange: InteractionExchange, article_id: str) -> None:
        if is_note(article_id):
            note = await self._work.service.note(exchange.library, article_id)
            if note is not None:
                actors = [note.author, note.approved_by]
                names = await self._work.people.names(exchange.interaction, actors)
                await exchange.show([render_note(note, names)])
                return
        info = await self._describe(exchange, article_id)
        citing = await self._work.stores.cited.citing(exchange.home or 0, article_id)
        await exchange.show([render_article(info, article_key(article_id), citing)])

    async def _find(self, exchange: InteractionExchange, given: str) -> str:
        try:
            return (await find_article(self._work.service, exchange.library, given))[0]
        except NotDone:
            raise NotDone(tr(NO_ARTICLE)) from None

    async def _describe(self, exchange: InteractionExchange, article_id: str) -> ArticleInfo:
        info = await self._work.service.describe_article(exchange.library, article_id)
        if info is None:
            raise NotDone(tr(NO_ARTICLE))
        return info


def _make_search_form(_: Press) -> Form:
    field = TextField(_SEARCH, tr("A part of titles or ids"), limit=60, required=True)
    return Form(action_id("articles", "find"), tr("Search the articles"), (field,))
