"""What dates do to scores."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.priors import OUTSIDE, adjust, is_inside, read_published
from index.recency import MILD, OFF, STRONG, Recency, RecencyError, parse_recency
from index.timing import Timing, fit_time
from index.when import TimeWanted

TODAY = date(2026, 3, 25)
MARCH = TimeWanted(date(2026, 3, 1), date(2026, 3, 31))
LAST_WEEK = TimeWanted(date(2026, 3, 16), date(2026, 3, 22), strict=True)


def _scores(*scores: float) -> np.ndarray:
    return np.array(scores, dtype=np.float32)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025", ("2025-01-01", "2025-12-31")),
        ("2025-02", ("2025-02-01", "2025-02-28")),
        ("2025-04-29", ("2025-04-29", "2025-04-29")),
        ("2025-04-29T08:00:00Z", ("2025-04-29", "2025-04-29")),
        ("2025-04-29 08:00", ("2025-04-29", "2025-04-29")),
        ("9999-12", ("9999-12-01", "9999-12-31")),
        ("2025-13", None),
        ("2025-02-30", None),
        ("0000", None),
        ("last spring", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_stands_for_all_days_it_may_mean(
    text: str | None, days: tuple[str, str] | None
) -> None:
    found = read_published(text)

    assert (found and tuple(day.isoformat() for day in found)) == days


def test_without_a_time_and_a_preference_scores_stay_as_they_are() -> None:
    scores = _scores(0.1, 0.9, 0.0, 1.0)

    after = adjust(scores, ["2020", None, "2026-03-25", "?"], None, OFF, TODAY)

    assert after.tolist() == scores.tolist()
    assert after.dtype == np.float32


def test_recency_parts_what_is_alike_and_leaves_the_undated_between() -> None:
    published = ["2020-01-01", None, "2026-03-24"]

    old, undated, new = adjust(_scores(0.5, 0.5, 0.5), published, None, MILD, TODAY)

    assert old < undated < new
    assert undated == pytest.approx(0.5)
    assert new - old < 0.06


def test_a_strong_preference_parts_them_further() -> None:
    published = ["2020-01-01", "2026-03-24"]
    mild = adjust(_scores(0.5, 0.5), published, None, MILD, TODAY)
    strong = adjust(_scores(0.5, 0.5), published, None, STRONG, TODAY)

    assert strong[1] - strong[0] > mild[1] - mild[0]


def test_an_article_of_tomorrow_is_not_newer_than_new() -> None:
    today, later = adjust(_scores(0.5, 0.5), ["2026-03-25", "2031"], None, STRONG, TODAY)

    assert today == later


def test_what_matters_more_stays_before_what_is_new() -> None:
    published = ["2020-01-01", "2026-03-24"]

    old, new = adjust(_scores(0.8, 0.5), published, None, STRONG, TODAY)

    assert old > new


def test_a_time_meant_is_a_bonus_for_then_and_soon_after_and_loses_nobody() -> None:
    published = ["2026-03-10", "2026-04-04", "2027-03-10", "2025-03-10", None, "2026"]

    then, soon, late, before, undated, year = adjust(
        _scores(*[0.5] * 6), published, MARCH, OFF, TODAY
    )

    assert then == year > soon > late >= before
    assert before == undated == pytest.approx(0.5)


def test_a_strict_time_leaves_out_what_is_of_another() -> None:
    published = ["2026-03-16", "2026-03-22T23:00:00Z", "2026-03-15", "2026-04-01", "2025"]

    after = adjust(_scores(*[0.5] * 5), published, LAST_WEEK, OFF, TODAY)

    assert after.tolist() == [0.5, 0.5, OUTSIDE, OUTSIDE, OUTSIDE]


def test_what_may_be_of_a_strict_time_stands_behind_what_is() -> None:
    published = ["2026-03-17", "2026-03-23", "2026", None, "garbage"]

    after = adjust(_scores(*[0.5] * 5), published, LAST_WEEK, OFF, TODAY)

    assert after.tolist() == [0.5, 0.25, 0.25, 0.25, 0.25]


def test_days_of_publishing_have_no_day_of_grace() -> None:
    wanted = TimeWanted(LAST_WEEK.start, LAST_WEEK.end, strict=True, exact=True)

    assert adjust(_scores(0.5), ["2026-03-23"], wanted, OFF, TODAY).tolist() == [OUTSIDE]


def test_the_newest_is_measured_against_what_there_is() -> None:
    published = ["2013-01-01", "2016-01-01", None]

    older, newer, undated = adjust(
        _scores(0.5, 0.5, 0.5), published, TimeWanted(newest=True), OFF, TODAY
    )

    assert newer > undated > older


_PUBLISHED = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.dates().map(date.isoformat),
    st.integers(0, 9999).map("{:04}".format),
    st.tuples(st.integers(0, 9999), st.integers(0, 13)).map(lambda ym: f"{ym[0]:04}-{ym[1]:02}"),
)
_WANTED = st.one_of(
    st.none(),
    st.builds(
        lambda a, b, strict, newest, exact: TimeWanted(
            min(a, b), max(a, b), strict=strict, newest=newest, exact=exact
        ),
        st.dates(),
        st.dates(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(lambda a, strict: TimeWanted(start=a, strict=strict), st.dates(), st.booleans()),
    st.builds(lambda a, strict: TimeWanted(end=a, strict=strict), st.dates(), st.booleans()),
    st.just(TimeWanted(newest=True)),
)
_RECENCY = st.builds(Recency, st.one_of(st.none(), st.integers(1, 10_000)), st.floats(0, 5))


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), _PUBLISHED), max_size=20),
    _WANTED,
    _RECENCY,
    st.dates(),
)
def test_scores_stay_scores_and_keep_their_places(
    given_: list[tuple[float, str | None]],
    wanted: TimeWanted | None,
    recency: Recency,
    today: date,
) -> None:
    scores = np.array([score for score, _ in given_], dtype=np.float32)
    published = [text for _, text in given_]

    after = adjust(scores, published, wanted, recency, today)

    assert after.shape == scores.shape
    assert after.dtype == np.float32
    kept = after[after != OUTSIDE]
    assert np.all((kept >= 0) & (kept <= 1))
    strict = wanted is not None and wanted.strict
    for score, text in zip(after.tolist(), published, strict=True):
        if read_published(text) is None:
            assert score != OUTSIDE
        if score == OUTSIDE:
            assert strict
            assert wanted is not None
            assert not is_inside(text, wanted)
    fitted = fit_time(scores, published, Timing(today, wanted, recency))
    assert set(fitted.kept) <= set(range(len(published)))
    assert bool(fitted.kept) == bool(published)
    assert len(fitted.scores) == len(published)


def test_where_nothing_of_the_time_is_about_it_the_nearest_outside_come_back() -> None:
    fitted = fit_time(
        _scores(0.6, 0.7, 0.1), ["2025-01-01", "2024-01-01", "2026-03-17"], Timing(TODAY, LAST_WEEK)
    )

    assert fitted.outside
    assert fitted.kept == (0, 1)
    assert fitted.scores.tolist() == pytest.approx([0.6, 0.7, 0.1])
    assert fitted.notice == "I found nothing about this in articles from 16 to 22 March 2026."


def test_what_is_of_the_time_goes_before_what_fits_better_but_is_not() -> None:
    fitted = fit_time(
        _scores(0.8, 0.5, 0.6), ["2025-01-01", "2026-03-17", None], Timing(TODAY, LAST_WEEK)
    )

    assert not fitted.outside
    assert fitted.kept == (1, 2)
    assert fitted.scores[1] > fitted.scores[2]
    assert fitted.notice == "I looked at articles from 16 to 22 March 2026."


def test_articles_of_soon_after_are_told_of() -> None:
    fitted = fit_time(_scores(0.5, 0.5), ["2026-03-17", "2026-03-23"], Timing(TODAY, LAST_WEEK))

    assert fitted.notice == "I looked at articles from 16 to 22 March 2026 and shortly after."


def test_without_any_date_all_are_looked_at_and_that_is_said() -> None:
    fitted = fit_time(_scores(0.5, 0.4), [None, "some day"], Timing(TODAY, LAST_WEEK))

    assert fitted.kept == (0, 1)
    assert not fitted.outside
    assert fitted.notice == "The articles carry no dates, so I looked at all."


def test_a_preference_is_not_told_of() -> None:
    assert fit_time(_scores(0.5), ["2026-03-17"], Timing(TODAY, MARCH)).notice is None


@pytest.mark.parametrize(
    ("text", "recency"),
    [
        ("off", OFF),
        (" Mild ", MILD),
        ("STRONG", STRONG),
        ("90", Recency(90, 0.4)),
        ("90 days", Recency(90, 0.4)),
        ("1d", Recency(1, 0.4)),
    ],
)
def test_a_setting_is_read_as_it_is_written(text: str, recency: Recency) -> None:
    assert parse_recency(text) == recency
    assert parse_recency(str(recency)) == recency


@pytest.mark.parametrize("text", ["", "soft", "-1", "0", "36501", "1e3", "９０", "90 weeks", "on"])
def test_what_is_no_setting_says_what_would_be(text: str) -> None:
    with pytest.raises(RecencyError, match="off, mild, strong, or a number of days"):
        parse_recency(text)


@pytest.mark.parametrize(("days", "weight"), [(0, 0.4), (-1, 0.4), (30, -0.1)])
def test_a_setting_that_would_prefer_the_old_cannot_be_made(days: int, weight: float) -> None:
    with pytest.raises(ValueError, match=r"half-life|older"):
        Recency(days, weight)
