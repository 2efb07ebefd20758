"""Where a text names a time, and which days that is; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from index.when_articles import follows_articles
from index.when_days import (
    back,
    last_weekday,
    latest_day,
    latest_month,
    month_of,
    on,
    season_of,
)
from index.when_patterns import (
    BEFORE_WORDS,
    DOUBTFUL_MONTH,
    FRENCH,
    HIER,
    HOW,
    JOINS,
    LOOK_BACK,
    MARCHES,
    PART_OF,
    PATTERNS,
    RANGE_BEGINS,
    THE,
    UNTIL_WORDS,
)
from index.when_relative import days_of, is_name, is_of_something
from index.when_words import SEASONS, SHORT_MONTHS, month_number


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of days and where the text names it.

    ``is_relative`` says that it is counted from today, ``is_present`` that it is not over;
    ``is_weak`` that its words name a time only behind a word like "in" or "since".
    """

    at: int
    at_end: int
    start: date | None
    end: date | None
    words: str
    is_relative: bool = False
    is_present: bool = False
    is_weak: bool = False
    has_year: bool = True


def find_spans(text: str, today: date) -> list[TimeSpan]:
    """The times a text names, in its order; what could be something else is left out."""
    found: list[TimeSpan] = []
    taken = bytearray(len(text))
    for pattern, kind in PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            span = _read(match, kind, text, today)
            if span is None:
                continue
            found.append(span)
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for match in HIER.finditer(text):
        if FRENCH.search(text) and not any(taken[match.start() : match.end()]):
            day = back(today, 1)
            found.append(_span(match, day, day, relative=True))
    return _join(sorted(found, key=lambda span: span.at), text)


def is_before(how: str) -> bool:
    """Whether a word for "before" or "until", rather than for "after" or "since"."""
    return re.fullmatch(rf"{BEFORE_WORDS}|{UNTIL_WORDS}", how, re.IGNORECASE) is not None


def _read(match: re.Match[str], kind: str, text: str, today: date) -> TimeSpan | None:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        if kind == "relative":
            return _read_relative(match, groups, text, today)
        if kind == "weak":
            return _read_weak(match, groups, text, today)
        return _read_date(match, groups, today)
    except (ValueError, OverflowError):
        return None  # the 31st of June


def _read_date(match: re.Match[str], groups: dict[str, str], today: date) -> TimeSpan | None:
    if iso := groups.get("iso"):
        day = date.fromisoformat(iso)
        return _span(match, day, day)
    year = int(groups["year"]) if "year" in groups else None
    if "day" in groups:
        return _read_day(match, groups, year, today)
    assert year is not None  # noqa: S101 - every pattern without a day names the year
    if "month" in groups:
        return _span(match, *month_of(year, month_number(groups["month"])))
    if "season" in groups:
        return _span(match, *season_of(year, SEASONS[groups["season"].lower()]))
    if "quarter" in groups:
        first = 3 * int(groups["quarter"]) - 2
        return _span(match, date(year, first, 1), month_of(year, first + 2)[1])
    return _span(match, date(year, 1, 1), date(year + 9, 12, 31))


def _read_day(
    match: re.Match[str], groups: dict[str, str], year: int | None, today: date
) -> TimeSpan | None:
    month = int(groups["number"]) if "number" in groups else month_number(groups["month"])
    name = groups.get("month", "")
    if (
        year is None
        and name.islower()
        and "nth" not in groups
        and (DOUBTFUL_MONTH.match(name) or name in SHORT_MONTHS)
        and match.start("day") > match.start("month")
    ):
        return None  # "may 5 people", "jan 1"
    number = int(groups["day"])
    last = int(groups.get("last_day", number))
    end = latest_day(month, last, today) if year is None else date(year, month, last)
    return _span(match, end.replace(day=number), end, has_year=year is not None)


def _read_relative(
    match: re.Match[str], groups: dict[str, str], text: str, today: date
) -> TimeSpan | None:
    if is_name(match, text) or ("last" in groups and is_of_something(match, groups, text)):
        return None
    start, end = days_of(groups, today)
    return _span(match, start, end, relative=True, present="this" in groups)


def _read_weak(
    match: re.Match[str], groups: dict[str, str], text: str, today: date
) -> TimeSpan | None:
    if "weekday" in groups:
        day = last_weekday(groups["weekday"], today)
        return _span(match, day, day, weak=True, present=True)
    if "year" in groups:
        year = int(groups["year"])
        return _span(match, date(year, 1, 1), date(year, 12, 31), weak=True)
    name = groups["month"]
    number = month_number(name)
    marches = DOUBTFUL_MONTH.match(name) and MARCHES.match(text, match.end())
    if marches and name.lower() != "may":
        return None
    start, end = latest_month(number, today)
    return _span(match, start, end, weak=True, has_year=False)


def _join(found: list[TimeSpan], text: str) -> list[TimeSpan]:
    """Two that are the ends of one time become one; weak ones without a "since" fall out."""
    joined: list[TimeSpan] = []
    at = 0
    while at < len(found):
        span = found[at]
        following = found[at + 1] if at + 1 < len(found) else None
        whole = _range_of(span, following, text) if following is not None else None
        if whole is not None:
            joined.append(whole)
            at += 2
            continue
        if (opened := _open(span, text)) is not None:
            joined.append(opened)
        at += 1
    return joined


def _range_of(first: TimeSpan, last: TimeSpan, text: str) -> TimeSpan | None:
    between = text[first.at_end : last.at]
    if JOINS.fullmatch(between) is None:
        return None
    begins = RANGE_BEGINS.search(text[max(0, first.at - LOOK_BACK) : first.at])
    is_dash = between.strip() in {"-", "–", "—", "to", "until", "till", "through", "bis", "hasta"}
    if begins is None and not is_dash:
        return None
    start, end = first.start, last.end
    if start is None or end is None:
        return None
    if not first.has_year:
        try:
            start = start.replace(year=end.year)
            if start > end:
                start = start.replace(year=end.year - 1)
        except ValueError:
            return None
    if start > end:
        return None
    relative = first.is_relative and last.is_relative
    return TimeSpan(
        first.at, last.at_end, start, end, text[first.at : last.at_end], is_relative=relative
    )


def _open(span: TimeSpan, text: str) -> TimeSpan | None:
    """The span as the word in front of it has it; None for a weak one without such a word."""
    how = HOW.search(text[max(0, span.at - LOOK_BACK) : span.at])
    kind = how.lastgroup if how is not None else None
    if span.is_weak and span.words.isdigit() and THE.search(text[: span.at]):
        return None  # "before the 2024 budget"
    if kind is None or kind == "within":
        is_time = not span.is_weak or _names_time(span, how, text)
        return span if is_time or _is_of_articles(span, text) else None
    assert span.start is not None  # noqa: S101 - both are known until here
    assert span.end is not None  # noqa: S101 - as above
    if kind == "before":
        return (
            None if span.start == date.min else replace(span, start=None, end=back(span.start, 1))
        )
    if kind == "until":
        # "written by April"
        return None if span.is_weak and _is_by_name(span, how) else replace(span, start=None)
    if kind == "after":
        return replace(span, start=on(span.end, 1), end=None)
    return replace(span, end=None)


def _is_of_articles(span: TimeSpan, text: str) -> bool:
    """Whether it is the month in "articles from March"; "news from Mars" came far."""
    return span.words.lower() != "mars" and follows_articles(text, span.at)


def _names_time(span: TimeSpan, how: re.Match[str] | None, text: str) -> bool:
    if how is None:
        return False
    word = how["within"].lower()
    if word in {"from", "to", "and", "or", "of", "between"} and not span.words.isdigit():
        return word == "from" and not DOUBTFUL_MONTH.match(span.words)
    if span.words.isdigit():
        # "in 2025", but neither "and 2025 people" nor "of 2025 people"
        if word == "of":
            return PART_OF.search(text[max(0, span.at - LOOK_BACK) : span.at]) is not None
        return word not in {"to", "and", "or", "on", "between"}
    if span.is_present:
        return word in {"on", "am", "el"}
    return word != "on" and not text[span.at_end :].startswith(("'s", "’s"))


def _is_by_name(span: TimeSpan, how: re.Match[str] | None) -> bool:
    return how is not None and (how["until"] or "").lower() == "by" and not span.words.isdigit()


def _span(
    match: re.Match[str],
    start: date,
    end: date,
    *,
    relative: bool = False,
    present: bool = False,
    weak: bool = False,
    has_year: bool = True,
) -> TimeSpan:
    return TimeSpan(
        match.start(), match.end(), start, end, match[0], relative, present, weak, has_year
    )
