"""The first stage: the lexical and the dense half as one score.

Fusing scores instead of ranks keeps how much better one hit is than the next:
the lexical half's exact names and the dense half's paraphrases both survive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Halves:
    """What each half says of the candidates, shape ``(n,)`` each.

    ``cosine`` is in [-1, 1], None where the dense half did not answer. ``covered`` is BM25
    over what can be reached, in [0, 1], None where the lexical half was not asked.
    """

    cosine: NDArray[np.float32] | None
    covered: NDArray[np.float32] | None


def share_of_reachable(bm25: NDArray[np.float32], reachable: float) -> NDArray[np.float32]:
    """BM25 over what a passage with every word could reach, cut to [0, 1]."""
    return np.asarray(np.clip(bm25 / max(reachable, 1e-6), 0.0, 1.0), np.float32)


def fuse(halves: Halves, *, dense_share: float, sharpness: float) -> NDArray[np.float32]:
    """One score in [0, 1] for each candidate; a half that is missing leaves it to the other."""
    words = None if halves.covered is None else halves.covered**sharpness
    meaning = None if halves.cosine is None else np.clip(halves.cosine, 0.0, 1.0)
    if meaning is None or words is None:
        fused = words if meaning is None else meaning
    else:
        share = dense_share if words.any() else 1.0
        fused = share * meaning + (1 - share) * words
    return np.asarray(fused, np.float32)
