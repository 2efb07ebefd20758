"""Finds the one place where two sentences of the same wording differ: "red" here, "blue" there.

This needs no idea of what is asked: a message, a gland or a colour is found like a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.answering.words import Word, words_of

_LEAST_SHARED = 0.7
_FEWEST_SHARED = 4
_LONGEST_VALUE = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands at that place in the one and in the other sentence, as places in them."""

    one: tuple[int, int]
    other: tuple[int, int]


def find_slot(one: str, other: str) -> Slot | None:
    """The one place where two sentences differ; None where they differ in more, or in nothing.

    Small words may differ anywhere; and most of the wording must be the same in the same order.
    """
    first, second = words_of(one), words_of(other)
    matcher = SequenceMatcher(
        None, [w.stem for w in first], [w.stem for w in second], autojunk=False
    )
    blocks = [block for block in matcher.get_opcodes() if block[0] == "equal"]
    shared = sum(w.is_content for _, start, end, _, _ in blocks for w in first[start:end])
    content = max(sum(w.is_content for w in words) for words in (first, second))
    if shared < _FEWEST_SHARED or shared < _LEAST_SHARED * content:
        return None
    changes = [
        (first[a:b], second[c:d])
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal" and (_says(first[a:b]) or _says(second[c:d]))
    ]
    if len(changes) != 1:
        return None
    mine, theirs = changes[0]
    if not (_says(mine) and _says(theirs)) or max(len(mine), len(theirs)) > _LONGEST_VALUE:
        return None
    return Slot(_place(mine), _place(theirs))


def _says(words: Sequence[Word]) -> bool:
    return any(word.is_content for word in words)


def _place(words: Sequence[Word]) -> tuple[int, int]:
    last = words[-1]
    return words[0].start, last.start + len(last.text)
