"""A model over a real integration, a real database and a server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.answering.ports import Request
from bot.llm.connecting import Connection
from bot.llm.model import Limits, LlamaIndexModel
from bot.llm.turns import Turns
from bot.settings import Settings
from bot.state.spending import SpendingLog
from index.breaker import Breaker
from index.sqlite_database import SqliteDatabase
from tests.fakes.model_server import WIRES, ModelServer, Wire, serve_model

KEY = "sk-very-secret-0815"
MakeModel = Callable[..., LlamaIndexModel]


@dataclass
class Asking:
    """Collects what a model streams."""

    model: LlamaIndexModel
    connection: Connection
    texts: list[str] = field(default_factory=list)

    async def ask(self, prompt: str = "Why?", **more: Any) -> str:
        self.texts.clear()
        given = {"account": "one", "max_tokens": 50, **more}
        async for text in self.model.stream(Request(prompt=prompt, **given)):
            self.texts.append(text)
        return "".join(self.texts)


@pytest.fixture(params=WIRES, ids=[wire.kind for wire in WIRES])
def wire(request: pytest.FixtureRequest) -> Wire:
    """Each wire format in turn."""
    chosen: Wire = request.param
    return chosen


@pytest.fixture
async def server(wire: Wire) -> AsyncIterator[ModelServer]:
    async with serve_model(wire) as it:
        yield it


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    it = SqliteDatabase(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def make(
    clean_environment: None, database: SqliteDatabase
) -> AsyncIterator[Callable[..., Asking]]:
    """Makes a model for a server. What is not given has generous limits."""
    made: list[LlamaIndexModel] = []

    def build(
        server: ModelServer,
        *,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
        spending: SpendingLog | None = None,
        turns: Turns | None = None,
        connection: Connection | None = None,
        **settings: Any,
    ) -> Asking:
        given = {"llm": server.wire.kind, "llm_model": "m", "llm_url": server.url, "llm_key": KEY}
        connected = connection or Connection(Settings(**{**given, **settings}))
        model = LlamaIndexModel(
            connected,
            name="m",
            limits=limits or Limits(max_tokens=50, seconds=60, first_seconds=60, wait=0.01),
            turns=turns or Turns(at_once=4),
            breaker=breaker or Breaker("model", failures=1000),
            spending=spending or SpendingLog(database),
        )
        made.append(model)
        return Asking(model, connected)

    await SpendingLog(database).open()
    yield build
    for model in made:
        await model.close()
