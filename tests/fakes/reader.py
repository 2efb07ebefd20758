"""A real web reader on the loopback, over libraries that a test has opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.reader.addresses import ReaderAddresses
from bot.reader.desk import ReadingDesk
from bot.reader.html import PageWriter
from bot.reader.secret import make_secret
from bot.reader.server import ReaderLimits, ReaderServer
from bot.reader.shelf import Shelf
from index.models import Article
from tests.fakes.libraries import Opened, read_from
from tests.fakes.stores import open_database

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAYS = 30


@dataclass
class Clock:
    """A time of day that a test moves on."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_days(self, days: float) -> None:
        self.at += timedelta(days=days)


@dataclass
class Reader:
    """A reader at work on the loopback, over a data folder that ``opened`` owns."""

    opened: Opened
    clock: Clock
    secret: bytes
    base: str = ""
    http: aiohttp.ClientSession = field(init=False)

    async def publish(self, *articles: Article, library: str = "paper") -> None:
        """Let the library hold exactly these, beside what other sources gave."""
        await self.opened.libraries.library(library).add(
            [read_from("/articles", articles)], actor="test", note="add"
        )

    def link(self, article: Article, quote: str = "", *, library: str = "paper") -> str:
        """The signed link to a quote, as an answer carries it."""
        start = article.text.index(quote)
        addresses = ReaderAddresses(self.base, self.secret, DAYS, self.clock)
        return addresses.link(library, article.version_id, start, start + len(quote))

    async def get(self, url: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page."""
        async with self.http.get(url, headers=headers) as response:
            return response.status, await response.text()


@asynccontextmanager
async def serve_reader(
    opened: Opened,
    *,
    limits: ReaderLimits | None = None,
    prefix: str = "",
    shelf: Shelf | None = None,
) -> AsyncIterator[Reader]:
    """Serve what is stored, or what another shelf has."""
    clock = Clock()
    reader = Reader(opened, clock, await make_secret(opened.libraries.database))
    shelf = shelf or Shelf(open_database(opened.folder / "footnote.db"))
    try:
        await shelf.check()
        desk = ReadingDesk(shelf, PageWriter(), now=clock)
        server = ReaderServer(desk, limits=limits, prefix=prefix)
        async with server.serving("127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
            reader.base = f"http://127.0.0.1:{port}"
            reader.http = http
            yield reader
    finally:
        await shelf.close()
