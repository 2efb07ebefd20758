"""What members type for the first day that counts."""

from __future__ import annotations

from datetime import date

import pytest

from bot.since import SINCE_EXAMPLES, read_since

# A Wednesday.
TODAY = date(2026, 3, 25)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", "2024-01-01"),
        ("since 2024", "2024-01-01"),
        ("March 2024", "2024-03-01"),
        ("2024-05-01", "2024-05-01"),
        ("2024-05", "2024-05-01"),
        ("2024/5/1", "2024-05-01"),
        ("01.05.2024", "2024-05-01"),
        ("5 May 2025", "2025-05-05"),
        ("May 5, 2025", "2025-05-05"),
        ("since the 1st of April 2025", "2025-04-01"),
        ("May", "2025-05-01"),
        ("Monday", "2026-03-23"),
        ("yesterday", "2026-03-24"),
        ("today", "2026-03-25"),
        ("last week", "2026-03-16"),
        ("this year", "2026-01-01"),
        ("last month", "2026-02-01"),
        ("3 days", "2026-03-22"),
        ("two weeks ago", "2026-03-11"),
        ("in the last two weeks", "2026-03-11"),
        ("3 months", "2025-12-25"),
        ("summer 2023", "2023-06-01"),
        ("Q1 2024", "2024-01-01"),
        ("1. Mai 2024", "2024-05-01"),
        ("seit März 2024", "2024-03-01"),
        ("ab 2024", "2024-01-01"),
        ("letzte Woche", "2026-03-16"),
        ("vor 3 Tagen", "2026-03-22"),
        ("gestern", "2026-03-24"),
        ("1er mai 2024", "2024-05-01"),
        ("à partir de mars 2024", "2024-03-01"),
        ("la semaine dernière", "2026-03-16"),
        ("il y a 3 jours", "2026-03-22"),
        ("hier", "2026-03-24"),
        ("1 de mayo de 2024", "2024-05-01"),
        ("la semana pasada", "2026-03-16"),
        ("hace 3 días", "2026-03-22"),
        ("ayer", "2026-03-24"),
        ("  2024-05-01 . ", "2024-05-01"),
        ("2099", "2099-01-01"),
    ],
)
def test_a_day_is_read_as_it_is_meant(text: str, day: str) -> None:
    assert read_since(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "the ferry", "before 2024", "until May", "vor 2024", "31 June 2024", "2024-02-30",
        "5/1/2024", "since the ferry accident of 2024", "2 persons", "between March and May 2024",
        "x" * 500, "2024 " * 40, "<@123>", "\0", "99999999999999999999 days", "end of 2024",
    ],
)  # fmt: skip
def test_what_is_no_first_day_is_not_guessed(text: str) -> None:
    assert read_since(text, TODAY) is None


def test_a_count_that_leads_before_all_days_ends_at_the_first() -> None:
    assert read_since("9999 years", TODAY) == date.min


@pytest.mark.parametrize("month", [1, 3, 8, 12])
def test_a_month_back_from_its_last_day_is_a_day_that_there_is(month: int) -> None:
    since = read_since("1 month", date(2026, month, 31))

    assert since is not None
    assert since < date(2026, month, 31)


def test_every_example_that_people_are_shown_can_be_read() -> None:
    assert all(read_since(example, TODAY) for example in SINCE_EXAMPLES.split(", "))
