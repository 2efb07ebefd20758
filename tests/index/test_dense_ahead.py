"""The dense half begins before the library was read, and never answers for another edition."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.embeddings.base import Embedding
from pydantic import Field, PrivateAttr

from index.dense_search import DenseAhead
from index.errors import EmbeddingError, StoreError
from index.libraries import Libraries
from index.library import Library
from index.library_rows import LibraryRow
from index.models import SearchResult
from index.retrieval import Mode
from index.scope import Scope
from tests.fakes.embedding import HashedWords
from tests.fakes.libraries import Opened, article, open_libraries, read_from

QUESTION = "Which lantern burns on the mole?"


class Asked(HashedWords):
    """Remembers its questions; ``fails`` makes it refuse them, ``open`` cleared hold them up."""

    questions: list[str] = Field(default_factory=list)
    fails: bool = False
    _open: threading.Event = PrivateAttr(default_factory=threading.Event)
    _entered: threading.Event = PrivateAttr(default_factory=threading.Event)

    @property
    def gate(self) -> threading.Event:
        return self._open

    @property
    def entered(self) -> threading.Event:
        return self._entered

    def _get_query_embedding(self, query: str) -> Embedding:
        self.questions.append(query)
        self._entered.set()
        self._open.wait(10)
        if self.fails:
            raise ConnectionError("the embedding provider went away")
        return super()._get_query_embedding(query)


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Opened]:
    model = Asked()
    model.gate.set()
    async with open_libraries(tmp_path / "data", model=model) as opened:
        yield opened
        model.gate.set()


async def add(libraries: Libraries, name: str, text: str) -> Library:
    library = libraries.library("default")
    await library.add([read_from(f"/{name}", [article(name, text)])], actor="t", note="add")
    return library


def names(found: SearchResult) -> set[str]:
    return {passage.article_id for passage in found.passages}


def model_of(opened: Opened) -> Asked:
    assert isinstance(opened.model, Asked)
    return opened.model


async def test_an_article_published_since_the_last_search_is_found_by_meaning(
    libraries: Libraries,
) -> None:
    library = await add(libraries, "old", "The ferry sails at nine.")
    await library.search(QUESTION, limit=5)

    await add(libraries, "new", "A green lantern burns on the mole.")

    assert names(await library.search(QUESTION, limit=5, mode=Mode.DENSE)) == {"old", "new"}


async def test_an_article_removed_since_the_last_search_is_found_no_more(
    libraries: Libraries,
) -> None:
    await add(libraries, "old", "The ferry sails at nine.")
    library = await add(libraries, "gone", "A green lantern burns on the mole.")
    await library.search(QUESTION, limit=5)

    await library.remove(["gone"], actor="t")

    assert names(await library.search(QUESTION, limit=5, mode=Mode.DENSE)) == {"old"}


async def test_an_earlier_edition_and_a_scope_are_searched_for_themselves(
    libraries: Libraries,
) -> None:
    library = await add(libraries, "old", "The ferry sails at nine.")
    await add(libraries, "new", "A green lantern burns on the mole.")
    await library.search(QUESTION, limit=5)

    earlier = await library.search(QUESTION, limit=5, mode=Mode.DENSE, edition=1)
    within = await library.search(QUESTION, limit=5, mode=Mode.DENSE, scope=Scope("old"))
    after = await library.search(QUESTION, limit=5, mode=Mode.DENSE)

    assert names(earlier) == names(within) == {"old"}
    assert names(after) == {"old", "new"}


async def test_a_question_is_embedded_once_whether_the_library_changed_or_not(
    asked: Opened,
) -> None:
    library = await add(asked.libraries, "old", "The ferry sails at nine.")
    for name in ("a", "b"):
        await library.search(QUESTION, limit=5)
        await library.search(QUESTION, limit=5)
        await add(asked.libraries, name, f"Lantern {name} burns.")

    await library.search(QUESTION, limit=5)

    assert model_of(asked).questions == [QUESTION] * 5


async def test_no_question_is_embedded_for_words_alone_or_where_there_is_no_library(
    asked: Opened,
) -> None:
    library = await add(asked.libraries, "old", "The ferry sails at nine.")
    await library.search(QUESTION, limit=5)
    model_of(asked).questions.clear()

    await library.search("ferry", limit=5, mode=Mode.LEXICAL)
    await asked.libraries.library("nowhere").search("ferry", limit=5)

    assert model_of(asked).questions == []


async def test_where_the_embedder_fails_the_words_answer_and_the_result_says_so(
    asked: Opened,
) -> None:
    library = await add(asked.libraries, "old", "The ferry sails at nine.")
    await library.search("ferry", limit=5)
    model_of(asked).fails = True

    found = await library.search("ferry", limit=5)

    assert names(found) == {"old"}
    assert found.degraded is not None


async def test_a_search_that_is_cancelled_leaves_no_task_behind(asked: Opened) -> None:
    library = await add(asked.libraries, "old", "The ferry sails at nine.")
    await library.search("ferry", limit=5)
    before = asyncio.all_tasks()
    model_of(asked).entered.clear()
    model_of(asked).gate.clear()
    search = asyncio.create_task(library.search(QUESTION, limit=5))
    await asyncio.to_thread(model_of(asked).entered.wait, 10)

    search.cancel()
    await asyncio.wait([search])
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left, timeout=5)

    assert search.cancelled()
    assert all(task.done() for task in left)


async def test_where_the_words_cannot_be_looked_up_the_dense_half_is_stopped(
    asked: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(asked)
    library = await add(asked.libraries, "old", "The ferry sails at nine.")
    await library.search("ferry", limit=5)
    before = asyncio.all_tasks()
    model.entered.clear()
    model.gate.clear()

    def search_words(*_: object) -> None:
        model.entered.wait(10)
        raise StoreError("the disk failed")

    monkeypatch.setattr("index.retrieval.search_words", search_words)
    with pytest.raises(StoreError):
        await library.search(QUESTION, limit=5)
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left, timeout=5)

    assert all(task.done() for task in left)


async def test_a_search_that_was_begun_and_left_fails_in_silence() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def fail() -> Any:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise EmbeddingError("its time ran out just then") from None

    library = LibraryRow(1, "default", 1, None, "library-1-1")
    ahead = DenseAhead(library, asyncio.create_task(fail()), asyncio.create_task(fail()))
    await asyncio.sleep(0)

    ahead.leave()
    await asyncio.wait([ahead.query, ahead.near])
    del ahead
    gc.collect()

    assert told == []
