"""The real bot on real SQLite in a Discord in memory; every request it makes is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import simcord
import structlog

from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig
from bot.state.stores import Stores
from index.database import Database
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE, MakeBot, World, make_world
from tests.fakes.stores import open_database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def stores(database: Database) -> Stores:
    it = Stores(database)
    await it.open()
    return it


@pytest.fixture
def service() -> ScriptedService:
    return ScriptedService()


@pytest.fixture
def config() -> BotConfig:
    return BotConfig()


@pytest.fixture
def make_bot(service: ScriptedService, stores: Stores, config: BotConfig) -> MakeBot:
    # The simulation waits for timers of up to five seconds, and lets longer ones pass at a word.
    unhurried = replace(config, answer_patience=PATIENCE, answer_interval=INTERVAL)

    def make() -> FootnoteBot:
        return FootnoteBot(service=service, stores=stores, config=unhurried)

    return make


@pytest.fixture
async def env(make_bot: MakeBot) -> AsyncIterator[simcord.Env]:
    it = simcord.Env(make_bot())
    await it.start()
    yield it
    await it.shutdown()
    if unseen := it.errors_since(it._errors_acknowledged):
        raise ExceptionGroup("the bot let errors escape", unseen)  # type: ignore[type-var]
    problems = [find_problems(r.method, r.path, r.json) for r in it.http_requests]
    assert [found for found in problems if found] == []


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def world(env: simcord.Env, service: ScriptedService, stores: Stores, make_bot: MakeBot) -> World:
    return make_world(env, service, stores, make_bot)
