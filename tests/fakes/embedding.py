"""A small embedding model for tests: words hashed into a unit vector. Same words, same vector."""

from __future__ import annotations

import hashlib
import re

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from pydantic import Field

DIMENSION = 64
FINGERPRINT = "hashed-words:1:64"


class HashedWords(BaseEmbedding):
    """Counts what it embedded; ``fail_after`` makes it raise, as a provider that goes away."""

    embedded: list[str] = Field(default_factory=list)
    fail_after: int | None = None

    def _get_query_embedding(self, query: str) -> Embedding:
        return self._vector(query)

    def _get_text_embedding(self, text: str) -> Embedding:
        if self.fail_after is not None and len(self.embedded) >= self.fail_after:
            raise ConnectionError("the embedding provider went away")
        self.embedded.append(text)
        return self._vector(text)

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return self._vector(query)

    def _vector(self, text: str) -> Embedding:
        vector = np.full(DIMENSION, 1e-3, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            digest = hashlib.sha256(word.encode()).digest()
            vector[digest[0] % DIMENSION] += 1.0 if digest[1] % 2 else -1.0
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit


def count_words(text: str) -> int:
    """Stands for the tokenizer's count of word pieces."""
    return len(text.split())
