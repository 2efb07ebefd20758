"""What moderators do with their server's library: ``/index add``, ``sync`` and ``status``."""

from __future__ import annotations

import asyncio
import re

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.jobs import JobBoard, JobRunner, Work
from bot.cogs.ports import BotConfig, Service, actor_of, library_of
from bot.policy import may_moderate
from bot.rendering.dates import readable_size
from bot.rendering.reports import render_status
from index.errors import SourceError
from index.models import OnProgress, SyncReport

ONE_OF_TWO = "Give me either a `url` or a `file`, one of the two."
NOT_A_PAGE = "That is no address of a page: it has to begin with `https://` or `http://`."
ENDED = (
    "I am restarting, and this may not be finished. Look with `/index status`, "
    "and do it again if it is not in."
)
# Whatever else the service can read (files of the machine it runs on), it shall not for Discord.
_PAGE = re.compile(r"https?://[^/\s\\]+[^\s\\]*", re.IGNORECASE)
_URL_LIMIT = 2000


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class LibraryCog(commands.GroupCog, group_name="index", group_description="This server's articles"):
    """Receives the commands of moderators, decides, and lets the service work."""

    def __init__(
        self, *, service: Service, intake: Intake, errors: ErrorDesk, config: BotConfig
    ) -> None:
        self._service = service
        self._intake = intake
        self._errors = errors
        self._config = config
        self._jobs = JobBoard()

    @app_commands.command(name="add", description="Add articles from a web page or a file")
    @app_commands.describe(
        url="The address of a page",
        file="A file with articles: .md, .txt, .html, .jsonl, .jsonl.gz",
    )
    async def add(
        self,
        interaction: Interaction,
        url: app_commands.Range[str, 1, _URL_LIMIT] | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        """Add what is at an address or in an attached file."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            library, actor = _names(exchange)
            if url is not None and file is None and _PAGE.fullmatch(url.strip()):
                page = url.strip()

                async def add_page(on_progress: OnProgress) -> SyncReport:
                    return await self._service.add(
                        library, [page], actor=actor, on_progress=on_progress
                    )

                await self._run(exchange, "Adding the page", add_page)
            elif file is not None and url is None and file.size <= self._config.upload_limit:
                upload = file

                async def add_file(on_progress: OnProgress) -> SyncReport:
                    data = await self._download(upload)
                    return await self._service.add_uploads(
                        library, [(upload.filename, data)], actor=actor, on_progress=on_progress
                    )

                await self._run(exchange, "Adding the file", add_file)
            else:
                await self._refuse(exchange, self._what_is_wrong(url, file))

    @app_commands.command(
        name="sync", description="Read all sources again and take in what changed"
    )
    async def sync(self, interaction: Interaction) -> None:
        """Read the remembered sources again."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            library, actor = _names(exchange)

            async def sync(on_progress: OnProgress) -> SyncReport:
                return await self._service.sync(library, actor=actor, on_progress=on_progress)

            await self._run(exchange, "Reading the sources again", sync)

    @app_commands.command(name="status", description="What this server's library holds")
    async def status(self, interaction: Interaction) -> None:
        """Say what the library holds, and whether a job runs."""
        exchange = InteractionExchange(interaction, private=True)
        async with self._errors.guard(exchange):
            if not await self._admit(exchange):
                return
            with self._intake.working(exchange):
                async with exchange.waiting():
                    status = await self._service.status(_names(exchange)[0])
                    job = self._jobs.running(exchange.place.guild_id or 0)
                    lines = [job.line] if job else []
                    await exchange.say("\n".join([*lines, render_status(status)]))

    async def _run(self, exchange: InteractionExchange, title: str, work: Work) -> None:
        """Do a job, unless the server already has one."""
        guild_id = exchange.place.guild_id
        if not await self._admit(exchange) or guild_id is None:
            return
        if (running := self._jobs.running(guild_id)) is not None:
            await exchange.say(f"One thing at a time, please. {running.line}")
            return
        with (
            self._jobs.claim(guild_id, title) as job,
            self._intake.working(exchange, if_ended=ENDED),
        ):
            async with exchange.waiting():
                await JobRunner(exchange, job, self._config).run(work)

    async def _admit(self, exchange: InteractionExchange) -> bool:
        """Whether this person may do this now; says why not."""
        for decision in (
            may_moderate(exchange.place, exchange.person),
            self._intake.may_enter(exchange.person.id),
        ):
            if not decision.allowed:
                await exchange.say(decision.sentence)
                return False
        return True

    async def _refuse(self, exchange: InteractionExchange, sentence: str) -> None:
        if await self._admit(exchange):
            await exchange.say(sentence)

    def _what_is_wrong(self, url: str | None, file: discord.Attachment | None) -> str:
        if (url is None) == (file is None):
            return ONE_OF_TWO
        return NOT_A_PAGE if file is None else self._too_large(file.size)

    async def _download(self, file: discord.Attachment) -> bytes:
        async with asyncio.timeout(self._config.upload_timeout):
            data = await file.read()
        # What Discord said of the size may not be what came.
        if len(data) > self._config.upload_limit:
            raise SourceError(self._too_large(len(data)))
        return data

    def _too_large(self, size: int) -> str:
        limit = readable_size(self._config.upload_limit)
        return f"The file has {readable_size(size)}; I take files of up to {limit}."


def _names(exchange: InteractionExchange) -> tuple[str, str]:
    """The server's library, and how its history names this person."""
    return library_of(exchange.place.guild_id or 0), actor_of(exchange.person.id)
