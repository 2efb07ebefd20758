"""The picture of ``/stats`` says the same figures as the words beside it."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, timedelta

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.rendering import chart
from bot.state.stats import Cited, Day, Stats

FIRST = date(2031, 6, 1)
STATS = Stats(
    days=tuple(Day(FIRST + timedelta(days=n), n, 2 * (n % 2)) for n in range(7)),
    helpful=3,
    not_helpful=1,
    median_ms=412.0,
    tail_ms=2210.0,
    cited=(Cited("a", "The Tern Bridge", 1200), Cited("b", "読書室", 300)),
)


@pytest.fixture
def axes() -> Axes:
    return Figure().add_subplot()


def written(axes: Axes) -> list[tuple[float, float, str]]:
    placed = [(text.get_position(), text.get_text()) for text in axes.texts]
    return [(float(x), float(y), words) for (x, y), words in placed]


def test_the_tiles_hold_the_figures_with_their_words_below(axes: Axes) -> None:
    chart._draw_tiles(axes, STATS)

    assert [text for *_, text in written(axes)] == [
        "27", "questions",
        "78 %", "answered",
        "75 %", "of votes: helpful",
        "412 ms", "median time",
        "2.2 s", "95 of 100 within",
    ]  # fmt: skip
    places = [(x, y) for x, y, _ in written(axes)]
    assert places == [(n + 0.5, y) for n in range(5) for y in (0.66, 0.3)]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 5), (0, 1))
    assert not axes.axison


def test_what_is_unknown_is_a_dash(axes: Axes) -> None:
    chart._draw_tiles(axes, Stats(days=STATS.days[:1]))

    assert [text for *_, text in written(axes)][::2] == ["0", "–", "–", "–", "–"]


def test_each_day_has_a_bar_of_what_was_answered_with_what_was_refused_on_top(axes: Axes) -> None:
    chart._draw_days(axes, STATS.days)
    answered, refused = axes.containers

    assert [bar.get_height() for bar in answered] == [0, 1, 2, 3, 4, 5, 6]
    # Only days on which something was refused have the second bar.
    assert [(round(bar.get_x() + 0.31), bar.get_y(), bar.get_height()) for bar in refused] == [
        (1, 1, 2),
        (3, 3, 2),
        (5, 5, 2),
    ]
    assert all(bar.get_hatch() for bar in refused)
    assert [bar.get_width() for bar in answered] == [0.62] * 7
    assert axes.get_ylim() == (0, 7 * 1.08)
    assert axes.get_xlim() == (-0.6, 6.6)
    assert [text.get_text() for text in axes.get_xticklabels()] == [
        f"{day} Jun" for day in range(1, 8)
    ]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["answered", "refused"]


def test_of_many_days_a_few_are_named_the_last_among_them(axes: Axes) -> None:
    month = tuple(Day(FIRST + timedelta(days=n)) for n in range(30))
    chart._draw_days(axes, month)

    assert [text.get_text() for text in axes.get_xticklabels()] == [
        "5 Jun", "10 Jun", "15 Jun", "20 Jun", "25 Jun", "30 Jun",
    ]  # fmt: skip
    assert [bar.get_width() for bar in axes.containers[0]] == [0.8] * 30
    # Days without a question still have an axis to stand on.
    assert axes.get_ylim() == (0, 1.08)


def test_cited_articles_have_bars_in_proportion_and_the_number_for_what_cannot_be_drawn(
    axes: Axes,
) -> None:
    chart._draw_cited(axes, STATS.cited)

    assert [text for *_, text in written(axes)] == [
        "Most cited articles",
        "1,200", "1", "The Tern Bridge",
        "300", "2", "(see the list)",
    ]  # fmt: skip
    widths = [bar.get_width() for bars in axes.containers for bar in bars]
    assert widths == pytest.approx([0.3, 0.075])
    assert [y for _, y, _ in written(axes)[1:]] == [0, 0, 0, 1, 1, 1]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (2.05, -1.15))


def test_a_dollar_in_a_title_is_no_formula() -> None:
    # As a formula it could not be drawn at all.
    title = "What $\\nothing$ costs, and what $5 buys"
    drawn = chart.draw_stats(replace(STATS, cited=(Cited("a", title, 1),)))

    assert drawn.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn[16:24]) == (1440, 1104)


def test_the_picture_grows_with_what_is_cited_and_is_as_wide_without() -> None:
    sizes = [
        struct.unpack(">II", chart.draw_stats(replace(STATS, cited=cited))[16:24])
        for cited in ((), STATS.cited[:1], STATS.cited[:1] * 3)
    ]

    assert sizes == [(1440, 920), (1440, 1104), (1440, 1272)]
