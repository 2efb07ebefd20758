"""Long work on a library: one job a server at a time, with its progress shown live."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import discord
import structlog

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES, InteractionExchange
from bot.cogs.ports import BotConfig
from bot.rendering.reports import render_progress, render_report, summarise_report
from index.models import OnProgress, Progress, SyncReport

Work = Callable[[OnProgress], Awaitable[SyncReport]]


class Job:
    """A running job. ``report`` may be called from any thread, as often as one likes."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._latest: Progress | None = None

    def report(self, progress: Progress) -> None:
        """Note how far the job is."""
        self._latest = progress

    @property
    def line(self) -> str:
        """How far the job is, for people."""
        return render_progress(self._title, self._latest)


class JobBoard:
    """Which server has a job running."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}

    def running(self, guild_id: int) -> Job | None:
        """The job of that server, if one runs."""
        return self._jobs.get(guild_id)

    @contextmanager
    def claim(self, guild_id: int, title: str) -> Iterator[Job]:
        """Have the server's one place for a job; look with ``running`` first."""
        job = self._jobs[guild_id] = Job(title)
        try:
            yield job
        finally:
            del self._jobs[guild_id]


class JobRunner:
    """Runs one job for a moderator and tells them how it goes and how it ended."""

    def __init__(self, exchange: InteractionExchange, job: Job, config: BotConfig) -> None:
        self._exchange = exchange
        self._job = job
        self._config = config
        self._deadline = time.monotonic() + config.token_lifetime
        self._log = structlog.get_logger(__name__)

    async def run(self, work: Work) -> None:
        """Do the work, edit the progress meanwhile, and show the report at the end."""
        async with self._progress_shown():
            report = await work(self._job.report)
        await self._finish(report)

    @asynccontextmanager
    async def _progress_shown(self) -> AsyncIterator[None]:
        showing = asyncio.create_task(self._show_progress())
        try:
            yield
        finally:
            showing.cancel()
            # Waited for, so that no late progress comes after the report.
            await asyncio.gather(showing, return_exceptions=True)

    async def _show_progress(self) -> None:
        shown = None
        try:
            while not self._is_token_old():
                if (line := self._job.line) != shown:
                    await self._exchange.update(line)
                    shown = line
                await asyncio.sleep(self._config.progress_interval)
        except SEND_FAILURES as error:
            # The work goes on without an audience.
            self._log.info("progress_not_shown", cause=repr(error))

    async def _finish(self, report: SyncReport) -> None:
        """Show the report; when the interaction is too old for that, a word in the channel."""
        if not self._is_token_old():
            try:
                await self._exchange.say(render_report(report))
            except SEND_FAILURES as error:
                self._log.info("report_not_shown", cause=repr(error))
            else:
                return
        await self._post_summary(report)

    async def _post_summary(self, report: SyncReport) -> None:
        channel = self._exchange.interaction.channel
        if not isinstance(channel, discord.abc.Messageable):
            return
        try:
            # Counts only: the channel may have readers that the report was not meant for.
            await channel.send(summarise_report(report), allowed_mentions=NO_MENTIONS)
        except SEND_FAILURES as error:
            self._log.info("summary_not_posted", cause=repr(error))

    def _is_token_old(self) -> bool:
        return time.monotonic() >= self._deadline
