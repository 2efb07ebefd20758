"""Knows when two texts say the contrary of each other: rose and fell, before and after.

No dictionary: a short list of pairs that turn a statement round, and the small words
that make it weaker or stronger. Negations are ``facts``'s part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from bot.answering.clauses import Clause
from bot.answering.facts import month_of
from bot.answering.words import Word, stem_of

# One pair a line: either side may have several words.
_PAIRS = """
    more greater : less fewer
    higher : lower
    bigger larger : smaller
    longer : shorter
    older : younger newer
    faster quicker : slower
    better : worse
    best : worst
    highest : lowest
    biggest largest : smallest
    longest : shortest
    oldest : youngest newest
    most : least fewest
    rise increase grow climb gain up surge jump soar : fall drop decrease decline shrink sink down
    before ahead : after following
    first : last
    early earlier : late later
    begin start : end finish stop
    open reopen : close shut
    above over : below under
    approve accept adopt pass : reject refuse veto
    support back favor favour : oppose
    win beat : lose
    buy purchase : sell
    lend : borrow
    export : import
    hire : fire dismiss
    arrest detain : release free
    guilty convicted : innocent acquitted
    legal : illegal
    lawful : unlawful
    likely : unlikely
    possible : impossible
    safe : unsafe dangerous
    north northern : south southern
    east eastern : west western
    left : right
    morning : evening
    am : pm
    day : night
    alive : dead
    survive : die
    maximum : minimum
    profit : loss
    majority : minority
    male man : female woman
    son : daughter
    brother : sister
    father : mother
    husband : wife
    public : private
    include : exclude
    arrive enter : leave depart
    success succeed : failure fail
    raise : lower
    expand : reduce
    ban forbid : allow permit
    add : remove
    hot warm : cold
    full : empty
    expensive : cheap
    hard difficult : easy
    strengthen : weaken
    agree : disagree
    appear : disappear
    able : unable
    inside : outside
    push : pull
    love : hate
    rich : poor
    wet : dry
    high : low
"""
_UNIVERSAL = frozenset(
    """all every everyone everybody everything always entire entirely whole wholly each none both
    unanimous unanimously any completely fully anyone""".split()
)
_PARTIAL = frozenset(
    """some many most few several part partly half often sometimes mostly usually largely
    occasionally certain majority""".split()
)
_ONLY = frozenset("only sole solely just alone exclusively merely except but".split())
_HEDGES = frozenset(
    """may might could possibly perhaps maybe alleged allegedly reportedly rumored rumoured
    expected planned plans planning proposed proposes proposal considering considers consider would
    likely probably suspected unconfirmed if unless whether can able unclear aims hopes hoped
    intends intended wants wanted possible potential potentially suggests suggested threatened
    threatens should""".split()
)
_WILL = frozenset("will shall 'll going".split())
_REACH = 3


def _read_pairs() -> dict[str, tuple[str, bool]]:
    poles: dict[str, tuple[str, bool]] = {}
    for line in _PAIRS.strip().splitlines():
        for is_second, side in enumerate(line.split(":")):
            for word in side.split():
                poles.setdefault(stem_of(word), (line.strip(), bool(is_second)))
    return poles


_POLES = _read_pairs()


def turns_round(said: Sequence[Clause], source: Sequence[Clause], *, denied: bool) -> bool:
    """Whether a clause holds a word whose opposite, and not itself, stands at its place there.

    Args:
        said: the clauses of a sentence.
        source: the clauses of what it rests on.
        denied: whether something is denied in either; then opposites may say the same
            ("did not pass", "was rejected").
    """
    if denied:
        return False
    there = [(axis, second, near) for clause in source for axis, second, near in _poles(clause)]
    for axis, second, near in chain.from_iterable(map(_poles, said)):
        same = [n for a, s, n in there if a == axis and s == second]
        opposed = [n for a, s, n in there if a == axis and s != second]
        if opposed and _meeting(near, opposed) > _meeting(near, same):
            return True
    return False


def _poles(clause: Clause) -> Iterator[tuple[str, bool, frozenset[str]]]:
    """The pair, the side, and the content stems around each word that has an opposite."""
    for place, word in enumerate(clause):
        if word.stem in _POLES:
            around = clause[max(0, place - _REACH - 1) : place + _REACH + 2]
            near = frozenset(w.stem for w in around if w.is_content and w.stem not in _POLES)
            yield *_POLES[word.stem], near


def _meeting(near: frozenset[str], places: Sequence[frozenset[str]]) -> int:
    """How many words the best of some places shares, -1 without a place."""
    return max((len(near & place) for place in places), default=-1)


def claims_all(said: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether "all" or "only" is said where the source says neither."""
    words, there = ({w.lower for w in side} for side in (said, source))
    if words & _UNIVERSAL and not there & _UNIVERSAL and there & _PARTIAL:
        return True
    return bool(words & {"only", "sole", "solely", "exclusively"}) and not there & _ONLY


def is_sure(said: Sequence[Word], source: Sequence[Clause]) -> bool:
    """Whether something the source only holds possible is said as a fact."""
    if any(_is_hedge(said, place) for place in range(len(said))):
        return False
    stems = {word.stem for word in said if word.is_content}
    possible: set[str] = set()
    plain: set[str] = set()
    for clause in source:
        hedged = _hedged(clause)
        possible |= hedged
        plain |= {w.stem for w in clause if w.is_content} - hedged
    return bool(stems & possible - plain)


def _hedged(clause: Clause) -> frozenset[str]:
    """The verb behind each word of doubt: the first content word there."""
    hedged: set[str] = set()
    for place in range(len(clause)):
        if _is_hedge(clause, place):
            following = [w for w in clause[place + 1 :] if w.is_content]
            hedged.update(w.stem for w in following[:1] if not w.is_capitalised)
    return frozenset(hedged)


def _is_hedge(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.lower in {"may", "can"} and month_of(words, place):
        return False
    return word.lower in _HEDGES and not (word.lower == "may" and word.is_capitalised and place)
