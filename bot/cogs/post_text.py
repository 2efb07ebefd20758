"""What a post asks: its title, and the questions in its text."""

from __future__ import annotations

import re

from bot.contract import QUESTION_CHARACTERS

_NOT_SAID = re.compile(
    r"```.*?(?:```|\Z)|^>[^\n]*$|<a?:\w+:\d+>|<[@#&!/][^>]*>|https?://\S+", re.DOTALL | re.MULTILINE
)
_SENTENCE = re.compile(r"[^.!?？؟。！\n]*[.!?？؟。！]*")
_MARKS = "?？؟"
_BODY_CHARACTERS = 400
_FEWEST_WORDS = 3
_FEWEST_UNSPACED = 6
# Many leave the mark out. Only words that hardly begin anything but a question.
_BEGINNINGS = frozenset(
    [
        *["who", "what", "when", "where", "why", "how", "which", "whose"],
        *["wer", "was", "wann", "wo", "warum", "wie", "welche", "welcher", "welches", "wieso"],
        *["qui", "quand", "où", "pourquoi", "comment", "combien", "quel", "quelle", "quels"],
        *["quién", "qué", "cuándo", "dónde", "cómo", "cuánto", "cuál"],
    ]
)


def looks_like_question(text: str) -> bool:
    """Whether somebody asks something in a message, as far as its form tells."""
    return bool(_questions_in(_clean(text)))


def read_post(title: str, body: str) -> str:
    """One text to ask for a post: its title, and what its text asks besides.

    Of a text that asks nothing the beginning is taken, where the title asks nothing either.
    """
    title, body = _clean(title), _clean(body)
    asked = _questions_in(body)
    if not asked and not _questions_in(title):
        asked = [_begin(body)]
    parts = [title, *asked[:2]] if title else asked[:2]
    told = ""
    for part in parts:
        if not part or part.casefold() in told.casefold():
            continue
        longer = f"{told} {part}" if not told or told[-1] in ".!?？؟" else f"{told}: {part}"
        if len(longer.strip()) > QUESTION_CHARACTERS[1]:
            break
        told = longer.strip()
    return told or (title or body)[: QUESTION_CHARACTERS[1]]


def _begin(text: str) -> str:
    """The beginning of a text, cut between words."""
    if len(text) <= _BODY_CHARACTERS:
        return text
    begun = text[:_BODY_CHARACTERS]
    return begun.rpartition(" ")[0] or begun


def _questions_in(text: str) -> list[str]:
    sentences = [found.strip() for found in _SENTENCE.findall(text)]
    return [each for each in sentences if _is_question(each)]


def _is_question(sentence: str) -> bool:
    words = sentence.rstrip(_MARKS + ".! ").split()
    if not words:
        return False
    if sentence[-1] in _MARKS:
        unspaced = len("".join(words))
        is_long_word = len(words) < _FEWEST_WORDS and not "".join(words).isascii()
        return len(words) >= _FEWEST_WORDS or (is_long_word and unspaced >= _FEWEST_UNSPACED)
    first = words[0].strip("¿¡\"'(,").casefold()
    return first in _BEGINNINGS and len(words) > _FEWEST_WORDS


def _clean(text: str) -> str:
    lines = _NOT_SAID.sub(" ", text).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
