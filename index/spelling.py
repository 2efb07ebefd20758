"""Words that the library does not know, as it probably spells them."""

from __future__ import annotations

from collections.abc import Sequence

from index import lexical
from index.connections import Connection
from index.lexical_tokens import split_words

# Short words have too many neighbours, and a slip in a figure is another figure.
_SHORTEST = 5
_LONGEST = 40
_TWO_SLIPS_FROM = 9
# An ending with a slip in it hides the stem from the stemmer: "presidnet".
_LONGEST_ENDING = 3
# What nobody mistypes in one question; it bounds what one question may cost.
_MOST_WORDS = 4


def respell(connection: Connection, library: int, unknown: Sequence[str]) -> dict[str, str]:
    """The nearest word of the lexical index for unknown ones, where one is near enough.

    A word may have one slip (a letter more, less or other, or two swapped), a long one two,
    never in its first letter; or its ending alone is wrong. Among equally near ones the most
    frequent is meant. What is given back are stems as the index has them.
    """
    typed = [w for w in unknown if _SHORTEST <= len(w) <= _LONGEST and w.isalpha()][:_MOST_WORDS]
    if not typed:
        return {}
    found = {}
    for word, terms in zip(typed, split_words(typed), strict=True):
        stem = terms[-1] if terms else None
        meant = _nearest(connection, library, stem, word) if stem else None
        if meant is not None:
            found[word] = meant
    return found


def _nearest(connection: Connection, library: int, stem: str, word: str) -> str | None:
    most = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    shortest = max(_SHORTEST, len(stem) - _LONGEST_ENDING)
    near = (
        (distance, -count, term)
        for term, count in lexical.terms_like(
            connection, library, stem[0], shortest, len(stem) + most
        )
        if (distance := _distance(stem, term, most)) is not None
    )
    best = min(near, default=None)
    return best[2] if best else None


def _distance(stem: str, term: str, most: int) -> float | None:
    if stem.startswith(term) and len(stem) - len(term) <= _LONGEST_ENDING:
        return 1.5
    return count_slips(stem, term, most)


def count_slips(one: str, other: str, most: int) -> int | None:
    """How many slips lie between two words, None for more than ``most``.

    A slip is a letter more, less or other, or two neighbours swapped.
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, facing in enumerate(other, 1):
            slips = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                slips = min(slips, before[j - 2] + 1)
            row.append(slips)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
