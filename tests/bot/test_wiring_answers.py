"""What answers is built from the settings, and loaded before the first question."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ExitCode
from bot.llm.connecting import ModelSettingsError
from bot.settings import Settings
from bot.wiring import _open_folder, make_embedder, open_service
from bot.wiring_answers import answer_seconds, make_answering
from index import word_pieces
from index.model import files
from index.sentence_scorer import PairReader, SentenceScorer, load_pair_reader
from tests.fakes.stores import open_database

pytestmark = pytest.mark.usefixtures("clean_environment")
MODEL: dict[str, Any] = {
    "llm": "openai-like",
    "llm_model": "qwen",
    "llm_url": "http://127.0.0.1:9/v1",
}


async def test_a_prompt_that_cannot_be_used_ends_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("Hello, $nobody.")
    settings = Settings(data=tmp_path, llm_prompts=tmp_path, **MODEL)

    with pytest.raises(ModelSettingsError, match=r"FOOTNOTE_LLM_PROMPTS: .*nobody") as caught:
        async with open_service(settings, on_notice=print):
            pass

    assert caught.value.exit_code is ExitCode.USAGE
    assert "\n" not in str(caught.value)


async def test_warming_up_loads_the_language_model_and_the_scorer(tmp_path: Path) -> None:
    loaded: list[PairReader] = []

    def load() -> PairReader:
        loaded.append(load_pair_reader())
        return loaded[-1]

    settings = Settings(data=tmp_path, **MODEL)
    async with AsyncExitStack() as stack:
        embedder, scorer = make_embedder(settings), SentenceScorer(load)
        database = open_database(tmp_path / "footnote.db")
        for one in (embedder, scorer, database):
            stack.push_async_callback(one.close)
        answering = await make_answering(settings, embedder, scorer, database, stack)
        assert answering.model is not None
        assert answering.model._connection._llm is None

        await answering.warm_up()

        assert answering.model._connection._llm is not None
        assert len(loaded) == 1


async def test_embedder_scorer_and_chunker_share_one_tokenizer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def read_once_more() -> bytes:
        read.append(files.read_tokenizer())
        return read[-1]

    monkeypatch.setattr(word_pieces, "read_tokenizer", read_once_more)
    async with _open_folder(Settings(data=tmp_path), on_notice=print) as opened:
        await opened.libraries.warm_up()
        await opened.answering.warm_up()

        scorer = opened.answering.scorer
        assert scorer is not None
        assert await scorer.score("Is it late?", ["It is late."]) is not None
    assert len(read) == 1


def test_a_model_may_be_given_up_twice_before_the_answer_is() -> None:
    assert answer_seconds(Settings(llm_timeout=900)) == 120
    assert answer_seconds(Settings(llm_timeout=10, **MODEL)) == 120
    assert answer_seconds(Settings(llm_timeout=900, **MODEL)) > 2 * 900
