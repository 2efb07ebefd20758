"""What the end-to-end tests share: an indexed library, and a loopback Discord."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.discord_articles import ARTICLES, LIBRARY
from tests.fakes.discord_bot import run_footnote
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_requests import RecordedRequest
from tests.fakes.discord_server import DiscordServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose library for our guild holds the articles; copy it, do not use it."""
    articles = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        articles.joinpath(name).write_text(text, encoding="utf-8")
    data = tmp_path_factory.mktemp("filled") / "data"
    added = await run_footnote("index", "add", str(articles), data=data, FOOTNOTE_LIBRARY=LIBRARY)
    assert added.code == 0, added.err
    return data


@pytest.fixture(scope="module")
def bot_data(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled data folder, for the tests of one file."""
    return Path(shutil.copytree(filled, tmp_path_factory.mktemp("bot") / "data"))


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """The filled data folder, for one test alone."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord_server() -> AsyncIterator[DiscordServer]:
    """A loopback Discord for one file, which at the end has nothing to complain about."""
    async with DiscordServer(check=_check) as server:
        yield server
        assert server.complaints == []


def _check(request: RecordedRequest) -> list[str]:
    return find_problems(request.method, request.path, request.body)
