"""Dates keep the precision they were given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.dates import readable_date, readable_size
from tests.fakes.discord_markdown import find_active


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, None),
        (" ", None),
        ("2025", "2025"),
        ("2025-04", "April 2025"),
        ("2025-04-09", "9 April 2025"),
        ("2025-04-29T22:15:00Z", "29 April 2025, 22:15 UTC"),
        ("2025-04-29T22:15:00-04:00", "29 April 2025, 22:15 UTC−4"),
        ("2025-04-29T22:15:00+05:30", "29 April 2025, 22:15 UTC+5:30"),
        ("2025-04-29 22:15", "29 April 2025, 22:15"),
        ("2025-13-01", "2025-13-01"),
        ("Spring of *2025*", "Spring of \\*2025\\*"),
    ],
)
def test_a_date_reads_well_at_its_own_precision(given: str | None, shown: str | None) -> None:
    assert readable_date(given) == shown


@given(st.text())
def test_what_is_no_date_is_harmless_and_short(text: str) -> None:
    shown = readable_date(text) or ""

    assert len(shown) <= 40
    assert find_active(shown) == []


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 kB"), (4_096, "4 kB"), (1_000_000, "1.0 MB"), (12_345_678, "12.3 MB")],
)
def test_sizes_are_short(count: int, shown: str) -> None:
    assert readable_size(count) == shown
