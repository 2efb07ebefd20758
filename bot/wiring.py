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
from bot.heap import keep_heap_trimmed, limit_arenas, settle_heap
from bot.settings import Settings
from index.models import SyncReport

if TYPE_CHECKING:
    from bot.client import FootnoteBot
    from bot.observing.observer import Observer
    from bot.owner.ownership import Ownership
    from bot.service import FootnoteService
    from bot.services.watching import Publications
    from bot.wiring_answers import Answering
    from bot.wiring_observing import Observing
    from index.database import Database
    from index.embedding import Embedder, EmbeddingModel
    from index.indexing import WriteRate
    from index.jobs import Recovered
    from index.libraries import Libraries
    from index.word_pieces import WordPieces

USER_AGENT = f"Footnote/{__version__} (reads articles for its community's Discord bot)"


OnNotice = Callable[[str], None]


def make_embedder(
    settings: Settings,
    observer: Observer | None = None,
    *,
    word_pieces: WordPieces | None = None,
) -> Embedder:
    """The packaged embedder; the model itself is loaded when the first text comes.

    Args:
        settings: What the operator set.
        observer: Told of each text.
        word_pieces: The packaged tokenizer, if it is loaded already.
    """
    from bot.observing.observer import Observer
    from index.breaker import Breaker
    from index.embedding import Embedder, LoadedOnFirstUse
    from index.model.files import DIMENSION, FINGERPRINT, LANGUAGES

    observer = observer or Observer()
    return Embedder(
        LoadedOnFirstUse(partial(_load_minilm, word_pieces)),
        fingerprint=FINGERPRINT,
        dimension=DIMENSION,
        workers=settings.embed_workers,
        languages=LANGUAGES,
        # One question asks it about three times.
        breaker=Breaker(
            "embedder", title="The embedder", failures=3, on_change=observer.note_breaker
        ),
        meter=observer,
    )


def _load_minilm(word_pieces: WordPieces | None) -> EmbeddingModel:
    from index.onnx_encoder import load_encoder

    return load_encoder(word_pieces)


@dataclass(frozen=True, slots=True)
class _Open:
    """A data folder at work."""

    service: FootnoteService
    database: Database
    libraries: Libraries
    answering: Answering
    recovered: tuple[Recovered, ...]
    publications: Publications

    def vectors_are_well(self) -> bool:
        """Whether the vector index can be used."""
        return self.libraries.vectors.is_well

    async def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        await self.libraries.warm_up()
        await self.answering.warm_up()
        await asyncio.to_thread(settle_heap)


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
    settings: Settings,
    *,
    on_notice: OnNotice,
    rate: WriteRate | None = None,
    observer: Observer | None = None,
) -> AsyncIterator[_Open]:
    import stamina

    from bot.cluster import concern_of
    from bot.jobs import JobDesk
    from bot.observing.observer import Observer
    from bot.reading import SourceReading
    from bot.service import FootnoteService
    from bot.services.watching import Publications
    from bot.state.gaps import GapLog
    from bot.wiring_answers import make_answering, make_scorer
    from bot.wiring_cluster import read_shards
    from bot.wiring_store import make_store
    from bot.wiring_vectors import make_chroma
    from index.libraries import Libraries
    from index.old_rows import Retention
    from index.reading import Reader
    from index.sources.fetching import Fetcher
    from index.sources.hosts import HostBreakers
    from index.word_pieces import load_word_pieces

    # Each try after a site's bad moment would be a line on the terminal.
    stamina.instrumentation.set_on_retry_hooks([])
    observer = observer or Observer()
    async with AsyncExitStack() as stack:
        # One for the embedder, the scorer and the chunker: each more would take 12 MB.
        word_pieces = load_word_pieces()
        embedder = make_embedder(settings, observer, word_pieces=word_pieces)
        scorer = make_scorer(settings, stack, meter=observer, word_pieces=word_pieces)
        libraries = Libraries(
            settings.data,
            database=make_store(settings, on_notice=on_notice, meter=observer),
            server=make_chroma(settings),
            embedder=embedder,
            count=word_pieces.count,
            rate=rate,
            zone=ZoneInfo(settings.timezone),
            scorer=scorer,
            meter=observer,
            on_breaker=observer.note_breaker,
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
            hosts=HostBreakers(on_change=observer.note_breaker),
        )
        stack.push_async_callback(fetcher.close)
        await libraries.open(on_notice=on_notice)
        gaps = GapLog(libraries.database, retention=timedelta(days=settings.answer_retention_days))
        await gaps.open()
        jobs = JobDesk(
            libraries.database, concerns=concern_of(read_shards(settings)), observer=observer
        )
        recovered = await jobs.recover()
        stack.push_async_callback(jobs.close)
        answering = await make_answering(
            settings, embedder, scorer, libraries.database, stack, observer=observer
        )
        publications = Publications()
        service = FootnoteService(
            libraries=libraries,
            golden=answering.golden,
            reading=SourceReading(reader=reader, fetcher=fetcher, max_pages=settings.max_pages),
            jobs=jobs,
            retention=Retention(settings.keep_editions, settings.keep_days),
            gaps=gaps,
            spending=answering.model.spending if answering.model else None,
            publications=publications,
            observer=observer,
        )
        yield _Open(service, libraries.database, libraries, answering, recovered, publications)


async def run_discord(settings: Settings) -> int:
    """Run the Discord bot until a signal; its exit code.

    Raises:
        FootnoteError: the data folder is in use, or something cannot be used as it is set.
    """
    from bot.owner.folder import DataFolder
    from bot.owner.ownership import own_folder
    from bot.wiring_observing import observing

    limit_arenas()
    async with (
        own_folder(DataFolder(settings.data), "footnote run") as ownership,
        # From here on it can be seen that it starts: what follows takes seconds.
        observing(settings) as seen,
    ):
        return await _run_discord(settings, ownership, seen)


async def _run_discord(settings: Settings, ownership: Ownership, seen: Observing) -> int:
    import discord
    import discord.http
    import structlog

    from bot.client import FootnoteBot
    from bot.cluster import concern_of
    from bot.cogs.ports import BotConfig
    from bot.resuming import resume_jobs
    from bot.run import run_bot
    from bot.scheduler import Scheduler
    from bot.state.stores import Stores
    from bot.wiring_answers import answer_seconds
    from bot.wiring_cluster import is_shared, make_edition_watch, make_turns, read_shards
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
        _open_folder(
            settings,
            on_notice=lambda notice: log.warning("mended", notice=notice),
            rate=GENTLE,
            observer=seen.observer,
        ) as opened,
        ownership.serving(opened.service, finish_seconds=10.0),
    ):
        await opened.warm_up()
        stores = Stores(opened.database, is_shared=is_shared(settings))
        await stores.open()
        service = opened.service.without_waiting()
        shards = read_shards(settings)
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
            shards=shards,
            turns=make_turns(opened.database),
            asks_for_gateway=settings.discord_api is not None,
            observer=seen.observer,
        )
        editions = make_edition_watch(settings, opened.database, opened.publications)
        scheduler = Scheduler(
            opened.database,
            sync=partial(_sync_by_schedule, opened.service, bot),
            report=bot.poster.post_report,
            takes=concern_of(shards),
            zone=ZoneInfo(settings.timezone),
        )
        async with (
            _reader_beside(settings, opened.database),
            seen.watching(settings, bot, opened.database, opened.vectors_are_well),
            _beside(
                scheduler.run(),
                resume_jobs(opened.recovered, opened.service, bot.poster),
                keep_heap_trimmed(),
                *([editions.run()] if editions is not None else []),
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
