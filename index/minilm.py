"""The packaged embedder, all-MiniLM-L6-v2, as a LlamaIndex embedding model."""

from __future__ import annotations

import asyncio

from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from pydantic import PrivateAttr

from index.onnx_encoder import OnnxSentenceEncoder, load_encoder
from index.word_pieces import WordPieces


class MiniLMEmbedding(BaseEmbedding):
    """English sentences to 384 numbers, on the processor, with no network.

    Questions and articles are embedded alike. The vectors have length 1.
    """

    model_name: str = "all-MiniLM-L6-v2-int8"
    _encoder: OnnxSentenceEncoder = PrivateAttr()

    def __init__(self, encoder: OnnxSentenceEncoder) -> None:
        super().__init__()
        self._encoder = encoder

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex shows."""
        return "MiniLMEmbedding"

    def _get_text_embedding(self, text: str) -> Embedding:
        vector: Embedding = self._encoder.encode(text).tolist()
        return vector

    def _get_query_embedding(self, query: str) -> Embedding:
        return self._get_text_embedding(query)

    async def _aget_text_embedding(self, text: str) -> Embedding:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return await self._aget_text_embedding(query)


def load_minilm(word_pieces: WordPieces | None = None) -> MiniLMEmbedding:
    """The packaged model, ready to embed; takes tenths of a second.

    Args:
        word_pieces: the packaged tokenizer, if it is loaded already.

    Raises:
        EmbeddingError: the package is damaged.
    """
    return MiniLMEmbedding(load_encoder(word_pieces))
