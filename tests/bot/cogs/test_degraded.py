"""What still works when a part is away, and that the answer names it: Discord, terminal, JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import simcord
from structlog.testing import capture_logs

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.models import Question
from bot.cli import main
from bot.client import FootnoteBot
from bot.service import FootnoteService
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from index.errors import StoreError, VectorStoreError
from index.onnx_encoder import OnnxSentenceEncoder
from index.sqlite_database import SqliteDatabase
from index.vector_store import VectorStore
from tests.fakes.discord_articles import ARTICLES, WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_world import text_of
from tests.fakes.model_server import WIRES, ModelServer, fails, serve_model

FROM_ARTICLES = "This answer is put together from the articles' own sentences."
ONLY_WORDS = "Only words were compared, not meanings, so I may have missed something."


class Town:
    """A server with a library of its own, and somebody who asks."""

    def __init__(self, env: simcord.Env, service: FootnoteService) -> None:
        self.env = env
        self.service = service
        self.guild = env.create_guild("Ostmere")
        self.library = f"discord-{self.guild.id}"
        self.channel = self.guild.create_text_channel("news")
        self.asker = self.guild.add_member(env.create_user("ann"))

    async def ask(self) -> str:
        result = await self.asker.slash(self.channel, "ask", question=WALL_QUESTION)
        return text_of(result.response)


Open = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture
def open_town(stores: Stores, tmp_path: Path) -> Open:
    @asynccontextmanager
    async def opened(**given: Any) -> AsyncIterator[Town]:
        settings = Settings(data=tmp_path / "data", **given)
        settings.data.mkdir(exist_ok=True)
        articles = tmp_path / "articles"
        articles.mkdir(exist_ok=True)
        for name, text in ARTICLES.items():
            articles.joinpath(name).write_text(text, encoding="utf-8")
        async with open_service(settings, on_notice=lambda _: None) as service:
            env = simcord.Env(FootnoteBot(service=service, stores=stores), settle_timeout=60.0)
            await env.start()
            town = Town(env, service)
            for library in (town.library, "default"):
                await service.add(library, [str(articles)], actor="t")
            yield town
            await env.shutdown()

    return opened


@pytest.fixture
async def failing_model() -> AsyncIterator[ModelServer]:
    async with serve_model(WIRES[0]) as server:
        server.will(fails(500))
        yield server


def with_model(server: ModelServer) -> dict[str, Any]:
    return {
        "llm": server.wire.kind,
        "llm_model": "m",
        "llm_url": server.url,
        "llm_key": "none",
        "llm_first_timeout": 5.0,
    }


async def test_without_its_language_model_the_articles_own_sentences_answer_and_say_so(
    open_town: Open, failing_model: ModelServer
) -> None:
    async with open_town(**with_model(failing_model)) as town:
        said = await town.ask()

    assert WALL_TITLE in said
    assert f"-# {ModelUnavailable(kind=Outage.DOWN).why} {FROM_ARTICLES}" in said


async def test_a_model_that_keeps_failing_is_not_even_asked_by_the_next_question(
    open_town: Open, failing_model: ModelServer
) -> None:
    async with open_town(**with_model(failing_model)) as town:
        for _ in range(5):
            await town.service.ask(town.library, Question(WALL_QUESTION, "q"))
        asked = len(failing_model.seen)

        said = await town.ask()

        assert len(failing_model.seen) == asked
        assert WALL_TITLE in said
        assert FROM_ARTICLES in said


async def test_without_the_embedder_words_alone_find_the_answer_and_it_says_so_once(
    open_town: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_town() as town:
        assert ONLY_WORDS not in await town.ask()

        def go_away(*_: object) -> list[float]:
            raise ConnectionError("the provider went away")

        monkeypatch.setattr(OnnxSentenceEncoder, "get_query_embedding", go_away)
        monkeypatch.setattr(OnnxSentenceEncoder, "get_text_embedding", go_away)
        with capture_logs() as logged:
            first, second, third = [await town.ask() for _ in range(3)]

    # The cause, which the members are not told.
    assert "sentences_not_compared" in [entry["event"] for entry in logged]
    for said in (first, second, third):
        assert WALL_TITLE in said
        assert said.count(ONLY_WORDS) == 1
        assert "the provider went away" not in said


async def test_without_the_vector_index_words_alone_find_the_answer_and_it_says_so(
    open_town: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise VectorStoreError("Another program (process 123) holds /srv/data/chroma.sqlite3.")

    async with open_town() as town:
        monkeypatch.setattr(VectorStore, "query", down)

        said = await town.ask()

    assert WALL_TITLE in said
    assert f"-# {ONLY_WORDS}\n" in f"{said}\n"
    assert "process" not in said
    assert "/srv" not in said


async def test_without_model_and_embedder_each_is_said_once(
    open_town: Open, failing_model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_away(*_: object) -> list[float]:
        raise ConnectionError("the provider went away")

    async with open_town(**with_model(failing_model)) as town:
        monkeypatch.setattr(OnnxSentenceEncoder, "get_query_embedding", go_away)
        monkeypatch.setattr(OnnxSentenceEncoder, "get_text_embedding", go_away)
        said = await town.ask()

    assert WALL_TITLE in said
    assert said.count(ONLY_WORDS) == said.count(FROM_ARTICLES) == 1


async def test_what_was_not_available_is_said_in_the_servers_language(
    open_town: Open, stores: Stores, failing_model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise VectorStoreError("The vector index did not answer within 10 s.")

    async with open_town(**with_model(failing_model)) as town:
        await stores.servers.change(town.guild.id, language="de")
        monkeypatch.setattr(VectorStore, "query", down)

        said = await town.ask()

    assert "Mein Sprachmodell ist gerade nicht erreichbar." in said
    assert "aus den eigenen Sätzen der Artikel zusammengestellt" in said
    assert "nur Wörter verglichen" in said
    assert "Only words" not in said


async def test_without_the_store_there_is_a_polite_line_and_no_half_answer(
    open_town: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreError("The database is locked. Try again in a moment.")

    async with open_town() as town:
        monkeypatch.setattr(SqliteDatabase, "read", down)

        said = await town.ask()
        assert "The database is locked. Try again in a moment." in said
        assert WALL_TITLE not in said
        monkeypatch.undo()
        assert WALL_TITLE in await town.ask()


async def test_the_terminal_and_the_json_name_it_too(
    open_town: Open,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with open_town():
        pass
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))

    def damaged() -> OnnxSentenceEncoder:
        raise ConnectionError("no provider")

    monkeypatch.setattr("bot.wiring._load_minilm", damaged)
    capsys.readouterr()

    assert await asyncio.to_thread(main, ["ask", WALL_QUESTION]) == 0
    plain = capsys.readouterr().err
    assert await asyncio.to_thread(main, ["ask", "--json", WALL_QUESTION]) == 0
    as_json = json.loads(capsys.readouterr().out)

    assert ONLY_WORDS in " ".join(plain.split())
    assert as_json["status"] == "answered"
    assert as_json["notice"].startswith(ONLY_WORDS)
