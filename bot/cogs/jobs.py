"""Long work on a library, shown live to the moderator who asked for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import discord
import structlog

from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES, InteractionExchange
from bot.cogs.people import People
from bot.cogs.ports import BotConfig
from bot.jobs import JobStopped
from bot.pace import PaceMeter
from bot.rendering.jobs import render_busy, render_ended, render_job
from bot.rendering.lists import Names
from bot.rendering.parts import Card
from bot.speech import mark, tr
from index.errors import FootnoteIndexError, JobRefused
from index.models import OnProgress, Progress
from index.records import JobInfo

_JOBS_LOOKED_AT = 5
_FAILED = mark("It did not work out. `/index jobs` says why.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job came to: cards for the moderator, and a word that any channel may read."""

    cards: tuple[Card, ...]
    summary: str


Work = Callable[[OnProgress], Awaitable[Outcome]]


class KnowsJobs(Protocol):
    """The service, as far as its jobs go."""

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """The newest jobs."""
        ...


class JobRunner:
    """Has jobs done for moderators and tells them how they go and how they ended."""

    def __init__(self, *, service: KnowsJobs, people: People, config: BotConfig) -> None:
        self._service = service
        self._people = people
        self._config = config

    async def run(
        self, exchange: InteractionExchange, title: str, work: Work, *, is_job: bool = True
    ) -> None:
        """Do the work, edit its card meanwhile, and show at the end what it came to.

        A job that has to wait for another is refused, with a card of the one that runs.
        ``is_job`` says whether the service runs it as a job, which can be cancelled.
        """
        screen = JobScreen(exchange, title, self._service, self._config, is_job=is_job)
        try:
            async with screen.shown():
                outcome = await work(screen.note)
        except JobStopped as stopped:
            job = await self._find(exchange.library, lambda job: job.id == screen.job_id)
            await self._tell(screen, exchange, job, stopped, render_ended)
        except JobRefused as refused:
            job = await self._find(exchange.library, lambda job: not job.state.is_over)
            await self._tell(screen, exchange, job, refused, render_busy)
        except Exception:
            # Nobody could be told through an old interaction.
            await screen.post_if_old(f"**{title}**: {tr(_FAILED)}")
            raise
        else:
            await screen.finish(outcome)

    async def _tell(
        self,
        screen: JobScreen,
        exchange: InteractionExchange,
        job: JobInfo | None,
        refused: JobRefused,
        render: Callable[[JobInfo, Names], Card],
    ) -> None:
        if job is None:
            raise refused
        names = await self._people.names(exchange.interaction, [job.actor])
        await screen.finish(Outcome((render(job, names),), f"**{screen.title}**: {tr(_FAILED)}"))

    async def _find(self, library: str, fits: Callable[[JobInfo], bool]) -> JobInfo | None:
        """The newest job that fits."""
        jobs = await self._service.jobs(library, _JOBS_LOOKED_AT)
        return next(filter(fits, jobs), None)


class JobScreen:
    """The card of one job. ``note`` may be called from any thread, as often as one likes."""

    def __init__(
        self,
        exchange: InteractionExchange,
        title: str,
        service: KnowsJobs,
        config: BotConfig,
        *,
        is_job: bool,
    ) -> None:
        self._exchange = exchange
        self.title = title
        self._service = service
        self._config = config
        self._is_job = is_job
        self._deadline = time.monotonic() + config.token_lifetime
        self._meter = PaceMeter()
        self._latest: Progress | None = None
        self.job_id: str | None = None
        self._log = structlog.get_logger(__name__)

    def note(self, progress: Progress) -> None:
        """Note how far the job is."""
        self._latest = progress
        self._meter.note(progress)

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """A context in which the card follows the job."""
        showing = asyncio.create_task(self._keep_showing())
        try:
            yield
        finally:
            showing.cancel()
            # Waited for, so that no late progress comes after the result.
            await asyncio.gather(showing, return_exceptions=True)

    async def finish(self, outcome: Outcome) -> None:
        """Show the result; when the interaction is too old for that, a word in the channel."""
        if not self._is_old():
            try:
                await self._exchange.show(outcome.cards, otherwise=False)
            except SEND_FAILURES as error:
                self._log.info("result_not_shown", cause=repr(error))
            else:
                return
        await self._post(outcome.summary)

    async def post_if_old(self, sentence: str) -> None:
        """Say something in the channel if the interaction is too old to be answered."""
        if self._is_old():
            await self._post(sentence)

    async def _keep_showing(self) -> None:
        shown: Card | None = None
        try:
            while not self._is_old():
                card = await self._render()
                if card != shown:
                    await self._exchange.update(card)
                    shown = card
                await asyncio.sleep(self._config.progress_interval)
        except SEND_FAILURES as error:
            # The work goes on without an audience.
            self._log.info("progress_not_shown", cause=repr(error))

    async def _render(self) -> Card:
        if self._is_job and self.job_id is None:
            self.job_id = await self._find_id()
        pace = self._meter.measure()
        return render_job(
            self.title,
            self._latest,
            job_id=self.job_id,
            rate=pace.rate if pace else None,
            seconds_left=pace.seconds_left if pace else None,
        )

    async def _find_id(self) -> str | None:
        """The job's id, once it is on record: the newest of this person that is not over."""
        try:
            jobs = await self._service.jobs(self._exchange.library, _JOBS_LOOKED_AT)
        except FootnoteIndexError:
            return None
        mine = (j.id for j in jobs if not j.state.is_over and j.actor == self._exchange.actor)
        return next(mine, None)

    async def _post(self, sentence: str) -> None:
        channel = self._exchange.interaction.channel
        if not isinstance(channel, discord.abc.Messageable):
            return
        try:
            # Counts only: the channel may have readers that the result was not meant for.
            await channel.send(sentence, allowed_mentions=NO_MENTIONS)
        except SEND_FAILURES as error:
            self._log.info("summary_not_posted", cause=repr(error))

    def _is_old(self) -> bool:
        return time.monotonic() >= self._deadline
