"""``/index add`` and ``sync``: read articles and publish what is safe."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.part import LibraryPart
from bot.cogs.refusals import NotDone
from bot.cogs.targets import (
    OPTIONS_NEED_A_PAGE,
    URL_LIMIT,
    Target,
    read_options,
    read_target,
    what_is_wrong,
)
from bot.speech import tr
from index.entries import SourceOptions
from index.models import OnProgress, SyncReport

_LIMIT = 100_000


class ReadingCommands(LibraryPart):
    """What brings articles in."""

    @app_commands.command(name="add", description="Add articles from an address or from files")
    @app_commands.describe(
        url="A page, feed or sitemap; it is remembered as a source",
        file="A file: Markdown, HTML, text, PDF, DOCX, .jsonl or .jsonl.gz",
        file2="Another file",
        file3="Another file",
        file4="Another file",
        file5="Another file",
        include="Only what fits one of these patterns, as */news/*; commas between them",
        exclude="Nothing that fits one of these patterns",
        language="Only articles in this language, as en",
        limit="At most this many articles, the newest",
    )
    async def add(
        self,
        interaction: Interaction,
        *,
        url: app_commands.Range[str, 1, URL_LIMIT] | None = None,
        file: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
        include: app_commands.Range[str, 1, 300] | None = None,
        exclude: app_commands.Range[str, 1, 300] | None = None,
        language: app_commands.Range[str, 2, 2] | None = None,
        limit: app_commands.Range[int, 1, _LIMIT] | None = None,
    ) -> None:
        """Add what is at an address or in attached files."""
        target = read_target(url, (file, file2, file3, file4, file5))

        async def work(exchange: InteractionExchange) -> None:
            await self._add(exchange, target, read_options(include, exclude, language, limit))

        await self.desk.serve(interaction, work)

    @app_commands.command(
        name="sync", description="Read all sources again and take in what changed"
    )
    async def sync(self, interaction: Interaction) -> None:
        """Read the remembered sources again."""
        await self.desk.serve(interaction, self._sync)

    async def _add(
        self, exchange: InteractionExchange, target: Target, options: SourceOptions | None
    ) -> None:
        wrong = what_is_wrong(target, self.config.upload_limit, needed=True)
        if target.files and options is not None:
            wrong = wrong or tr(OPTIONS_NEED_A_PAGE)
        if wrong:
            raise NotDone(wrong)

        async def add(on_progress: OnProgress) -> SyncReport:
            if target.url:
                return await self.service.add(
                    exchange.library,
                    target.pages,
                    actor=exchange.actor,
                    options=options,
                    on_progress=on_progress,
                )
            uploads = await target.download(self.config)
            return await self.service.add_uploads(
                exchange.library, uploads, actor=exchange.actor, on_progress=on_progress
            )

        what = tr("Adding files")
        if target.url or len(target.files) == 1:
            what = tr("Adding the address") if target.url else tr("Adding the file")
        await self.publish_shown(exchange, what, add)

    async def _sync(self, exchange: InteractionExchange) -> None:
        async def sync(on_progress: OnProgress) -> SyncReport:
            return await self.service.sync(
                exchange.library, actor=exchange.actor, on_progress=on_progress
            )

        await self.publish_shown(exchange, tr("Reading the sources again"), sync)
