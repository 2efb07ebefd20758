import math

import numpy as np
import pytest

from bot.evaluation.intervals import Counts, find_interval, sign_test, wilson


def shares(*right: bool) -> Counts:
    return np.array([[list(map(float, right)), [1.0] * len(right)]])


def test_an_interval_is_as_wide_as_theory_says() -> None:
    interval = find_interval(shares(*[True, False, True, True] * 100))

    assert interval is not None
    reach = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert interval == pytest.approx((0.75 - reach, 0.75 + reach), abs=0.01)


def test_the_same_outcomes_always_have_the_same_interval() -> None:
    counts = shares(*[True, False, False] * 10)

    assert find_interval(counts) == find_interval(counts)


def test_no_failure_in_fifty_does_not_prove_that_there_is_none() -> None:
    assert find_interval(shares(*[True] * 50)) == pytest.approx((0.929, 1.0), abs=0.001)
    assert find_interval(shares(*[False] * 50)) == pytest.approx((0.0, 0.071), abs=0.001)


def test_nothing_counted_has_no_interval() -> None:
    assert find_interval(np.zeros((1, 2, 5))) is None


def test_a_mean_of_ratios_lies_between_its_bounds() -> None:
    one = [[1.0, 0.0, 1.0, 1.0] * 20, [1.0] * 80]
    other = [[0.0, 0.0, 1.0, 0.0] * 20, [0.0, 1.0, 1.0, 0.0] * 20]

    interval = find_interval(np.array([one, other]))

    assert interval is not None
    assert interval[0] < (0.75 + 0.5) / 2 < interval[1]


def test_wilsons_interval_is_the_published_one() -> None:
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=0.0001)


@pytest.mark.parametrize(
    ("gained", "lost", "probability"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (8, 2, 0.109375), (2, 8, 0.109375), (4, 4, 1.0)],
)
def test_the_sign_test_is_exact_and_two_sided(gained: int, lost: int, probability: float) -> None:
    assert sign_test(gained, lost) == pytest.approx(probability)


def test_the_sign_test_bears_thousands_of_changes() -> None:
    assert sign_test(2000, 1500) < 1e-10
