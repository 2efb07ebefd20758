"""Builds from the settings what lets an operator look into a running bot.

A part of the composition root, which imports it when the bot is run. Where nothing is to be
listened on or sent, the observer still writes the log.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from bot import __version__
from bot.errors import CommandError
from bot.observing.catalog import BUILD, LOG_LINES, NO_FIGURES, Figures
from bot.observing.observer import Observer
from bot.observing.readiness import STARTING, STOPPING, Readiness
from bot.observing.tracing import NO_TRACER, Tracer
from bot.observing.watchdog import Watchdog
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.client import FootnoteBot
    from index.database import Database

_LOAD_SECONDS, _STORES_SECONDS, _TOTALS_SECONDS = 1.0, 5.0, 300.0


@dataclass(frozen=True, slots=True)
class Observing:
    """What observes one run of the bot."""

    observer: Observer
    figures: Figures
    readiness: Readiness
    watchdog: Watchdog

    @asynccontextmanager
    async def watching(
        self,
        settings: Settings,
        bot: FootnoteBot,
        database: Database,
        vectors_are_well: Callable[[], bool] = lambda: True,
    ) -> AsyncIterator[None]:
        """Watch a bot that is about to log in, and the stores, inside of the context."""
        from bot.observing.discord_figures import DiscordFigures  # noqa: PLC0415 - discord.py
        from bot.observing.sampling import Sampler, repeat  # noqa: PLC0415

        discord_figures = DiscordFigures(self.figures)
        discord_figures.attach(bot)
        sampler = Sampler(
            self.figures,
            self.readiness,
            database=database,
            folder=settings.data,
            vectors_are_well=vectors_are_well,
        )

        async def look_at_load() -> None:
            sampler.note_load(in_flight=bot.intake.in_flight, waiting=bot.intake.waiting)
            sampler.note_gateway(connected=discord_figures.sample(bot))

        await sampler.look_at_stores()
        await look_at_load()
        self.readiness.note(STARTING, wrong=False)
        tasks = [
            asyncio.create_task(repeat(look_at_load, _LOAD_SECONDS)),
            asyncio.create_task(repeat(sampler.look_at_stores, _STORES_SECONDS)),
            asyncio.create_task(repeat(sampler.count, _TOTALS_SECONDS)),
        ]
        try:
            async with self.watchdog.watching():
                yield
        finally:
            self.readiness.note(STOPPING, wrong=True)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def observing(settings: Settings) -> AsyncIterator[Observing]:
    """What the settings ask for, listening from now on.

    Raises:
        CommandError: the address cannot be listened on, or the extra ``traces`` is missing.
    """
    async with AsyncExitStack() as stack:
        figures = stack.enter_context(_listening(settings))
        tracer = await stack.enter_async_context(_tracing(settings, figures.figures))
        yield Observing(
            Observer(figures.figures, tracer),
            figures.figures,
            figures.readiness,
            figures.watchdog,
        )


@dataclass(frozen=True, slots=True)
class _Listening:
    figures: Figures
    readiness: Readiness
    watchdog: Watchdog


@contextmanager
def _listening(settings: Settings) -> Iterator[_Listening]:
    if settings.health_listen is None:
        readiness = Readiness()
        yield _Listening(NO_FIGURES, readiness, Watchdog(NO_FIGURES, readiness))
        return
    # A web server comes with these.
    from bot.observing.figures import PrometheusFigures  # noqa: PLC0415
    from bot.observing.health import HealthServer  # noqa: PLC0415

    figures = PrometheusFigures()
    figures.set(BUILD, 1.0, __version__, platform.python_version())
    readiness = Readiness(figures)
    watchdog = Watchdog(figures, readiness)
    address = urlsplit(f"//{settings.health_listen}")
    server = HealthServer(readiness, silence=lambda: watchdog.silence, render=figures.render)
    with ExitStack() as stack:
        port = stack.enter_context(server.serving(address.hostname or "", address.port or 0))
        stack.enter_context(_counting_lines(figures))
        structlog.get_logger(__name__).info("health_listens", port=port)
        yield _Listening(figures, readiness, watchdog)


@asynccontextmanager
async def _tracing(settings: Settings, figures: Figures) -> AsyncIterator[Tracer]:
    if settings.traces is None:
        yield NO_TRACER
        return
    try:
        from bot.observing.otlp import sending_traces  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise CommandError(
            "FOOTNOTE_TRACES needs a package that is not installed. "
            'Run: pip install "footnote-bot[traces]"'
        ) from error
    async with sending_traces(settings.traces, figures=figures) as tracer:
        yield tracer


class _LineCounter(logging.Handler):
    """Counts lines of the log, ours and those of libraries."""

    def __init__(self, figures: Figures) -> None:
        super().__init__(logging.WARNING)
        self._figures = figures

    def emit(self, record: logging.LogRecord) -> None:
        self._figures.add(LOG_LINES, record.levelname.lower())


@contextmanager
def _counting_lines(figures: Figures) -> Iterator[None]:
    counter = _LineCounter(figures)
    logging.getLogger().addHandler(counter)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(counter)
