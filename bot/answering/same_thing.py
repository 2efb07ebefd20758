"""Whether sentences of two articles speak of the same thing: subject, place, time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.days import days_between
from bot.answering.kinds import FIGURES
from bot.answering.question import Wanted
from bot.answering.readings import Reading
from bot.answering.values import CLOCKS, Value
from bot.answering.words import Word, stem_of, words_of

_DAYS = "mon|tues|wednes|thurs|fri|satur|sun"
# A day that a time is only for: "on Thursdays until 8 p.m.".
_ONLY_ON = re.compile(rf"\b(?:on|every|each) ({_DAYS})days?\b", re.IGNORECASE)
# What a date is of: a date of the one is not rivalled by a date of the other.
_BEGINNINGS = frozenset(
    map(stem_of, "build construct construction erect found establish open create born".split())
)
_ENDINGS = frozenset(
    map(
        stem_of,
        "demolish demolition dismantle raze destroy destruction abolish dissolve end finish"
        " close closure die".split(),
    )
)


class _Event(StrEnum):
    BEGINNING = "beginning"
    ENDING = "ending"


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


def is_same_thing(wanted: Wanted, own: Reading, rival: Reading, limits: DifferenceLimits) -> bool:
    """Whether a sentence of another article may contradict one, their values aside."""
    if rival.item.text.rstrip("\"'”’) ").endswith("?"):
        return False
    if rival.coverage < limits.coverage or rival.own_coverage < limits.own:
        return False
    passages = own.item.passage, rival.item.passage
    days = days_between(*(passage.published_at for passage in passages))
    if (
        days is not None
        and days > limits.days
        and not any(passage.superseded_by for passage in passages)
    ):
        return False
    return not _of_others(wanted, own, rival)


def may_be_same_time(
    wanted: Wanted, own: Reading, rival: Reading, clash: tuple[Value, Value]
) -> bool:
    """Whether two values may be of the same year, day of the week and event."""
    if clash[0].kind == "date":
        return not _of_other_ends(wanted, own, rival, clash)
    if clash[0].kind in CLOCKS and _of_other_days(wanted, own, rival):
        return False
    return not _of_other_years(own, rival)


def _of_others(wanted: Wanted, own: Reading, rival: Reading) -> bool:
    """Whether each sentence names somebody or something that the other's article does not."""
    if wanted.kind not in FIGURES:
        return False  # the names are the values
    return bool(own.names - rival.around.all_stems) and bool(rival.names - own.around.all_stems)


def _of_other_years(own: Reading, rival: Reading) -> bool:
    """Whether both tell of a year, and of another one."""
    years = [own.years, rival.years]
    if not all(years):
        years = [own.around.years, rival.around.years]
    return all(years) and not years[0] & years[1]


def _of_other_days(wanted: Wanted, own: Reading, rival: Reading) -> bool:
    """Whether one is of a day of the week that neither the other nor the question names."""
    days = [frozenset(map(str.lower, _ONLY_ON.findall(r.item.text))) for r in (own, rival)]
    return bool((days[0] ^ days[1]) - _days_of(wanted))


def _days_of(wanted: Wanted) -> frozenset[str]:
    days = (re.fullmatch(rf"({_DAYS})days?", word.lower) for word in wanted.words)
    return frozenset(day[1] for day in days if day)


def _of_other_ends(
    wanted: Wanted, own: Reading, rival: Reading, clash: tuple[Value, Value]
) -> bool:
    """Whether the dates, and what is asked, are of a beginning and of an end: built, demolished."""
    ends = {_end_of(r.item.text, v.start) for r, v in zip((own, rival), clash, strict=True)}
    ends |= {_event_of(word) for word in wanted.words}
    return ends >= {_Event.BEGINNING, _Event.ENDING}


def _end_of(text: str, start: int) -> _Event | None:
    """Whether what happened on a date began or ended something, by the nearest word for it."""
    events = [
        (abs(word.start - start), event) for word in words_of(text) if (event := _event_of(word))
    ]
    return min(events)[1] if events else None


def _event_of(word: Word) -> _Event | None:
    if word.stem in _BEGINNINGS:
        return _Event.BEGINNING
    return _Event.ENDING if word.stem in _ENDINGS else None
