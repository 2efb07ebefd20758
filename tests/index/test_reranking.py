"""The second look at the first candidates, without a library around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.chunk_rows import ChunkRow
from index.fusing import Halves
from index.matching import Matcher, read_words
from index.reranking import Reranking, rerank

QUESTION = "Did the storm break the captain's lantern?"
WEIGHTS = {"storm": 0.5, "break": 0.25, "captain": 0.5, "lantern": 0.5}
SPREAD = "A storm. The captain. A lantern. Did it break?"
NEAR = "The storm did break the captain's lantern. The cook sang."
ELSEWHERE = "The moon rose over the quay."


def chunk(row: int, text: str) -> ChunkRow:
    return ChunkRow(
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
        start=0,
        end=len(text),
        text=text,
        vector=np.zeros(4, np.float32),
    )


def reranked(
    texts: Sequence[str],
    fused: Sequence[float],
    *,
    depth: int = 30,
    cosine: Sequence[float] | None = None,
) -> NDArray[np.float32]:
    """New scores of passages that BM25 and, without ``cosine``, their meaning hold alike."""
    halves = Halves(
        np.array(cosine or [0.5] * len(texts), np.float32), np.full(len(texts), 0.6, np.float32)
    )
    return rerank(
        np.array(fused, np.float32),
        halves,
        [chunk(row, text) for row, text in enumerate(texts)],
        Matcher(read_words(QUESTION, WEIGHTS, {})),
        Reranking(depth=depth),
    )


def test_words_in_one_sentence_overtake_the_same_words_spread_over_a_passage() -> None:
    spread, near = reranked([SPREAD, NEAR], [0.62, 0.58])

    assert near > spread


def test_a_passage_that_means_the_same_overtakes_a_stray_word() -> None:
    stray, meant = reranked(["A captain sang.", ELSEWHERE], [0.62, 0.58], cosine=[0.1, 0.9])

    assert meant > stray


def test_what_is_not_looked_at_stays_behind_in_its_order() -> None:
    texts = [SPREAD, ELSEWHERE, NEAR, NEAR]

    scores = reranked(texts, [0.9, 0.8, 0.3, 0.2], depth=2)

    assert list(np.argsort(-scores)) == [0, 1, 2, 3]
    assert scores[2] <= scores[:2].min()


def test_with_no_depth_the_fused_scores_stand() -> None:
    assert reranked([SPREAD, NEAR], [0.62, 0.58], depth=0).tolist() == pytest.approx([0.62, 0.58])


def test_without_the_lexical_half_the_fused_scores_stand() -> None:
    fused = np.array([0.3, 0.4], np.float32)

    scores = rerank(
        fused,
        Halves(fused, None),
        [chunk(0, NEAR), chunk(1, ELSEWHERE)],
        Matcher(read_words(QUESTION, WEIGHTS, {})),
        Reranking(),
    )

    assert scores.tolist() == fused.tolist()


def test_without_the_dense_half_words_alone_fill_the_scale() -> None:
    text = "Did the storm break the captain's lantern"

    (score,) = rerank(
        np.array([1.0], np.float32),
        Halves(None, np.array([1.0], np.float32)),
        [chunk(0, text)],
        Matcher(read_words(QUESTION, {"storm": 0.5, "lantern": 0.5}, {})),
        Reranking(),
    )

    assert score > 0.5


@example([(SPREAD, 1e-45, 0.0), (NEAR, 1e-45, 0.0)], 1)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([SPREAD, NEAR, ELSEWHERE, ""]), st.floats(0, 1), st.floats(-1, 1)
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 8),
)
def test_scores_stay_from_0_to_1(found: list[tuple[str, float, float]], depth: int) -> None:
    texts, fused, cosine = zip(*found, strict=True)

    scores = reranked(texts, fused, depth=depth, cosine=cosine)

    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert (scores <= 1).all()
