"""Checks that each sentence of a draft stands on its quotes. Pure code, whoever wrote the draft.

A quote must stand in the article at its offsets, letter for letter. A sentence
must not say more than its quotes: its figures, dates, units, names and negations
are looked for in them, and so is at least half of its wording. What the question
says counts for nothing. A sentence that fails is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.answering.citations import show_text
from bot.answering.facts import (
    Dates,
    dates_in,
    is_figure,
    iter_numbers,
    maybe_negated_in,
    measures_in,
    names_in,
    negated_in,
    published_dates,
    units_in,
)
from bot.answering.models import LinkedSentence, Quote
from bot.answering.words import Word, share_root, words_of

_LEAST_SHARED_WORDING = 0.5
_REACH = 3
_COUNTED_WORDS = 2


class Fault(StrEnum):
    """Why a sentence does not stand on its quotes."""

    NO_QUOTE = "no quote stands in its article"
    FIGURE = "a figure is not in the quotes, or belongs to something else there"
    DATE = "a date is not in the quotes"
    UNIT = "a unit is not in the quotes, or measures another figure there"
    NAME = "a name is not in the quotes"
    NEGATION = "something is denied in only one of sentence and quotes"
    WORDING = "most of its words are not in the quotes"


def verify(
    sentences: Sequence[LinkedSentence], texts: Mapping[str, str]
) -> tuple[LinkedSentence, ...]:
    """The sentences that stand, each with the quotes that stand.

    Args:
        sentences: a draft's sentences with their quotes.
        texts: the clean text of each article version; one that is missing proves nothing.
    """
    checked = [
        replace(sentence, quotes=tuple(q for q in sentence.quotes if stands(q, texts)))
        for sentence in sentences
    ]
    return tuple(s for s in checked if find_fault(s.text, s.quotes) is None)


def stands(quote: Quote, texts: Mapping[str, str]) -> bool:
    """Whether the quote is what the article says at its offsets, letter for letter."""
    text = texts.get(quote.version_id)
    if text is None or not 0 <= quote.start < quote.end <= len(text):
        return False
    return text[quote.start : quote.end] == quote.text


def find_fault(text: str, quotes: Sequence[Quote]) -> Fault | None:
    """The first reason why a sentence does not stand on quotes; None when it does."""
    if not quotes:
        return Fault.NO_QUOTE
    if any(show_text(text) == show_text(quote.text) for quote in quotes):
        return None
    said, source = words_of(text), _Source.of(quotes)
    checks = {
        Fault.FIGURE: _figures_hold(said, source),
        Fault.DATE: _dates_hold(said, source),
        Fault.UNIT: measures_in(text) <= source.measures and units_in(text) <= source.units,
        Fault.NAME: all(source.mentions(stem) for stem in names_in(said)),
        Fault.NEGATION: _negations_hold(said, source),
        Fault.WORDING: _shared_wording(said, source) >= _LEAST_SHARED_WORDING,
    }
    return next((fault for fault, holds in checks.items() if not holds), None)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a sentence's quotes say, and the titles and dates of their articles."""

    words: tuple[tuple[Word, ...], ...]
    stems: frozenset[str]
    title_stems: frozenset[str]
    dates: Dates
    units: frozenset[str]
    measures: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, quotes: Sequence[Quote]) -> _Source:
        words = tuple(tuple(words_of(quote.text)) for quote in quotes)
        dates = [dates_in(w) for w in words]
        dates += [published_dates(quote.published_at) for quote in quotes]
        return cls(
            words=words,
            stems=frozenset(w.stem for quote in words for w in quote),
            title_stems=frozenset(w.stem for quote in quotes for w in words_of(quote.title)),
            dates=Dates(
                frozenset().union(*(d.years for d in dates)),
                frozenset().union(*(d.months for d in dates)),
                frozenset().union(*(d.days for d in dates)),
            ),
            units=frozenset().union(*(units_in(quote.text) for quote in quotes)),
            measures=frozenset().union(*(measures_in(quote.text) for quote in quotes)),
        )

    def mentions(self, stem: str) -> bool:
        known = self.stems | self.title_stems
        return stem in known or any(share_root(stem, other) for other in known)


def _figures_hold(said: Sequence[Word], source: _Source) -> bool:
    """Every figure is in a quote, and counts nothing that the quotes count otherwise."""
    dated = {str(n) for n in source.dates.years} | {str(day) for _, day in source.dates.days}
    counted = [pair for quote in source.words for pair in _counted(quote)]
    known = {figure for quote in source.words for figure, _ in iter_numbers(quote)}
    if not {figure for figure, _ in iter_numbers(said)} <= known | dated:
        return False
    for figure, thing in _counted(said):
        figures_there = {f for f, t in counted if t == thing}
        if figures_there and figure not in figures_there | dated:
            return False
    return True


def _counted(words: Sequence[Word]) -> list[tuple[str, str]]:
    """Figures with what they may count, the next content words: (31, seat)."""
    pairs = []
    for figure, place in iter_numbers(words):
        following = [w for w in words[place + 1 : place + 1 + _REACH] if w.is_content]
        pairs += [(figure, word.stem) for word in following[:_COUNTED_WORDS] if not is_figure(word)]
    return pairs


def _dates_hold(said: Sequence[Word], source: _Source) -> bool:
    dates = dates_in(said)
    return (
        dates.years <= source.dates.years
        and dates.months <= source.dates.months
        and dates.days <= source.dates.days
    )


def _negations_hold(said: Sequence[Word], source: _Source) -> bool:
    """What the quotes deny the sentence does not affirm, and the other way about."""
    denied_there = frozenset().union(*(negated_in(quote) for quote in source.words))
    near_there = frozenset().union(*(maybe_negated_in(quote) for quote in source.words))
    lost = denied_there & {word.stem for word in said} - maybe_negated_in(said)
    added = negated_in(said) & source.stems - near_there
    return not lost and not added


def _shared_wording(said: Sequence[Word], source: _Source) -> float:
    stems = [word.stem for word in said if word.is_content]
    if not stems:
        return 0.0
    return sum(source.mentions(stem) for stem in stems) / len(stems)
