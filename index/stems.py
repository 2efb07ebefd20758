"""Words of a text by their stems, so that "speaks", "Speaking" and "speak" are one.

Not SQLite's stemmer, which cannot be called by itself; lighter, and only ever compared
with itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A word, or what ends a sentence.
# A run of stops is looked at from its beginning alone: a text of nothing else takes no longer.
_TOKEN = re.compile(r"[^\W_]+|(?<![.!?。！？])[.!?。！？]++(?=\s|$)|\n")
_POSSESSIVE = re.compile(r"'s?(?!\w)")

# Suffix, what stands instead, and how short the rest may be. The first that fits counts.
_SUFFIXES = (
    ("ies", "y", 2),
    ("ied", "y", 2),
    ("sses", "ss", 2),
    ("ations", "", 4),
    ("ation", "", 4),
    ("tions", "t", 4),
    ("tion", "t", 4),
    ("ments", "", 4),
    ("ment", "", 4),
    ("ates", "", 4),
    ("ated", "", 4),
    ("ate", "", 4),
    ("ings", "", 3),
    ("ing", "", 3),
    ("edly", "", 3),
    ("ed", "", 3),
    ("ers", "", 3),
    ("er", "", 3),
    ("es", "", 3),
    ("ly", "", 4),
    ("s", "", 3),
)
_LONG_SUFFIX = "ational"
_SHORTEST = 3

# Words compared by more than equality have at least this many letters.
SHORTEST_ROOT = 5
_LONGEST_ENDING = 3
# A passage is shorter; whatever is not would fill the memory.
_REMEMBERED_LENGTH = 4_000


def stems_of(text: str) -> list[str]:
    """The stems of all words of a text, in order."""
    return [stem for sentence in stems_by_sentence(text) for stem in sentence]


def stems_by_sentence(text: str) -> tuple[tuple[str, ...], ...]:
    """The stems of each sentence, in order; cut roughly, at full stops and line ends."""
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _read_stems(text)


# The same passages are looked at for many questions. The stems are shared, so an entry
# takes little more than its text.
@lru_cache(maxsize=4_000)
def _remembered(text: str) -> tuple[tuple[str, ...], ...]:
    return _read_stems(text)


def _read_stems(text: str) -> tuple[tuple[str, ...], ...]:
    sentences: list[tuple[str, ...]] = []
    sentence: list[str] = []
    for token in _TOKEN.findall(_plain(text)):
        if token[0].isalnum():
            sentence.append(stem_of(token))
        elif sentence:
            sentences.append(tuple(sentence))
            sentence = []
    if sentence:
        sentences.append(tuple(sentence))
    return tuple(sentences)


def _plain(text: str) -> str:
    """Lower case, without accents and possessive endings, as the lexical index has it."""
    text = text.replace("’", "'").lower()
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        for letter in set(apart):
            if unicodedata.combining(letter):
                apart = apart.replace(letter, "")
        text = apart
    return _POSSESSIVE.sub("", text)


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The part of a lower-case word that its forms share; figures stay as they are."""
    long = len(word) >= len(_LONG_SUFFIX) + _SHORTEST
    if long and word.endswith(_LONG_SUFFIX) and not word[0].isdigit():
        return _plain_end(word.removesuffix(_LONG_SUFFIX) + "ate")
    return cut_ending(word)


def cut_ending(word: str) -> str:
    """A lower-case word without the first ending of the table that it has."""
    if word[0].isdigit() or len(word) <= _SHORTEST or word.endswith("ss"):
        return word
    for suffix, instead, shortest in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= shortest:
            word = word[: -len(suffix)] + instead
            break
    return _plain_end(word)


def _plain_end(stem: str) -> str:
    """Undo the doubled consonant of "stopped", a final "e", and "y" against "i"."""
    bare = stem.rstrip("e")
    stem = bare if len(bare) >= _SHORTEST else stem
    if len(stem) > _SHORTEST and stem[-1] == stem[-2] and stem[-1] not in "aeiouls":
        stem = stem[:-1]
    return stem[:-1] + "i" if stem.endswith("y") and len(stem) > _SHORTEST else stem


def share_root(one: str, other: str) -> bool:
    """Whether the shorter word, up to its last letter, opens the longer: Valencia, Valencian."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST_ROOT or len(long) - len(short) > _LONGEST_ENDING:
        return False
    return long.startswith(short[:-1]) and not short[0].isdigit()
