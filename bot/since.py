"""From which day on: what a member types for ``since``, in four languages; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from bot.speech import mark
from index.when_days import back
from index.when_spans import TimeSpan, find_spans
from index.when_words import MONTH, NUMBERS, UNITS, YEAR

SINCE_EXAMPLES = mark("2024, March 2024, 2024-05-01, last week, 3 days")
"""What can be typed, for people."""
_LONGEST = 100
_QUARTER, _DECADE = 3, 120
_MONTHS_OF = {MONTH: 1, YEAR: 12, UNITS["quarter"]: _QUARTER, UNITS["decade"]: _DECADE}
_COUNTED = re.compile(
    r"(?:(?:the|in|vor|den|il y a|les|hace|los|las|since|seit|depuis|desde)\s+)*"
    r"(?:(?:last|past|letzten?|vergangenen|derniers|dernières|últimos|últimas)\s+)?"
    r"(?P<count>\d{1,4}|[^\W\d_]+)\s+"
    r"(?:(?:last|past|letzten?|derniers|dernières|últimos|últimas)\s+)?"
    r"(?P<unit>[^\W\d_]+)(?:\s+(?:ago|passés|pasados|pasadas))?",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?:\D{0,12}\s)?(?P<year>\d{4})(?P<part>[-/.])(?P<month>\d{1,2})(?:(?P=part)(?P<day>\d{1,2}))?"
)
# It is "here" in German, so that a question must be French for it; here nothing else fits.
_HIER = re.compile(r"(?:depuis\s+)?hier", re.IGNORECASE)
# Words that may stand beside a day without changing which day it is.
_BESIDE = frozenset(
    """since from the on in of after this starting beginning as start early year month
    seit ab dem der den vom von im am anfang jahr
    depuis le la les l à partir de du en dès mois année
    desde el los las del año mes a""".split()
)
_WORD = re.compile(r"[^\W_]+")


def read_since(text: str, today: date) -> date | None:
    """The first day of what was typed: a day, a month, a year, "last week", "3 days".

    Args:
        text: As a member typed it.
        today: What "last week" is counted from.

    Returns:
        None where it names no time, more than a time, or a day that there is not.
    """
    line = " ".join(text[: _LONGEST + 1].split()).strip(" .,!")
    if not line or len(line) > _LONGEST:
        return None
    if numeric := _NUMERIC.fullmatch(line):
        return _read_numeric(numeric)
    if _HIER.fullmatch(line):
        return back(today, 1)
    counted = _COUNTED.fullmatch(line)
    if counted is not None and (day := _count_back(counted, today)) is not None:
        return day
    # A bare "2024" or "May" is a time behind a word that says so.
    for said in (line, f"since {line}"):
        spans = find_spans(said, today)
        if spans and _says_nothing_else(said, spans):
            return spans[0].start
    return None


def _read_numeric(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"] or 1))
    except ValueError:
        return None  # the 31st of June


def _count_back(found: re.Match[str], today: date) -> date | None:
    """So many days, weeks, months or years before today; None where it counts something else."""
    count, unit = found["count"].lower(), found["unit"].lower()
    number = int(count) if count.isdecimal() else NUMBERS.get(count)
    days = UNITS.get(unit)
    if number is None or days is None:
        return None
    if days in _MONTHS_OF:
        return _months_back(today, number * _MONTHS_OF[days])
    return back(today, number * days)


def _months_back(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _says_nothing_else(line: str, spans: list[TimeSpan]) -> bool:
    taken = [(span.at, span.at_end) for span in spans]
    return all(
        word[0].lower() in _BESIDE or any(start <= word.start() < end for start, end in taken)
        for word in _WORD.finditer(line)
    )
