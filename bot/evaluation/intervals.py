"""How sure a figure is: bootstrap intervals, and the sign test of two runs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SEED = 20261122
_SAMPLES = 1000
_AT_ONCE = 100
_TAIL = 0.025
_Z = 1.96

Counts = NDArray[np.float64]


def find_interval(counts: Counts, *, is_share: bool = True) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of a figure; None without a denominator.

    Questions are drawn again with replacement, 1,000 times and always the same ones.
    Where every draw of a share gives the same, as with no failure in fifty, Wilson's
    interval is given instead: fifty successes do not prove that there is no failure.

    Args:
        counts: Of shape ``(ratios, 2, questions)``: numerators and denominators by question.
            The figure is the mean of its ratios of sums.
        is_share: Whether the figure is a part of a whole.
    """
    questions = counts.shape[2]
    if not counts[:, 1].sum(axis=1).all():
        return None
    random = np.random.default_rng(_SEED)
    chances = np.full(questions, 1 / questions)
    drawn = [
        _ratio(counts, random.multinomial(questions, chances, size=_AT_ONCE).astype(np.float64))
        for _ in range(_SAMPLES // _AT_ONCE)
    ]
    values = np.concatenate(drawn)
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = (float(np.quantile(values, tail)) for tail in (_TAIL, 1 - _TAIL))
    if is_share and low == high and low in (0.0, 1.0):
        return wilson(low, int(counts[0, 1].sum()))
    return low, high


def _ratio(counts: Counts, weights: Counts) -> Counts:
    """The figure of each row of weights, of shape ``(rows, questions)``; NaN where undefined."""
    above, below = counts[:, 0] @ weights.T, counts[:, 1] @ weights.T
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = above / below
    return np.asarray(ratios.mean(axis=0), np.float64)


def wilson(share: float, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    square = _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def sign_test(gained: int, lost: int) -> float:
    """How probable so uneven a split is by chance, from both sides; 1.0 when nothing changed."""
    total = gained + lost
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(gained, lost) + 1))
    return min(1.0, tail / (1 << (total - 1)))
