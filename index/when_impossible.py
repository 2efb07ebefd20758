"""Days that no calendar has: the 31st of November; pure."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterator

from index.when_days import DAYS_AT_MOST, FEBRUARY, LEAP_DAY, tell_parts
from index.when_words import MONTHS

_LONGEST = 1_000
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_DAY = r"(?P<day>29|30|31)"
_YEAR = r"(?P<year>1\d{3}|2[01]\d{2})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>29|30|31)\b(?!-)",
        rf"\b{_DAY}\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}})\b",
        rf"\b{_DAY}(?:st|th|\.|er|º)?\s+(?:of\s+|de\s+)?{_MONTH}\b(?:,?\s+(?:of\s+|de\s+)?{_YEAR}\b)?",
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?:st|th)?\b(?![%:/]|[.,]\d)(?:,?\s+{_YEAR}\b)?",
    )
)


def find_impossible_day(text: str) -> str | None:
    """The first day a text names that there is not, for people: "31 November"."""
    return next(_iter_impossible(text[:_LONGEST]), None)


def _iter_impossible(text: str) -> Iterator[str]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            month = found["month"].lower()
            number = int(month) if month.isdecimal() else MONTHS[month]
            year = int(found["year"]) if found["year"] else None
            day = int(found["day"])
            if not 1 <= number <= len(DAYS_AT_MOST):
                continue
            if day > DAYS_AT_MOST[number - 1]:
                yield tell_parts(day, number)
            elif (number, day) == (FEBRUARY, LEAP_DAY) and year and not isleap(year):
                yield tell_parts(day, number, year)
