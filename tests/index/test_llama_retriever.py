"""A library used through LlamaIndex itself, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from llama_index.core import Settings
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import LongContextReorder, SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import QueryBundle, TextNode

from index.library import Library
from index.llama_retriever import FootnoteRetriever
from index.models import SearchResult
from tests.fakes.libraries import article, open_libraries, read_from

PIER = article(
    "old-pier",
    "The old pier reopened after the storm. Ferries leave from it twice a day.",
    published_at="2026-03-17",
    url="https://harbour.example/pier",
)
MARKET = article("market", "The fish market stays closed on Mondays. Herring is sold from six.")


@pytest.fixture(autouse=True)
def _settings_stay_untouched() -> Iterator[None]:
    # The query engine looks for its callbacks there by itself; no model may come from there.
    models = ("_llm", "_embed_model", "_node_parser", "_transformations")
    before = [vars(Settings)[name] for name in models]
    yield
    assert [vars(Settings)[name] for name in models] == before


async def _fill(folder: Path) -> None:
    async with open_libraries(folder) as opened:
        await _filled(opened.libraries.library("town"))


async def _filled(library: Library) -> Library:
    await library.add([read_from("/shelf", [PIER, MARKET])], actor="Ada", note="add")
    return library


async def test_passages_become_nodes_that_say_where_they_stand(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        library = await _filled(opened.libraries.library("town"))
        found = await FootnoteRetriever(library, limit=2).aretrieve("When do ferries leave?")
        passages = (await library.search("When do ferries leave?", limit=2)).passages

        text = await library.text_of(str(found[0].metadata["version_id"]))

    assert [n.node_id for n in found] == [p.chunk_id for p in passages]
    assert [n.score for n in found] == [p.score for p in passages]
    node = found[0].node
    assert isinstance(node, TextNode)
    assert node.ref_doc_id == "old-pier"
    assert text[node.start_char_idx : node.end_char_idx] == node.text
    assert node.metadata["title"] == "Old pier"
    assert node.metadata["url"] == "https://harbour.example/pier"
    assert node.metadata["published_at"] == "2026-03-17"
    assert "url" not in found[1].metadata


async def test_a_query_engine_answers_from_it(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        library = await _filled(opened.libraries.library("town"))
        engine = RetrieverQueryEngine.from_args(
            FootnoteRetriever(library),
            llm=MockLLM(),
            node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.01)],
        )
        response = await engine.aquery("When do ferries leave?")

    # The mock answers with what it was given to read.
    assert "Ferries leave from it twice a day." in str(response)
    assert "harbour.example" not in str(response)
    assert response.source_nodes[0].node.ref_doc_id == "old-pier"


async def test_postprocessors_take_its_nodes(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        library = await _filled(opened.libraries.library("town"))
        found = await FootnoteRetriever(library).aretrieve("When do ferries leave?")

    few = SimilarityPostprocessor(similarity_cutoff=found[0].score).postprocess_nodes(found)
    again = LongContextReorder().postprocess_nodes(found)

    assert [n.node_id for n in few] == [found[0].node_id]
    assert {n.node_id for n in again} == {n.node_id for n in found}


def test_outside_an_event_loop_it_retrieves_at_once(tmp_path: Path) -> None:
    # The stores are opened and closed in loops of their own, as a script would.
    asyncio.run(_fill(tmp_path))
    found = []

    class Opening:
        async def search(
            self, question: str, *, limit: int, today: date | None = None
        ) -> SearchResult:
            async with open_libraries(tmp_path) as opened:
                library = opened.libraries.library("town")
                return await library.search(question, limit=limit, today=today)

    found = FootnoteRetriever(Opening()).retrieve("When do ferries leave?")

    assert found[0].node.ref_doc_id == "old-pier"


async def test_inside_an_event_loop_it_says_what_to_do(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        retriever = FootnoteRetriever(opened.libraries.library("town"))
        with pytest.raises(RuntimeError, match=r"Await aretrieve\(\)"):
            retriever.retrieve("When do ferries leave?")


async def test_an_empty_library_gives_no_nodes(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        assert await FootnoteRetriever(opened.libraries.library("town")).aretrieve("Hello?") == []


async def test_the_limit_and_the_day_reach_the_search() -> None:
    asked: list[tuple[str, int, date | None]] = []

    class Recording:
        async def search(
            self, question: str, *, limit: int, today: date | None = None
        ) -> SearchResult:
            asked.append((question, limit, today))
            return SearchResult(1, (), {}, {})

    retriever = FootnoteRetriever(Recording(), limit=3, today=lambda: date(2026, 3, 25))
    await retriever.aretrieve(QueryBundle("What happened last week?"))

    assert asked == [("What happened last week?", 3, date(2026, 3, 25))]
