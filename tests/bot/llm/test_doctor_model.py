from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.checks import Check, State
from bot.doctor_model import check_model
from bot.settings import Settings
from bot.state.spending import SpendingLog
from index.sqlite_database import SqliteDatabase
from tests.fakes.model_server import ModelServer, OpenAIWire, Wire, fails, says


@pytest.fixture
def wire() -> Wire:
    return OpenAIWire()


@pytest.fixture(autouse=True)
def _clean_environment(clean_environment: None) -> None:
    pass


def make_settings(server: ModelServer, folder: Path, **more: Any) -> Settings:
    return Settings(
        llm="openai-like",
        llm_model="qwen",
        llm_url=server.url,
        llm_key="sk-very-secret",
        data=folder,
        **more,
    )


async def by_name(settings: Settings, *, online: bool = False) -> dict[str, Check]:
    return {check.name: check for check in await check_model(settings, online=online)}


async def test_no_model_is_well() -> None:
    (check,) = await check_model(Settings(), online=True)

    assert check.state is State.OK


async def test_a_model_is_asked_for_a_word_only_online(server: ModelServer, tmp_path: Path) -> None:
    server.will(says("yes"))
    settings = make_settings(server, tmp_path)

    offline = await by_name(settings)
    assert not server.seen
    online = await by_name(settings, online=True)

    assert "--online" in offline["language model"].todo
    assert online["language model"].message == "qwen (openai-like) answers."


async def test_a_model_that_does_not_answer_says_why_without_the_key(
    server: ModelServer, tmp_path: Path
) -> None:
    server.will(fails(401, "wrong key sk-very-secret"))

    check = (await by_name(make_settings(server, tmp_path), online=True))["language model"]

    assert check.state is State.FAIL
    assert "FOOTNOTE_LLM_KEY" in check.message
    assert "sk-very" not in check.message


async def test_the_budget_shows_what_was_used_today(server: ModelServer, tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "footnote.db")
    log = SpendingLog(database)
    await log.open()
    await log.reserve("a", read=600, written=400)
    await database.close()

    left = await by_name(make_settings(server, tmp_path, llm_day_tokens=5000))
    none = await by_name(make_settings(server, tmp_path, llm_day_tokens=1000))

    assert left["budget"].message == "1,000 of 5,000 tokens are used today."
    assert none["budget"].state is State.WARN


async def test_looking_at_the_budget_changes_nothing(server: ModelServer, tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "footnote.db")
    await database.migrate("other", ("CREATE TABLE other (id INTEGER);",))

    check = (await by_name(make_settings(server, tmp_path)))["budget"]

    assert check.message == "0 tokens are used today."
    names = await database.read(
        lambda connection: [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    )
    assert "model_call" not in names
    await database.close()


async def test_settings_that_do_nothing_without_the_kind_are_named() -> None:
    (check,) = await check_model(Settings(llm_model="qwen", llm_key="sk-very-secret"), online=False)

    assert check.state is State.WARN
    assert "FOOTNOTE_LLM_MODEL, FOOTNOTE_LLM_KEY do nothing without FOOTNOTE_LLM" in check.todo
    assert "sk-very-secret" not in repr(check)


async def test_a_class_that_is_no_language_model_is_told_without_asking_it(tmp_path: Path) -> None:
    checks = await by_name(Settings(llm="os:system", data=tmp_path))

    assert checks["language model"].state is State.FAIL
    assert "system of os is not one" in checks["language model"].message
