"""What a text states, read where it is easily misread: a month that is a verb, a name a word."""

from __future__ import annotations

import pytest

from bot.answering.facts import (
    Dates,
    dates_in,
    is_figure,
    maybe_negated_in,
    names_in,
    negated_in,
    numbers_in,
    published_dates,
    states_time,
    units_in,
)
from bot.answering.words import stems_of, words_of


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *((f"{before} May", 5) for before in "in last since until by of".split()),
        ("about May", None),
        ("in may", None),
        ("May", None),
        ("4 may", 5),
        ("may 4", 5),
        ("in march", 3),
        ("last march", None),
        ("by march", None),
        ("by May Holt", None),
        ("in Sep", 9),
        ("Sept 3", 9),
        ("3 jan", 1),
        ("dec 4", 12),
        ("june", 6),
        ("4 boats in may", None),
    ],
)
def test_a_word_that_may_be_a_verb_or_a_name_is_a_month_only_where_it_must_be(
    text: str, month: int | None
) -> None:
    assert dates_in(words_of(text)).months == ({month} if month else set())


@pytest.mark.parametrize(
    ("text", "years", "days"),
    [
        ("2025-04-23", {2025}, {(4, 23)}),
        ("2025-01-01", {2025}, {(1, 1)}),
        ("31.12.2025", {2025}, {(12, 31)}),
        ("2025-13-23", {2025}, set()),
        ("2025-04-32", {2025}, set()),
        ("2025-4-23", {2025}, set()),
        ("23.04.2025", {2025}, {(4, 23)}),
        ("32.04.2025", set(), set()),
        ("23.13.2025", set(), set()),
        ("23.04.0999", set(), set()),
        ("in 1000, 1806 and 2199", {1000, 1806, 2199}, set()),
        ("in 999 and 2200", set(), set()),
        ("April 0", set(), set()),
        ("April 31", set(), {(4, 31)}),
        ("April 32", set(), set()),
        ("23 of the April", set(), set()),
        ("April 4 and 5 May", set(), {(4, 4), (5, 5)}),
        ("2031-06-10 and 11 June", {2031}, {(6, 10), (6, 11)}),
    ],
)
def test_only_days_that_a_calendar_has_are_dates(
    text: str, years: set[int], days: set[tuple[int, int]]
) -> None:
    dates = dates_in(words_of(text))

    assert dates.years == years
    assert dates.days == days


def test_an_articles_date_is_known_as_far_as_it_is_given() -> None:
    day = published_dates("2025-04-29T10:00:00Z")

    assert published_dates("2025") == Dates(years=frozenset({2025}))
    assert published_dates("2025-04") == Dates(frozenset({2025}), frozenset({4}))
    assert day == Dates(frozenset({2025}), frozenset({4}), frozenset({(4, 29)}))
    assert not published_dates("last spring")
    assert not published_dates("")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *((word, True) for word in "yesterday today tomorrow noon midnight sunday".split()),
        ("in the 3rd century", True),
        ("two centuries ago", True),
        ("a decade ago", True),
        ("8 o'clock", True),
        ("at 8 pm", True),
        ("at 8 am", True),
        ("eight am", False),
        ("am I", False),
        ("10:30", True),
        ("ratio 3", False),
        ("in May 2031", True),
    ],
)
def test_a_text_that_says_when_is_told_from_one_that_does_not(text: str, told: bool) -> None:
    assert states_time(words_of(text)) is told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada left", set()),
        ("Ada", set()),
        ("Ada Quill left", {"ada", "quill"}),
        ("The Ada", {"ada"}),
        ("They met The Quill", {"quill"}),
        ("left Ada's boat", {"ada"}),
    ],
)
def test_a_sentences_first_word_is_a_name_only_beside_another(text: str, names: set[str]) -> None:
    assert names_in(words_of(text)) == names


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("it is not open", {"open"}),
        ("no longer open", {"open"}),
        ("never really opened", {"open"}),
        ("has yet to open", {"open"}),
        ("anything but open", {"open"}),
        ("far from open", {"open"}),
        ("far away open", set()),
        ("stopped being open", {"open"}),
        ("stops being open", {"open"}),
        ("works for nobody", {"work"}),
        ("opened for nothing", {"open"}),
        ("none of the boats", {"boat"}),
        ("without lamps", {"lamp"}),
        ("didn't sail", {"sail"}),
        ("he refused to sail", {"sail"}),
        ("they deny it", set()),
        ("not", set()),
    ],
)
def test_a_denial_denies_what_it_is_said_of(text: str, denied: set[str]) -> None:
    assert negated_in(words_of(text)) == denied


def test_what_stands_within_four_words_of_a_denial_may_be_denied() -> None:
    far = "alpha beta gamma delta epsilon not zeta eta theta iota kappa lambda"
    near = "beta gamma delta epsilon not zeta eta theta iota"

    assert maybe_negated_in(words_of(far)) == stems_of(near)
    assert maybe_negated_in(words_of("alpha beta")) == frozenset()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("twenty ten", {"20", "10"}),
        ("twenty zero", {"20", "0"}),
        ("ninety nine", {"99"}),
        ("nineteen", {"19"}),
        ("seven hundred thousand", {"7", "hundred", "thousand"}),
        ("5 bn", {"5", "billion"}),
        ("3m and 4k", {"3", "4"}),
        ("00", {"0"}),
        ("1.5 and 2.0", {"1.5", "2"}),
    ],
)
def test_figures_are_told_however_they_are_written(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == numbers


def test_one_is_seldom_a_figure() -> None:
    told = {word.text: is_figure(word) for word in words_of("one two dozen hundred 5 boats bn")}

    assert told == {
        "one": False, "two": True, "dozen": True, "hundred": True, "5": True, "boats": False,
        "bn": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("percent", "5%|5 per cent|5 percent"),
        ("dollar", "$5|5 dollars|1 dollar"),
        ("euro", "€5|5 euro|5 euros"),
        ("pound", "£5"),
        ("yen", "¥5|5 yen"),
        ("won", "₩5"),
        ("kilometre", "5 km|5 kilometers|1 kilometre"),
        ("mile", "5 miles|1 mile"),
        ("kilogram", "5 kg|5 kilograms"),
        ("tonne", "5 tons|1 tonne"),
        ("hour", "5 hours"),
        ("minute", "1 minute"),
        ("day", "5 days"),
        ("week", "1 week"),
        ("month", "5 months"),
        ("year", "5 years"),
        ("degree", "5°|5 degrees"),
        ("metre", "5 m|5 meters|1 metre"),
        ("foot", "5 feet|1 foot"),
        ("inch", "5 inches|1 INCH"),
    ],
)
def test_a_unit_has_one_name_however_it_is_written(unit: str, written: str) -> None:
    assert [units_in(text) for text in written.split("|")] == [{unit}] * len(written.split("|"))


@pytest.mark.parametrize("text", ["m5", "a.m", "daylight", "weekend", "fooled", "pounding"])
def test_a_part_of_a_word_is_no_unit(text: str) -> None:
    assert units_in(text) == frozenset()
