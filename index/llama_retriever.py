"""A library as a LlamaIndex retriever, for query engines and postprocessors made with it.

Importing this takes as long as llama-index does; nothing of our own imports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from index.models import Passage, SearchResult

# What a language model, or a reranker, should not read as part of the text.
_FOR_PROGRAMS = [
    "article_id",
    "version_id",
    "url",
    "start",
    "end",
    "authors",
    "publisher",
    "superseded_by",
]


class Searched(Protocol):
    """What is searched: a ``Library``, one of its editions, or anything that finds passages."""

    async def search(self, question: str, *, limit: int, today: date | None = None) -> SearchResult:
        """Passages for a question, best first."""
        ...


class FootnoteRetriever(BaseRetriever):
    """Gives the passages of a library as nodes, best first.

    Takes nothing from LlamaIndex' ``Settings``. ``retrieve`` starts an event loop of its own;
    where one is running, ``aretrieve`` must be used.

    Args:
        library: What is searched.
        limit: How many passages are wanted.
        today: Tells the day from which "last week" is counted; None: the day it is.
    """

    def __init__(
        self,
        library: Searched,
        *,
        limit: int = 10,
        today: Callable[[], date] | None = None,
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._library = library
        self._limit = limit
        self._today = today

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        today = self._today() if self._today is not None else None
        found = await self._library.search(query_bundle.query_str, limit=self._limit, today=today)
        return [NodeWithScore(node=to_node(p), score=p.score) for p in found.passages]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self._aretrieve(query_bundle))
        raise RuntimeError(
            "An event loop is running here, and retrieve() would block it. "
            "Await aretrieve() instead, or a query engine's aquery()."
        )


def to_node(passage: Passage) -> TextNode:
    """A passage as a node: its text letter for letter, and where that stands.

    ``start_char_idx`` and ``end_char_idx`` count code points in the text of the version that
    ``metadata["version_id"]`` names; ``ref_doc_id`` is the article's id.
    """
    known = {
        "article_id": passage.article_id,
        "version_id": passage.version_id,
        "title": passage.title,
        "heading": passage.heading,
        "published_at": passage.published_at,
        "url": passage.url,
        "authors": list(passage.authors),
        "publisher": passage.publisher,
        "superseded_by": passage.superseded_by,
        "start": passage.start,
        "end": passage.end,
    }
    return TextNode(
        id_=passage.chunk_id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={name: value for name, value in known.items() if value not in (None, "", [])},
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
        excluded_embed_metadata_keys=_FOR_PROGRAMS,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.article_id)},
    )
