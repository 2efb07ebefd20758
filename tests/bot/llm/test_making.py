from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.ports import Request
from bot.llm.connecting import Connection, ModelSettingsError
from bot.llm.making import make_model
from bot.llm.providers import PROVIDERS
from bot.settings import Settings
from bot.settings_llm import KINDS
from index.sqlite_database import SqliteDatabase
from tests.fakes.model_server import OpenAIWire, says, serve_model

OWN_CLASS = """
import threading
from llama_index.core.llms import CustomLLM, CompletionResponse, LLMMetadata

class Parrot(CustomLLM):
    words: str = "polly wants"
    threads: list = []
    @property
    def metadata(self):
        return LLMMetadata()
    def complete(self, prompt, formatted=False, **kwargs):
        return CompletionResponse(text=self.words)
    def stream_complete(self, prompt, formatted=False, **kwargs):
        self.threads.append(threading.current_thread().name)
        if "fail" in prompt:
            raise RuntimeError("no cracker")
        text = ""
        for word in self.words.split():
            text += word + " "
            yield CompletionResponse(text=text, delta=word + " ")
"""


@pytest.fixture
async def database(tmp_path: Path, clean_environment: None) -> AsyncIterator[SqliteDatabase]:
    it = SqliteDatabase(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
def own_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "parrot_llm.py").write_text(OWN_CLASS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "parrot_llm", raising=False)
    return "parrot_llm:Parrot"


async def ask(model: Any, prompt: str = "Why?") -> str:
    return "".join([text async for text in model.stream(Request(prompt, "one", 50))])


def test_each_kind_of_the_settings_has_a_provider() -> None:
    assert set(KINDS) == set(PROVIDERS)


async def test_without_the_setting_there_is_no_model(database: SqliteDatabase) -> None:
    assert await make_model(Settings(), database, zone=ZoneInfo("UTC")) is None


async def test_the_model_of_the_settings_answers_and_its_tokens_are_kept(
    database: SqliteDatabase,
) -> None:
    async with serve_model(OpenAIWire()) as server:
        server.will(says("Yes.", usage=(5, 6)))
        settings = Settings(llm="openai-like", llm_model="qwen", llm_url=server.url)
        model = await make_model(settings, database, zone=ZoneInfo("UTC"))
        assert model is not None

        assert await ask(model) == "Yes."

        await model.close()
    assert model.name == "qwen"
    assert (await model.spending.spent_today("one")).tokens == 11


async def test_a_class_of_the_operators_own_streams_without_stopping_the_event_loop(
    database: SqliteDatabase, own_class: str
) -> None:
    settings = Settings(llm=own_class, llm_options={"words": "a b c"})
    model = await make_model(settings, database, zone=ZoneInfo("UTC"))
    assert model is not None

    assert await ask(model) == "a b c "

    llm: Any = await model._connection.load()
    assert llm.threads == ["language-model"]
    assert not model.follows_schemas
    await model.close()


async def test_an_error_of_the_operators_class_is_an_outage(
    database: SqliteDatabase, own_class: str
) -> None:
    model = await make_model(Settings(llm=own_class), database, zone=ZoneInfo("UTC"))

    with pytest.raises(ModelUnavailable) as caught:
        await ask(model, "fail")

    assert caught.value.kind is Outage.DOWN
    assert "no cracker" in str(caught.value)


async def test_a_thread_whose_reader_left_ends(database: SqliteDatabase, own_class: str) -> None:
    settings = Settings(llm=own_class, llm_options={"words": "a " * 10_000})
    model = await make_model(settings, database, zone=ZoneInfo("UTC"))
    assert model is not None
    stream: Any = model.stream(Request("Why?", "one", 50))
    assert await anext(stream) == "a "

    await stream.aclose()

    async with asyncio.timeout(20):
        while any(one.name == "language-model" for one in threading.enumerate()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_library_that_is_missing_says_what_to_install(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> None:
            if name.startswith("llama_index.llms.ollama"):
                raise ModuleNotFoundError(name)

    monkeypatch.setattr(sys, "meta_path", [Nothing, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "llama_index.llms.ollama", raising=False)

    with pytest.raises(ModelSettingsError, match=r'pip install "footnote-bot\[ollama\]"'):
        await make_model(Settings(llm="ollama", llm_model="m"), database, zone=ZoneInfo("UTC"))


async def test_arguments_that_a_class_does_not_take_are_refused_without_the_key(
    database: SqliteDatabase,
) -> None:
    settings = Settings(
        llm="anthropic",
        llm_model="m",
        llm_key="sk-very-secret",
        llm_options={"temperature": "sk-very-secret"},
    )
    connection = Connection(settings)

    with pytest.raises(ModelSettingsError) as caught:
        await connection.load()

    assert "FOOTNOTE_LLM=anthropic cannot be used" in str(caught.value)
    assert "sk-very-secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", ["os:system", "os:PathLike", "os:nothing", "parrot_llm:Nothing"])
async def test_what_is_no_language_model_is_refused_at_once(
    database: SqliteDatabase, own_class: str, kind: str
) -> None:
    with pytest.raises(ModelSettingsError, match="must name a language model of LlamaIndex"):
        await make_model(Settings(llm=kind), database, zone=ZoneInfo("UTC"))


async def test_a_module_that_cannot_be_loaded_is_refused_at_once(
    database: SqliteDatabase, own_class: str, tmp_path: Path
) -> None:
    (tmp_path / "parrot_llm.py").write_text("raise ValueError('no perch')")

    with pytest.raises(ModelSettingsError, match="no perch"):
        await make_model(Settings(llm=own_class), database, zone=ZoneInfo("UTC"))
