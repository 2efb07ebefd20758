"""What the doctor says of the vector index."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks import State
from bot.doctor_vectors import check_vectors
from bot.settings import Settings
from tests.fakes.chroma_server import ChromaServer, find_free_port

_KEY = "a-canary-of-a-chroma-key"


def settings_for(folder: Path, **more: str) -> Settings:
    return Settings(_env_file=None, data=folder, **more)  # type: ignore[arg-type]


async def test_an_embedded_index_needs_no_server(tmp_path: Path) -> None:
    check = await check_vectors(settings_for(tmp_path))

    assert check.state is State.OK
    assert str(tmp_path / "chroma") in check.message


async def test_a_server_that_answers_is_named_with_its_version(tmp_path: Path) -> None:
    server = ChromaServer.make(tmp_path / "server")
    try:
        check = await check_vectors(settings_for(tmp_path, chroma=server.url, chroma_key=_KEY))
    finally:
        server.stop()

    assert check.state is State.OK
    assert server.url in check.message
    assert "version" in check.message


async def test_a_server_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{find_free_port()}"

    check = await check_vectors(settings_for(tmp_path, chroma=url, chroma_key=_KEY))

    assert check.state is State.FAIL
    assert "ConnectError" in check.message
    assert "FOOTNOTE_CHROMA" in check.todo
    assert _KEY not in f"{check}"


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
async def test_a_key_that_cannot_be_one_is_told(tmp_path: Path, key: str) -> None:
    check = await check_vectors(settings_for(tmp_path, chroma="cloud", chroma_key=key))

    assert check.state is State.FAIL
    assert key not in f"{check}"
