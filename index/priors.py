"""What an article's date says about its score: the time asked for, and recency. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.recency import Recency
from index.when import TimeWanted
from index.when_days import Days, month_of, on

OUTSIDE = -1.0
"""The score of a passage that a strict time leaves out."""

# Log-odds that a passage gains when it was published in the time that is meant.
_MEANT = 0.8
# The same where a question has nothing but its time.
_MEANT_ALONE = 3.0
# Between the newest passage and an old one, for "the latest".
_NEWEST = 0.2
_NEWEST_HALF_LIFE = 365
# Of what may be from the time or not, and so stands behind what surely is.
_UNSURE = 0.5
# An event is still written about for so long, or a quarter of the time asked for.
_AFTERMATH_DAYS = 30
_GRACE_DAYS = 2
_SHARE_AFTER = 0.25

_DATE = re.compile(
    r"\s*(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})(?:[T ].*)?)?)?\s*\Z", re.DOTALL
)


def read_published(text: str | None) -> Days | None:
    """The first and last day that a date may mean: a year, a month or a day; None for no date."""
    found = _DATE.match(text) if text is not None else None
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.group("year", "month", "day"))
    assert year is not None  # noqa: S101 - the pattern has one
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return month_of(year, month)
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def adjust(
    scores: NDArray[np.float32],
    published: Sequence[str | None],
    wanted: TimeWanted | None,
    recency: Recency,
    today: date,
) -> NDArray[np.float32]:
    """Scores in [0, 1] with what the dates say; of the same length, in the same order.

    Args:
        scores: One for each passage, in [0, 1].
        published: The date of each, at any precision. What is no date is neither new nor old.
        wanted: The time that the question names.
        recency: The library's own preference.
        today: What age is counted from.

    Returns:
        ``OUTSIDE`` for what a strict time leaves out; all others stay in [0, 1].
    """
    if wanted is None and _says_nothing(recency):
        return scores.astype(np.float32)
    days = [read_published(text) for text in published]
    shift = _recency_shift(days, recency, today)
    if wanted is not None and wanted.newest:
        latest = max((min(d[1], today) for d in days if d is not None), default=today)
        shift = shift + _recency_shift(days, Recency(_NEWEST_HALF_LIFE, _NEWEST), latest)
    if wanted is None or not wanted.has_window:
        return _shifted(scores, shift)
    if not wanted.strict:
        gained = _MEANT_ALONE if wanted.alone else _MEANT
        meant = np.array([gained * _fit(d, wanted) for d in days], dtype=np.float32)
        return _shifted(scores, shift + meant)
    factors = np.array([_factor(d, wanted) for d in days], dtype=np.float32)
    moved = _shifted(scores, shift) * factors
    return np.where(factors > 0, moved, np.float32(OUTSIDE)).astype(np.float32)


def is_inside(published: str | None, wanted: TimeWanted) -> bool:
    """Whether an article was surely published in the time asked for."""
    days = read_published(published)
    return days is not None and _is_within(days, wanted)


def may_answer(published: str | None, wanted: TimeWanted) -> bool:
    """Whether a time leaves in what was published then."""
    return not wanted.strict or _factor(read_published(published), wanted) > 0


def is_soon_after(published: str | None, wanted: TimeWanted) -> bool:
    """Whether an article came so soon after the time that it may tell of it."""
    days = read_published(published)
    return days is not None and _is_soon_after(days, wanted)


def reach_of(wanted: TimeWanted) -> Days:
    """The first and last day of publishing that a strict time does not leave out."""
    end = date.max if wanted.end is None else on(wanted.end, _grace_of(wanted))
    return wanted.start or date.min, end


def _shifted(scores: NDArray[np.float32], shift: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores moved by log-odds: 0 and 1 stay, and nothing leaves them."""
    if not np.any(shift):
        return scores.astype(np.float32)
    kept = np.clip(scores, 0.0, 1.0)
    odds = np.exp(shift)
    return np.clip(kept * odds / (1 - kept + kept * odds), 0.0, 1.0).astype(np.float32)


def _says_nothing(recency: Recency) -> bool:
    return recency.half_life_days is None or recency.is_off


def _recency_shift(
    days: Sequence[Days | None], recency: Recency, today: date
) -> NDArray[np.float32]:
    shift = np.zeros(len(days), dtype=np.float32)
    if recency.half_life_days is None or _says_nothing(recency):
        return shift
    for at, each in enumerate(days):
        if each is not None:
            age = max(0, (today - each[1]).days)
            # In the middle for what has no date: it may be new as well as old.
            shift[at] = recency.weight * (0.5 ** (age / recency.half_life_days) - 0.5)
    return shift


def _fit(days: Days | None, wanted: TimeWanted) -> float:
    """1 for what was published in the time meant; less, the later after it; else 0."""
    if days is None:
        return 0.0
    if _overlaps(days, wanted):
        return 1.0
    if wanted.end is None or wanted.start is None or days[0] <= wanted.end:
        return 0.0
    half_life = max(_AFTERMATH_DAYS, (wanted.end - wanted.start).days * _SHARE_AFTER)
    return float(0.5 ** ((days[0] - wanted.end).days / half_life))


def _factor(days: Days | None, wanted: TimeWanted) -> float:
    """1 inside a strict time, 0 outside, between them where that cannot be told."""
    if days is None:
        return _UNSURE
    if _is_within(days, wanted):
        return 1.0
    if _overlaps(days, wanted) or _is_soon_after(days, wanted):
        return _UNSURE
    return 0.0


def _is_within(days: Days, wanted: TimeWanted) -> bool:
    starts = wanted.start is None or wanted.start <= days[0]
    return starts and (wanted.end is None or days[1] <= wanted.end)


def _overlaps(days: Days, wanted: TimeWanted) -> bool:
    starts = wanted.start is None or wanted.start <= days[1]
    return starts and (wanted.end is None or days[0] <= wanted.end)


def _is_soon_after(days: Days, wanted: TimeWanted) -> bool:
    if wanted.exact or wanted.start is None or wanted.end is None:
        return False
    return 0 < (days[0] - wanted.end).days <= _grace_of(wanted)


def _grace_of(wanted: TimeWanted) -> int:
    if wanted.exact or wanted.start is None or wanted.end is None:
        return 0
    return max(_GRACE_DAYS, int((wanted.end - wanted.start).days * _SHARE_AFTER))
