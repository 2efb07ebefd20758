from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.checks import State
from bot.cli import main
from bot.doctor import check_folder, check_python, check_space, check_token
from bot.doctor_online import check_discord
from bot.owner.folder import DataFolder
from bot.settings import Settings, load_settings
from index.model import files
from tests.fakes.service import FakeService, make_parts

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(
    clean_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


Doctor = Callable[..., tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture
def doctor(service: FakeService, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Runs the doctor; its exit code and the checks by name."""

    def run(*words: str, **parts: Any) -> tuple[int, dict[str, dict[str, str]]]:
        code = main(["doctor", "--json", *words], parts=replace(make_parts(service), **parts))
        result = json.loads(capsys.readouterr().out)
        assert result["ok"] == (code == 0)
        return code, {check["name"]: check for check in result["checks"]}

    return run


def test_a_fresh_folder_is_well_and_says_what_comes_next(doctor: Doctor) -> None:
    code, checks = doctor()

    assert code == 0
    assert {name: check["state"] for name, check in checks.items()} == {
        "python": "ok", "settings": "ok", "data folder": "ok", "disk": "ok", "index": "warn",
        "embedder": "ok", "sentence scorer": "ok", "language model": "ok", "prompts": "ok",
        "reader": "ok", "token": "warn", "intents": "ok", "store": "ok", "vector index": "ok",
        "health": "ok",
    }  # fmt: skip
    assert checks["index"]["todo"] == "footnote index add TARGET"
    assert not Path(".footnote").exists(), "looking changes nothing"


def test_an_index_is_verified(doctor: Doctor, service: FakeService) -> None:
    Path(".footnote").mkdir()
    _, checks = doctor()
    assert checks["owner"]["message"] == "No other process uses the data folder."
    assert checks["index default"]["message"] == "Edition 3 is whole: 2 articles, 5 chunks."

    service.problems = ("3 vectors are missing",)
    code, checks = doctor()
    assert code == 1
    assert checks["index default"]["todo"] == "footnote index rebuild --library default"


def test_who_runs_a_bot_hears_that_no_server_answers_from_a_library_of_no_server(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".footnote").mkdir()
    _, checks = doctor()
    assert checks["index default"]["todo"] == ""

    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    code, checks = doctor()

    assert code == 0
    assert "--library discord-SERVER_ID" in checks["index default"]["todo"]


def test_a_damaged_folder_that_cannot_be_opened_is_a_failure(doctor: Doctor) -> None:
    Path(".footnote").mkdir()

    def broken(settings: Settings, *, on_notice: Callable[[str], None]) -> Any:
        raise RuntimeError("broken")

    code, checks = doctor(open_service=broken)

    assert code == 1
    assert checks["index"]["state"] == "fail"


def test_a_folder_in_use_by_somebody_who_does_not_answer_is_named(doctor: Doctor) -> None:
    holder = DataFolder(Path(".footnote"))
    assert holder.try_lock()
    code, checks = doctor(patience=0.2)
    holder.release()

    assert code == 1
    assert "is in use by another process" in checks["owner"]["message"]
    assert "is in use by another process" in checks["index"]["message"]


def test_an_embedder_that_fails_is_named_with_its_cause(doctor: Doctor) -> None:
    async def broken(settings: Settings) -> int:
        raise OSError("minilm-int8.onnx is damaged")

    code, checks = doctor(try_embedder=broken)

    assert code == 1
    assert "minilm-int8.onnx is damaged" in checks["embedder"]["message"]


def test_a_scorer_that_cannot_be_loaded_is_named_and_answers_go_on(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SCORER", "absent.onnx")
    code, checks = doctor()

    assert code == 0
    assert checks["sentence scorer"]["state"] == "warn"
    assert "absent.onnx cannot be read" in checks["sentence scorer"]["message"]


def test_a_scorer_that_is_switched_off_is_said_so(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_SCORER", "no")
    _, checks = doctor()

    assert "switched off" in checks["sentence scorer"]["message"]


def test_mistakes_in_the_settings_are_failures_of_their_own(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_PASAGES", "3")
    code, checks = doctor()

    assert code == 1
    assert "did you mean FOOTNOTE_PASSAGES?" in checks["settings"]["message"]


def test_each_line_on_the_terminal_has_a_state_a_name_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor"], parts=make_parts()) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("ok    python: Python 3.")
    assert "warn  index: Nothing is indexed yet. footnote index add TARGET" in lines
    assert {line[:6].strip() for line in lines} == {"ok", "warn"}


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 10), State.FAIL), ((3, 11), State.OK), ((3, 13), State.OK), ((3, 14), State.FAIL)],
)
def test_only_tested_versions_of_python_are_well(version: tuple[int, int], state: State) -> None:
    assert check_python(version).state is state


def test_a_file_in_place_of_the_folder_or_above_it_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert check_folder(tmp_path / "file").state is State.FAIL
    assert check_folder(tmp_path / "file" / "deep").state is State.FAIL
    assert check_folder(tmp_path / "new" / "deep").state is State.OK
    assert check_space(tmp_path / "new" / "deep").state is not State.FAIL


@pytest.mark.parametrize(
    ("token", "state"),
    [(None, State.WARN), ("x", State.FAIL), ("Bot " + "x" * 60, None), (TOKEN, State.OK)],
)
def test_the_tokens_shape_is_checked_and_never_shown(
    token: str | None, state: State | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token is not None:
        monkeypatch.setenv("DISCORD_TOKEN", token)
    if state is None:
        with pytest.raises(Exception, match="without spaces"):
            load_settings()
        return
    check = check_token(load_settings())

    assert check.state is state
    assert TOKEN not in check.message + check.todo


# --- asking Discord ---------------------------------------------------------------------


class Discord:
    """Answers what a test tells it to, and remembers what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.flags = 0
        self.body: object = None
        self.seen: list[tuple[str, str]] = []
        self.seconds = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append((request.path, request.headers["Authorization"]))
        await asyncio.sleep(self.seconds)
        body = self.body or {"id": "1", "username": "notes\x1b[31m", "flags": self.flags}
        return web.json_response(body, status=self.status)


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Discord]:
    fake = Discord()
    application = web.Application()
    application.router.add_get("/{path:.*}", fake.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    monkeypatch.setenv("FOOTNOTE_DISCORD_API", f"http://127.0.0.1:{port}/api/v10")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    yield fake
    await runner.cleanup()


async def test_a_token_that_discord_knows_is_well(discord: Discord) -> None:
    known, intents = await check_discord(load_settings())

    assert known.state is State.OK
    assert "notes" in known.message
    assert "/oauth2/authorize?client_id=1&scope=bot+applications.commands&" in known.todo
    assert intents.message == "No privileged intent is on, and none is needed."
    assert discord.seen == [
        ("/api/v10/users/@me", f"Bot {TOKEN}"),
        ("/api/v10/applications/@me", f"Bot {TOKEN}"),
    ]


async def test_privileged_intents_that_are_on_are_named(discord: Discord) -> None:
    discord.flags = (1 << 19) | (1 << 14)
    _, intents = await check_discord(load_settings())

    assert intents.message == "On, though not needed: server members, message content."


@pytest.mark.parametrize(
    ("flags", "state", "says"),
    [
        (1 << 19, State.OK, "is on, as it is set"),
        (0, State.FAIL, "it is off"),
        ((1 << 18) | (1 << 14), State.OK, "not needed: server members."),
    ],
)
async def test_the_intent_that_is_asked_for_has_to_be_on(
    discord: Discord, monkeypatch: pytest.MonkeyPatch, flags: int, state: State, says: str
) -> None:
    monkeypatch.setenv("FOOTNOTE_MESSAGE_CONTENT", "yes")
    discord.flags = flags
    _, intents = await check_discord(load_settings())

    assert intents.state is state
    assert says in intents.message


@pytest.mark.parametrize(
    ("status", "state", "says"),
    [
        (401, State.FAIL, "Discord refuses the token."),
        (500, State.WARN, "Discord answers with status 500."),
        (429, State.WARN, "Discord answers with status 429."),
    ],
)
async def test_a_refusal_of_discord_says_what_to_do(
    discord: Discord, status: int, state: State, says: str
) -> None:
    discord.status = status
    (check,) = await check_discord(load_settings())

    assert (check.state, check.message) == (state, says)
    assert check.todo


@pytest.mark.parametrize("body", ["a text", [1]])
async def test_nonsense_from_discord_is_no_crash(discord: Discord, body: object) -> None:
    discord.body = body
    (check,) = await check_discord(load_settings())

    assert check.state is State.WARN


async def test_a_network_that_is_down_is_a_warning(
    discord: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DISCORD_API", "http://127.0.0.1:1")
    (check,) = await check_discord(load_settings())

    assert check.state is State.WARN
    assert "cannot be reached" in check.message


async def test_a_discord_that_is_silent_is_not_waited_for_for_ever(discord: Discord) -> None:
    discord.seconds = 1.0
    (check,) = await check_discord(load_settings(), seconds=0.2)

    assert "cannot be reached (ReadTimeout)" in check.message


async def test_online_without_a_token_asks_nobody(doctor: Doctor) -> None:
    code, checks = await asyncio.to_thread(doctor, "--online")

    assert code == 0
    assert "discord" not in checks
