"""The value a sentence gives for what a question asks: a figure, a date, a time, a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.amounts import Amount, amounts_in
from bot.answering.days import date_key, date_run
from bot.answering.kinds import NAMES, Kind
from bot.answering.named import find_names
from bot.answering.question import Wanted
from bot.answering.words import Word, share_root, words_of

_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?|o['’]clock|"
    r"in the (?:morning|evening|afternoon))"
    r"|\b(?P<plain>(?:[01]?\d|2[0-3]):[0-5]\d)\b|\b(?P<word>noon|midnight)\b",
    re.IGNORECASE,
)
# Before a time at which something ends: "until 8 p.m.", "closes at 6", "between 11 and 4 p.m.".
_ENDS = re.compile(
    r"\b(?:until|till|to|(?:close|shut|end|finish)(?:s|es|d|ed)?(?: at)?"
    r"|(?:between|from) [^,;]{1,12} and) *$"
    r"|[-–—] *$",
    re.IGNORECASE,
)
_END_WORD = re.compile(r"(?:clos|shut|end|finish)(?:e?s|ed|ing|e|t?ing)?|until|till|late|hours")
_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_HALF_DAY = 12
CLOCKS = frozenset({"clock", "closing"})
_COUNTED_REACH = 3
_LARGEST = 10**30
_IN_FRONT = 60
_MEASURES = frozenset({Kind.NUMBER, Kind.SHARE, Kind.MONEY, Kind.DURATION})
_CURRENCIES = frozenset({"dollar", "euro", "pound", "yen", "won"})
_TIMES = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands in a sentence.

    ``key`` says what it is: equal keys are the same value, keys of one ``kind`` that differ
    are different values. ``start`` and ``end`` are where it stands. ``rank`` says of a name how
    likely it is the one that answers.
    """

    kind: str
    key: tuple[object, ...]
    text: str
    start: int
    end: int
    rank: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The key of a name: its stems."""
        return tuple(map(str, self.key))


def values_in(wanted: Wanted, text: str) -> list[Value]:
    """The values of the kind a question asks for, but for those it says itself."""
    words = words_of(text)
    if wanted.kind is Kind.TIME:
        times, kind = list(_clock_times(text)), "closing" if _asks_for_end(wanted) else "clock"
        asked = [time for time in times if time.kind == kind]
        return [*(asked or times * (kind == "closing")), *_dates(wanted, text, words)]
    if wanted.kind in _MEASURES:
        return _measures(wanted, text, words)
    if wanted.kind in NAMES:
        return [
            Value("name", name.key, text[name.start : name.end], name.start, name.end, name.rank)
            for name in find_names(wanted, text, words)
        ]
    return []


def differ(one: Sequence[Value], other: Sequence[Value]) -> tuple[Value, Value] | None:
    """The values of two sentences that cannot both be; None where some value agrees."""
    for kind in dict.fromkeys(value.kind for value in one):
        mine = [value for value in one if value.kind == kind]
        others = [value for value in other if value.kind == kind]
        if kind == "name":
            # Names that both have are what it is about.
            mine, others = (
                sorted(_without_shared(these, those), key=lambda value: -value.rank)
                for these, those in ((mine, others), (others, mine))
            )
        elif any(_may_be_same(a, b) for a in mine for b in others):
            return None
        if mine and others:
            return mine[0], others[0]
    return None


def _without_shared(mine: Sequence[Value], others: Sequence[Value]) -> list[Value]:
    return [value for value in mine if not any(_may_be_same(value, other) for other in others)]


def _may_be_same(one: Value, other: Value) -> bool:
    if one.kind == "name":
        return _is_short_for(one, other) or any(
            a == b or share_root(a, b) for a in one.names for b in other.names
        )
    if one.kind == "date":
        # "March 2031" and "17 March" may be one day: only what both state can differ.
        pairs = zip(one.key, other.key, strict=True)
        stated = [(a, b) for a, b in pairs if a is not None and b is not None]
        return not stated or all(a == b for a, b in stated)
    return one.key == other.key


def _asks_for_end(wanted: Wanted) -> bool:
    """Whether a question is about when something ends, not "when does it open"."""
    return any(_END_WORD.fullmatch(word.lower) for word in wanted.words)


def _is_short_for(one: Value, other: Value) -> bool:
    """Whether a name is the other's first letters: "U.S." and "United States"."""
    short, long = sorted((one, other), key=lambda value: len(value.text))
    letters = short.text.replace(".", "")
    return letters.isupper() and letters == "".join(
        word[0] for word in long.text.split() if word[0].isupper()
    )


def _measures(wanted: Wanted, text: str, words: Sequence[Word]) -> list[Value]:
    found = [a for a in amounts_in(text, words) if not a.is_date and _is_wanted(wanted, a)]
    counted = [a for a in found if _counts(wanted, a)]
    return [_measure(text, words, amount) for amount in counted or found]


def _is_wanted(wanted: Wanted, amount: Amount) -> bool:
    if amount.value > _LARGEST or str(amount.value) in wanted.numbers:
        return False
    if wanted.kind is Kind.MONEY:
        return bool(amount.units & _CURRENCIES)
    if wanted.kind is Kind.SHARE:
        return "percent" in amount.units
    if wanted.kind is Kind.DURATION:
        return bool(amount.units & _TIMES)
    if wanted.units:
        return bool(amount.units & wanted.units)
    return not wanted.counted or _counts(wanted, amount)


def _counts(wanted: Wanted, amount: Amount) -> bool:
    return any(t == c or share_root(t, c) for t in amount.counted for c in wanted.counted)


def _measure(text: str, words: Sequence[Word], amount: Amount) -> Value:
    behind = [w for w in words if w.start >= amount.end][:_COUNTED_REACH]
    counted = next((w for w in behind if w.stem in amount.counted[:1]), None)
    start = amount.start - (text[max(0, amount.start - 1)] in "$€£¥₩")
    end = counted.start + len(counted.text) if counted else amount.end
    end += text[end : end + 1] == "%"
    kind = "-".join(sorted(amount.units)) or "figure"
    return Value(kind, (amount.value,), text[start:end], start, end)


def _clock_times(text: str) -> Iterator[Value]:
    for match in _CLOCK.finditer(text):
        if match["plain"]:
            hour, minute = map(int, match["plain"].split(":"))
        elif match["word"]:
            hour, minute = (_HALF_DAY if match["word"].lower() == "noon" else 0), 0
        else:
            written = match["hour"].lower()
            hour = int(written) if written.isdecimal() else _HOURS.index(written) + 1
            is_late = match["half"].lower()[:1] == "p" or match["half"].lower().endswith("noon")
            is_late |= match["half"].lower().endswith("evening")
            hour = hour % _HALF_DAY + _HALF_DAY * is_late
            minute = int(match["minute"] or 0)
        kind = (
            "closing"
            if _ENDS.search(text, max(0, match.start() - _IN_FRONT), match.start())
            else "clock"
        )
        yield Value(kind, (hour, minute), match.group(), match.start(), match.end())


def _dates(wanted: Wanted, text: str, words: Sequence[Word]) -> Iterator[Value]:
    """Dates as (year, month, day), None where one is not stated."""
    place = 0
    while place < len(words):
        run = date_run(words, place)
        if not run:
            place += 1
            continue
        place += len(run)
        key = date_key(run)
        asked = wanted.dates
        is_asked = (key[0] in asked.years and key[1] is None) or (key[1:] in asked.days)
        if key != (None, None, None) and not is_asked:
            end = run[-1].start + len(run[-1].text)
            yield Value("date", key, text[run[0].start : end], run[0].start, end)


def mask(text: str, values: Sequence[Value]) -> str:
    """The sentence with its values taken out, so that two can be compared by the rest."""
    pieces, end = [], 0
    for value in sorted(values, key=lambda v: v.start):
        if value.start >= end:
            pieces += [text[end : value.start], "some"]
            end = value.end
    return "".join([*pieces, text[end:]])
