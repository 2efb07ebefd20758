"""Whether the words of a sentence are those of its quotes: overall, by clause, and its subject."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.clauses import JOINTS, Clause
from bot.answering.facts import is_figure
from bot.answering.standing import Said, Source
from bot.answering.words import Word

_LEAST_SHARED = 0.5
# A clause of no word that is known is invented, the sooner if it makes a statement of its own.
_FEWEST_IN_STATEMENT = 2
_FEWEST_IN_CLAUSE = 4
_FEWEST_IN_SUBJECT = 2
# What is told of something short must be told there; long sentences bring proof of their own.
_SHORT_SENTENCE = 6

_AUXILIARIES = frozenset(
    """is are was were be been has have had will would shall should can could may might must do does
    did says said say told tells isn't aren't wasn't weren't hasn't haven't hadn't won't can't
    doesn't didn't""".split()
)
_ANYBODY = frozenset(
    """nobody somebody anybody everybody someone anyone everyone nothing something anything
    everything none people today yesterday tomorrow""".split()
)
_BE = frozenset("is are was were".split())
_DETERMINERS = frozenset("the a an this that these those its their his her our".split())
_PERSONS = frozenset("he she it they we you i".split())
_LINKS = _DETERMINERS | frozenset("in at on of from for now also then there very".split())
_POINTING = frozenset("this that these those its their his her".split())
# They carry no claim of their own: "the shop is located in", "tickets are available".
_LIGHT = frozenset(
    """available located called named able part due possible known considered set situated based
    used found made done included involved required needed one""".split()
)


def wording_holds(said: Said, source: Source) -> bool:
    """Whether most content words, and some of each clause, stand in the quotes or titles."""
    if shared_wording(said, source) < _LEAST_SHARED:
        return False
    return not any(_is_strange(clause, source) for clause in said.clauses)


def shared_wording(said: Said, source: Source) -> float:
    """The share of a sentence's content words that its source mentions, 0 to 1."""
    stems = [word.stem for word in said.words if word.is_content]
    if not stems:
        return 0.0
    return sum(map(source.mentions, stems)) / len(stems)


def _is_strange(clause: Clause, source: Source) -> bool:
    """Whether a clause is made of strange words alone; items of a list may be a few."""
    content = [w for w in clause if _tells(w)]
    if any(source.mentions(w.stem) for w in content):
        return False
    return len(content) >= (_FEWEST_IN_STATEMENT if _opens_statement(clause) else _FEWEST_IN_CLAUSE)


def _opens_statement(clause: Clause) -> bool:
    """Whether it begins as "and the mayor resigned" does, not as "and bread"."""
    if len(clause) < _FEWEST_IN_STATEMENT or clause[0].lower not in JOINTS:
        return False
    word = clause[1]
    begins = word.is_capitalised or word.lower in _DETERMINERS | _PERSONS
    return begins or word.lower.endswith("ed")


def subject_holds(said: Said, source: Source) -> bool:
    """Whether what a sentence is about stands in the quotes, as far as they name it.

    The words in front of its verb must not all be strange. Where a quote only says "it" or
    "they", its title has to name what that is.
    """
    subject = _subject(said.words)
    return not subject or any(source.mentions(w.stem) or w.lower in _ANYBODY for w in subject)


def _subject(words: Sequence[Word]) -> list[Word]:
    """The content words that open a sentence, up to its verb as far as that can be told.

    Only subjects of more than a word are read, or of one in front of "is", "has", "says".
    """
    start = 1 if words and words[0].lower in _DETERMINERS else 0
    if start and words[0].lower in _POINTING:
        return []
    run: list[Word] = []
    for word in words[start:]:
        if not _tells(word) or is_figure(word):
            break
        run.append(word)
    behind = words[start + len(run)].lower if start + len(run) < len(words) else ""
    if behind in _AUXILIARIES:
        return run
    return run[:2] if len(run) >= _FEWEST_IN_SUBJECT and start else []


def predicate_holds(said: Said, source: Source) -> bool:
    """Whether what something "is" stands in the quotes: "free", "in Lisbon"."""
    return sum(map(_tells, said.words)) > _SHORT_SENTENCE or all(
        not words or any(source.mentions(w.stem) for w in words)
        for clause in said.clauses
        for words in _predicates(clause)
    )


def _predicates(clause: Clause) -> list[list[Word]]:
    """The content words behind each form of "be" in a clause; participles are verbs."""
    found = []
    for place, word in enumerate(clause):
        if word.lower not in _BE:
            continue
        rest = list(clause[place + 1 :])
        while rest and rest[0].lower in _LINKS:
            rest.pop(0)
        run: list[Word] = []
        for other in rest:
            if not _tells(other):
                break
            run.append(other)
        if run and not run[0].lower.endswith(("ed", "en", "ing")) and run[0].lower not in _LIGHT:
            found.append(run)
    return found


def _tells(word: Word) -> bool:
    return word.is_content and not word.is_number
