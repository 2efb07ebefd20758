"""Builds the web reader from the settings.

A part of the composition root, which imports it when the reader is wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.reader.addresses import ReaderAddresses
from bot.reader.secret import make_secret
from bot.settings import Settings
from bot.signals import signals_set
from index.errors import StoreError
from index.language import detect_language

if TYPE_CHECKING:
    from index.database import Database

_SAMPLE = "Any text will do, as long as it has enough letters to tell which language it is in."


def _now() -> datetime:
    return datetime.now(UTC)


async def make_addresses(settings: Settings, database: Database) -> ReaderAddresses | None:
    """What makes links into the reader; None where it has no public address.

    Only the data folder's owner may call this: the first time, a secret is made.

    Raises:
        StoreError: the database cannot be written.
    """
    if settings.reader_url is None:
        return None
    secret = await make_secret(database)
    return ReaderAddresses(settings.reader_url, secret, settings.reader_days, _now)


@asynccontextmanager
async def serving_reader(
    settings: Settings, *, host: str | None = None, port: int | None = None
) -> AsyncIterator[str]:
    """The reader over the data folder of the settings, which anybody may own; gives its address.

    Raises:
        StoreError: nothing is stored there, or by another version of the program.
        CommandError: the address cannot be listened on.
    """
    # A web server and templates come with these; who only makes links waits for neither.
    from bot.reader.desk import ReadingDesk  # noqa: PLC0415
    from bot.reader.html import PageWriter  # noqa: PLC0415
    from bot.reader.server import ReaderServer  # noqa: PLC0415
    from bot.reader.shelf import Shelf  # noqa: PLC0415
    from bot.wiring_store import find_store  # noqa: PLC0415

    # Connections of its own: many readers never keep a question waiting.
    database = find_store(settings, readers=2, read_timeout=10.0)
    if database is None:
        raise StoreError(
            f"Nothing is indexed in {settings.data.absolute()} yet. Add articles first: "
            "footnote index add TARGET"
        )
    shelf = Shelf(database)
    try:
        await shelf.check()
        desk = ReadingDesk(shelf, PageWriter(), now=_now)
        server = ReaderServer(desk, prefix=urlsplit(settings.reader_url or "").path)
        host = host or settings.reader_host
        async with server.serving(host, port or settings.reader_port) as at:
            # The first page need not wait for the model that tells languages apart.
            warming = asyncio.create_task(asyncio.to_thread(detect_language, _SAMPLE))
            try:
                yield f"http://{f'[{host}]' if ':' in host else host}:{at}/"
            finally:
                await asyncio.gather(warming, return_exceptions=True)
    finally:
        await shelf.close()


async def run_until_signal(
    settings: Settings, *, host: str | None, port: int | None, on_notice: Callable[[str], None]
) -> int:
    """Serve the reader until SIGINT or SIGTERM; the exit code."""
    stop = asyncio.Event()
    with signals_set(stop):
        async with serving_reader(settings, host=host, port=port) as address:
            public = f" for {settings.reader_url}" if settings.reader_url else ""
            on_notice(f"Articles can be read at {address}{public}. Ctrl+C ends it.")
            await stop.wait()
    return 0
