"""Who did what to whom, as far as the order of words tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.clauses import Clause
from bot.answering.facts import is_figure
from bot.answering.words import Word, stem_of

_DETERMINERS = frozenset("the a an his her its their our my your this that these those".split())
_BE = frozenset("is are was were be been being got gets".split())
_PREPOSITIONS = frozenset(
    "for in on at with to from about against despite during over under as into because".split()
)
_NEAR = 2
# Of these, who does it and who suffers it are never the same thing said twice.
_ONE_WAY = frozenset(
    stem_of(verb)
    for verb in """sue beat defeat accuse kill attack arrest criticise criticize blame praise thank
    hire appoint nominate endorse acquire overtake rescue replace succeed invade bomb murder shoot
    charge convict elect warn fine ban follow precede lead teach train save""".split()
)
_EITHER_WAY = frozenset(
    stem_of(word)
    for word in """meet marry married brother sister sibling cousin friend twin neighbour neighbor
    rival partner agree talk speak join equal resemble share border and said according""".split()
)


@dataclass(frozen=True, slots=True)
class Role:
    """What stands on either side of a verb, turned so that ``doers`` do it to ``done_to``."""

    verb: str
    doers: frozenset[str]
    done_to: frozenset[str]
    is_verb: bool


def swaps_roles(said: Sequence[Clause], source: Sequence[Clause]) -> bool:
    """Whether a sentence gives a verb of its source to the other side: "A sued B", "B sued A"."""
    there = [role for clause in source for role in _roles(clause)]
    for role in (role for clause in said for role in _roles(clause)):
        rivals = [other for other in there if other.verb == role.verb]
        if rivals and all(_is_swapped(role, other) for other in rivals):
            return True
    return False


def _is_swapped(one: Role, other: Role) -> bool:
    if one.doers & other.doers:
        return False
    crossed = (bool(one.doers & other.done_to), bool(one.done_to & other.doers))
    kept = one.done_to & other.done_to
    return all(crossed) or (one.verb in _ONE_WAY and any(crossed) and not kept)


def swaps_sides(said: Sequence[Clause], source: Sequence[Clause]) -> bool:
    """Whether two things change places round "than", "against" or "the mother of"."""
    there = [side for clause in source for side in _sides(clause)]
    for pivot, left, right in (side for clause in said for side in _sides(clause)):
        rivals = [(one, other) for sign, one, other in there if sign == pivot]
        if rivals and all(
            left & other and right & one and not (left & one - other) and not (right & other - one)
            for one, other in rivals
        ):
            return True
    return False


def _sides(clause: Clause) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Each turning point of a clause, and the names or things in front of it and behind it."""
    for place, word in enumerate(clause):
        if word.lower in {"than", "against"} and place:
            near = clause[: place - 1] if word.lower == "than" else clause[:place]
            yield word.lower, _bearers(near), _bearers(clause[place + 1 :])
        elif word.lower == "of" and place > _NEAR and clause[place - _NEAR].lower == "the":
            kin, be = clause[place - 1], clause[place - _NEAR - 1]
            if be.lower in _BE and kin.stem not in _EITHER_WAY:
                left, right = clause[: place - _NEAR], clause[place + 1 :]
                yield kin.stem, _bearers(left), _bearers(right)


def _bearers(words: Sequence[Word]) -> frozenset[str]:
    """Names where there are any, all things otherwise."""
    names = frozenset(w.stem for w in words if w.is_content and w.is_capitalised)
    return names or _things(words)


def takes_others_part(said: Sequence[Clause], source: Sequence[Clause]) -> bool:
    """Whether a sentence gives a verb to what the source tells something else of.

    "The race was held, but the picnic was cancelled" does not say that the race was cancelled.
    """
    there = [role for clause in source for role in _roles(clause)]
    known = frozenset().union(*(_things(clause) for clause in source))
    for role in (role for clause in said for role in _roles(clause) if role.is_verb):
        sides = role.doers | role.done_to
        rivals = [r.doers | r.done_to for r in there if r.verb == role.verb and r.is_verb]
        if sides & known and rivals and all(r and not r & sides for r in rivals):
            return True
    return False


def _roles(clause: Clause) -> Iterator[Role]:
    for place, word in enumerate(clause):
        if not _may_be_verb(clause, place):
            continue
        left = _side(clause[:place])
        be = any(w.lower in _BE for w in clause[max(0, place - _NEAR) : place])
        is_verb = be and word.lower.endswith(("d", "n", "t"))
        by = _by(clause, place)
        if by is not None:
            before, behind = _things(clause[place + 1 : by]), _side(clause[by + 1 :])
            yield Role(word.stem, behind, left or before, is_verb)
        elif be:
            yield Role(word.stem, frozenset(), left, is_verb)
        else:
            yield Role(word.stem, left, _side(clause[place + 1 :]), is_verb)


def _side(words: Sequence[Word]) -> frozenset[str]:
    """What stands on one side, up to the first preposition or figure behind something."""
    for place, word in enumerate(words):
        if word.lower in _PREPOSITIONS or is_figure(word):
            near = _things(words[:place])
            if near:
                return near
    return _things(words)


def _may_be_verb(clause: Clause, place: int) -> bool:
    word = clause[place]
    if not word.is_content or word.is_capitalised or word.is_number or word.stem in _EITHER_WAY:
        return False
    before = clause[place - 1] if place else None
    return before is None or not (
        before.lower in _DETERMINERS or before.text.lower().endswith(("'s", "\u2019s"))
    )


def _by(clause: Clause, place: int) -> int | None:
    """Where the "by" of a passive stands: close behind the verb, and no figure behind it."""
    for at in range(place + 1, min(place + 1 + _NEAR, len(clause) - 1)):
        if clause[at].lower == "by" and not is_figure(clause[at + 1]):
            return at
    return None


def _things(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(w.stem for w in words if w.is_content and not is_figure(w))
