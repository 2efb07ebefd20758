"""Whether the figures of a sentence are those of its source, of the same things and units."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice

from bot.answering.amounts import Amount
from bot.answering.clauses import Clause
from bot.answering.facts import Dates, dates_in, is_figure, names_in, units_in
from bot.answering.literals import is_negative, literals_hold
from bot.answering.standing import Said, Source
from bot.answering.words import Word

# Tables of figures are not compared: nothing tells there what belongs to what.
_MOST_PAIRS = 1000
_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth tenth".split())


def figures_hold(said: Said, source: Source) -> bool:
    """Every figure is in a quote, is bound alike, and belongs to the same thing there."""
    if len(said.amounts) * sum(len(part.amounts) for part in source.parts) > _MOST_PAIRS:
        return False
    dated = _date_values(source.dates)
    for amount in (a for a in said.amounts if not said.literals.holds(a.start)):
        alike = [(part, a) for part in source.parts for a in part.amounts if _equal(amount, a)]
        # A day's number is no number of pounds.
        is_known = (amount.value in dated and not amount.units) or _is_hour(source, amount)
        if not alike and not is_known and not _is_article(said, amount):
            return False
        if alike and not amount.is_date and all(_sign_differs(said, amount, *p) for p in alike):
            return False
        if alike and all(a.bound != amount.bound for _, a in alike):
            return False
        if alike and not amount.is_date and all(_is_of_other(said, amount, *p) for p in alike):
            return False
    values = {a.value for part in source.parts for a in part.amounts}
    return (
        literals_hold(said.literals, [part.literals for part in source.parts], values)
        and _numerals_hold(said, source)
        and _ordinals_hold(said, source)
        and not _counts_otherwise(said, source, dated)
    )


def _numerals_hold(said: Said, source: Source) -> bool:
    """Whether numerals that are no amounts and no literals stand as they are in a quote."""
    read = {amount.start for amount in said.amounts}
    there = {word.lower for word in source.all_words}
    return all(
        word.start in read or word.lower in there or bool(dates_in([word]))
        for word in said.words
        if word.is_number and not word.lower.isdecimal() and not said.literals.holds(word.start)
    )


def _is_hour(source: Source, amount: Amount) -> bool:
    """Whether it can be an hour that the source writes "8:00"."""
    times = (time for part in source.parts for time in part.literals.times if not time.minute)
    return not amount.units and any(
        amount.value in {time.hour, time.hour % 12 or 12} for time in times
    )


def _sign_differs(said: Said, amount: Amount, part: Said, there: Amount) -> bool:
    mine = is_negative(said.text, amount.start, amount.end)
    return mine != is_negative(part.text, there.start, there.end)


def _ordinals_hold(said: Said, source: Source) -> bool:
    """Whether no other place in an order is said than the source says."""
    mine, there = ({w.lower for w in words} & _ORDINALS for words in (said.words, source.all_words))
    return not there or mine <= there


def _is_article(said: Said, amount: Amount) -> bool:
    """Whether it is "one" in letters, which mostly means "a"."""
    return amount.value == 1 and said.text[amount.start].isalpha()


def _equal(one: Amount, other: Amount) -> bool:
    return one.value == other.value


def _date_values(dates: Dates) -> set[Fraction]:
    numbers = [*dates.years, *dates.months, *(day for _, day in dates.days)]
    return {Fraction(number) for number in numbers}


def units_hold(said: Said, source: Source) -> bool:
    """Every unit is measured in there too, and by the figure that the sentence gives it."""
    there = [amount for part in source.parts for amount in part.amounts]
    for amount in said.amounts:
        if amount.units and _measures_other(said, amount, source):
            return False
        same = [a for a in there if _equal(amount, a)]
        if amount.units and same and not any(amount.units <= a.units for a in same):
            return False
        # "40 people" of "40 percent": the figure counts what it does not count there.
        is_measure = not amount.units and all(a.units & _MONEY_OR_SHARE for a in same)
        counted = amount.counted[:1]
        if same and is_measure and counted and all(counted[0] not in a.counted for a in same):
            return False
    return units_in(said.text) <= frozenset().union(*(units_in(p.text) for p in source.parts))


def _measures_other(said: Said, amount: Amount, source: Source) -> bool:
    """Whether "25 metres deep" is told of "25 metres long"."""
    mine = _dimension(said, amount)
    pairs = [(p, a) for p in source.parts for a in p.amounts if _equal(amount, a)]
    there = set().union(*(_dimension(*pair) for pair in pairs))
    return bool(mine and there and not mine & there)


def _dimension(said: Said, amount: Amount) -> set[str]:
    behind = (word.lower for word in said.words if word.start >= amount.end)
    return set(islice(behind, 2)) & _DIMENSIONS


_DIMENSIONS = frozenset("deep long wide high tall thick old away".split())
_MONEY_OR_SHARE = frozenset({"percent", "dollar", "euro", "pound", "yen", "won"})


def _counts_otherwise(said: Said, source: Source, dated: set[Fraction]) -> bool:
    """Whether a figure counts something that the quotes count, and with another figure."""
    there = [amount for part in source.parts for amount in part.amounts]
    for amount in said.amounts:
        for thing in amount.counted:
            figures = {a.value for a in there if thing in a.counted}
            if figures and amount.value not in figures | dated:
                return True
    return False


def _is_of_other(said: Said, amount: Amount, part: Said, there: Amount) -> bool:
    """Whether the quote gives this figure to another one than the sentence does.

    Looked at only where the quote has a rival, another figure of the same kind, that
    stands with what the sentence speaks of.
    """
    own = _clause_at(part, there)
    mine = _clause_at(said, amount)
    for rival in part.amounts:
        if rival.value == there.value or rival.is_date or not _same_kind(rival, there):
            continue
        if any(a.value == rival.value and _clause_at(said, a) is mine for a in said.amounts):
            continue  # "from 58 to 61": both stand with it
        other = _clause_at(part, rival)
        if other is own:
            continue
        if _belongs(mine, own, other):
            return True
    return False


def _same_kind(one: Amount, other: Amount) -> bool:
    return one.units == other.units


def _belongs(mine: Clause, own: Clause, other: Clause) -> bool:
    """Whether a clause speaks of what stands with the other figure and not with its own.

    Names tell first, then years, then all words that stand with only one of the two.
    """
    if "respectively" in {w.lower for w in (*own, *other)}:
        return False
    for marks in (names_in(mine), _years(mine), _topics(mine)):
        with_own, with_other = marks & _stems(own), marks & _stems(other)
        if with_own - with_other:
            return False
        if with_other - with_own:
            return True
    return False


def _years(clause: Clause) -> frozenset[str]:
    return frozenset(str(year) for year in dates_in(clause).years)


def _topics(clause: Clause) -> frozenset[str]:
    return frozenset(w.stem for w in clause if w.is_content and not is_figure(w))


def _stems(clause: Sequence[Word]) -> frozenset[str]:
    return frozenset(w.stem for w in clause)


def _clause_at(text: Said, amount: Amount) -> Clause:
    behind = [c for c in text.clauses if c[0].start <= amount.start]
    return behind[-1] if behind else ()
