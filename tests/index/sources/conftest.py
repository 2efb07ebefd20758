from collections.abc import AsyncIterator

import pytest

from index.reading import Reader
from index.sources.fetching import Fetcher
from tests.fakes.website import Visits, Website, open_fetcher, serve_website


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader()
    yield reader
    await reader.close()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """Reaches public addresses only, so nothing at all in a test."""
    fetcher = Fetcher(user_agent="Footnote test")
    yield fetcher
    await fetcher.close()


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with serve_website() as site:
        yield site


@pytest.fixture
async def visits(site: Website, reader: Reader) -> AsyncIterator[Visits]:
    async with open_fetcher(site) as fetcher:
        yield Visits(site, reader, fetcher)
