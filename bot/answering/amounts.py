"""Reads the figures of a text as values: "1.2 million", "1,200,000" and "twelve hundred thousand".

An amount knows its unit, what it counts and whether it is a bound ("more than 40"), so that
two texts can be compared by what they say and not by how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile

from bot.answering.clauses import clauses_of
from bot.answering.facts import dates_in, is_figure, month_of, units_in
from bot.answering.words import Word, words_of

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: value for value, word in enumerate(_ONES)}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_DOZEN = 12
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"bn": 10**9, "dozen": _DOZEN, "dozens": _DOZEN}
_SHORT_SCALES = {"k": 1000, "m": 10**6, "mn": 10**6, "b": 10**9}
_SIGNS = "$€£¥₩"
_HALF = Fraction(1, 2)
_ABOVE = re.compile(
    r"\b(?:(?:more|greater|higher|larger|longer|older|better|further) than|over|above"
    r"|exceed(?:s|ed|ing)?"
    r"|at least|(?:no|not) (?:fewer|less|lower|smaller|shorter) than|in excess of|upwards? of"
    r"|a minimum of|beyond)"
    r"\W*(?:\w+\W+)?$",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"\b(?:(?<!\bno )(?<!\bnot )(?:less|fewer|lower|smaller|shorter|younger|worse) than"
    r"|under|below|at most|up to"
    r"|no more than"
    r"|not more than|a maximum of|as many as|nearly|almost|just short of|within)\W*(?:\w+\W+)?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r"\s*(?:\w+\s+)?(?:or (?:more|over|above)|and (?:over|above|up))\b", re.IGNORECASE
)
_OR_LESS = re.compile(r"\s*(?:\w+\s+)?or (?:less|fewer|under|below)\b", re.IGNORECASE)
_NEARLY = re.compile(r"\b(?:nearly|almost)\W*(?:\w+\W+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:before|until|till|by)\W*(?:\w+\W+)?$", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:after|since|from)\W*(?:\w+\W+)?$", re.IGNORECASE)
# Too short to be looked for anywhere but close behind a figure; the long forms go with them.
_SHORT_UNITS = {
    written: forms.split()[0]
    for forms in """
    milligram mg milligrams|microgram µg mcg micrograms|gram g grams gramme grammes|litre l liter
    litres liters|millilitre ml milliliter millilitres milliliters|centilitre cl|centimetre cm
    centimeter centimetres centimeters|millimetre mm millimeter millimetres millimeters|volt v
    volts|kilovolt kv kilovolts|watt w watts|kilowatt kw kilowatts|megawatt mw megawatts|gigawatt
    gw gigawatts|kwh kilowatt-hours|mwh|gwh|hectare ha hectares|acre acres|second s sec seconds|
    kilobyte kb|megabyte mb megabytes|gigabyte gb gigabytes|terabyte tb terabytes|hertz hz|khz|mhz|
    ghz|knot knots|pint pints|ounce oz ounces|kph kmh|mph|pound pounds lb lbs
    """.split("|")
    for written in forms.split()
}
_BEFORE = 28
_AFTER = 24
_COUNTED_WORDS = 2
_REACH = 3
_YEARS = range(1000, 2200)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a text.

    Attributes:
        value: The number, scales and halves included.
        units: Units and currencies it is measured in, by one name each.
        counted: Stems of the content words behind it, the things it may count.
        bound: "above" of "more than 40", "below" of "up to 40", "" of "40" and "about 40".
        start: Where it starts in the text; ``end`` is behind its last digit, letter or scale.
        is_date: Whether it is part of a date: a year, or a day beside a month.
    """

    value: Fraction
    units: frozenset[str]
    counted: tuple[str, ...]
    bound: str
    start: int
    end: int
    is_date: bool


def amounts_in(text: str, words: Sequence[Word] | None = None) -> list[Amount]:
    """The figures of a text in order; ``words`` are its words where they are known."""
    words = words_of(text) if words is None else words
    return [_amount(text, words, *run) for run in _runs(text, words)]


def _runs(text: str, words: Sequence[Word]) -> Iterator[tuple[Fraction, int, int]]:
    """Values with the places of their first and behind their last word."""
    place = 0
    while place < len(words):
        value, end = _read(text, words, place)
        if value is None:
            place += 1
            continue
        yield value, place, end
        place = end


def _read(text: str, words: Sequence[Word], place: int) -> tuple[Fraction | None, int]:
    word = words[place]
    if word.is_number:
        value = _digits(word.lower)
        return (None, place) if value is None else _scaled(text, words, value, place + 1)
    if word.lower in _SMALL and not (word.lower == "one" and _is_pronoun(words, place)):
        value, end = _spelled(words, place)
        return _scaled(text, words, value, end)
    a_scale = word.lower in _SCALES and place and words[place - 1].lower in {"a", "half", "per"}
    if a_scale and words[place - 1].lower == "a":
        halved = place > 1 and words[place - 2].lower == "half"
        return _scaled(text, words, _HALF if halved else Fraction(1), place)
    return None, place


def _is_pronoun(words: Sequence[Word], place: int) -> bool:
    """Whether "one" counts nothing: "the one that", "one of", "no one", "this one"."""
    behind = words[place + 1].lower if place + 1 < len(words) else ""
    in_front = words[place - 1].lower if place else ""
    return behind not in _SCALES and (
        behind in {"of", "that", "who", "which", "another", "day", "can", "more", "should", ""}
        or in_front in {"the", "no", "this", "that", "any", "every", "each", "which", "some"}
    )


def _digits(written: str) -> Fraction | None:
    try:
        return Fraction(written)
    except ValueError:  # "10:30", "1.2.3"
        return None


def _spelled(words: Sequence[Word], place: int) -> tuple[Fraction, int]:
    value = _SMALL[words[place].lower]
    following = words[place + 1].lower if place + 1 < len(words) else ""
    if words[place].lower in _TENS and 0 < _SMALL.get(following, 0) < len(_ONES) // 2:
        return Fraction(value + _SMALL[following]), place + 2
    return Fraction(value), place + 1


def _scaled(
    text: str, words: Sequence[Word], value: Fraction, end: int, below: int | None = None
) -> tuple[Fraction, int]:
    """The value with the scales and the smaller parts that follow: "two hundred and four".

    Scales that are not ``below`` are left for what stands in front: in "two million three
    hundred thousand" the thousands are of the three hundred alone.
    """
    half = [w.lower for w in words[end : end + 3]] == ["and", "a", "half"]
    if half:
        value, end = value + _HALF, end + 3
    scale = _scale_at(text, words, end)
    while scale and (below is None or scale < below):
        value, end = value * scale, end + 1
        smaller, behind = _smaller(text, words, end, scale)
        if smaller is not None:
            value, end = value + smaller, behind
        scale = _scale_at(text, words, end)
    return value, end


def _scale_at(text: str, words: Sequence[Word], place: int) -> int | None:
    if place >= len(words) or not place:
        return None
    word = words[place]
    if word.lower in _SCALES:
        return _SCALES[word.lower]
    before = words[place - 1]
    touches = word.start == before.start + len(before.text)
    has_sign = before.start > 0 and text[before.start - 1] in _SIGNS
    if before.is_number and (touches or has_sign):
        return _SHORT_SCALES.get(word.lower) if word.lower != "m" or has_sign else None
    return None


def _smaller(
    text: str, words: Sequence[Word], place: int, scale: int
) -> tuple[Fraction | None, int]:
    """The part below a scale: "and four" of "one hundred and four"."""
    start = place + 1 if place < len(words) and words[place].lower == "and" else place
    if start < len(words) and words[start].lower in _SMALL:
        value, end = _scaled(text, words, *_spelled(words, start), below=scale)
        above = _scale_at(text, words, end)
        # Only hundreds are scaled as a whole: "one thousand, two million" are two figures.
        if value < scale and (above is None or above > scale == _SCALES["hundred"]):
            return value, end
    return None, place


def _amount(text: str, words: Sequence[Word], value: Fraction, place: int, end: int) -> Amount:
    start = words[place].start
    last = words[end - 1]
    behind = text[last.start + len(last.text) :][:_AFTER]
    in_front = text[max(0, start - _BEFORE) : start]
    is_date = _is_date(words, place, end)
    sign = text[max(0, start - 2) : start].strip()
    behind_it = _till_stop(text, words[end - 1 : end + _REACH])
    following = [w for w in takewhile(lambda w: not is_figure(w), behind_it) if w.is_content]
    return Amount(
        value=value,
        units=units_in(sign[-1:] if sign[-1:] in _SIGNS else "") | _units_of(_unit_part(behind)),
        counted=tuple(w.stem for w in following[:_COUNTED_WORDS]),
        bound=_date_bound(in_front) if is_date else _bound(in_front, behind),
        start=start,
        end=last.start + len(last.text),
        is_date=is_date,
    )


def _till_stop(text: str, words: Sequence[Word]) -> list[Word]:
    """The words behind the first one, as far as no stop sign or joint parts them from it."""
    (clause, *_) = clauses_of(text[words[0].start :], _moved(words))
    return list(clause[1:])


def _moved(words: Sequence[Word]) -> list[Word]:
    return [replace(word, start=word.start - words[0].start) for word in words]


def _date_bound(in_front: str) -> str:
    if _UNTIL.search(in_front):
        return "below"
    return "above" if _SINCE.search(in_front) else ""


def _unit_part(behind: str) -> str:
    """What stands so close behind a figure that it can be its unit."""
    match = re.match(r"[\s-]?(?:%|°|[^\W\d]+)", behind)
    return match.group() if match else ""


def _units_of(part: str) -> frozenset[str]:
    short = _SHORT_UNITS.get(part.strip(" -").lower())
    return units_in(part) | (frozenset({short}) if short else frozenset())


def _bound(in_front: str, behind: str) -> str:
    if _OR_MORE.match(behind):
        return "above"
    if _OR_LESS.match(behind):
        return "below"
    if _NEARLY.search(in_front):
        return ""
    if _BELOW.search(in_front):
        return "below"
    return "above" if _ABOVE.search(in_front) else ""


def _is_date(words: Sequence[Word], place: int, end: int) -> bool:
    if end != place + 1 or not words[place].is_number:
        return False
    if dates_in([words[place]]).years:
        return True
    near = [p for p in (place - 2, place - 1, place + 1, place + 2) if 0 <= p < len(words)]
    return any(
        month_of(words, p)
        for p in near
        if abs(p - place) == 1 or words[(p + place) // 2].lower == "of"
    )
