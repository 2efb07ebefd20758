"""Reads what is written in digits and is no plain amount: times, versions, scores, fractions.

A literal of a sentence must stand in its quotes. Times may be written in another way there
("8 a.m.", "8:00"), fractions in letters ("a third"); a version or a score may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from bot.answering.facts import dates_in
from bot.answering.words import words_of

_NOON = 12
_HALF_OF_DAY = r"(?:\s?[ap]\.?\s?m\b\.?)"
_TIME = re.compile(
    rf"(?<![\w.:/])(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d)(?:{_HALF_OF_DAY}|(?![\w:/])"
    rf"(?!\.\d))|{_HALF_OF_DAY})",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<![\w.:/-])(\d{1,6})([:/–-])(\d{1,6})(?![\w:/])(?!-\d)")
_CHAIN = re.compile(r"(?<![\w.])v?(\d{1,9}(?:\.\d{1,9}){2,}|\d{1,9}(?:[:/]\d{1,9}){2,})(?![\w/:])")
_CODE = re.compile(r"(?<!\w)(?:[^\W\d_]{1,8}-?\d+[^\W_]{0,8}|\d+[^\W\d_]{1,8}\d+)(?!\w)")
_TO = re.compile(r"\b(\d{1,6}) (?:to|and|nil|out of|in) (\d{1,6})\b", re.IGNORECASE)
_MINUS = re.compile(r"(?:(?<![\w)\]%°.,])[-\u2212\u2013]|\bminus\s)[$€£]?$", re.IGNORECASE)
_BELOW_ZERO = re.compile(r"\W{0,3}(?:\w+\W+){0,2}below (?:zero|freezing)", re.IGNORECASE)

_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_FRACTION = re.compile(
    r"\b(?:(?P<many>a|an|one|two|three|four|nearly|almost|about)[\s-])?"
    r"(?P<part>half|thirds?|quarters?|fifths?|sixths?|tenths?)\b(?P<of>\s(?:of|the|its|their)\b)?"
    r"(?!\s(?:past|to|hour|an hour|finals?|time|year|(?:an?\s)?(?:[mb]illion|dozen|thousand)))",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    r"\b(?:(?P<two>doubl(?:e|ed|es|ing)|twice|two times|two-?fold)|(?P<half>halv(?:e|ed|es|ing))"
    r"|(?P<three>tripl(?:e|ed|es|ing)|trebl(?:e|ed|es|ing)|thrice|three-?fold|three times)"
    r"|(?P<four>quadrupl(?:e|ed|es|ing)|four-?fold|four times))\b",
    re.IGNORECASE,
)
_MANY = {"two": 2, "three": 3, "four": 4}


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day; ``half`` is "a" or "p", or "" where that is not said."""

    hour: int
    minute: int
    half: str
    start: int
    end: int
    is_plain: bool

    def is_same(self, other: ClockTime) -> bool:
        """Whether both can be the same time: 5:30 and 17:30 can, 5:30 am and 17:30 cannot."""
        if self.minute != other.minute or self.hour % _NOON != other.hour % _NOON:
            return False
        mine, theirs = self._half, other._half
        return not (mine and theirs and mine != theirs)

    @property
    def _half(self) -> str:
        return self.half or ("p" if self.hour > _NOON else "")


class Literals:
    """The literals of one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def times(self) -> list[ClockTime]:
        """Times of day; "8.30" is one only where it has to be ``is_plain``."""
        found = []
        for match in _TIME.finditer(self.text):
            half = next((h for h in re.findall(r"([ap])\.?\s?m", match.group().lower())), "")
            minute = match["minute"]
            is_plain = bool(half) or ":" in match.group()
            found.append(
                ClockTime(int(match["hour"]), int(minute or 0), half, *match.span(), is_plain)
            )
        return found

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where figures belong to a literal and are no amounts of their own."""
        spans = [(time.start, time.end) for time in self.times if time.is_plain]
        spans += [m.span() for m in _PAIR.finditer(self.text) if m[2] in ":/"]
        return spans + [m.span() for m in _CHAIN.finditer(self.text) if "/" not in m[1]]

    def holds(self, place: int) -> bool:
        """Whether a literal stands at a place of the text."""
        return any(start <= place < end for start, end in self.spans)

    @cached_property
    def pairs(self) -> set[tuple[str, str]]:
        """Scores, odds and ranges: "2:1", "3-1", "3 to 1"."""
        return {(m[1], m[3]) for m in _PAIR.finditer(self.text)} | set(_TO.findall(self.text))

    @cached_property
    def chains(self) -> set[str]:
        """Versions, addresses and numbers with more signs in them than one."""
        return {m[1] for m in _CHAIN.finditer(self.text)}

    @cached_property
    def parts(self) -> set[Fraction]:
        """Fractions: "half of it", "two thirds", "1/3"."""
        found = set()
        for match in _FRACTION.finditer(self.text):
            part = match["part"].lower()
            if match["many"] is None and match["of"] is None and part != "half":
                continue
            many = _MANY.get((match["many"] or "").lower(), 1)
            if match["of"] is None and part[0] in "tfs" and not _is_part(match):
                continue
            found.add(Fraction(many, _PARTS[part.removesuffix("s")]))
        for one, other in self._slashed:
            if int(other):
                found.add(Fraction(int(one), int(other)))
        return found

    @cached_property
    def multiples(self) -> set[str]:
        """Doubled, halved, tripled, by one name each."""
        return {str(m.lastgroup) for m in _MULTIPLE.finditer(self.text)}

    @property
    def _slashed(self) -> Iterator[tuple[str, str]]:
        return ((m[1], m[3]) for m in _PAIR.finditer(self.text) if m[2] == "/")


def _is_part(match: re.Match[str]) -> bool:
    """Whether "third" or "fifth" is a part and no place in an order: "a third", "two fifths"."""
    return (match["many"] or "").lower() in {"a", "one", "two", "three", "four"}


def literals_hold(said: Literals, sources: Sequence[Literals], values: set[Fraction]) -> bool:
    """Whether every literal of a sentence stands in its sources; ``values`` are their amounts."""
    times = [time for source in sources for time in source.times]
    for time in said.times:
        spelled = not time.minute and Fraction(time.hour) in values
        if time.is_plain and not spelled and not any(map(time.is_same, times)):
            return _is_pair(said, time, sources) if not time.half else False
    return (
        _chains_hold(said, sources)
        and _pairs_hold(said, sources)
        and _shares_hold(said, sources, values)
        and _codes_hold(said, sources)
    )


def _is_pair(said: Literals, time: ClockTime, sources: Sequence[Literals]) -> bool:
    """Whether what looks like a time is a score that the sources give: "21:15"."""
    written = {(m[1], m[3]) for m in _PAIR.finditer(said.text[time.start : time.end])}
    return bool(written) and written <= set().union(*(source.pairs for source in sources))


def _chains_hold(said: Literals, sources: Sequence[Literals]) -> bool:
    there = set().union(*(source.chains for source in sources))
    return all(c in there or bool(dates_in(words_of(c))) or "/" in c for c in said.chains)


def _pairs_hold(said: Literals, sources: Sequence[Literals]) -> bool:
    there = set().union(*(source.pairs for source in sources))
    parts = set().union(*(source.parts for source in sources))
    for match in _PAIR.finditer(said.text):
        one, sign, other = match.groups()
        if any(time.start == match.start() and time.is_plain for time in said.times):
            continue
        if (one, other) in there:
            continue
        if sign == "/" and int(other) and Fraction(int(one), int(other)) in parts:
            continue
        if sign in ":/" or (other, one) in there:
            return False
    return True


def _shares_hold(said: Literals, sources: Sequence[Literals], values: set[Fraction]) -> bool:
    """Fractions and multiples: a share may be a percentage there, a multiple two amounts."""
    there = set().union(*(source.parts for source in sources))
    for part in said.parts - there:
        if not {part, part * 100, Fraction(round(part * 100))} & values and not any(
            (value - part).denominator == 1 for value in values if value.denominator > 1
        ):
            return False
    multiples = set().union(*(source.multiples for source in sources))
    if not said.multiples - multiples:
        return True
    return not multiples and len(values) > 1


def _codes_hold(said: Literals, sources: Sequence[Literals]) -> bool:
    """Whether codes of letters and digits, "LH400" or "B12", stand in the sources."""
    there = " ".join(source.text for source in sources).lower()
    plain = there.replace("-", "").replace(" ", "")
    return all(
        code.group().lower().replace("-", "") in plain
        for code in _CODE.finditer(said.text)
        if code.group()[0].isalpha() and code.group()[0].isupper()
    )


def is_negative(text: str, start: int, end: int) -> bool:
    """Whether the figure at a place is below zero: "-5", "minus five", "5 degrees below zero"."""
    return bool(_MINUS.search(text[max(0, start - 8) : start])) or bool(
        _BELOW_ZERO.match(text[end : end + 40])
    )
