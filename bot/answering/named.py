"""The names in a sentence that may be what a who, which or where question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.facts import CALENDAR_WORDS
from bot.answering.kinds import Kind
from bot.answering.question import Wanted
from bot.answering.words import Word

# Who reported it, behind the sentence: "(Reuters)".
_CREDIT = re.compile(r"\s\([^()]{2,60}\)\W*$")
# Small words that stand before the name that answers.
_INTRODUCING = {
    Kind.PERSON: frozenset({"by", "is", "was", "are", "were", "than"}),
    Kind.NAME: frozenset({"by", "is", "was", "as", "called", "named"}),
    Kind.PLACE: frozenset({"in", "at", "to", "is", "was", "from", "of", "into", "near"}),
}
_ARTICLES = frozenset({"the", "a", "an"})
# Before what a sentence says is not so: "in Marrow instead of Ellery".
_DENYING = re.compile(
    r"(?:\b(?:not|never|instead of|rather than)|n['’]t)\b[^,;:.]{0,40}$", re.IGNORECASE
)
_IN_FRONT = 60
_LINKS = frozenset("of the and de la van von der del al".split())
_TITLE = frozenset("mr mrs ms dr sir president mayor king queen prince minister".split())


@dataclass(frozen=True, slots=True)
class Name:
    """The stems of a name, where it stands, and how likely it is the one that answers."""

    key: tuple[str, ...]
    start: int
    end: int
    rank: int


def find_names(wanted: Wanted, text: str, words: Sequence[Word]) -> Iterator[Name]:
    """Runs of capitalised words that the question does not say, but for its "which ocean"."""
    credit = _CREDIT.search(text)
    asked_kind = _asked_kind(wanted)
    for run in _name_runs(text, words):
        if credit and run[0].start > credit.start():
            continue
        if is_denied(text, run[0].start):
            continue
        stems = (w.stem for w in run if w.is_content and w.lower not in _TITLE)
        key = tuple(stem for stem in stems if stem not in asked_kind)
        if key and not set(key) & wanted.stems:
            end = run[-1].start + len(run[-1].text)
            rank = _rank(wanted, text, words, run)
            if rank is not None:
                yield Name(key, run[0].start, end, rank)


def is_denied(text: str, start: int) -> bool:
    """Whether a sentence says of what stands there that it is not so."""
    return _DENYING.search(text, max(0, start - _IN_FRONT), start) is not None


def _asked_kind(wanted: Wanted) -> frozenset[str]:
    """The word behind "which" or "what", which a name may hold: "Pacific Ocean"."""
    pairs = zip(wanted.words, wanted.words[1:], strict=False)
    return frozenset(b.stem for a, b in pairs if a.lower in {"which", "what"} and b.is_content)


def _rank(wanted: Wanted, text: str, words: Sequence[Word], run: Sequence[Word]) -> int | None:
    """How likely a name answers: not "British" in "a British actor", better "by Ada Quill".

    None where it cannot: a place is somewhere, or said to be one.
    """
    behind = words[words.index(run[-1]) + 1 :][:1]
    describes = (
        len(run) == 1
        and any(w.is_content and not w.is_capitalised for w in behind)
        and _touch(text, run[-1], behind[0])
    )
    before = words[: words.index(run[0])][-2:]
    is_plain = not (before and before[-1].lower in _ARTICLES)
    before = [w for w in before if w.lower not in _ARTICLES][-1:]
    introduced = any(
        w.lower in _INTRODUCING[wanted.kind] or (w.is_content and w.text.islower()) for w in before
    )
    if wanted.kind is Kind.PLACE:
        is_somewhere = (introduced or not before) and (is_plain or not describes)
        return introduced - 2 * describes if is_somewhere else None
    return introduced - 2 * describes + (len(run) > 1)


def _name_runs(text: str, words: Sequence[Word]) -> Iterator[list[Word]]:
    run: list[Word] = []
    for place, word in enumerate(words):
        opens = place == 0 and not (
            len(words) > 1 and words[1].is_capitalised and _touch(text, word, words[1])
        )
        is_name = word.is_capitalised and word.is_content and word.lower not in CALENDAR_WORDS
        touches = bool(run) and _touch(text, run[-1], word)
        if run and not (is_name and touches):
            if touches and word.lower in _LINKS and _opens_name(text, words, place + 1):
                run.append(word)
                continue
            yield run
            run = []
        if is_name and not opens:
            run.append(word)
    if run:
        yield run


def _opens_name(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether a name goes on here, behind a small word: "Bank of England"."""
    if place >= len(words) or not words[place].is_capitalised:
        return False
    return _touch(text, words[place - 1], words[place])


def _touch(text: str, one: Word, other: Word) -> bool:
    return text[one.start + len(one.text) : other.start].strip(" -'\"“”’.") == "" and (
        ". " not in text[one.start + len(one.text) : other.start]
    )
