from fractions import Fraction

import pytest

from bot.answering.amounts import Amount, amounts_in
from bot.answering.clauses import clauses_of
from bot.answering.words import words_of


def only(text: str) -> Amount:
    (amount,) = amounts_in(text)
    return amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200,000 boats", 1_200_000),
        ("1.2 million boats", 1_200_000),
        ("$1.2m", 1_200_000),
        ("€3bn", 3 * 10**9),
        ("twenty-five boats", 25),
        ("one hundred and four sacks", 104),
        ("two thousand three hundred boats", 2300),
        ("two and a half tonnes", Fraction(5, 2)),
        ("half a million boats", 500_000),
        ("a hundred boats", 100),
        ("three dozen boats", 36),
    ],
)
def test_a_figure_is_read_as_its_value_however_it_is_written(
    text: str, value: Fraction | int
) -> None:
    assert only(text).value == value


@pytest.mark.parametrize("text", ["the one that left", "one of them", "No one left", "at 10:30"])
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert amounts_in(text) == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [("5 %", "percent"), ("five percent", "percent"), ("$40", "dollar"), ("40 dollars", "dollar")],
)
def test_a_figure_knows_its_unit(text: str, unit: str) -> None:
    assert only(text).units == {unit}


def test_the_end_of_a_word_in_front_is_no_unit() -> None:
    assert only("up from 58 boats").units == frozenset()


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 40 boats", "above"),
        ("at least 40 boats", "above"),
        ("40 or more boats", "above"),
        ("up to 40 boats", "below"),
        ("fewer than 40 boats", "below"),
        ("about 40 boats", ""),
        ("nearly 40 boats", ""),
    ],
)
def test_a_figure_knows_whether_it_is_a_bound(text: str, bound: str) -> None:
    assert only(text).bound == bound


def test_a_figure_counts_what_follows_in_its_clause() -> None:
    assert only("31 seats, boats left").counted == ("seat",)


def test_years_and_days_are_dates() -> None:
    amounts = amounts_in("On 4 May 2030, 31 boats left")

    assert [(int(a.value), a.is_date) for a in amounts] == [(4, True), (2030, True), (31, False)]


def test_clauses_are_cut_at_stops_and_joints() -> None:
    text = "The Reds won, but the Blues lost and left."
    clauses = clauses_of(text, words_of(text))

    assert [" ".join(w.text for w in clause) for clause in clauses] == [
        "The Reds won",
        "but the Blues lost",
        "and left",
    ]
