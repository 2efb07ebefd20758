"""Fixtures that every test may use: real stores in a temporary folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.libraries import Libraries
from tests.fakes.libraries import Opened, open_libraries

# Machines that run tests are busy: how long an example takes proves nothing. The examples are
# the same each time, so that a failure is the change's; "explore" looks for new ones
# (python -m pytest --hypothesis-profile=explore).
_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _unhurried)
settings.register_profile("unhurried", _unhurried, derandomize=True)
settings.load_profile("unhurried")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Real SQLite and real Chroma in a folder of their own, with a small embedding model."""
    async with open_libraries(tmp_path / "data") as it:
        yield it


@pytest.fixture
def libraries(opened: Opened) -> Libraries:
    """The same, without the things only some tests look at."""
    return opened.libraries
