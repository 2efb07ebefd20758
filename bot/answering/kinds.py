"""The kinds of things questions ask for, and whether a sentence has such a thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from bot.answering.facts import CALENDAR_WORDS, is_figure, states_time, units_in
from bot.answering.words import Word, share_root, words_of


class Kind(StrEnum):
    """What a question asks for."""

    PERSON = "person"
    NAME = "name"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    SHARE = "share"
    MONEY = "money"
    DURATION = "duration"
    REASON = "reason"
    OTHER = "other"


FIGURES = frozenset({Kind.TIME, Kind.NUMBER, Kind.SHARE, Kind.MONEY, Kind.DURATION})
NAMES = frozenset({Kind.PERSON, Kind.NAME, Kind.PLACE})

_WHAT = r"\b(?:what|which)\b"
# Only the first question word asks: "Who led the town when it fell?" is not about time.
_FIRST = r"^(?:(?!\b(?:who|whom|whose|what|which|where|when|why|how)\b).)*"

# Narrow kinds stand before wide ones: the first with a pattern that matches decides.
_ASKS_FOR = {
    Kind.SHARE: [
        _WHAT + r".{0,25}\b(?:percent\w*|share|fraction|proportion)\b",
        r"\bwhat %|\bhow much of (?:an?|the)\b",
    ],
    Kind.DURATION: [r"\bhow long\b|\bhow many (?:years?|months?|weeks?|days?|hours?|minutes?)\b"],
    Kind.MONEY: [
        _WHAT + r".{0,20}\b(?:price|cost|salary|fee|fine|budget|worth)\b",
        r"\b(?:what|how much) (?:do|does|did|will|would)\b.{1,60}\b(?:cost|charge|pay)\b",
        r"\bhow much (?:money|to|for|is it|is (?:a|an|the) (?:ticket|entry|admission))\b",
    ],
    Kind.NUMBER: [
        r"\bhow (?:many|much|old|far|tall|big|large|high|fast|deep|often|wide|heavy)\b",
        _WHAT + r".{0,20}\b(?:number|amount|score|vote|margin|age|size|speed|rate|population)\b",
    ],
    Kind.TIME: [
        _FIRST + r"\bwhen(?:['’]?s)?\b",
        _WHAT + r".{0,12}\b(?:year|date|day|month|century|decade|time)\b",
    ],
    Kind.PLACE: [
        _FIRST + r"\bwhere(?:['’]?s)?\b",
        _WHAT + r".{0,20}\b(?:country|city|town|state|province|place|river|continent|region)\b",
        _WHAT + r".{0,20}\b(?:village|location|county)\b",
    ],
    Kind.PERSON: [_FIRST + r"\bwho(?:['’]?s|m|se)?\b"],
    Kind.REASON: [
        _FIRST + r"\bwhy\b",
        r"\bhow come\b|\bwhat (?:caused|led to|is the reason|was the reason)\b",
    ],
    Kind.NAME: [
        _FIRST + r"\bwhich\b",
        _WHAT + r".{0,30}\b(?:name|called|company|team|player|person|party|group|leader|firm)\b",
        _WHAT + r".{0,30}\b(?:organi[sz]ation|president|king|band|school|university|law|treaty)\b",
    ],
}
_PATTERNS = {kind: re.compile("|".join(p), re.IGNORECASE) for kind, p in _ASKS_FOR.items()}

# What "how heavy" and the like are measured in.
_LENGTHS = frozenset({"kilometre", "mile", "metre", "foot", "inch"})
_UNITS_OF = {
    "old": frozenset({"year", "month"}),
    "heavy": frozenset({"kilogram", "tonne", "pound"}),
    "fast": frozenset({"kilometre", "mile", "metre"}),
    "far": _LENGTHS,
    "tall": _LENGTHS,
    "high": _LENGTHS,
    "deep": _LENGTHS,
    "wide": _LENGTHS,
}
_MEASURED = re.compile(rf"\bhow ({'|'.join(_UNITS_OF)})\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow many ((?:[^\s?]+ ){1,5}?)"
    r"(?:(?:did|do|does|are|were|is|was|has|have|had|will|would|can|could|of|in|on|at|to|a)\b|$)",
    re.IGNORECASE,
)
_COUNTED_REACH = 4

_DURATIONS = frozenset({"hour", "minute", "day", "week", "month", "year"})
_CURRENCIES = frozenset({"dollar", "euro", "pound", "yen", "won"})
_FEW = r"(?:\d+|one|two|three|four|five|ten)"
_SHARE = re.compile(
    rf"\d\s?%|per ?cent|\b{_FEW} (?:in|out of) {_FEW}\b"
    r"|\b(?:half|third|quarter|fifth|tenth)s?\b",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"\b(?:because|due to|so that|in order to|as a result|owing to|thanks to|since|caused?|"
    r"led to|reason|therefore|citing|in protest|after|over)\b",
    re.IGNORECASE,
)


def kind_of(question: str) -> Kind:
    """The kind of thing a question asks for."""
    return next((kind for kind, p in _PATTERNS.items() if p.search(question)), Kind.OTHER)


def counted_in(question: str) -> frozenset[str]:
    """Stems of what "how many ..." counts; empty for another question."""
    match = _COUNTED.search(f"{question.rstrip(' ?.!')} ")
    return frozenset(w.stem for w in words_of(match[1]) if w.is_content) if match else frozenset()


def units_wanted(question: str) -> frozenset[str]:
    """The units one of which an answer to "how old", "how far" ... has; empty for another."""
    match = _MEASURED.search(question)
    return _UNITS_OF[match[1].lower()] if match else frozenset()


def counts(words: Sequence[Word], counted: frozenset[str]) -> bool:
    """Whether a figure stands right in front of one of the counted things, or behind it."""
    for place, word in enumerate(words):
        if is_amount(word):
            near = words[max(0, place - 1) : place + 1 + _COUNTED_REACH]
            if any(w.stem == c or share_root(w.stem, c) for w in near for c in counted):
                return True
    return False


def has_kind(kind: Kind, text: str, words: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether a sentence has a thing of this kind that the question does not bring along.

    Args:
        kind: what is asked for, not ``OTHER``.
        text: the sentence.
        words: its words.
        asked: the stems of the question.
    """
    new = [w for w in words if w.stem not in asked]
    match kind:
        case Kind.TIME:
            return states_time(new)
        case Kind.NUMBER:
            return any(is_figure(w) for w in new)
        case Kind.MONEY:
            return any(is_figure(w) for w in new) and bool(units_in(text) & _CURRENCIES)
        case Kind.DURATION:
            return bool(units_in(text) & _DURATIONS) and any(map(is_amount, words))
        case Kind.SHARE | Kind.REASON:
            return bool((_SHARE if kind is Kind.SHARE else _REASONS).search(text))
        case _:
            return _has_new_name(words, asked)


def is_amount(word: Word) -> bool:
    """Whether a word says how many, roughly or exactly."""
    return is_figure(word) or word.lower in {"one", "several", "few"}


def _has_new_name(words: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether a name stands there; a day or month is none, nor a lone first word's capital."""
    return any(
        word.is_capitalised
        and word.is_content
        and word.stem not in asked
        and word.lower not in CALENDAR_WORDS
        and (place or (len(words) > 1 and words[1].is_capitalised))
        for place, word in enumerate(words)
    )
