"""Times counted from today: yesterday, last week, three days ago; pure."""

from __future__ import annotations

import re
from datetime import date

from index.when_days import (
    Days,
    around,
    back,
    last_weekday,
    latest_season,
    month_of,
    on,
    season_of,
)
from index.when_patterns import AFTER_OWNER, LOOK_BACK, ONE, OVER
from index.when_words import DAY, NUMBERS, SEASONS, UNITS, month_number

# "In the last days" are about so many.
_SOME = 3
_MANY = frozenset(
    "days weeks months years decades quarters tage tagen wochen monate monaten jahre jahren jours"
    " semaines ans années días dias semanas meses años".split()
)


def days_of(groups: dict[str, str], today: date) -> Days:
    """The days that the words of a match mean, by the names of its groups."""
    return _count_units(groups, today) if "unit" in groups else _name_days(groups, today)


def is_name(match: re.Match[str], text: str) -> bool:
    """Whether it is the name of a song, a show or a film rather than a time."""
    word = match[0].strip()
    return (
        word[:1].isupper()
        and text[: match.start()].strip(" \t\n¿¡_-") != ""
        and not text.isupper()
        and re.match(r"(?:Letzte|Vergangene|Diese)", word) is None
    )


def is_of_something(match: re.Match[str], groups: dict[str, str], text: str) -> bool:
    """Whether it is the last week of a season, the last year that somebody won, his last month."""
    front = text[max(0, match.start() - LOOK_BACK) : match.start()]
    if AFTER_OWNER.search(front):
        return True
    if "count" not in groups and re.match(r"\s+(?:of|des|de la|del)\b", text[match.end() :]):
        return True
    is_single = "count" not in groups and ONE.search(front) is not None
    return is_single and OVER.search(front) is None


def _name_days(groups: dict[str, str], today: date) -> Days:
    """Yesterday, last Friday, last March, this winter."""
    if "month" in groups:
        number = month_number(groups["month"])
        return month_of(today.year - (number >= today.month), number)
    if "season" in groups:
        start, end = latest_season(SEASONS[groups["season"].lower()], today)
        if "this" in groups or end < today:
            return start, end
        return season_of(start.year - 1, start.month)
    if "weekday" in groups:
        day = last_weekday(groups["weekday"], today)
    else:
        day = back(today, 2 if "back" in groups else 1 if "yesterday" in groups else 0)
    return day, day


def _count_units(groups: dict[str, str], today: date) -> Days:
    """Last week, this month, the last three days, two months ago."""
    unit, count = groups["unit"].lower(), groups.get("count", "").lower()
    days = UNITS.get(unit) or UNITS[unit.removesuffix("es").removesuffix("s")]
    number = int(count) if count.isdigit() else NUMBERS.get(count, 0)
    if "ago" in groups:
        middle, slack = back(today, number * days), 0 if days == DAY else days // 2
        return back(middle, slack), min(today, on(middle, slack))
    if "this" in groups:
        return around(today, days)[0], today
    if number or unit in _MANY:
        return back(today, (number or _SOME) * days), today
    if days == DAY or groups["last"].lower() == "past":
        return back(today, days), today
    start, end = around(today, days)
    return (start, end) if end < today else around(back(start, 1), days)
