import pytest

from bot.answering.facts import (
    dates_in,
    maybe_negated_in,
    names_in,
    negated_in,
    numbers_in,
    published_dates,
    states_time,
)
from bot.answering.words import words_of


def test_figures_read_alike_in_digits_and_letters() -> None:
    assert numbers_in("25,000 and twenty-five") == {"25000", "25"}
    assert numbers_in("a dozen of 007, 3.0 million") == {"12", "7", "3", "million"}
    assert numbers_in("nobody at all") == frozenset()


@pytest.mark.parametrize(
    ("text", "years", "months", "days"),
    [
        ("On April 23, 2025, he spoke", {2025}, {4}, {(4, 23)}),
        ("on 23 april", set(), {4}, {(4, 23)}),
        ("on apr 23rd", set(), {4}, {(4, 23)}),
        ("in March he may march", set(), {3}, set()),
        ("they may march on", set(), set(), set()),
        ("in May 2024", {2024}, {5}, set()),
        ("on the 23rd of April", set(), {4}, {(4, 23)}),
        ("on 2025-04-23", {2025}, {4}, {(4, 23)}),
        ("on 23.04.2025", {2025}, {4}, {(4, 23)}),
        ("version 2025-14-23 and 1.2.3", {2025}, set(), set()),
        ("by Jan Holt", set(), set(), set()),
        ("room 2500 and 169 seats", set(), set(), set()),
    ],
)
def test_dates_are_read_at_the_precision_they_have(
    text: str, years: set[int], months: set[int], days: set[tuple[int, int]]
) -> None:
    dates = dates_in(words_of(text))

    assert dates.years == years
    assert dates.months == months
    assert dates.days == days


@pytest.mark.parametrize(
    ("given", "days"), [("2025-04-29T10:00:00Z", {(4, 29)}), ("2025-04", set()), (None, set())]
)
def test_an_article_date_is_read_at_its_precision(
    given: str | None, days: set[tuple[int, int]]
) -> None:
    assert published_dates(given).days == days


@pytest.mark.parametrize("text", ["at 8 a.m.", "at 10:30", "on Monday", "by noon", "in 1806"])
def test_a_time_is_told(text: str) -> None:
    assert states_time(words_of(text))


@pytest.mark.parametrize("text", ["I am 30", "he may go", "eight boats"])
def test_no_time_is_told(text: str) -> None:
    assert not states_time(words_of(text))


def test_names_are_capitalised_words_but_not_the_first_alone() -> None:
    assert names_in(words_of("Visitors met Ada Quill in Gull Bay")) == names_in(
        words_of("they met Ada Quill in Gull Bay")
    )
    assert names_in(words_of("Ada Quill left")) == {"ada", "quill"}


def test_a_negation_denies_the_next_word_and_may_deny_those_around() -> None:
    words = words_of("The union did not really sign the deal")

    assert negated_in(words) == {"sign"}
    assert {"union", "deal"} <= maybe_negated_in(words)
