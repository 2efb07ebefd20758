"""Where a sentence says the contrary of what is asked, though it is about the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.clauses import clauses_of
from bot.answering.facts import negated_in
from bot.answering.opposites import turns_round
from bot.answering.words import Word

_DENYING = frozenset(
    """not never no none nobody nothing without neither nor cannot non isnt wasnt dont didnt
    doesnt arent werent cant wont hasnt havent hadnt couldnt wouldnt""".split()
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a sentence turns round of a question.

    ``lost_denial``: the question denies something ("which of them is not ...") and the
    sentence nothing. ``other_denial``: only one of them denies, and the sentence denies a
    word of the question. ``turned_round``: a word's opposite stands in its place.
    """

    lost_denial: bool
    other_denial: bool
    turned_round: bool


def contrast_of(question: Sequence[Word], text: str, words: Sequence[Word]) -> Contrast:
    """How a sentence, its text and its words, stands against the words of a question."""
    asks_denied, topics = _denies(question), {w.stem for w in question if w.is_content}
    return Contrast(
        lost_denial=asks_denied and not _denies(words),
        other_denial=asks_denied != bool(negated_in(words) & topics),
        turned_round=turns_round([tuple(question)], clauses_of(text, words), denied=False),
    )


def _denies(words: Sequence[Word]) -> bool:
    return any(w.lower in _DENYING or w.lower.endswith("n't") for w in words)
