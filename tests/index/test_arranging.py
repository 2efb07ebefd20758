"""What is given back of the candidates, and in which order."""

from __future__ import annotations

import numpy as np

from index.arranging import Ranked, arrange
from index.chunk_rows import ChunkRow


def candidate(
    row: int, score: float, *, cosine: float = 0.0, bm25: float = 0.0, text: str = ""
) -> Ranked:
    name = f"{row:03}"
    chunk = ChunkRow(
        row=row,
        chunk_id=name,
        article_id=name,
        version_id=name,
        title="",
        url=None,
        published_at=None,
        authors=(),
        publisher=None,
        heading="",
        headings=(),
        start=0,
        end=0,
        text=text or f"text {row}",
        vector=np.zeros(1, np.float32),
    )
    return Ranked(chunk, score, cosine, bm25)


def twenty() -> list[Ranked]:
    return [candidate(n, 1 - n / 20, cosine=0.5 - n / 100, bm25=9 - n / 10) for n in range(20)]


def rows(ranked: list[Ranked]) -> list[int]:
    return [r.chunk.row for r in ranked]


def test_candidates_come_by_score() -> None:
    assert rows(arrange(twenty()[::-1], 20)) == list(range(20))


def test_a_text_that_stands_twice_comes_once_where_it_ranks_best() -> None:
    ranked = [candidate(1, 0.5, text="Pier  nine."), candidate(2, 0.7, text="pier nine.")]

    assert rows(arrange(ranked, 5)) == [2]


def test_what_one_half_is_sure_of_is_among_the_first_eight_but_not_the_first_four() -> None:
    ranked = twenty()
    ranked[15] = candidate(15, ranked[15].score, cosine=0.9)
    ranked[17] = candidate(17, ranked[17].score, bm25=30.0)

    order = rows(arrange(ranked, 10))

    assert order[:4] == [0, 1, 2, 3]
    assert {15, 17} <= set(order[:8])


def test_one_chunk_that_holds_a_rare_word_is_among_the_first_eight() -> None:
    order = rows(arrange(twenty(), 10, [frozenset({12, 14}), frozenset({2, 19})]))

    assert 12 in order[:8]
    assert 14 not in order[:8]
    assert 19 not in order


def test_scores_never_rise_when_something_is_lifted() -> None:
    arranged = arrange(twenty(), 12, [frozenset({19}), frozenset({18}), frozenset({17})])

    scores = [r.score for r in arranged]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0.3
    assert len(set(rows(arranged))) == 12


def test_few_are_wanted_and_few_come() -> None:
    holders = [frozenset({19})]

    assert rows(arrange(twenty(), 3, holders)) == [0, 1, 2]
    assert rows(arrange(twenty(), 6, holders))[5] == 19
    assert arrange([], 5, holders) == []
    assert rows(arrange([candidate(7, 0.1)], 5, holders)) == [7]
