"""Whether sentences of two articles speak of the same thing: subject, place, time."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.facts import CALENDAR_WORDS, names_in
from bot.answering.features import covered_share
from bot.answering.kinds import FIGURES
from bot.answering.models import Evidence
from bot.answering.question import Wanted
from bot.answering.values import days_between, years_of
from bot.answering.words import stems_of, words_of

_CONTEXT_CHARS = 300
_OPENING = 5
_TAKEN_UP = 3
_TAKING_UP = frozenset("it its he she they his her their this these".split())
_LEANING = frozenset("it its he she they his her their this these that those such here".split())


@dataclass(frozen=True, slots=True)
class DifferenceLimits:
    """When two sentences are of the same thing.

    ``coverage`` is the share of the question's words that the rival and its title must
    hold, ``own`` what the sentence itself must. ``likeness`` is the least cosine of both
    without their values, where the rival holds none of the question's words. It may be
    ``relief`` less where it holds all, and ``for_corrections`` less where it denies the other
    value ("four, not three"); it must be ``for_names`` more where the values are names.
    Articles more than ``days`` apart tell of different events.
    """

    coverage: float = 0.5
    own: float = 0.2
    likeness: float = 0.82
    relief: float = 0.3
    for_names: float = 0.05
    for_corrections: float = 0.2
    days: int = 45
    most_rivals: int = 2


def is_same_thing(
    wanted: Wanted,
    own: Evidence,
    rival: Evidence,
    limits: DifferenceLimits,
    *,
    values_are_dates: bool,
) -> bool:
    """Whether a sentence of another article may contradict one, their values aside."""
    if rival.text.rstrip("\"'”’) ").endswith("?"):
        return False
    if coverage_of(wanted, rival) < limits.coverage:
        return False
    if covered_share(wanted.terms, stems_of(in_context(rival))) < limits.own:
        return False
    days = days_between(own.passage.published_at, rival.passage.published_at)
    superseded = own.passage.superseded_by or rival.passage.superseded_by
    if days is not None and days > limits.days and not superseded:
        return False
    return not _of_others(wanted, own, rival) and (
        values_are_dates or not _of_other_years(own, rival)
    )


def coverage_of(wanted: Wanted, item: Evidence) -> float:
    """The share of the question's words in a sentence, its title and what stands around it."""
    passage = item.passage
    before = passage.text[: item.span.start - passage.start][-_CONTEXT_CHARS:]
    around = f"{passage.title} {passage.publisher or ''} {before} {item.text} {_goes_on(item)}"
    return covered_share(wanted.terms, stems_of(around))


def _of_others(wanted: Wanted, own: Evidence, rival: Evidence) -> bool:
    """Whether each sentence names somebody or something that the other's article does not."""
    if wanted.kind not in FIGURES:
        return False  # the names are the values
    names = [names_in(words_of(item.text)) - wanted.stems - CALENDAR_WORDS for item in (own, rival)]
    around = [stems_of(f"{item.passage.title} {item.passage.text}") for item in (own, rival)]
    return bool(names[0] - around[1]) and bool(names[1] - around[0])


def _of_other_years(own: Evidence, rival: Evidence) -> bool:
    """Whether both tell of a year, and of another one."""
    years = [years_of([item.text]) or years_of([item.passage.title]) for item in (own, rival)]
    if not all(years):
        years = [years_of([item.passage.title, item.passage.text]) for item in (own, rival)]
    return all(years) and not years[0] & years[1]


def in_context(item: Evidence) -> str:
    """A sentence, with the one before it where it leans on that: "It was rebuilt in 1806.".

    So with the one behind it where that leans: "Ada Quill was a builder. She drew the plans.".
    """
    passage = item.passage
    before = [span for span in passage.sentences if span.end <= item.span.start]
    opens = f"{passage.slice(before[-1])} " if before and _leans(item.text) else ""
    goes_on = _goes_on(item)
    return f"{opens}{item.text}{goes_on and ' '}{goes_on}"


def _goes_on(item: Evidence) -> str:
    """The sentence behind one, where it leans on that; "" otherwise."""
    behind = [span for span in item.passage.sentences if span.start >= item.span.end]
    text = item.passage.slice(behind[0]) if behind else ""
    return text if any(w.lower in _TAKING_UP for w in words_of(text)[:_TAKEN_UP]) else ""


def _leans(text: str) -> bool:
    opening = words_of(text)[:_OPENING]
    return any(word.lower in _LEANING for word in opening) or (
        [w.lower for w in opening[:1]] == ["the"] and not any(w.is_capitalised for w in opening[1:])
    )
