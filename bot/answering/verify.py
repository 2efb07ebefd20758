"""Checks that each sentence of a draft stands on its quotes. Pure code, whoever wrote the draft.

A quote must stand in the article at its offsets, letter for letter. A sentence
must not say more than its quotes: its figures, dates, units, names and negations
are looked for in them, and so is most of its wording. It must not turn round what they
say, nor join what they say of different things. What the question says counts for
nothing. A sentence that fails is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from bot.answering.citations import imitates_citation, show_text
from bot.answering.facts import dates_in, maybe_negated_in, names_in, negated_in
from bot.answering.figures import figures_hold, units_hold
from bot.answering.models import LinkedSentence, Quote
from bot.answering.opposites import claims_all, claims_more, is_sure, turns_round
from bot.answering.roles import swaps_roles, swaps_sides, takes_others_part
from bot.answering.standing import Said, Source, is_joined, mixes_names, opens_with_other_name
from bot.answering.wording import predicate_holds, subject_holds, wording_holds

# What is longer is not compared, so that no sentence takes long: characters, and words in a row.
_LONGEST = 800
_LONGEST_SOURCE = 4000
_LONGEST_CLAUSE = 100


class Fault(StrEnum):
    """Why a sentence does not stand on its quotes."""

    NO_QUOTE = "no quote stands in its article"
    ASKED = "the quotes only ask"
    LONG = "it, or what it rests on, is too long to be compared"
    CITES = "it imitates a citation or holds a link of its own"
    FIGURE = "a figure is not in the quotes, or belongs to something else there"
    DATE = "a date is not in the quotes"
    UNIT = "a unit is not in the quotes, or measures another figure there"
    NAME = "a name is not in the quotes"
    NEGATION = "something is denied in only one of sentence and quotes"
    OPPOSITE = "it says the contrary of the quotes"
    CERTAINTY = "it is surer, or says it of more, than the quotes"
    ROLES = "who did it and to whom are swapped"
    JOINED = "it joins what different quotes say of different things"
    WORDING = "most of its words, or those of a clause, are not in the quotes"
    SUBJECT = "what it is about, or what it says that this is, is not in the quotes"


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
    if len(text) > _LONGEST or sum(len(quote.text) for quote in quotes) > _LONGEST_SOURCE:
        return Fault.LONG
    telling = [quote for quote in quotes if not _asks(quote.text)]
    if not telling and not _asks(text):
        return Fault.ASKED
    said, source = Said.of(text), Source.of(telling or quotes)
    if any(len(clause) > _LONGEST_CLAUSE for clause in (*said.clauses, *source.clauses)):
        return Fault.LONG
    denied = bool(negated_in(said.words)) or any(map(negated_in, source.words))
    checks = {
        Fault.CITES: not imitates_citation(text, [quote.text for quote in quotes]),
        Fault.FIGURE: figures_hold(said, source),
        Fault.DATE: _dates_hold(said, source),
        Fault.UNIT: units_hold(said, source),
        Fault.NAME: all(map(source.mentions, names_in(said.words)))
        and not opens_with_other_name(said, source)
        and not mixes_names(said, source),
        Fault.NEGATION: _negations_hold(said, source),
        Fault.OPPOSITE: not turns_round(said.clauses, source.clauses, denied=denied),
        Fault.CERTAINTY: not claims_all(said.words, source.all_words)
        and not claims_more(said.words, source.all_words)
        and not is_sure(said.words, source.clauses),
        Fault.ROLES: not swaps_roles(said.clauses, source.clauses)
        and not swaps_sides(said.clauses, source.clauses)
        and not takes_others_part(said.clauses, source.clauses),
        Fault.JOINED: not is_joined(said, source),
        Fault.WORDING: wording_holds(said, source),
        Fault.SUBJECT: subject_holds(said, source) and predicate_holds(said, source),
    }
    return next((fault for fault, holds in checks.items() if not holds), None)


def _asks(text: str) -> bool:
    return text.rstrip("\"'”’») \n").endswith(("?", "？"))


def _dates_hold(said: Said, source: Source) -> bool:
    dates = dates_in(said.words)
    return (
        dates.years <= source.dates.years
        and dates.months <= source.dates.months
        and dates.days <= source.dates.days
    )


def _negations_hold(said: Said, source: Source) -> bool:
    """What the quotes deny the sentence does not affirm, and the other way about."""
    denied_there = frozenset().union(*map(negated_in, source.words))
    near_there = frozenset().union(*map(maybe_negated_in, source.words))
    lost = denied_there & said.stems - maybe_negated_in(said.words)
    added = negated_in(said.words) & source.stems - near_there
    return not lost and not added
