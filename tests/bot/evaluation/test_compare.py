import json

import pytest

from bot.evaluation.compare import Comparison, compare_runs, render_comparison
from bot.evaluation.figures import Better, Figure, Group, Report, Row, Unit


def figure(key: str, value: float | None, better: Better = Better.MORE) -> Figure:
    return Figure(key, key.title(), "part", value, None, None, 5, Unit.SHARE, better)


def run(name: str, rows: list[Row], **values: float | None) -> Report:
    figures = {key: figure(key, value) for key, value in values.items()}
    if "refused" in figures:
        figures["refused"] = figure("refused", values["refused"], Better.LESS)
    return Report(name, "questions", (), (Group("all", len(rows), figures),), tuple(rows))


def row(id_: str, *, right: bool, shown: str = "x", found: bool = True) -> Row:
    return Row(id_, f"Question {id_}?", right, shown, {"found": found})


OLD = run(
    "old",
    [
        row("a", right=False),
        row("b", right=True, shown="b was right"),
        row("c", right=True, shown="one"),
        row("d", right=True, shown="same", found=False),
        row("only old", right=True),
    ],
    hits=0.5,
    refused=0.2,
    gone=1.0,
    same=0.3,
)
NEW = run(
    "new",
    [
        row("a", right=True, shown="a is right now"),
        row("b", right=False, shown="b is wrong now"),
        row("c", right=True, shown="another"),
        row("d", right=True, shown="same"),
        row("e", right=True),
        row("f", right=True),
    ],
    hits=0.75,
    refused=0.4,
    same=0.3,
)


@pytest.fixture
def comparison() -> Comparison:
    return compare_runs(OLD, NEW)


def test_questions_are_gained_lost_or_answered_otherwise(comparison: Comparison) -> None:
    assert [c.id for c in comparison.gained] == ["a"]
    assert [(c.id, c.old, c.new) for c in comparison.lost] == [
        ("b", "b was right", "b is wrong now")
    ]
    assert [c.id for c in comparison.changed] == ["c"]
    assert (comparison.asked_by_both, comparison.not_in_both) == (4, 3)


def test_each_mark_has_a_sign_test_of_its_own(comparison: Comparison) -> None:
    splits = {s.mark: (s.gained, s.lost, s.probability) for s in comparison.splits}

    assert splits == {"right": (1, 1, 1.0), "found": (1, 0, 1.0)}


def test_figures_are_better_the_way_they_are_meant(comparison: Comparison) -> None:
    better = {m.new.key: m.is_better for m in comparison.moved}

    assert better == {"hits": True, "refused": False, "same": None}


def test_the_comparison_reads_well_and_as_json(comparison: Comparison) -> None:
    text = render_comparison(comparison)

    assert "part, Hits  0.500 -> 0.750\n" in text
    assert "Same" not in text
    assert "Lost: right before, wrong now: 1\n  b: Question b?" in text
    assert "3 by only one of them" in text
    assert json.loads(json.dumps(comparison.to_json()))["gained"][0]["new"] == "a is right now"


def test_only_runs_over_the_same_questions_are_called_better_or_worse() -> None:
    old = run("old", [row("a", right=True)], hits=0.5, refused=0.2)
    new = run("new", [row("a", right=True)], hits=0.75, refused=0.4)

    text = render_comparison(compare_runs(old, new))

    assert "part, Hits  0.500 -> 0.750  better" in text
    assert "part, Refused  0.200 -> 0.400  WORSE" in text


def test_a_run_compared_with_itself_has_moved_nothing() -> None:
    text = render_comparison(compare_runs(OLD, OLD))

    assert "Figures that moved\n  none" in text
    assert "right: the same for every question." in text


def test_a_long_list_is_cut_and_says_so() -> None:
    old = run("old", [row(str(n), right=False) for n in range(30)])
    new = run("new", [row(str(n), right=True, shown="y\x1b[2J" * 100) for n in range(30)])

    text = render_comparison(compare_runs(old, new))

    assert "... and 10 more" in text
    assert "30 gained, 0 lost (sign test p = 0.000: more than chance)" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 200
