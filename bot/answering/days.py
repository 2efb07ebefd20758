"""Dates and years as sentences write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.answering.facts import month_of
from bot.answering.words import Word, words_of

_MOST_DIGITS = 4
_YEARS = range(1000, 2200)
_DAYS = range(1, 32)


def date_run(words: Sequence[Word], place: int) -> list[Word]:
    """The words of the date that starts here: "13 September 2031", "the 3rd of May"."""
    run: list[Word] = []
    for at in range(place, min(place + 4, len(words))):
        word = words[at]
        if month_of(words, at) or _whole(word) is not None:
            run.append(word)
        elif not (run and word.lower == "of"):
            break
    has_month = any(month_of(words, place + n) for n in range(len(run)))
    if has_month:
        return run
    return [words[place]] if _is_year(words[place]) else []


def date_key(run: Sequence[Word]) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of a date, None where it does not state one."""
    months = [month for n in range(len(run)) if (month := month_of(run, n))]
    numbers = [number for word in run if (number := _whole(word)) is not None]
    years = [n for n in numbers if n >= _YEARS.start]
    days = [n for n in numbers if n in _DAYS]
    month = months[0] if months else None
    return (years[0] if years else None, month, days[0] if days and month else None)


def years_of(texts: Sequence[str]) -> frozenset[str]:
    """The years some texts name."""
    return frozenset(w.text for text in texts for w in words_of(text) if _is_year(w))


def days_between(one: str | None, other: str | None) -> int | None:
    """Days between two articles' dates; None where one has none to the day."""
    try:
        first, second = (date.fromisoformat((at or "")[:10]) for at in (one, other))
    except ValueError:
        return None
    return abs((first - second).days)


def _whole(word: Word) -> int | None:
    """A whole number as dates hold it; None of anything else, and of an endless row of digits."""
    is_short = word.lower.isdecimal() and len(word.lower) <= _MOST_DIGITS
    return int(word.lower) if is_short else None


def _is_year(word: Word) -> bool:
    return word.text.isdecimal() and _whole(word) in _YEARS
