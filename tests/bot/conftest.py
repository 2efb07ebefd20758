"""What the tests of the command line share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from tests.fakes.catalogs import Listening, listen
from tests.fakes.command_line import Ended, Footnote, Input
from tests.fakes.service import FakeService, make_parts


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """Whatever is said in a test is in the catalogs, also what is put together as it runs."""
    it = listen(monkeypatch)
    yield it
    assert not it.unknown, "said, but in no catalog"


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours, wherever the tests run."""
    for name in list(os.environ):
        if name.upper().startswith("FOOTNOTE_") or name == "DISCORD_TOKEN":
            monkeypatch.delenv(name)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def footnote(
    service: FakeService,
    clean_environment: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Footnote:
    """Runs a command in an empty folder over the fake service."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str | None = None) -> Ended:
        with Input(tmp_path / ".stdin", stdin or "") as given, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", given)
            code = main(words, parts=make_parts(service))
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run
