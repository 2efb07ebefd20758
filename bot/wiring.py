"""The composition root: the one place that builds objects from settings.

Heavy libraries are imported here, inside the functions, so that a command that
does not need them does not wait for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot import __version__
from bot.settings import Settings
from index.models import SyncReport

if TYPE_CHECKING:
    from bot.client import FootnoteBot
    from bot.service import FootnoteService
    from bot.wiring_answers import Answering
    from index.database import Database
    from index.embedding import Embedder, EmbeddingModel
    from index.indexing import WriteRate
    from index.jobs import Recovered
    from index.libraries import Libraries

USER_AGENT = f"Footnote/{__version__} (reads articles for its community's Discord bot)"


OnNotice = Callable[[str], None]


def make_embedder(settings: Settings) -> Embedder:
    """The packaged embedder; the model itself is loaded when the first text comes."""
    from index.embedding import Embedder, LoadedOnFirstUse
    from index.model.files import DIMENSION, FINGERPRINT, LANGUAGES

    return Embedder(
        LoadedOnFirstUse(_load_minilm),
        fingerprint=FINGERPRINT,
        dimension=DIMENSION,
        workers=settings.embed_workers,
        languages=LANGUAGES,
    )


def _load_minilm() -> EmbeddingModel:
    from index.minilm import load_minilm

    return load_minilm()


@dataclass(frozen=True, slots=True)
class _Open:
    """A data folder at work."""

    service: FootnoteService
    database: Database
    libraries: Libraries
    answering: Answering
    recovered: tuple[Recovered, ...]

    async def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        await self.libraries.warm_up()
        await self.answering.warm_up()


@asynccontextmanager
async def open_service(
    settings: Settings, *, on_notice: OnNotice
) -> AsyncIterator[FootnoteService]:
    """The service over the data folder of the settings, which this process must own.

    Args:
        settings: What the operator set.
        on_notice: Told, in a sentence, what was mended on the way.

    Raises:
        FootnoteIndexError: the data folder cannot be used.
        ModelSettingsError: the language model, or a prompt, cannot be used.
    """
    async with _open_folder(settings, on_notice=on_notice) as opened:
        for job in opened.recovered:
            on_notice(f"{job.job.title} ({job.job.library}) was cut off; run it again.")
        yield opened.service


@asynccontextmanager
async def open_gentle_service(
    settings: Settings, *, on_notice: OnNotice
) -> AsyncIterator[FootnoteService]:
    """The same, writing as the bot does, which answers meanwhile."""
    from index.indexing import GENTLE

    async with _open_folder(settings, on_notice=on_notice, rate=GENTLE) as opened:
        yield opened.service


@asynccontextmanager
async def _open_folder(
    settings: Settings, *, on_notice: OnNotice, rate: WriteRate | None = None
) -> AsyncIterator[_Open]:
    import stamina

    from bot.jobs import JobDesk
    from bot.reading import SourceReading
    from bot.service import FootnoteService
    from bot.state.gaps import GapLog
    from bot.wiring_answers import make_answering, make_scorer
    from index.libraries import Libraries
    from index.old_rows import Retention
    from index.reading import Reader
    from index.sources.fetching import Fetcher
    from index.word_pieces import load_word_pieces

    # Each try after a site's bad moment would be a line on the terminal.
    stamina.instrumentation.set_on_retry_hooks([])
    async with AsyncExitStack() as stack:
        embedder = make_embedder(settings)
        scorer = make_scorer(settings, stack)
        libraries = Libraries(
            settings.data,
            embedder=embedder,
            count=load_word_pieces().count,
            rate=rate,
            zone=ZoneInfo(settings.timezone),
            scorer=scorer,
        )
        stack.push_async_callback(libraries.close)
        reader = Reader()
        stack.push_async_callback(reader.close)
        fetcher = Fetcher(
            user_agent=USER_AGENT,
            timeout=settings.fetch_timeout,
            max_bytes=int(settings.fetch_max_mb * 1_000_000),
            allowed_hosts=settings.fetch_allow_hosts,
            delay=settings.fetch_delay,
            respect_robots=settings.fetch_robots,
        )
        stack.push_async_callback(fetcher.close)
        await libraries.open(on_notice=on_notice)
        gaps = GapLog(libraries.database, retention=timedelta(days=settings.answer_retention_days))
        await gaps.open()
        jobs = JobDesk(libraries.database)
        recovered = await jobs.recover()
        stack.push_async_callback(jobs.close)
        answering = await make_answering(settings, embedder, scorer, libraries.database, stack)
        service = FootnoteService(
            libraries=libraries,
            golden=answering.golden,
            reading=SourceReading(reader=reader, fetcher=fetcher, max_pages=settings.max_pages),
            jobs=jobs,
            retention=Retention(settings.keep_editions, settings.keep_days),
            gaps=gaps,
            spending=answering.model.spending if answering.model else None,
        )
        yield _Open(service, libraries.database, libraries, answering, recovered)


async def run_discord(settings: Settings) -> int:
    """Run the Discord bot until a signal; its exit code.

    Raises:
        FootnoteError: the data folder is in use, or something cannot be used as it is set.
    """
    import discord
    import discord.http
    import structlog

    from bot.client import FootnoteBot
    from bot.cogs.ports import BotConfig
    from bot.owner.folder import DataFolder
    from bot.owner.ownership import own_folder
    from bot.resuming import resume_jobs
    from bot.run import run_bot
    from bot.scheduler import Scheduler
    from bot.state.stores import Stores
    from bot.wiring_answers import answer_seconds
    from index.indexing import GENTLE

    token = settings.discord_token
    assert token is not None  # noqa: S101 - the command line asks for it first
    log = structlog.get_logger(__name__)
    # It speaks in no voice channel, and an operator need not hear about that at every start.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if settings.discord_api is not None:
        # discord.py keeps the address on a class, and this process runs one bot.
        discord.http.Route.BASE = settings.discord_api
    async with (
        own_folder(DataFolder(settings.data), "footnote run") as ownership,
        _open_folder(
            settings, on_notice=lambda notice: log.warning("mended", notice=notice), rate=GENTLE
        ) as opened,
        ownership.serving(opened.service, finish_seconds=10.0),
    ):
        await opened.warm_up()
        stores = Stores(opened.database)
        await stores.open()
        service = opened.service.without_waiting()
        bot = FootnoteBot(
            service=service,
            stores=stores,
            config=BotConfig(
                questions_limit=settings.max_questions_in_flight,
                direct_messages=settings.direct_messages,
                reads_content=settings.message_content,
                answer_retention=timedelta(days=settings.answer_retention_days),
                answer_timeout=answer_seconds(settings),
            ),
            asks_for_gateway=settings.discord_api is not None,
        )
        scheduler = Scheduler(
            opened.database,
            sync=partial(_sync_by_schedule, opened.service, bot),
            report=bot.poster.post_report,
            zone=ZoneInfo(settings.timezone),
        )
        async with (
            _reader_beside(settings, opened.database),
            _beside(
                scheduler.run(),
                resume_jobs(opened.recovered, opened.service, bot.poster),
            ),
        ):
            return await run_bot(bot, token.get_secret_value())


async def run_reader(
    settings: Settings, *, host: str | None, port: int | None, on_notice: OnNotice
) -> int:
    """Serve the web reader alone until a signal, whoever owns the data folder; its exit code.

    Raises:
        FootnoteError: its address cannot be listened on.
        FootnoteIndexError: there is nothing to read, or it cannot be read.
    """
    from bot.wiring_reader import run_until_signal

    return await run_until_signal(settings, host=host, port=port, on_notice=on_notice)


@asynccontextmanager
async def _reader_beside(settings: Settings, database: Database) -> AsyncIterator[None]:
    """The web reader beside the bot, where it has a public address."""
    if settings.reader_url is None:
        yield
        return
    import structlog

    from bot.wiring_reader import make_addresses, serving_reader

    # Its secret is there before anybody asks for a page.
    await make_addresses(settings, database)
    async with serving_reader(settings) as address:
        log = structlog.get_logger(__name__)
        log.info("the reader listens", address=address, public=settings.reader_url)
        yield


async def _sync_by_schedule(
    service: FootnoteService, bot: FootnoteBot, library: str, sources: Sequence[int]
) -> SyncReport:
    from bot.cogs.ports import guild_of
    from index.errors import JobRefused

    guild_id = guild_of(library)
    if guild_id is not None:
        await bot.wait_until_ready()
        if bot.get_guild(guild_id) is None:
            raise JobRefused("The bot is no longer in this server.")
    return await service.sync(library, actor="schedule", sources=sources)


@asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the block, and end them with it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
