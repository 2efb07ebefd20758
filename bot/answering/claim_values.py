"""Where two sentences of the same thing give values that cannot both be; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from bot.answering.amounts import Amount
from bot.answering.facts import Dates
from bot.answering.kinds import Kind
from bot.answering.question import Wanted
from bot.answering.standing import Said
from bot.answering.values import CLOCKS, Value, differ, values_in
from bot.answering.words import share_root, words_of

_WHEN = Wanted(
    Kind.TIME,
    terms={},
    names=frozenset(),
    numbers=frozenset(),
    dates=Dates(),
    stems=frozenset(),
    counted=frozenset(),
    units=frozenset(),
    asks_for_several=False,
    supposes=False,
)
_WHEN_IT_ENDS = replace(_WHEN, words=tuple(words_of("close")))
_NAMED_BY_YEAR = re.compile(r"\b(?:of|the) $", re.IGNORECASE)
# Smaller figures are counted, and not rounded.
_LEAST_ROUNDED = 20
_COUNTED = 2
_LARGEST = 10**15


def find_clash(said: Said, there: Said) -> tuple[Value, Value] | None:
    """The first values that differ where all others agree or are not given; None without any."""
    times, others = times_in(said.text), times_in(there.text)
    clash = differ(times, others)
    if clash is None:
        return _find_amounts(said, there, [*times, *others])
    # Where figures differ as well, it is of another day; "the fair of 2030" is another fair.
    if clash[0].kind == "date" and (
        _NAMED_BY_YEAR.search(said.text[: clash[0].start]) or not are_values_held(said, [there])
    ):
        return None
    return clash


def times_in(text: str) -> list[Value]:
    """The clock times and dates of a text; those at which something ends are of a kind apart."""
    ends = [value for value in values_in(_WHEN_IT_ENDS, text) if value.kind == "closing"]
    return [*(v for v in values_in(_WHEN, text) if v.kind != "closing"), *ends]


def values_of(said: Said) -> list[Value]:
    """All values of a sentence, for masking."""
    times = times_in(said.text)
    return [*times, *(_value(said, a) for a in _plain(said, times))]


def are_values_held(said: Said, there: Sequence[Said]) -> bool:
    """Whether every figure and time of a sentence stands in others; not a date's parts."""
    times = [value for value in times_in(said.text) if value.kind in CLOCKS]
    others = [value for each in there for value in times_in(each.text) if value.kind in CLOCKS]
    if any(all(time.key != other.key for other in others) for time in times):
        return False
    figures = {amount.value for each in there for amount in each.amounts}
    hours = {Fraction(str(value.key[0])) for value in others}
    return all(
        amount.value in figures | hours or amount.value == 1 for amount in _plain(said, times)
    )


def _find_amounts(said: Said, there: Said, times: Sequence[Value]) -> tuple[Value, Value] | None:
    mine, theirs = _plain(said, times), _plain(there, times)
    for amount in mine:
        if any(_is_same(amount, other) for other in theirs):
            continue
        rivals = _rivals(amount, mine, theirs)
        if rivals and not any(_may_both_be(amount, other) for other in rivals):
            return _value(said, amount), _value(there, rivals[0])
    return None


def _plain(said: Said, times: Iterable[Value]) -> list[Amount]:
    """The figures that are no dates and no clock times."""
    taken = [(v.start, v.end) for v in times if v.kind in CLOCKS and v.text in said.text]
    return [
        a
        for a in said.amounts
        if not a.is_date
        and a.value <= _LARGEST
        and not any(start <= a.start < end for start, end in taken)
    ]


def _is_same(one: Amount, other: Amount) -> bool:
    if one.units and other.units and not one.units & other.units:
        return False
    return one.value == other.value or _is_rounded(one.value, other.value)


def _may_both_be(one: Amount, other: Amount) -> bool:
    """Whether one is a bound that the other keeps to: "more than 40" and "57"."""
    return one.bound != other.bound and (_is_within(one, other) or _is_within(other, one))


def _is_rounded(round_: Fraction, exact: Fraction) -> bool:
    """Whether a figure is another one as people round it: 19,000 of 19,306."""
    if round_ < _LEAST_ROUNDED or round_.denominator != 1:
        return False
    step = 10 ** (len(str(int(round_))) - len(str(int(round_)).rstrip("0")))
    return bool(step > 1 and abs(round_ - exact) * 2 <= step)


def _is_within(bounded: Amount, other: Amount) -> bool:
    if bounded.bound == "above":
        return other.value >= bounded.value
    return bounded.bound == "below" and other.value <= bounded.value


def _rivals(amount: Amount, mine: Sequence[Amount], theirs: Sequence[Amount]) -> list[Amount]:
    """The figures that stand for the same thing: they count it, or are the only one of a unit."""
    same_unit = [other for other in theirs if other.units == amount.units]
    counted = [other for other in same_unit if _count_alike(amount, other)]
    if counted or not amount.units:
        return counted
    alone = sum(other.units == amount.units for other in mine) == 1
    return same_unit if alone and len(same_unit) == 1 else []


def _count_alike(one: Amount, other: Amount) -> bool:
    return any(
        a == b or share_root(a, b) for a in one.counted[:_COUNTED] for b in other.counted[:_COUNTED]
    )


def _value(said: Said, amount: Amount) -> Value:
    start = amount.start - (said.text[max(0, amount.start - 1)] in "$€£¥₩")
    kind = "-".join(sorted(amount.units)) or "figure"
    return Value(kind, (amount.value,), said.text[start : amount.end], start, amount.end)
