from collections.abc import AsyncIterator

import pytest

from index.reading import Reader
from index.sources.fetching import Fetcher


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
