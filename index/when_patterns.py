"""The patterns by which times are found in a text, in four languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.when_words import (
    LAST_WORDS,
    MONTHS,
    NUMBERS,
    PLAIN_UNITS,
    SEASONS,
    SHORT_MONTHS,
    UNITS_OF,
    WEEKDAYS,
)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(MONTHS)})"
_ANY_MONTH = rf"(?P<month>{_any([*MONTHS, *SHORT_MONTHS])})"
_SEASON = rf"(?P<season>{_any(SEASONS)})"
_WEEKDAY = rf"(?P<weekday>{_any(WEEKDAYS)})"
_YEAR = r"(?P<year>1\d{3}|2[01]\d{2})"
_OF = r"(?:,?\s+(?:of\s+|de\s+|del\s+)?)"
_TO = r"-|–|—|to|and|until|till|through|bis|und|au|et|al|y|a|hasta"
_COUNT = rf"(?P<count>\d{{1,4}}|{_any(NUMBERS)})"
# The units and "last" of each language, which are never mixed: "letzte Woche". Only French
# and Spanish put "last" behind: "a quarter past eight" and "a month past due" are no times.
_UNIT = rf"(?P<unit>{_any(' '.join(UNITS_OF.values()).split())})"
_PLAIN_UNIT = rf"(?P<unit>{_any(' '.join(PLAIN_UNITS.values()).split())})"
_LAST = rf"(?P<last>{'|'.join(LAST_WORDS.values())})"
_THIS = r"(?P<this>this|current|diese[nrsm]?|cette|cet|ce|est[ea])"
_LANGUAGES = tuple(
    (
        rf"(?P<last>{LAST_WORDS[code]})",
        rf"(?P<unit>{_any(UNITS_OF[code].split())})",
    )
    for code in UNITS_OF
)

_DATES: tuple[str, ...] = (
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b(?!-)",
    r"\b(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})\b",
    (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s*(?:{_TO})\s*(?P<last_day>\d{{1,2}})"
        rf"(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?{_ANY_MONTH}\b\.?(?:{_OF}{_YEAR}\b)?"
    ),
    (
        rf"\b{_ANY_MONTH}\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:{_TO})"
        rf"\s*(?P<last_day>\d{{1,2}})(?P<nth>st|nd|rd|th)?\b(?![%:/]|[.,]\d)"
        rf"(?:,?\s+{_YEAR}\b)?"
    ),
    (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?{_ANY_MONTH}\b\.?"
        rf"(?:{_OF}{_YEAR}\b)?"
    ),
    (
        rf"\b{_ANY_MONTH}\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th)?\b(?![%:/]|[.,]\d)"
        rf"(?:,?\s+{_YEAR}\b)?"
    ),
    rf"\b{_ANY_MONTH}\.?{_OF}{_YEAR}\b",
    rf"\b{_SEASON}{_OF}{_YEAR}\b",
    rf"\bq(?P<quarter>[1-4])\s+(?:of\s+)?{_YEAR}\b",
    r"\b(?P<year>1\d{2}0|2[01]\d0)['’]?s\b",
)
_RELATIVE: tuple[str, ...] = (
    (
        r"\b(?P<back>the day before yesterday|day before yesterday|vorgestern|avant-hier|anteayer"
        r"|antier)\b"
    ),
    r"\b(?P<yesterday>yesterday|last night|gestern|ayer|anoche)\b",
    r"\b(?P<this>today|this morning|heute|aujourd['’]hui|hoy)\b",
    rf"\b(?:last|past|previous|letzten?|vergangenen?)\s+{_WEEKDAY}\b",
    rf"\b{_WEEKDAY}\s+(?:dernier|pasado|passé)\b",
    *(
        rf"\b(?:the|den|les|ces|los|las)?\s*{last}\s+{_COUNT}\s+{unit}\b"
        for last, unit in _LANGUAGES
    ),
    *(
        rf"\b(?:the|den|les|ces|los|las)?\s*{_COUNT}\s+{last}\s+{unit}\b"
        for last, unit in _LANGUAGES
    ),
    rf"\b{_COUNT}\s+{_UNIT}\s+(?P<ago>ago)\b",
    rf"\b(?P<ago>vor|il y a|hace)\s+{_COUNT}\s+{_UNIT}\b",
    *(
        rf"\b{last}\s+(?:few\s+|couple\s+(?:of\s+)?|wenigen\s+)?{unit}\b"
        for last, unit in _LANGUAGES
    ),
    *(
        rf"\b(?P<unit>{_any(PLAIN_UNITS[code].split())})\s+(?P<last>{LAST_WORDS[code]})\b"
        for code in ("fr", "es")
    ),
    rf"\b{_LAST}\s+{_MONTH}\b",
    rf"\b{_MONTH}\s+(?:dernier|passé|pasado)\b",
    rf"\b{_LAST}\s+{_SEASON}\b",
    rf"\b{_THIS}\s+{_PLAIN_UNIT}\b",
    rf"\b{_THIS}\s+{_SEASON}\b",
)
_WEAK: tuple[str, ...] = (
    rf"\b{_MONTH}\b",
    rf"\b{_YEAR}\b(?![-–/]\d|,\d|\.\d|\s*%)",
    rf"\b{_WEEKDAY}\b",
)
HIER = re.compile(r"\bhier\b", re.IGNORECASE)
FRENCH = re.compile(
    r"\b(?:que|qu['’]|est|les|des|une|la|le|dans|quoi|qui|quelles?|quels?|où)", re.IGNORECASE
)

PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for kind, patterns in (("date", _DATES), ("relative", _RELATIVE), ("weak", _WEAK))
    for pattern in patterns
)
_PART = (
    r"(?:(?:the\s+|die\s+)?(?:early|late|mid|beginning of|start of|end of|anfang|ende|mitte"
    r"|month of|year|jahre?|l['’]année|summer of|spring of|autumn of|winter of)[\s-]+)?"
    r"(?:the\s+|le\s+|el\s+|du\s+)?"
)
BEFORE_WORDS = r"before|prior to|vor|avant|antes de|antes del"
UNTIL_WORDS = r"until|till|up to|through|by|bis|jusqu['’](?:en|à|au)|hasta"
_SINCE_WORDS = r"since|seit|ab|depuis|à partir de|desde"
_AFTER_WORDS = r"after|following|nach|après|después de|después del"
_IN_WORDS = (
    r"in|during|throughout|around|on|of|im|am|en|au|año|jahr|dans|durante|während|pendant"
    r"|from|between|and|to|or|mid|early|late"
)
HOW = re.compile(
    rf"(?:^|(?<=[^\w]))(?:(?P<before>{BEFORE_WORDS})|(?P<until>{UNTIL_WORDS})"
    rf"|(?P<since>{_SINCE_WORDS})|(?P<after>{_AFTER_WORDS})|(?P<within>{_IN_WORDS}))"
    rf"[\s-]+{_PART}$",
    re.IGNORECASE,
)
JOINS = re.compile(
    r"\s*(?:and|to|until|till|through|thru|bis|und|et|à|au|a|y|hasta|-|–|—)\s*"
    r"(?:the\s+|in\s+|zum\s+|le\s+|el\s+|au\s+)?",
    re.IGNORECASE,
)
RANGE_BEGINS = re.compile(
    r"(?:^|(?<=\W))(?:between|from|von|vom|zwischen|entre|du|de|del|desde)\s+"
    r"(?:the\s+)?(?:(?:years?|months?)\s+)?$",
    re.IGNORECASE,
)
DOUBTFUL_MONTH = re.compile(r"(?:may|march|mars|mai|mayo)\Z", re.IGNORECASE)
# "the March on Washington", "march against"
MARCHES = re.compile(r"\s+(?:for|on|against|of the|through|towards?|to)\b", re.IGNORECASE)
LOOK_BACK = 40
AFTER_OWNER = re.compile(r"\b(?:its|his|her|their|my|your|our)\s+$", re.IGNORECASE)
OVER = re.compile(
    r"\b(?:in|over|during|within|for|from|since|of|throughout|im|in)\s+(?:the|den|der|des)\s+$",
    re.IGNORECASE,
)
ONE = re.compile(r"\bthe\s+$", re.IGNORECASE)
THE = re.compile(r"\b(?:the|der|die|das|le|la|el)\s+$", re.IGNORECASE)
PART_OF = re.compile(
    r"\b(?:end|start|beginning|middle|half|course|as|rest|part|quarter|days|months|all)\s+of\s+$",
    re.IGNORECASE,
)
