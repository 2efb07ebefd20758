"""Dates as people read them, at the precision they were given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from bot.rendering.text import shorten
from bot.speech import SOURCE, language, tr, tr_n

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_BEGINS_AS_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T.*)?)?)?\Z")
_UNKNOWN_LIMIT = 40
_MINUTE, _HOUR = 60, 3600
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def readable_date(given: str | None) -> str | None:
    """``2025-04`` as "April 2025", ``2025-04-29`` as "29 April 2025"; None where unknown.

    Days and months are written as in the language that is spoken. A timestamp keeps its time
    and offset. What is no date is shown as it was given.
    """
    if given is None or not given.strip():
        return None
    given = given.strip()
    return _read_partial(given) or _read_timestamp(given) or shorten(given, _UNKNOWN_LIMIT)


def newest_date(given: Iterable[str | None]) -> str | None:
    """The newest of some dates as people read it; None where none is known."""
    known = [date.strip() for date in given if date and _BEGINS_AS_DATE.match(date.strip())]
    # At whatever precision, the texts of dates stand in the order of time.
    return readable_date(max(known)) if known else None


def moment(given: str | None, style: str = "f") -> str:
    """A time of ours (ISO 8601) as Discord shows it to each reader in their own zone.

    ``style`` is Discord's: "f" the day and time, "R" how far from now.
    """
    if not given:
        return tr("never")
    try:
        known = datetime.fromisoformat(given)
    except ValueError:
        return shorten(given, _UNKNOWN_LIMIT)
    return f"<t:{int(known.replace(tzinfo=known.tzinfo or UTC).timestamp())}:{style}>"


def readable_span(seconds: float) -> str:
    """A time span in words, roughly: "40 seconds", "3 minutes", "2 hours"."""
    if seconds >= 1.5 * _HOUR:
        return tr_n("{count} hour", "{count} hours", round(seconds / _HOUR))
    if seconds >= 1.5 * _MINUTE:
        return tr_n("{count} minute", "{count} minutes", round(seconds / _MINUTE))
    return tr_n("{count} second", "{count} seconds", max(1, round(seconds)))


def readable_size(count: int) -> str:
    """Bytes as "12 kB" or "3.4 MB"."""
    kilo = 1000
    if count < kilo * kilo:
        return f"{count / kilo:.0f} kB"
    return f"{count / kilo / kilo:.1f} MB"


def _read_partial(given: str) -> str | None:
    match = _PARTIAL.fullmatch(given)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        known = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return _write_day(known)
    return _write_month(known) if month else str(known.year)


def _read_timestamp(given: str) -> str | None:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    text = f"{_write_day(moment)}, {moment:%H:%M}"
    offset = moment.utcoffset()
    if offset is None:
        return text
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return f"{text} UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"{text} UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _write_month(day: date) -> str:
    if language() != SOURCE:
        from babel.dates import format_skeleton  # noqa: PLC0415 - English waits for no library

        return format_skeleton("yMMMM", day, locale=language())
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _write_day(day: date) -> str:
    if language() != SOURCE:
        from babel.dates import format_date  # noqa: PLC0415 - as above

        return format_date(day, "long", locale=language())
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
