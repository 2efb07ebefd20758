"""Knows when two texts say the contrary of each other: rose and fell, before and after.

No dictionary: a short list of pairs that turn a statement round, and the small words
that make it weaker or stronger. Negations are ``facts``'s part.
"""

from __future__ import annotations

import re
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
_WILL = frozenset("will shall going".split())
# "Was to open", "asked them to open", "has yet to open": not done as far as that tells.
_BEFORE_TO = frozenset(
    """is are was were due set scheduled meant supposed asked urged wants demanded ordered told
    agreed promised pledged voted""".split()
)
_DEMANDS = frozenset("demanded demands demand urged urges urge insisted insists".split())
# How much of a whole is meant, from little to nearly all.
_LEVELS = {"few": 1, "handful": 1, "some": 2, "several": 2, "many": 3, "most": 4, "majority": 4}
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")
_ADJECTIVE = re.compile(r"(?:ive|able|ible|ent|ant|ate|al|ect|ure|act|ous|ary|valid|secure|like)$")
_BE = frozenset("is are was were".split())
_SHORTEST_DENIED = 4
_DISGUISED = frozenset("less like form ited ions iversal derstand der able".split())
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
    return _turns_by_prefix(list(chain(*said)), list(chain(*source)))


def excludes(one: Sequence[Clause], other: Sequence[Clause], *, denied: bool) -> bool:
    """Whether two texts have one word of a pair each, and neither has both."""
    mine, theirs = _sides(one), _sides(other)
    return not denied and any(
        len(mine[axis]) == len(theirs[axis]) == 1 and mine[axis] != theirs[axis]
        for axis in mine.keys() & theirs.keys()
    )


def _sides(clauses: Sequence[Clause]) -> dict[str, set[bool]]:
    """Which sides of each pair stand in a text."""
    sides: dict[str, set[bool]] = {}
    for axis, is_second, _ in chain.from_iterable(map(_poles, clauses)):
        sides.setdefault(axis, set()).add(is_second)
    return sides


def _turns_by_prefix(said: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether one side says "welcome" and the other only "unwelcome"."""
    mine, theirs = ({w.lower for w in side if w.is_content} for side in (said, source))
    for one, other in ((mine, theirs), (theirs, mine)):
        for word in one - other:
            plain = _without_prefix(word)
            if plain and plain in other and plain not in one:
                return True
    return False


def _without_prefix(word: str) -> str | None:
    """What "un-" or "in-" denies in a word; None where it is part of the word."""
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest == word or len(rest) < _SHORTEST_DENIED or rest in _DISGUISED:
            continue
        if prefix in {"un", "non"} or _ADJECTIVE.search(rest):
            return rest
    return None


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


def claims_more(said: Sequence[Word], source: Sequence[Word]) -> bool:
    """Whether "most" is said where the source says "some", or "few" where it says "many"."""
    mine, there = (_levels(side) for side in (said, source))
    if not mine or not there or mine & there:
        return False
    return max(mine) > max(there) or max(mine) == 1


def _levels(words: Sequence[Word]) -> set[int]:
    """How much is meant, but for "the most expensive" and "a few"."""
    return {
        _LEVELS[word.lower]
        for place, word in enumerate(words)
        if word.lower in _LEVELS and not (place and words[place - 1].lower in {"the", "at", "a"})
    }


def is_sure(said: Sequence[Word], source: Sequence[Clause]) -> bool:
    """Whether something the source only holds possible is said as a fact."""
    if any(_is_hedge(said, place) for place in range(len(said))):
        return False
    stems = {word.stem for word in said if word.is_content}
    to_come = any(word.lower in _WILL or _is_before_to(said, n) for n, word in enumerate(said))
    possible: set[str] = set()
    plain: set[str] = set()
    for clause in source:
        hedged = _hedged(clause) | (frozenset() if to_come else _undone(clause))
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


def _undone(clause: Clause) -> frozenset[str]:
    """What is asked for or still to come: the verb behind "was to", "asked them to"."""
    undone: set[str] = set()
    for place, word in enumerate(clause):
        demands = word.lower in _DEMANDS and "that" in {w.lower for w in clause[place + 1 :][:2]}
        if not demands and not (word.lower == "to" and _is_before_to(clause, place)):
            continue
        following = [w for w in clause[place + 1 :] if w.is_content and not w.is_capitalised]
        undone.update(w.stem for w in (following if demands else following[:1]))
    return frozenset(undone)


def _is_before_to(words: Sequence[Word], place: int) -> bool:
    """Whether this "to" makes what is behind it a plan or a wish."""
    if words[place].lower != "to":
        return False
    near = [w.lower for w in words[max(0, place - _REACH - 1) : place]]
    wishes = _BEFORE_TO - _BE
    return bool(near) and (near[-1] in _BEFORE_TO or bool(wishes.intersection(near)))


def _is_hedge(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.lower in {"may", "can"} and month_of(words, place):
        return False
    return word.lower in _HEDGES and not (word.lower == "may" and word.is_capitalised and place)
