"""How alike a question and sentences are in meaning, remembering the sentences' vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.models import Evidence
from bot.answering.ports import SentenceEncoder

Vector = NDArray[np.float32]


class SentenceLikeness:
    """Cosines between questions and sentences; a text is encoded once while remembered.

    Both methods raise ``EmbeddingError`` when the encoder fails.
    """

    def __init__(self, encoder: SentenceEncoder, *, remembered: int = 5_000) -> None:
        self._encoder = encoder
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    async def in_context(self, query: Vector, evidence: Sequence[Evidence]) -> list[float]:
        """The cosine with each sentence behind its title, which says what "it" and "they" are."""
        return await self._cosines(query, [f"{e.passage.title}: {e.text}" for e in evidence])

    async def alone(self, query: Vector, evidence: Evidence) -> float:
        """The cosine with a sentence by itself: a title about something else can drown it."""
        (cosine,) = await self._cosines(query, [evidence.text])
        return cosine

    async def _cosines(self, query: Vector, texts: Sequence[str]) -> list[float]:
        # Taken out before the encoder is awaited: another question may push them out meanwhile.
        vectors = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            made = await self._encoder.embed(new)
            # Copies: a row of a matrix would keep the whole matrix alive for as long as itself.
            vectors.update((text, row.copy()) for text, row in zip(new, made, strict=True))
        self._remember(vectors)
        return [float(np.dot(vectors[text], query)) for text in texts]

    def _remember(self, vectors: dict[str, Vector]) -> None:
        for text, vector in vectors.items():
            self._vectors[text] = vector
            self._vectors.move_to_end(text)
        while len(self._vectors) > self._remembered:
            self._vectors.popitem(last=False)
