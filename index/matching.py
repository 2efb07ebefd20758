"""How the words of a question stand in a passage: all, together, in order.

The lexical score knows which words a passage holds and how rare they are. Passages of one
article often hold the same ones; what tells them apart is whether the words stand in one
sentence, and next to each other as in the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.stems import share_root, stem_of, stems_by_sentence, stems_of

_NAME = re.compile(r"(?<=[\s\"“(/-])[^\W\d_]\w*")

# Words that share a root share at least this beginning.
_SAME_START = 4
# A question of a thousand words asks nothing that its first hundred do not.
_MOST_WORDS = 100
_WINDOW = 3
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question's words ask of a passage, all by their stems.

    Attributes:
        weights: How rare each topic word is in the library, in (0, 1].
        pairs: Words that stand side by side, function words too.
        figures: The topic words with a digit in front.
        names: The topic words written with a capital inside the question.
        spelled: Library words that a topic word was probably meant to be.
    """

    weights: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]
    figures: frozenset[str]
    names: frozenset[str]
    spelled: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signs:
    """What a passage shows of a question, each a weighted share from 0 to 1.

    ``coverage`` counts the topic words in text, title and heading, ``sentence`` those in the
    best sentence, ``window`` those in the best three in a row, ``title`` those in title
    and heading. ``figures`` and ``names`` are parts of ``coverage``. ``pairs`` is the plain
    share of the question's pairs that stand side by side in the text.
    """

    coverage: float
    sentence: float
    window: float
    pairs: float
    figures: float
    names: float
    title: float


def read_words(
    question: str, term_weights: Mapping[str, float], spelled: Mapping[str, str]
) -> Sought:
    """What to look for; ``spelled`` gives topic words as the library spells them."""
    weights: dict[str, float] = {}
    meant: dict[str, str] = {}
    for term, weight in list(term_weights.items())[:_MOST_WORDS]:
        for stem in stems_of(term):
            weights[stem] = max(weight, weights.get(stem, 0.0))
            if term in spelled:
                meant[stem_of(spelled[term])] = stem
    capitals = {
        stem for name in _NAME.findall(question) if name[0].isupper() for stem in stems_of(name)
    }
    return Sought(
        weights=weights,
        pairs=frozenset(pairwise(stems_of(question)[:_MOST_WORDS])),
        figures=frozenset(stem for stem in weights if stem[0].isdigit()),
        names=frozenset(weights.keys() & capitals),
        spelled=meant,
    )


class Matcher:
    """Measures passages against one question; remembers which words meet which."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._total = sum(sought.weights.values()) or 1.0
        self._seen: set[str] = set()
        self._shares: dict[frozenset[str], float] = {}
        self._meets: dict[str, frozenset[str]] = {}
        self._first_of_pair = frozenset(first for first, _ in sought.pairs)
        self._roots: dict[str, list[tuple[str, str]]] = {}
        for stem, meant in [(s, s) for s in sought.weights] + list(sought.spelled.items()):
            self._roots.setdefault(stem[:_SAME_START], []).append((stem, meant))

    def measure(self, title: str, heading: str, text: str) -> Signs:
        """The signs of a passage."""
        head = stems_of(f"{title}\n{heading}")
        sentences = stems_by_sentence(text)
        self._learn(set(head).union(*sentences))
        above = self._meet(head)
        met = [self._meet(stems) for stems in sentences]
        everywhere = above.union(*met)
        return Signs(
            coverage=self._share(everywhere),
            sentence=max(map(self._share, met), default=0.0),
            window=max(map(self._share, _windows(met)), default=0.0),
            pairs=self._share_of_pairs(sentences),
            figures=self._share(everywhere & self._sought.figures),
            names=self._share(everywhere & self._sought.names),
            title=self._share(above),
        )

    def cover(self, text: str) -> float:
        """The weighted share of the topic words that stand in a text, from 0 to 1."""
        stems = stems_of(text)
        self._learn(set(stems))
        return self._share(self._meet(stems))

    def _share(self, stems: frozenset[str]) -> float:
        share = self._shares.get(stems)
        if share is None:
            share = sum(self._sought.weights[stem] for stem in stems) / self._total
            self._shares[stems] = share
        return share

    def _share_of_pairs(self, sentences: Sequence[Sequence[str]]) -> float:
        wanted = self._sought.pairs
        if not wanted:
            return 0.0
        found: set[tuple[str, str]] = set()
        for stems in sentences:
            if not self._first_of_pair.isdisjoint(stems):
                found |= wanted.intersection(pairwise(stems))
        return len(found) / len(wanted)

    def _learn(self, stems: set[str]) -> None:
        """Find out which of these stems meet a topic word; hardly any does."""
        new = stems - self._seen
        self._seen |= new
        roots = self._roots
        for stem in [stem for stem in new if stem[:_SAME_START] in roots]:
            if found := self._look_up(stem):
                self._meets[stem] = found

    def _meet(self, stems: Sequence[str]) -> frozenset[str]:
        """The question's topic words among stems that were learnt."""
        meets = self._meets
        if meets.keys().isdisjoint(stems):
            return _NONE
        return _NONE.union(*[meets[stem] for stem in stems if stem in meets])

    def _look_up(self, stem: str) -> frozenset[str]:
        near = self._roots.get(stem[:_SAME_START], ())
        return frozenset(meant for root, meant in near if root == stem or share_root(root, stem))


def _windows(met: Sequence[frozenset[str]]) -> Iterable[frozenset[str]]:
    for at in range(max(1, len(met) - _WINDOW + 1)):
        some = [stems for stems in met[at : at + _WINDOW] if stems]
        if some:
            yield some[0] if len(some) == 1 else _NONE.union(*some)
