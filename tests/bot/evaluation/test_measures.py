from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot.evaluation.measures import Measure, Quantile, Share, f1, make_groups, part_of


@dataclass(frozen=True)
class Try:
    found: bool
    due: bool
    names: tuple[str, ...] = ()
    ms: float | None = None


MEASURES: Sequence[Measure[Try]] = [
    Share("f1", "F1", "part", [lambda t: f1(t.found, t.due)]),
    Share(
        "macro",
        "macro-F1",
        "part",
        [lambda t: f1(t.found, t.due), lambda t: f1(not t.found, not t.due)],
    ),
    Share("recall", "recall", "part", [lambda t: part_of(t.found, t.due)]),
    Share(
        "precision",
        "precision",
        "part",
        [lambda t: part_of(t.due, t.found)],
        applies=lambda t: t.due,
    ),
    Quantile("median", "median", "time", lambda t: t.ms, 0.5),
    Quantile("never", "never", "time", lambda t: None, 0.5),
]


def test_ratios_of_sums_are_the_known_figures() -> None:
    outcomes = [Try(True, True), Try(True, False), Try(True, True), Try(False, True)]
    figures = make_groups(outcomes, lambda t: (), MEASURES)[0].figures

    assert figures["recall"].value == pytest.approx(2 / 3)
    assert figures["precision"].value == pytest.approx(2 / 3)
    assert figures["f1"].value == pytest.approx(2 / 3)
    assert figures["macro"].value == pytest.approx((2 / 3 + 0) / 2)
    assert figures["recall"].of == 3


def test_a_quantile_leaves_out_what_was_not_measured() -> None:
    outcomes = [Try(True, True, ms=ms) for ms in (30.0, None, 10.0, 20.0)]
    figure = make_groups(outcomes, lambda t: (), MEASURES)[0].figures["median"]

    assert (figure.value, figure.low, figure.of) == (20.0, None, 3)


def test_a_figure_that_nothing_counts_for_is_left_out_of_all_but_dashed_in_a_group() -> None:
    outcomes = [Try(True, True, ("a",)), Try(True, False, ("b",))]
    everything, _, b = make_groups(outcomes, lambda t: t.names, MEASURES)

    assert "never" not in everything.figures
    assert b.figures["recall"].value is None
    assert b.figures["precision"].value is None
    assert b.figures.keys() == everything.figures.keys()


def test_groups_come_by_the_place_of_their_name_and_none_is_shown_twice() -> None:
    outcomes = [
        Try(True, True, ("written", "single")),
        Try(True, True, ("", "null")),
        Try(True, True, ("casual", "single")),
        Try(True, True, ("written", "written")),
    ]

    groups = make_groups(outcomes, lambda t: t.names, MEASURES)
    assert [(g.name, g.questions) for g in groups] == [
        ("all", 4),
        ("written", 2),
        ("casual", 1),
        ("single", 2),
        ("null", 1),
    ]
    assert len(make_groups(outcomes[:1], lambda t: t.names, MEASURES)) == 1
