"""How fast a job gets on: of late, of this stage, and honest when it stalls."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import Mark, Pace, PaceMeter, estimate
from index.models import Progress


def test_the_pace_is_that_of_the_last_seconds() -> None:
    slow = [Mark(float(at), at) for at in range(100)]
    fast = [Mark(100.0 + at, 100 + 10 * at) for at in range(31)]

    pace = estimate(slow + fast, now=130.0, total=500)

    assert pace is not None
    assert round(pace.rate, 1) == 10.0
    assert pace.seconds_left is not None
    assert round(pace.seconds_left) == 10


def test_nothing_is_told_too_early() -> None:
    assert estimate([], now=5.0, total=10) is None
    assert estimate([Mark(0.0, 0), Mark(0.5, 400)], now=0.5, total=1000) is None


def test_a_job_that_stalls_gets_slower() -> None:
    marks = [Mark(0.0, 0), Mark(10.0, 100)]

    assert estimate(marks, now=10.0, total=200) == Pace(10.0, 10.0)
    assert estimate(marks, now=20.0, total=200) == Pace(5.0, 20.0)


def test_a_job_that_reports_seldom_still_has_a_pace() -> None:
    assert estimate([Mark(0.0, 0), Mark(60.0, 30)], now=60.0, total=60) == Pace(0.5, 60.0)


def test_no_time_left_is_told_without_a_total_or_without_movement() -> None:
    assert estimate([Mark(0.0, 0), Mark(10.0, 50)], now=10.0, total=None) == Pace(5.0, None)
    assert estimate([Mark(0.0, 5), Mark(10.0, 5)], now=10.0, total=9) == Pace(0.0, None)


@given(
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 1000)), max_size=40),
    st.floats(0, 60),
    st.none() | st.integers(0, 5000),
)
def test_figures_are_never_negative(
    steps: list[tuple[float, int]], later: float, total: int | None
) -> None:
    at, done, marks = 0.0, 0, []
    for seconds, items in steps:
        at, done = at + seconds, done + items
        marks.append(Mark(at, done))

    pace = estimate(marks, now=at + later, total=total)

    assert pace is None or pace.rate >= 0
    assert pace is None or pace.seconds_left is None or pace.seconds_left >= 0


def clock_of(moments: list[float]) -> Callable[[], float]:
    return lambda: moments[-1]


def test_a_new_stage_begins_anew() -> None:
    moments = [0.0]
    meter = PaceMeter(clock_of(moments))
    for at in range(11):
        moments.append(float(at))
        meter.note(Progress("reading", at * 100, 1000))
    moments.append(11.0)
    meter.note(Progress("embedding", 0, 50))
    moments.append(21.0)
    meter.note(Progress("embedding", 10, 50))

    assert meter.measure() == Pace(1.0, 40.0)


def test_a_new_stage_begins_anew_even_where_it_counts_further() -> None:
    moments = [0.0]
    meter = PaceMeter(clock_of(moments))
    meter.note(Progress("reading", 0, 1000))
    moments.append(9.0)
    meter.note(Progress("embedding", 500, 1000))
    moments.append(11.0)
    meter.note(Progress("embedding", 520, 1000))

    assert meter.measure() == Pace(10.0, 48.0)


def test_a_stage_that_is_counted_again_begins_anew() -> None:
    moments = [0.0]
    meter = PaceMeter(clock_of(moments))
    meter.note(Progress("reading", 900, 1000))
    meter.note(Progress("reading", 0, 10))
    moments.append(2.0)
    meter.note(Progress("reading", 4, 10))

    assert meter.measure() == Pace(2.0, 3.0)


def test_a_million_reports_leave_few_marks_and_the_same_pace() -> None:
    moments = [0.0]
    meter = PaceMeter(clock_of(moments))
    for item in range(100_001):
        moments[0] = item / 1000
        meter.note(Progress("embedding", item, 200_000))

    pace = meter.measure()

    assert pace is not None
    assert round(pace.rate) == 1000
    assert len(meter._marks) < 60
