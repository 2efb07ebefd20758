"""How alike a question and sentences are in meaning, remembering the sentences' vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.models import Evidence
from bot.answering.ports import SentenceEncoder

_REMEMBERED = 5_000
_Key = tuple[str, int, int]


class SentenceLikeness:
    """Cosines between questions and sentences; each sentence is encoded once while remembered."""

    def __init__(self, encoder: SentenceEncoder, *, remembered: int = _REMEMBERED) -> None:
        self._encoder = encoder
        self._remembered = remembered
        self._vectors: OrderedDict[_Key, NDArray[np.float32]] = OrderedDict()

    async def to(self, question: str, evidence: Sequence[Evidence]) -> list[float]:
        """The cosine of the question with each sentence, in [-1, 1].

        Raises:
            EmbeddingError: the encoder failed.
        """
        query = await self._encoder.embed_query(question)
        await self._encode([item for item in evidence if _key(item) not in self._vectors])
        cosines = [float(np.dot(self._use(_key(item)), query)) for item in evidence]
        while len(self._vectors) > self._remembered:
            self._vectors.popitem(last=False)
        return cosines

    async def _encode(self, evidence: Sequence[Evidence]) -> None:
        if evidence:
            vectors = await self._encoder.embed([_in_context(item) for item in evidence])
            self._vectors.update(zip(map(_key, evidence), vectors, strict=True))

    def _use(self, key: _Key) -> NDArray[np.float32]:
        self._vectors.move_to_end(key)
        return self._vectors[key]


def _key(evidence: Evidence) -> _Key:
    return (evidence.passage.version_id, evidence.span.start, evidence.span.end)


def _in_context(evidence: Evidence) -> str:
    """The sentence behind its article's title, which says what "it" and "they" are."""
    return f"{evidence.passage.title}: {evidence.text}"
