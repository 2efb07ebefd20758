"""What a trained reader may change in the order of the first passages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arranging import Ranked, order_by_score
from index.chunk_rows import ChunkRow
from index.close_calls import CloseCalls, settle_close_calls
from index.embedding import Embedder
from index.libraries import Libraries
from index.matching import Matcher, read_words
from index.retrieval import Mode
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.libraries import article, read_from

QUESTION = "Who lit the lantern?"


class Reader:
    """Gives each text the log-odds of a known word in it, and keeps what it was asked."""

    def __init__(self, known: dict[str, float], *, says: object = ...) -> None:
        self.asked: list[list[str]] = []
        self.known = known
        self._says = says

    async def score(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        self.asked.append(list(sentences))
        if isinstance(self._says, Exception):
            raise self._says
        if self._says is not ...:
            return self._says  # type: ignore[return-value]
        return [
            next((odds for word, odds in self.known.items() if word in text), -9.0)
            for text in sentences
        ]


def candidate(row: int, score: float, text: str) -> Ranked:
    chunk = ChunkRow(
        row=row,
        chunk_id=f"c{row}",
        article_id=f"a{row}",
        version_id=f"v{row}",
        title="The port",
        url=None,
        published_at=None,
        authors=(),
        publisher=None,
        heading="",
        headings=(),
        start=100,
        end=100 + len(text),
        text=text,
        vector=np.zeros(1, np.float32),
    )
    return Ranked(chunk, score, None, None)


async def settled(
    ranked: Sequence[Ranked], reader: Reader, calls: CloseCalls | None = None
) -> list[Ranked]:
    matcher = Matcher(read_words(QUESTION, {"lit": 0.4, "lantern": 0.6}, {}))
    return await settle_close_calls(QUESTION, ranked, matcher, reader, calls or CloseCalls())


def order(ranked: Sequence[Ranked]) -> list[int]:
    return [r.chunk.row for r in order_by_score(ranked)]


FOUR = [
    candidate(0, 0.62, "A lantern was lit."),
    candidate(1, 0.60, "Ida lit it."),
    candidate(2, 0.50, "A cook sang."),
    candidate(3, 0.49, "The moon rose."),
]


async def test_the_passage_that_answers_takes_the_first_place_and_its_score() -> None:
    found = await settled(FOUR, Reader({"Ida": 8.0}))

    assert order(found) == [1, 0, 2, 3]
    assert [r.score for r in order_by_score(found)] == pytest.approx([0.62, 0.60, 0.50, 0.49])


async def test_a_clear_first_is_not_read_about() -> None:
    reader = Reader({"Ida": 8.0})
    clear = [candidate(0, 0.70, "A lantern was lit."), *FOUR[1:]]

    assert await settled(clear, reader) == clear
    assert reader.asked == []


async def test_no_more_than_the_first_four_are_read_in_two_pieces_each() -> None:
    reader = Reader({})
    many = [
        candidate(
            n,
            0.6 - n / 1000,
            f"Pier {n} froze. Someone lit lantern {n}. It was late, and the cook sang.",
        )
        for n in range(30)
    ]

    await settled(many, reader)

    (asked,) = reader.asked
    assert len(asked) == 8
    assert asked[:2] == [
        "The port: Someone lit lantern 0.",
        "The port: Pier 0 froze. Someone lit lantern 0. It was late, and the cook sang.",
    ]
    assert not any("lantern 4" in text for text in asked)


async def test_a_passage_of_one_sentence_is_read_once() -> None:
    reader = Reader({})

    await settled(FOUR, reader)

    assert reader.asked == [
        [f"The port: {r.chunk.text}" for r in FOUR],
    ]


async def test_the_better_piece_speaks_for_a_passage() -> None:
    two = [FOUR[0], candidate(1, 0.60, "Someone lit a lantern. It was Ida.")]

    assert order(await settled(two, Reader({"Ida": 8.0}))) == [1, 0]


async def test_the_reader_cannot_lift_a_passage_over_a_far_better_one() -> None:
    far = [candidate(0, 0.62, "A lantern."), candidate(1, 0.60, "Lit."), candidate(2, 0.3, "Ida.")]

    assert order(await settled(far, Reader({"Ida": 99.0}))) == [0, 1, 2]


@pytest.mark.parametrize(
    "says",
    [
        None,
        RuntimeError("the reader broke"),
        [1.0],
        [math.nan, 9.0, 0.0, 0.0],
        [0.0, math.inf, 0.0, 0.0],
        [],
    ],
)
async def test_a_reader_that_fails_changes_nothing(says: object) -> None:
    reader = Reader({}, says=says)

    assert await settled(FOUR, reader) == FOUR
    assert len(reader.asked) == 1


async def test_a_copy_of_a_passage_moves_with_it() -> None:
    copied = [*FOUR, candidate(9, 0.615, "a lantern  was lit.")]

    found = await settled(copied, Reader({"Ida": 8.0}))

    assert order(found) == [1, 0, 2, 3]


@pytest.mark.parametrize("few", [[], FOUR[:1]])
async def test_with_nothing_to_choose_between_nobody_is_asked(few: list[Ranked]) -> None:
    reader = Reader({})

    assert await settled(few, reader) == few
    assert reader.asked == []


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_the_readers_word_adds_from_nothing_to_its_weight_and_never_less_for_more(
    one: float, other: float
) -> None:
    calls = CloseCalls()
    low, high = sorted((one, other))

    assert 0 <= calls.lift(low) <= calls.lift(high) <= calls.weight
    assert calls.lift(calls.middle) == pytest.approx(calls.weight / 2)
    assert calls.lift(calls.middle + calls.slope) == pytest.approx(calls.weight * 0.75)


async def test_a_library_asks_its_scorer_in_the_full_search_only(tmp_path: Path) -> None:
    reader = Reader({"Ida": 20.0})
    embedder = Embedder(HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION)
    libraries = Libraries(tmp_path, embedder=embedder, count=count_words, scorer=reader)
    await libraries.open(on_notice=print)
    try:
        library = libraries.library("default")
        stories = [article("a", "Ida lit the lantern."), article("b", "Ada lit the lantern.")]
        await library.add([read_from("/paper", stories)], actor="t", note="add")
        for mode in (Mode.LEXICAL, Mode.DENSE):
            await library.search(QUESTION, limit=2, mode=mode)
        assert reader.asked == []

        with_ida = await library.search(QUESTION, limit=2)
        reader.known = {"Ada": 20.0}
        with_ada = await library.search(QUESTION, limit=2)
    finally:
        await libraries.close()

    assert [p.article_id for p in with_ida.passages] == ["a", "b"]
    assert [p.article_id for p in with_ada.passages] == ["b", "a"]
    assert [p.score for p in with_ida.passages] == pytest.approx(
        [p.score for p in with_ada.passages]
    )
