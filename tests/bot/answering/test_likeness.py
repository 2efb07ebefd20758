"""How alike a question and sentences are, and what is remembered of them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.likeness import SentenceLikeness
from bot.answering.models import Evidence
from index.models import Span
from tests.fakes.service import make_passage

DIMENSION = 8


class OneMatrix:
    """An encoder that gives back one matrix for all texts, as the packaged one does."""

    def __init__(self) -> None:
        self.made: list[weakref.ref[NDArray[np.float32]]] = []
        self.encoded: list[str] = []

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = (await self.embed([text]))[0]
        return vector

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        matrix = np.eye(DIMENSION, dtype=np.float32)[[len(text) % DIMENSION for text in texts]]
        self.made.append(weakref.ref(matrix))
        return matrix


def evidence_of(*texts: str) -> list[Evidence]:
    return [
        Evidence(f"e{n}", make_passage(title="T", text=text, end=len(text)), Span(0, len(text)))
        for n, text in enumerate(texts)
    ]


def count_alive(encoder: OneMatrix) -> int:
    gc.collect()
    return sum(matrix() is not None for matrix in encoder.made)


async def test_a_remembered_sentence_keeps_none_of_those_encoded_with_it() -> None:
    encoder = OneMatrix()
    likeness = SentenceLikeness(encoder, remembered=2)
    query = np.eye(DIMENSION, dtype=np.float32)[0]

    await likeness.in_context(query, evidence_of(*["word " * n for n in range(1, 50)]))

    assert count_alive(encoder) == 0


async def test_a_sentence_is_encoded_once_while_it_is_remembered() -> None:
    encoder = OneMatrix()
    likeness = SentenceLikeness(encoder, remembered=2)
    query = np.eye(DIMENSION, dtype=np.float32)[len("T: one") % DIMENSION]

    first = await likeness.in_context(query, evidence_of("one", "seventh"))
    again = await likeness.in_context(query, evidence_of("one", "seventh"))
    await likeness.in_context(query, evidence_of("two", "three"))
    forgotten = await likeness.in_context(query, evidence_of("one"))

    assert first == again == [1.0, 0.0]
    assert forgotten == [1.0]
    assert encoder.encoded == ["T: one", "T: seventh", "T: two", "T: three", "T: one"]
