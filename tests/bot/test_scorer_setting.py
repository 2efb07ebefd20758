"""The sentence scorer reaches the composer, unless the operator switched it off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot import wiring_answers
from bot.answering.compose import ExtractiveComposer
from bot.settings import Settings, load_settings
from bot.wiring import open_service
from index.sentence_scorer import SentenceScorer


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, clean_environment: None) -> list[Any]:
    """The scorers that composers were made with."""
    scorers: list[Any] = []

    class Recorder(ExtractiveComposer):
        def __init__(self, *args: Any, **named: Any) -> None:
            scorers.append(named.get("scorer"))
            super().__init__(*args, **named)

    monkeypatch.setattr(wiring_answers, "ExtractiveComposer", Recorder)
    return scorers


async def test_the_composer_gets_the_scorer_which_is_closed_with_the_service(
    tmp_path: Path, given: list[Any]
) -> None:
    async with open_service(Settings(data=tmp_path), on_notice=print):
        (scorer,) = given
        assert isinstance(scorer, SentenceScorer)
        assert await scorer.score("Is it late?", ["The ferry is late."]) is not None

    assert await scorer.score("Is it late?", ["The ferry is late."]) is None


async def test_no_is_no(tmp_path: Path, given: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SCORER", "no")
    settings = load_settings({"data": tmp_path}, env_file=tmp_path / "none")
    async with open_service(settings, on_notice=print):
        assert given == [None]
