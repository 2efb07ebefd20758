"""Reads a question: what kind of thing it asks for, and the words an answer must meet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.answering.facts import Dates, dates_in, is_figure, month_of
from bot.answering.kinds import Kind, counted_in, kind_of, units_wanted
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.words import Word, words_of

MAX_QUESTION_CHARS = 2000
_FEWEST_CHARS = 3

# In a library of few articles rarity says little, so that each word counts for itself too.
_LEAST_WEIGHT = 0.3

_SEVERAL = re.compile(
    r"\b(?:and|both|versus|vs|or|compare\w*|list|all|names? of)\b|\bwhat (?:are|were)\b"
    r"|\bwhich (?:\w+ )?(?:are|were)\b|\?.*\?",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(
    r"\b(?:if|unless|will|would|could|should|might|may|in case)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer must meet.

    ``terms`` weighs each topic word's stem, in (0, 1], by how rare it is in the
    library. ``names`` are the stems written as names, ``numbers`` the figures as
    written, ``stems`` those of all words. Words of dates stand in ``dates``, not
    in ``terms``. ``counted`` is what "how many" counts, ``units`` what "how far" and
    the like are measured in; mostly both are empty. ``words`` are all words in order.
    """

    kind: Kind
    terms: Mapping[str, float]
    names: frozenset[str]
    numbers: frozenset[str]
    dates: Dates
    stems: frozenset[str]
    counted: frozenset[str]
    units: frozenset[str]
    asks_for_several: bool
    supposes: bool
    words: tuple[Word, ...] = ()


def is_clear(text: str) -> bool:
    """Whether a text can be searched for: some topic word, no small talk, not a whole page."""
    if not _FEWEST_CHARS <= len(text.strip()) <= MAX_QUESTION_CHARS:
        return False
    if reply_to_small_talk(text) is not None:
        return False
    return any(word.is_content for word in words_of(text))


def read_question(text: str, term_weights: Mapping[str, float]) -> Wanted:
    """Reads a question; ``term_weights`` are a search result's."""
    words = words_of(text)
    kept = [w for place, w in enumerate(words) if w.is_content and not _is_date(words, place)]
    weights = _weights_by_stem(term_weights)
    usual = sum(weights.values()) / len(weights) if weights else 1.0
    return Wanted(
        kind=kind_of(text),
        terms={w.stem: _temper(weights.get(w.stem, usual)) for w in kept},
        names=frozenset(w.stem for w in kept if w.is_capitalised and w is not words[0]),
        numbers=frozenset(w.lower for w in kept if is_figure(w)),
        dates=dates_in(words),
        stems=frozenset(w.stem for w in words),
        counted=counted_in(text),
        units=units_wanted(text),
        asks_for_several=bool(_SEVERAL.search(text)),
        supposes=bool(_SUPPOSES.search(text)),
        words=tuple(words),
    )


def _temper(rarity: float) -> float:
    return _LEAST_WEIGHT + (1 - _LEAST_WEIGHT) * rarity


def _weights_by_stem(term_weights: Mapping[str, float]) -> dict[str, float]:
    """The library's weights under our stems; a term of several words lends each its weight."""
    weights: dict[str, float] = {}
    for term, weight in term_weights.items():
        for word in words_of(term):
            weights[word.stem] = max(weight, weights.get(word.stem, 0.0))
    return weights


def _is_date(words: list[Word], place: int) -> bool:
    word = words[place]
    if month_of(words, place):
        return True
    if not word.is_number:
        return False
    beside = [p for p in (place - 1, place + 1) if 0 <= p < len(words)]
    return bool(dates_in([word]).years) or any(month_of(words, p) for p in beside)
