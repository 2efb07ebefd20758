"""``/index remove`` and ``supersede``: take articles back, or say what replaced them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.choices import article_key, find_article, find_source, offer_articles
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.library_sources import offer_sources
from bot.cogs.part import LibraryPart
from bot.cogs.refusals import NotDone
from bot.cogs.shown import read_reason
from bot.rendering.content import (
    render_removal,
    render_source_removal,
    render_superseded,
    render_unmarked,
)
from bot.speech import mark, tr
from index.models import OnProgress, SyncReport

ONE_TO_REMOVE = mark("Give me either an `article` or a `source`, one of the two.")
ITSELF = mark("An article cannot supersede itself.")
_GIVEN_LIMIT = 300
_REASON_LIMIT = 300


class ContentCommands(LibraryPart):
    """What takes articles out, and labels."""

    def register_content(self, actions: ActionDesk) -> None:
        """Answer the buttons of removals and labels."""
        actions.on("article", "remove", self._press_remove)
        actions.on("article", "unmark", self._press_unmark)
        actions.on("source", "remove", self._press_remove_source)

    @app_commands.command(name="remove", description="Take an article or a source out")
    @app_commands.describe(
        article="An article, by a part of its title or its id",
        source="A source, with all its articles",
        reason="Why; goes into the audit",
    )
    async def remove(
        self,
        interaction: Interaction,
        article: app_commands.Range[str, 1, _GIVEN_LIMIT] | None = None,
        source: app_commands.Range[str, 1, _GIVEN_LIMIT] | None = None,
        reason: app_commands.Range[str, 1, _REASON_LIMIT] | None = None,
    ) -> None:
        """Ask whether to take something out."""
        await self.desk.serve(
            interaction, lambda exchange: self._ask_removal(exchange, article, source, reason or "")
        )

    @app_commands.command(name="supersede", description="Label an article as superseded")
    @app_commands.describe(
        article="The older article",
        by="The newer article; leave it out to take the label off",
        reason="Why; goes into the audit",
    )
    async def supersede(
        self,
        interaction: Interaction,
        article: app_commands.Range[str, 1, _GIVEN_LIMIT],
        by: app_commands.Range[str, 1, _GIVEN_LIMIT] | None = None,
        reason: app_commands.Range[str, 1, _REASON_LIMIT] | None = None,
    ) -> None:
        """Label an article, or take its label off."""
        await self.desk.serve(
            interaction, lambda exchange: self._supersede(exchange, article, by, reason or "")
        )

    @remove.autocomplete("article")
    @supersede.autocomplete("article")
    @supersede.autocomplete("by")
    async def offer_articles(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Articles by what was typed."""
        return await offer_articles(self.desk, interaction, typed, self.service)

    @remove.autocomplete("source")
    async def offer_removable_sources(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The remembered sources."""
        return await offer_sources(self.desk, interaction, typed, self.service)

    async def _ask_removal(
        self, exchange: InteractionExchange, article: str | None, source: str | None, reason: str
    ) -> None:
        if (article is None) == (source is None):
            raise NotDone(tr(ONE_TO_REMOVE))
        if article is not None:
            article_id, title = await find_article(self.service, exchange.library, article)
            card = render_removal(title or article_id, article_key(article_id), reason)
            await exchange.show([card])
        elif source is not None:
            found = find_source(await self.service.sources(exchange.library), source)
            await exchange.show([render_source_removal(found, reason)])

    async def _press_remove(self, exchange: InteractionExchange, press: Press) -> None:
        article_id, _ = await find_article(self.service, exchange.library, press.argument)

        async def remove(on_progress: OnProgress) -> SyncReport:
            return await self.service.remove(
                exchange.library,
                [article_id],
                actor=exchange.actor,
                reason=read_reason(press.message),
                on_progress=on_progress,
            )

        await self.publish_shown(exchange, tr("Taking the article out"), remove, is_job=False)

    async def _press_remove_source(self, exchange: InteractionExchange, press: Press) -> None:
        source = find_source(await self.service.sources(exchange.library), press.argument)

        async def remove(on_progress: OnProgress) -> SyncReport:
            return await self.service.remove_source(
                exchange.library,
                source.key,
                actor=exchange.actor,
                reason=read_reason(press.message),
                on_progress=on_progress,
            )

        await self.publish_shown(exchange, tr("Taking the source out"), remove, is_job=False)

    async def _supersede(
        self, exchange: InteractionExchange, article: str, by: str | None, reason: str
    ) -> None:
        article_id, title = await find_article(self.service, exchange.library, article)
        newer = by and (await find_article(self.service, exchange.library, by))[0]
        if newer == article_id:
            raise NotDone(tr(ITSELF))
        label = await self.service.supersede(
            exchange.library, article_id, by=newer or None, actor=exchange.actor, reason=reason
        )
        shown = title or article_id
        if label is None:
            await exchange.show([render_unmarked(shown)])
        else:
            await exchange.show([render_superseded(label, shown, article_key(article_id))])

    async def _press_unmark(self, exchange: InteractionExchange, press: Press) -> None:
        await self._supersede(exchange, press.argument, None, "")
