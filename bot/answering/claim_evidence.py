"""Whether a sentence of an article bears a claim out, or says otherwise. Pure.

Better "not found" than wrong. Supported is only what ``verify`` lets pass and whose words
are nearly all there; contradicted is only what an article says of the same thing with another
value, a denial or an opposite. Who, where, on which days and for whom must agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.claim_readings import (
    ClaimReading,
    EvidenceReading,
    days_in,
    share_held,
    topics_of,
)
from bot.answering.claim_values import are_values_held, find_clash
from bot.answering.clauses import Clause
from bot.answering.facts import negated_in
from bot.answering.opposites import excludes
from bot.answering.slots import find_slot
from bot.answering.standing import Said, holds_word
from bot.answering.values import Value
from bot.answering.verify import Fault, find_fault
from bot.answering.words import Word, words_of

# What an article does not say as a fact of now.
_CONDITION = re.compile(r"\b(?:if|unless|provided that|as long as)\b", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:would|could|might|may|perhaps|possibly|plan(?:s|ned)?|propos\w+|expected|hopes?"
    r"|wrong\w*|mistake\w*|formerly|previously|used to|originally|once|rumou?r\w*|instead of"
    r"|claim\w*|alleg\w+|jok(?:e|ed|ing)|fiction\w*|untrue|false)\b",
    re.IGNORECASE,
)
_ONLY_ONE = re.compile(r"\b(?:by|is|was|are|were|named|called)\s+(?:the\s+)?$", re.IGNORECASE)
_DENYING = frozenset({Fault.NEGATION, Fault.OPPOSITE})


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """When a sentence bears a claim out, and when it says otherwise of the same thing.

    ``covered`` is the share of a claim's topic words in the quotes and their heads;
    ``covered_known`` is enough where the article knows all of them, or the cosine of both is at
    least ``alike``; ``spoken`` must stand in the quote itself, ``spoken_each`` in each of two, but
    for what their heads say. To contradict, the passage must hold ``known`` of them, the
    sentence with the one before it ``near``, and the sentence itself ``own``; ``same`` is the
    least cosine with the claim once its value is put in place of the article's. ``turned`` and
    ``back`` are for a denial: that cosine, and the share of the clause's own words that the
    claim holds.
    """

    covered: float = 0.8
    covered_known: float = 0.6
    alike: float = 0.85
    spoken: float = 0.5
    spoken_each: float = 0.25
    known: float = 0.75
    near: float = 0.7
    own: float = 0.4
    same: float = 0.55
    turned: float = 0.55
    back: float = 0.6


@dataclass(frozen=True, slots=True)
class Contradiction:
    """How a sentence says otherwise.

    ``variants`` are the sentence and its clause with the claim's value in place of its own: the
    liker they are to the claim, the surer they speak of the same thing. ``is_denial`` says that
    there is no value. ``stems`` are those of the claim's own, where it is a name.
    """

    variants: tuple[str, ...]
    is_denial: bool = False
    stems: frozenset[str] = frozenset()


def supports(
    claim: ClaimReading, evidence: Sequence[EvidenceReading], cosine: float, limits: CheckLimits
) -> bool:
    """Whether quotes together say what a claim says; ``cosine`` is how alike both are."""
    quotes = [each.quote for each in evidence]
    if any(each.asks for each in evidence) or find_fault(claim.text, quotes) is not None:
        return False
    titled = frozenset().union(*(each.titled for each in evidence))
    if any(not holds_word(titled, stem) for stem in claim.qualifiers | claim.calendar):
        return False
    if not are_values_held(claim.said, [each.said for each in evidence]):
        return False
    if any(_denies_otherwise(claim, each) for each in evidence) or (
        # "Open on weekdays" and "closed on Sundays" are together no "open on Sundays".
        len(evidence) > 1 and any(_says_opposite(claim, each) for each in evidence)
    ):
        return False
    covered = share_held(claim.topics, titled)
    around = frozenset().union(*(each.around for each in evidence))
    is_known = all(holds_word(around, stem) for stem in claim.topics)
    least = limits.covered_known if is_known or cosine >= limits.alike else limits.covered
    if covered < least or not _is_said_of_all(claim, evidence):
        return False
    spoken = limits.spoken if len(evidence) == 1 else limits.spoken_each
    return all(share_spoken(claim, [each]) >= spoken for each in evidence)


def _says_opposite(claim: ClaimReading, there: EvidenceReading) -> bool:
    denied = bool(negated_in(claim.said.words) or negated_in(there.said.words))
    return excludes(claim.said.clauses, there.said.clauses, denied=denied)


def share_spoken(claim: ClaimReading, evidence: Sequence[EvidenceReading]) -> float:
    """The share of a claim's topics in sentences themselves, but for those in their heads."""
    own = frozenset().union(*(each.said.stems for each in evidence))
    heads = frozenset().union(*(each.head_stems for each in evidence))
    return share_held([t for t in claim.topics if not holds_word(heads - own, t)], own)


def find_contradiction(
    claim: ClaimReading, there: EvidenceReading, limits: CheckLimits
) -> Contradiction | None:
    """What a sentence says otherwise than a claim; likeness is for the caller to ask."""
    if not claim.topics or there.asks:
        return None
    named = _find_other_name(claim, there)
    if named is not None and _is_same_thing(claim, there, limits, aside=named.stems):
        return named
    if not _is_same_thing(claim, there, limits):
        return None
    clash = find_clash(claim.said, there.said)
    if clash is not None:
        return _by_value(claim, there, *clash)
    if claim.years and not claim.years <= there.years:
        return None
    return _by_denial(claim, there, limits)


def _by_value(
    claim: ClaimReading, there: EvidenceReading, mine: Value, other: Value
) -> Contradiction | None:
    clause = there.clause_at(other.start)
    if mine.kind != "date" and claim.years and not claim.years <= there.years:
        return None
    if _is_unsure(claim, there, clause):
        return None
    return Contradiction(_put_in_place(there, other, mine.text, clause))


def _by_denial(
    claim: ClaimReading, there: EvidenceReading, limits: CheckLimits
) -> Contradiction | None:
    clause = _nearest_clause(claim, there)
    if clause is None or _is_unsure(claim, there, clause):
        return None
    if share_held(topics_of(clause), claim.said.stems) < limits.back:
        return None
    turned = find_fault(claim.text, [there.quote]) in _DENYING
    if not (turned or _denies_otherwise(claim, there)):
        return None
    return Contradiction((there.text, there.write(clause)), is_denial=True)


def _is_same_thing(
    claim: ClaimReading,
    there: EvidenceReading,
    limits: CheckLimits,
    aside: frozenset[str] = frozenset(),
) -> bool:
    """Whether a sentence speaks of what a claim does, but for values and what is set aside."""
    topics = claim.topics - aside
    return (
        share_held(topics, there.around) >= limits.known
        and share_held(topics, there.near) >= limits.near
        and share_spoken(claim, [there]) >= limits.own
        and any(holds_word(there.near, stem) for stem in claim.opening)
        and all(holds_word(there.near, stem) for stem in claim.names - aside)
        # For whom and when must be the same on both sides.
        and all(holds_word(there.near, stem) for stem in claim.qualifiers)
        and there.audiences <= claim.said.stems
        and there.recurring <= claim.days
        and claim.days <= days_in(there.said.words)
    )


def _is_unsure(claim: ClaimReading, there: EvidenceReading, clause: Clause) -> bool:
    if _CONDITION.search(there.text) and not _CONDITION.search(claim.text):
        return True
    return bool(_UNSURE.search(there.write(clause))) and not _UNSURE.search(claim.text)


def _find_other_name(claim: ClaimReading, there: EvidenceReading) -> Contradiction | None:
    """The name that stands in the one place where both sentences differ."""
    slot = find_slot(claim.text, there.text)
    if slot is None:
        return None
    mine, other = claim.text[slice(*slot.one)], there.text[slice(*slot.other)]
    words = words_of(mine)
    if not (_is_name(words) and _is_name(words_of(other))):
        return None
    # Of "sails to" there may be many; of "built by" and "the mayor is" there is one.
    if not _ONLY_ONE.search(claim.text[: slot.one[0]]):
        return None
    # Whom the article knows too may well be the one as well.
    if any(holds_word(there.around, word.stem) for word in words if word.is_content):
        return None
    value = Value("name", (), other, *slot.other)
    variants = _put_in_place(there, value, mine, there.clause_at(value.start))
    return Contradiction(variants, stems=frozenset(word.stem for word in words))


def _put_in_place(
    there: EvidenceReading, value: Value, mine: str, clause: Clause
) -> tuple[str, ...]:
    """The sentence, and its clause, with another value."""
    start, end = value.start, value.end
    whole = f"{there.text[:start]}{mine}{there.text[end:]}"
    opens = min(clause[0].start, start)
    closes = max(clause[-1].start + len(clause[-1].text), end)
    return whole, f"{there.text[opens:start]}{mine}{there.text[end:closes]}"


def _is_name(words: Sequence[Word]) -> bool:
    content = [word for word in words if word.is_content]
    return bool(content) and all(word.is_capitalised for word in content)


def _is_said_of_all(claim: ClaimReading, evidence: Sequence[EvidenceReading]) -> bool:
    """Whether what holds on some days only is not said of all."""
    return not claim.values or all(each.recurring <= claim.days for each in evidence)


def _nearest_clause(claim: ClaimReading, there: EvidenceReading) -> Clause | None:
    """The clause that speaks most of what a claim does."""
    shares = [
        (len(topics_of(clause) & claim.said.stems), -at, clause)
        for at, clause in enumerate(there.said.clauses)
    ]
    best = max(shares, default=None, key=lambda share: share[:2])
    return best[2] if best is not None and best[0] else None


def _denies_otherwise(claim: ClaimReading, there: EvidenceReading) -> bool:
    """Whether the claim denies what the clause nearest to it affirms, or the other way about."""
    clause = _nearest_clause(claim, there)
    if clause is None or share_held(topics_of(clause), claim.said.stems) < 1:
        return False
    return _denies(claim.said) != bool(negated_in(clause))


def _denies(said: Said) -> bool:
    return bool(negated_in(said.words))
