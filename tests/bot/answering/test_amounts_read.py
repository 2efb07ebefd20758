"""Each figure is read as people mean it: its value, its unit, what it counts, where it stands."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.answering.amounts import amounts_in
from bot.answering.days import date_key, date_run, days_between, years_of
from bot.answering.words import words_of


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("sixteen hundred boats", "sixteen hundred", 1600),
        ("three hundred and forty-five sacks", "three hundred and forty-five", 345),
        ("two hundred and four thousand", "two hundred and four thousand", 204_000),
        ("two million three hundred thousand", "two million three hundred thousand", 2_300_000),
        ("one million two thousand and five", "one million two thousand and five", 1_002_005),
        ("five hundred thousand and six", "five hundred thousand and six", 500_006),
        ("two hundred and two million", "two hundred and two million", 202_000_000),
        ("twelve thousand two hundred and fifty six", "twelve thousand two hundred and fifty six",
         12_256),
        ("ninety-nine", "ninety-nine", 99),
        ("twenty nine", "twenty nine", 29),
        ("a dozen eggs", "dozen", 12),
        ("two dozens", "two dozens", 24),
        ("half a dozen", "dozen", 6),
        ("a thousand", "thousand", 1000),
        ("one hundred", "one hundred", 100),
        ("one boat", "one", 1),
        ("40k people", "40k", 40_000),
        ("40m tall", "40", 40),
        ("$40m", "40m", 40_000_000),
        ("£2b", "2b", 2 * 10**9),
        ("€5mn", "5mn", 5_000_000),
        ("£40 million", "40 million", 40_000_000),
        ("¥3 bn", "3 bn", 3 * 10**9),
        ("007 boats", "007", 7),
        ("3.50 crowns", "3.50", Fraction(7, 2)),
        ("1.5 trillion", "1.5 trillion", 15 * 10**11),
        ("zero boats", "zero", 0),
    ],
)  # fmt: skip
def test_a_figure_is_read_to_its_end_and_no_further(
    text: str, written: str, value: Fraction | int
) -> None:
    (amount,) = amounts_in(text)

    assert amount.value == value
    assert text[amount.start : amount.end] == written


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty twelve", [20, 12]),
        ("ten and four boats", [10, 4]),
        ("two hundred thousand boats and three million carts", [200_000, 3_000_000]),
        ("one hundred, two hundred", [100, 200]),
        ("one thousand, two million", [1000, 2_000_000]),
        ("from 40 to 60 and 70", [40, 60, 70]),
    ],
)
def test_figures_that_stand_side_by_side_stay_apart(text: str, values: list[int]) -> None:
    assert [a.value for a in amounts_in(text)] == values


@pytest.mark.parametrize(
    "text",
    """one day|one another|each one|this one|that one|some one|which one|the one|one can hope
    |one should|one more|one who|one which|one that|per thousand|hundred boats|1.2.3|12:30
    |any one|every one|""".split("|"),
)  # fmt: skip
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert amounts_in(text.strip()) == []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("40 kg", {"kilogram"}),
        ("40kg of flour", {"kilogram"}),
        ("5 °", {"degree"}),
        ("50 kWh", {"kwh"}),
        ("12 ha of land", {"hectare"}),
        ("30 sec", {"second"}),
        ("80 km/h", {"kilometre"}),
        ("40-metre mast", {"metre"}),
        ("40 miles north", {"mile"}),
        ("£40", {"pound"}),
        ("€ 40", {"euro"}),
        ("40 lbs", {"pound"}),
        ("40 boats of 3 km", set()),
        ("a 5 % share", {"percent"}),
    ],
)
def test_a_unit_is_what_stands_right_behind_a_figure_or_a_sign_before_it(
    text: str, units: set[str]
) -> None:
    assert amounts_in(text)[0].units == units


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("40 boats", ("boat",)),
        ("40 large wooden boats", ("larg", "wooden")),
        ("40 boats, 30 carts", ("boat",)),
        ("40 of the boats", ("boat",)),
        ("40 30 boats", ()),
        ("two million people", ("person",)),
        ("40. Boats left", ()),
    ],
)
def test_a_figure_counts_the_first_two_things_behind_it(
    text: str, counted: tuple[str, ...]
) -> None:
    assert amounts_in(text)[0].counted == counted


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("over 40", "above"),
        ("above the 40", "above"),
        ("exceeding 40", "above"),
        ("more than about 40 boats", "above"),
        ("in excess of 40", "above"),
        ("upwards of 40", "above"),
        ("a minimum of 40", "above"),
        ("beyond 40", "above"),
        ("better than 40", "above"),
        ("no fewer than 40", "above"),
        ("no less than 40", "above"),
        ("not less than 40", "above"),
        ("40 and over", "above"),
        ("40 people or more", "above"),
        ("40 or above", "above"),
        ("no more than 40", "below"),
        ("not more than 40", "below"),
        ("fewer than 40", "below"),
        ("a maximum of 40", "below"),
        ("40 or less", "below"),
        ("40 people or fewer", "below"),
        ("just short of 40", "below"),
        ("as many as 40", "below"),
        ("under 40", "below"),
        ("within 40", "below"),
        ("almost 40", ""),
        ("nearly the 40", ""),
        ("40 more", ""),
        ("more boats than ever, in all 40", ""),
        ("before 2031", "below"),
        ("until 4 May", "below"),
        ("by 12 June", "below"),
        ("since 2030", "above"),
        ("from 4 May", "above"),
        ("after 2030", "above"),
        ("in 2031", ""),
        ("over 2031", ""),
        ("since 40 boats left", ""),
    ],
)
def test_a_bound_is_read_from_what_stands_around_a_figure(text: str, bound: str) -> None:
    assert amounts_in(text)[0].bound == bound


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("4 of May", True),
        ("the 4th of May", True),
        ("May 4", True),
        ("31 May", True),
        ("2031 boats", True),
        ("4 days in May", False),
        ("4 boats May saw", False),
        ("four May", False),
        ("40 boats", False),
    ],
)
def test_a_figure_beside_a_month_is_a_date_and_so_is_a_year(text: str, is_date: bool) -> None:
    assert amounts_in(text)[0].is_date is is_date


@pytest.mark.parametrize(
    ("text", "run", "key"),
    [
        ("13 September 2031", ["13", "September", "2031"], (2031, 9, 13)),
        ("12 June 1806 at noon", ["12", "June", "1806"], (1806, 6, 12)),
        ("September 13 2031 boats", ["September", "13", "2031"], (2031, 9, 13)),
        ("May 2031", ["May", "2031"], (2031, 5, None)),
        ("4 May", ["4", "May"], (None, 5, 4)),
        ("23 of April 2030 and more", ["23", "April", "2030"], (2030, 4, 23)),
        ("2031", ["2031"], (2031, None, None)),
        ("September", ["September"], (None, 9, None)),
        ("31 boats", [], (None, None, None)),
        ("of May 2031", [], (None, None, None)),
        ("99999 May", [], (None, None, None)),
        ("999", [], (None, None, None)),
        ("2200", [], (None, None, None)),
        ("1000", ["1000"], (1000, None, None)),
    ],
)
def test_a_date_is_read_from_where_it_starts_to_where_it_ends(
    text: str, run: list[str], key: tuple[int | None, int | None, int | None]
) -> None:
    found = date_run(words_of(text), 0)

    assert [word.text for word in found] == run
    assert date_key(found) == key


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("2031-06-10", "2031-06-12", 2),
        ("2031-06-12T10:00:00Z", "2031-06-10", 2),
        ("2031-06-10", "2031-06-10", 0),
        ("2031", "2031-06-10", None),
        (None, "2031-06-10", None),
        ("2031-06-10", None, None),
        ("", "", None),
    ],
)
def test_days_lie_between_dates_that_are_known_to_the_day(
    one: str | None, other: str | None, days: int | None
) -> None:
    assert days_between(one, other) == days


def test_the_years_of_several_texts_are_those_of_all() -> None:
    assert years_of(["in 2031 and 1806", "no 999, no 2200, no 12", "2031"]) == {"2031", "1806"}
