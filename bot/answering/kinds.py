"""The kinds of things questions ask for, and whether a sentence has such a thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from bot.answering.facts import is_figure, states_time, units_in
from bot.answering.words import Word


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


_WHAT = r"\b(?:what|which)\b"

# Narrow kinds stand before wide ones: the first with a pattern that matches decides.
_ASKS_FOR = {
    Kind.SHARE: [
        _WHAT + r".{0,25}\b(?:percent\w*|share|fraction|proportion)\b",
        r"\bwhat %|\bhow much of (?:an?|the)\b",
    ],
    Kind.DURATION: [r"\bhow long\b|\bhow many (?:years?|months?|weeks?|days?|hours?|minutes?)\b"],
    Kind.MONEY: [
        _WHAT + r".{0,20}\b(?:price|cost|salary|fee|fine|budget|worth)\b",
        r"\bhow much (?:money|did .* cost|does .* cost|was .* paid)\b",
    ],
    Kind.NUMBER: [
        r"\bhow (?:many|much|old|far|tall|big|large|high|fast|deep|often|wide|heavy)\b",
        _WHAT + r".{0,20}\b(?:number|amount|score|vote|margin|age|size|speed|rate|population)\b",
    ],
    Kind.TIME: [
        r"\bwhen\b",
        _WHAT + r".{0,12}\b(?:year|date|day|month|century|decade|time)\b",
    ],
    Kind.PLACE: [
        r"\bwhere(?:['’]?s)?\b",
        _WHAT + r".{0,20}\b(?:country|city|town|state|province|place|river|continent|region)\b",
        _WHAT + r".{0,20}\b(?:village|location|county)\b",
    ],
    Kind.PERSON: [r"\bwho(?:['’]?s|m|se)?\b"],
    Kind.REASON: [r"\bwhy\b|\bhow come\b|\bwhat (?:caused|led to|is the reason|was the reason)\b"],
    Kind.NAME: [
        r"\bwhich\b",
        _WHAT + r".{0,30}\b(?:name|called|company|team|player|person|party|group|leader|firm)\b",
        _WHAT + r".{0,30}\b(?:organi[sz]ation|president|king|band|school|university|law|treaty)\b",
    ],
}
_PATTERNS = {kind: re.compile("|".join(p), re.IGNORECASE) for kind, p in _ASKS_FOR.items()}

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
            return bool(units_in(text) & _DURATIONS) and any(map(_is_amount, words))
        case Kind.SHARE | Kind.REASON:
            return bool((_SHARE if kind is Kind.SHARE else _REASONS).search(text))
        case _:
            return _has_new_name(words, asked)


def _is_amount(word: Word) -> bool:
    return is_figure(word) or word.lower in {"one", "several", "few"}


def _has_new_name(words: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether a name stands there; "Winning the cup" does not start with one."""
    names = [w for w in words if w.is_capitalised and w.is_content and w.stem not in asked]
    starts_with_verb = len(words) > 1 and words[1].lower.endswith("ing")
    return any(w is not words[0] or not starts_with_verb for w in names)
