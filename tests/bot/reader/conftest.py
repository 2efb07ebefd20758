"""What the tests of the reader share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.libraries import Opened
from tests.fakes.reader import Reader, serve_reader


@pytest.fixture
async def reader(opened: Opened) -> AsyncIterator[Reader]:
    """A reader over an empty data folder."""
    async with serve_reader(opened) as it:
        yield it
