"""Times, scores, versions and fractions, read from all the ways in which they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.answering.literals import Literals, is_negative, literals_hold


@pytest.mark.parametrize(
    ("text", "hour", "minute", "half", "is_plain"),
    [
        ("at 8 a.m.", 8, 0, "a", True),
        ("at 8pm", 8, 0, "p", True),
        ("at 8:30", 8, 30, "", True),
        ("at 8.30", 8, 30, "", False),
        ("8.30 pm", 8, 30, "p", True),
        ("20h15", 20, 15, "", False),
        ("24:00", 24, 0, "", True),
        ("00:05", 0, 5, "", True),
    ],
)
def test_a_time_of_day_is_read(
    text: str, hour: int, minute: int, half: str, is_plain: bool
) -> None:
    (time,) = Literals(text).times

    assert (time.hour, time.minute, time.half, time.is_plain) == (hour, minute, half, is_plain)


@pytest.mark.parametrize("text", ["25:10", "8:60", "1.2.3", "8.300", "x8:30", "8:30:15"])
def test_what_no_clock_shows_is_no_time(text: str) -> None:
    assert Literals(text).times == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("5:30", "17:30", True),
        ("5:30 pm", "17:30", True),
        ("17:30", "17:30", True),
        ("5:30 am", "17:30", False),
        ("5:30 am", "5:30 pm", False),
        ("5:30", "5:31", False),
        ("6:30", "5:30", False),
    ],
)
def test_two_times_are_the_same_where_nothing_tells_them_apart(
    one: str, other: str, same: bool
) -> None:
    (first,), (second,) = Literals(one).times, Literals(other).times

    assert first.is_same(second) is same
    assert second.is_same(first) is same


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("2:1", {("2", "1")}),
        ("3-1", {("3", "1")}),
        ("3–1", {("3", "1")}),
        ("3 to 1", {("3", "1")}),
        ("won 3 nil 1", {("3", "1")}),
        ("3 out of 5", {("3", "5")}),
        ("5 in 6 and 1 and 2", {("5", "6"), ("1", "2")}),
        ("1/3", {("1", "3")}),
        ("10:20:30", set()),
        ("2031-06-10", set()),
    ],
)
def test_a_score_or_a_range_is_a_pair(text: str, pairs: set[tuple[str, str]]) -> None:
    assert Literals(text).pairs == pairs


@pytest.mark.parametrize(
    ("text", "chains"),
    [
        ("v1.2.3", {"1.2.3"}),
        ("at 192.168.0.1 now", {"192.168.0.1"}),
        ("10:20:30", {"10:20:30"}),
        ("2/3/2031", {"2/3/2031"}),
        ("1.5", set()),
    ],
)
def test_a_version_or_an_address_is_one_thing(text: str, chains: set[str]) -> None:
    assert Literals(text).chains == chains


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("half of it", {Fraction(1, 2)}),
        ("nearly half", {Fraction(1, 2)}),
        ("a third", {Fraction(1, 3)}),
        ("two thirds", {Fraction(2, 3)}),
        ("three quarters", {Fraction(3, 4)}),
        ("one fifth", {Fraction(1, 5)}),
        ("two tenths", {Fraction(1, 5)}),
        ("a sixth of the boats", {Fraction(1, 6)}),
        ("third of the lot", {Fraction(1, 3)}),
        ("1/3", {Fraction(1, 3)}),
        ("1/0", set()),
        ("the third boat", set()),
        ("fifth", set()),
        ("half past nine", set()),
        ("a half hour", set()),
        ("half a million", set()),
    ],
)
def test_a_fraction_is_told_from_a_place_in_an_order(text: str, parts: set[Fraction]) -> None:
    assert Literals(text).parts == parts


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("doubled doubles doubling twice two-fold", "two"),
        ("halved halves halving", "half"),
        ("tripled trebled thrice threefold", "three"),
        ("quadrupled fourfold", "four"),
    ],
)
def test_a_multiple_has_one_name(words: str, name: str) -> None:
    assert [Literals(word).multiples for word in words.split()] == [{name}] * len(words.split())


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("-5 degrees", True),
        ("−5 degrees", True),
        ("(-5)", True),
        ("minus 5", True),
        ("a minus $5", True),
        ("5 degrees below zero", True),
        ("5 below freezing", True),
        ("1-5", False),
        ("10 - 5", False),
        ("word-5", False),
        ("5 above", False),
        ("5 of the many boats below zero", False),
    ],
)
def test_a_figure_below_zero_is_told_from_a_range(text: str, below: bool) -> None:
    at = text.index("5")

    assert is_negative(text, at, at + 1) is below


@pytest.mark.parametrize(
    ("said", "source", "values", "holds"),
    [
        ("at 8:30", "at 8.30", (), True),
        ("at 8 am", "at 8:00", (), True),
        ("at 8 am", "it is eight", (8,), True),
        ("at 8:30", "at 9:30", (), False),
        ("at 8:30 am", "8:30 pm", (), False),
        ("won 21:15", "won 21-15", (), True),
        ("won 2:1", "won 1:2", (), False),
        ("won 3-1", "won 1-3", (), False),
        ("won 3-1", "they won", (), True),
        ("1/3 of it", "a third", (), True),
        ("1/3 of it", "two", (), False),
        ("half of it", "50 %", (50,), True),
        ("a third of it", "33 %", (33,), True),
        ("a quarter of it", "20 %", (20,), False),
        ("version 1.2.3", "version 1.2.3", (), True),
        ("version 1.2.3", "version 1.2.4", (), False),
        ("on 23.04.2031", "on 23 April", (), True),
        ("it doubled", "it doubled", (), True),
        ("it doubled", "from 2 to 4", (2, 4), True),
        ("it doubled", "from 2", (2,), False),
        ("it doubled", "it tripled from 2 to 6", (2, 6), False),
        ("flight LH400", "flight LH 400", (), True),
        ("flight LH400", "flight LH401", (), False),
        ("room B-12", "room B12", (), True),
    ],
)
def test_a_literal_stands_where_the_source_writes_the_same(
    said: str, source: str, values: tuple[int, ...], holds: bool
) -> None:
    known = {Fraction(value) for value in values}

    assert literals_hold(Literals(said), [Literals(source)], known) is holds
