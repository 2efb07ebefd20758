"""Whether two texts are one article that came twice, with small edits.

Two reports on one subject are not alike, nor two notices that differ in a name, a number
or a date: leaving out an article that says something else is worse than showing the same
one twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from index.likeness import LEAST_WORDS, SHINGLE, split_words

_ALIKE = 0.8
"""Of the runs of three words in either text, the share that both must have."""
_EDGE = 60
"""Words that a byline, an editor's note or a footer may have."""
_BODY_RUN = 8
"""Words in a row that both texts have, where their common body begins or ends."""
_MOST_SLIPS = 300
"""Words of which each is compared with each."""

# Words that make another fact of the same sentence, as figures do.
_TELLING = frozenset(
    "not no never none neither nor without cannot t "
    "one two three four five six seven eight nine ten eleven twelve twenty thirty fifty "
    "hundred thousand million billion first second third half double "
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday".split()
)


def are_alike(one: str, other: str) -> bool:
    """Whether two texts are the same article but for small edits.

    Small edits are slips of the pen mended, other punctuation, case or spacing, paragraphs
    in another order, another byline or footer. A text with another figure, date or negation
    is not alike. Of two that are, the longer may hold an addition.
    """
    ours, theirs = split_words(one), split_words(other)
    if ours == theirs:
        return True
    fewer = min(len(ours), len(theirs))
    left, right = _shingle_set(ours), _shingle_set(theirs)
    if fewer < LEAST_WORDS or len(left & right) < _ALIKE * len(left | right):
        return False
    mine, yours = _differing(ours, right), _differing(theirs, left)
    return _tell_the_same(mine, yours) and _replaced(mine, yours) <= max(0, (fewer - 100) // 50)


def _shingle_set(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[at:] for at in range(SHINGLE)), strict=False))


@dataclass(frozen=True, slots=True)
class _Differing:
    """Words of a text that the other has not in that place, in order: at its ends, between."""

    edges: list[str]
    inside: list[str]


def _differing(words: Sequence[str], known: AbstractSet[tuple[str, ...]]) -> _Differing:
    shared = [False] * len(words)
    for at, shingle in enumerate(zip(*(words[at:] for at in range(SHINGLE)), strict=False)):
        if shingle in known:
            shared[at : at + SHINGLE] = [True] * SHINGLE
    start, end = _body(shared)
    edges: list[str] = []
    inside: list[str] = []
    for at, word in enumerate(words):
        if not shared[at]:
            (inside if start <= at < end else edges).append(word)
    return _Differing(edges, inside)


def _body(shared: Sequence[bool]) -> tuple[int, int]:
    """Where the text that both have begins and ends; a byline before it may share a phrase."""
    runs = [(at, at + len(run)) for at, run in _runs(shared) if len(run) >= _BODY_RUN]
    first, last = (runs[0][0], runs[-1][1]) if runs else (0, len(shared))
    if first > _EDGE:
        first = 0
    if len(shared) - last > _EDGE:
        last = len(shared)
    return first, last


def _runs(shared: Sequence[bool]) -> Iterator[tuple[int, list[bool]]]:
    """Each stretch of words that both texts have, with its place."""
    at = 0
    for is_shared, group in groupby(shared):
        run = list(group)
        if is_shared:
            yield at, run
        at += len(run)


def _tell_the_same(mine: _Differing, yours: _Differing) -> bool:
    """Whether figures, dates and negations agree, in their order."""
    if _telling(mine.inside) != _telling(yours.inside):
        return False
    # A footer may tell a date that the other text lacks. Two different ones make two notices.
    ours, theirs = _telling(mine.edges), _telling(yours.edges)
    return ours == theirs or not (ours and theirs)


def _telling(words: Sequence[str]) -> list[str]:
    return [w for w in words if w in _TELLING or any(letter.isdigit() for letter in w)]


def _replaced(mine: _Differing, yours: _Differing) -> int:
    """How many words have another word in their place, mended slips not counted."""
    left = Counter(mine.edges) + Counter(mine.inside)
    right = Counter(yours.edges) + Counter(yours.inside)
    ours, theirs = sorted((left - right).elements()), sorted((right - left).elements())
    if max(len(ours), len(theirs)) > _MOST_SLIPS:
        return min(len(ours), len(theirs))
    for word in tuple(ours):
        twin = next((other for other in theirs if _is_slip(word, other)), None)
        if twin is not None:
            ours.remove(word)
            theirs.remove(twin)
    return min(len(ours), len(theirs))


def _is_slip(word: str, other: str) -> bool:
    if min(len(word), len(other)) < 3 or abs(len(word) - len(other)) > 2:  # noqa: PLR2004
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= 0.8  # noqa: PLR2004
