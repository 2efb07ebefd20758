"""What the metadata of PDF and Word files is worth: a title, a day, names; never taken blindly.

The programs that write such files fill these fields themselves, often with nonsense. A date
in them says when the file was made, which is a hint at best.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from index.reading.blocks import CleanText
from index.reading.cleaning import clean_names, clean_title
from index.reading.file_names import date_in
from index.reading.metadata import Metadata

_FIRST_PLAUSIBLE = date(1990, 1, 1)
# What word processors and converters write when nobody named the document.
_NO_TITLE = re.compile(
    r"untitled\b.*|unbenannt\b.*|(?:microsoft )?(?:word|powerpoint|excel)\b.*|(?:document|dokument|"
    r"presentation|slide|page|print|layout|title|titel)\W*\d*|.*\.\w{2,5}|\S*[_\\/]\S*|[\W\d_]*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:admin\w*|user|owner|author|unknown|anonymous|python-docx|microsoft.*|un-named|\W*)",
    re.IGNORECASE,
)
_LAST_OF_TITLE = re.compile(r"[^.,;:]$|\.\.\.$|…$")
_MAX_TITLE_LINE = 120
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)? ([a-z]+),? (\d{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_LABEL = re.compile(r"^(?:published|date|issued|posted|dated)(?: on)?:? ", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEAD = 2_000
_LINES = 8


def file_metadata(
    name: str,
    content: CleanText,
    *,
    title: str,
    fallback: str,
    authors: list[str],
    made: date | None,
) -> Metadata:
    """Metadata out of what a file says about itself, what its text shows, and its name.

    Args:
        name: the file's name.
        content: its text.
        title: the title that the file states, "" for none.
        fallback: the title where it states none that a person may have written.
        authors: the names that the file states.
        made: the day when the file says that it was made.

    Returns:
        The date is that of a line of its own near the top, else the one in the file's name,
        else the day when the file was made, if that is plausible.
    """
    stated = clean_title(title)
    found_day = date_line(content.text) or date_in(name)
    if found_day is None and made is not None and _is_plausible(made):
        found_day = made.isoformat()
    return Metadata(
        title=fallback if _NO_TITLE.fullmatch(stated) else stated,
        published_at=found_day,
        authors=clean_names([each for each in authors if not _NO_NAME.fullmatch(each.strip())]),
    )


def title_line(text: str) -> str:
    """The first paragraph as a title; "" where it reads like running text."""
    first, _, rest = text.partition("\n\n")
    is_title = len(first) <= _MAX_TITLE_LINE and rest and _LAST_OF_TITLE.search(first.strip())
    return clean_title(first) if is_title else ""


def date_line(text: str) -> str | None:
    """The day in a line near the top that holds nothing but an ISO or an English date."""
    lines = (line.strip() for line in text[:_HEAD].split("\n"))
    found = (_day_in(_LABEL.sub("", line)) for line in [line for line in lines if line][:_LINES])
    return next((day.isoformat() for day in found if day and _is_plausible(day)), None)


def _day_in(line: str) -> date | None:
    if match := _DAY_FIRST.fullmatch(line):
        day, month, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(line):
        month, day, year = match.groups()
    else:
        month, day, year = "", "", ""
    try:
        if not month:
            return date.fromisoformat(line) if _ISO.fullmatch(line) else None
        return date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        return None


def _is_plausible(day: date) -> bool:
    # A clock may be ahead by a time zone, not by more.
    return _FIRST_PLAUSIBLE <= day <= datetime.now(UTC).date() + timedelta(days=1)
