"""Days, weeks, months and seasons as first and last days; pure."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

from index.when_words import DECADE, MONTH, QUARTER, WEEK, WEEKDAYS, WEEKEND

Days = tuple[date, date]

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS_AT_MOST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FEBRUARY, LEAP_DAY = 2, 29
_LONGEST_WAIT = 8  # from one leap year to the next


def back(day: date, days: int) -> date:
    """So many days earlier, or the first there is."""
    return day - timedelta(days=min(days, (day - date.min).days))


def on(day: date, days: int) -> date:
    """So many days later, or the last there is."""
    return day + timedelta(days=min(days, (date.max - day).days))


def month_of(year: int, month: int) -> Days:
    """A month's first and last day."""
    if (year, month) == (date.max.year, 12):
        return date(year, month, 1), date.max
    return date(year, month, 1), back(date(year + month // 12, month % 12 + 1, 1), 1)


def season_of(year: int, month: int) -> Days:
    """The first and the last day of the three months from one on."""
    later = month + 1
    return date(year, month, 1), month_of(year + later // 12, later % 12 + 1)[1]


def latest_season(month: int, today: date) -> Days:
    """The season that began last."""
    return season_of(today.year - (today.month < month), month)


def latest_month(month: int, today: date) -> Days:
    """The month of that number that began last."""
    return month_of(today.year - (today.month < month), month)


def latest_day(month: int, day: int, today: date) -> date:
    """The day of that month that came last; ``ValueError`` where a month has no such day."""
    years = range(today.year, max(0, today.year - _LONGEST_WAIT - 1), -1)
    is_leap_day = (month, day) == (FEBRUARY, LEAP_DAY)
    days = (date(year, month, day) for year in years if isleap(year) or not is_leap_day)
    found = next((found for found in days if found <= today), None)
    if found is None:
        raise ValueError(f"no such day before {today}")
    return found


def last_weekday(name: str, today: date) -> date:
    """The last day of that name before today."""
    return back(today, (today.weekday() - WEEKDAYS[name.lower()] - 1) % 7 + 1)


def around(day: date, length: int) -> Days:
    """The week, month, year and so on that a day lies in; ``length`` is of ``when_words``."""
    if length == WEEK:
        monday = back(day, day.weekday())
        return monday, on(monday, 6)
    if length == WEEKEND:
        # Until the next one begins, it is the one that was last.
        saturday = back(day, (day.weekday() - 5) % 7)
        return saturday, on(saturday, 1)
    if length == MONTH:
        return month_of(day.year, day.month)
    if length == QUARTER:
        first = 3 * ((day.month - 1) // 3) + 1
        return date(day.year, first, 1), month_of(day.year, first + 2)[1]
    if length == DECADE:
        first = max(1, day.year // 10 * 10)
        return date(first, 1, 1), date(min(first + 9, date.max.year), 12, 31)
    return date(day.year, 1, 1), date(day.year, 12, 31)


def tell(day: date) -> str:
    """A day for people: "3 March 2026"."""
    return tell_parts(day.day, day.month, day.year)


def tell_parts(day: int, month: int, year: int | None = None) -> str:
    """The same for what need be no day that there is."""
    return f"{day} {_MONTHS[month - 1]}{f' {year}' if year else ''}"


def tell_both(start: date, end: date) -> str:
    """A time for people: "16 to 22 March 2026", "March 2026", "2025"."""
    if start == end:
        return tell(start)
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return str(start.year) if start.year == end.year else f"{start.year} to {end.year}"
    same_year = start.year == end.year
    if start.day == 1 and end == month_of(end.year, end.month)[1]:
        last = f"{_MONTHS[end.month - 1]} {end.year}"
        if same_year and start.month == end.month:
            return last
        return f"{_MONTHS[start.month - 1]}{'' if same_year else f' {start.year}'} to {last}"
    if same_year and start.month == end.month:
        return f"{start.day} to {tell(end)}"
    first = f"{start.day} {_MONTHS[start.month - 1]}" if same_year else tell(start)
    return f"{first} to {tell(end)}"
