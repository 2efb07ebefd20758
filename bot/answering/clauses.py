"""Cuts a sentence's words into clauses: within one, words belong to each other."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.words import Word

Clause = tuple[Word, ...]

JOINTS = frozenset(
    """and but while whereas though although because which who when after before until since
    compared versus or nor so if unless""".split()
)
_STOPS = ",;:()[]\u2013\u2014\u2026.!?\n"


def clauses_of(text: str, words: Sequence[Word]) -> list[Clause]:
    """The clauses of a text, in order; ``words`` are all its words.

    "Last Monday, the 5th" is cut as "Reds won, Blues lost" is: too many pieces do less harm
    here than too few. A joint opens the clause behind it.
    """
    found: list[list[Word]] = []
    end = 0
    for word in words:
        stops = any(sign in _STOPS for sign in text[end : word.start])
        if not found or stops or word.lower in JOINTS:
            found.append([])
        found[-1].append(word)
        end = word.start + len(word.text)
    return [tuple(clause) for clause in found]
