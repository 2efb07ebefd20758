"""Tells whether a question leans on what was said before, and how. English, by words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.topics import VAGUE, has_date, names_of, topic_words
from bot.answering.words import Word, words_of

_PERSONS = frozenset("he him his she her hers he's she's".split())
_THINGS = frozenset("it its they them their theirs it's they're".split())
_POINTERS = frozenset("this that these those".split())

# Where a pronoun means nothing: "is it true that", "how long does it take to".
_EMPTY_IT = re.compile(
    r"\b(?:is|was|isn['’]t|wasn['’]t|will|would|can|could|does|did|do|if|that|and|but|so|when)?\s*it"
    r"(?:['’]s| is| was| be)?(?: not| still| really| even| ever)?"
    r" (?:true|possible|necessary|legal|illegal|safe|ok|okay|allowed|worth|better|best|normal"
    r"|important|required|common|good|bad|a|an|that|to|take[sn]?|took|mean|snow|rain)\b"
    r"|\bwhat time is it\b|\bmake it\b|\bit (?:seems|looks like|appears)\b|\bof it all\b",
    re.IGNORECASE,
)
_THERE_IS = re.compile(
    r"\b(?:is|are|was|were|be|been|isn['’]t|aren['’]t|will|does|do)(?: \w+n['’]t)? there\b"
    r"|\bthere(?:['’]s|['’]re)? (?:is|are|was|were|will|has|have|any)\b|\bthere['’]s\b",
    re.IGNORECASE,
)
_DO_SO = re.compile(
    r"\b(?:do|does|did|doing|done) (?:it|that|this|so|the same)"
    r"(?=\s*(?:[?.!,]|$)|\s+(?:in|on|at|for|with|without|to|again|too|if|by|from)\b)",
    re.IGNORECASE,
)
_ONES = re.compile(
    r"\b(?:which|the (?:first|second|third|last|other|next|former|latter|same|\w+er|\w+est)|another"
    r"|this|that|these|those) ones?\b|\bthe (?:former|latter|other|others|same)\b(?! \w)"
    r"|\bof (?:them|those|these)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:who|what|where|how|when|anyone|anything|anybody|somewhere|something|nothing) else\b"
    r"|\b(?:any|what|which|are there|some|the) others?\b|\banother\b"
    r"|^(?:any|some|tell me|and|what) more\b|\bmore (?:about|on|of) (?:it|that|this|them)\b",
    re.IGNORECASE,
)
_LESS_THAN_WHAT = re.compile(
    r"\b(?:cheaper|better|worse|bigger|smaller|faster|slower|newer|safer|easier|sooner)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:(?:ok|okay|and|but|so|then|yes|no|well|hm+)\b[\s,]*)*"
    r"(?:(?:what about|how about|i mean|i meant|and|or|but)\b[\s,:]+"
    r"|(?=(?:for|in|on|at|with|without|from|during|by)\s))(?P<about>[^?.!]+)[?.!\s]*$",
    re.IGNORECASE,
)
_VERBS = re.compile(
    r"\b(?:who|whom|whose|what|which|where|when|why|how|is|are|was|were|do|does|did|can|could|will"
    r"|would|should|has|have|had)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:who|whom|whose|what|which|where|when|why|how|is|are|was|were|do|does|did|can|could|will"
    r"|would|should|has|have|had|may|must|if)\b",
    re.IGNORECASE,
)
_NOWADAYS = re.compile(
    r"\b(?:this|last|next|past|previous|coming) (?:week|weekend|month|year|summer|winter|spring"
    r"|autumn|fall|night|season|\w+day)s?\b|\b(?:today|yesterday|tomorrow|recently|lately)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?]*[.!?]+(?=\s|$)|[^.!?]+$")

_NO_OTHER_THING = frozenset(
    """
    year month week weekend day morning afternoon evening night today season summer winter spring
    autumn fall time moment hour minute century decade term quarter semester point way case sense
    server community channel group bot site website page thread forum discord chat place
    town city village country area region neighborhood neighbourhood state county world
    life question answer article articles conversation library kind sort type
    """.split()
)
_TAKES_OBJECT = frozenset("is was about of for does did like with on in to from".split())
_FEW_WORDS = 2
_SHORT = 4


class Lean(StrEnum):
    """How a question needs what was said before."""

    NOT = "it stands alone"
    PERSON = "it says he or she of somebody named before"
    THING = "it says it, they, there or that of something named before"
    NOUN = "it points at something with a noun: this clinic"
    ABOUT = "it asks the same of something else: what about Berlin?"
    SHORT = "it has hardly a word of its own: why?"


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a question leans: on which word, and what ABOUT asks of."""

    lean: Lean
    word: Word | None = None
    about: str = ""


def read_leaning(text: str) -> Leaning:
    """How a question leans, from its last asking sentence."""
    about = _ABOUT.match(text.strip())
    if about and not _VERBS.search(about["about"]) and _is_short(about["about"]):
        return Leaning(Lean.ABOUT, about=about["about"].strip())
    sentence = asking_part(text)
    words = words_of(sentence)
    return _by_pronoun(sentence, words) or _by_shape(sentence, words)


def asking_part(text: str) -> str:
    """The last sentence that asks, by its mark or its first word, else the whole text."""
    sentences = [s.strip() for s in _SENTENCE.findall(text)]
    asking = [s for s in sentences if s.endswith("?") or _ASKS.match(s)]
    return asking[-1] if asking else text.strip()


def points_at_nothing(text: str) -> Leaning | None:
    """How a question leans that was asked without any conversation; None: it can be asked.

    Only what surely needs more: a person or thing that is named by a pronoun alone, with
    next to nothing else to search for, or a noun that is pointed at.
    """
    leaning = read_leaning(text)
    topics = topic_words(text)
    if _names_beside(text, leaning) or has_date(text) or any(w.is_number for w in topics):
        return None
    if leaning.lean is Lean.NOUN:
        return leaning if _points_for_sure(text, leaning) else None
    most = {Lean.PERSON: 1, Lean.THING: 0}.get(leaning.lean)
    return leaning if most is not None and len(topics) <= most else None


def _points_for_sure(text: str, leaning: Leaning) -> bool:
    """Whether "this animal" is one of a short question, and nothing before it may be meant."""
    words = words_of(asking_part(text))
    place = next(n for n, word in enumerate(words) if word.lower in _POINTERS)
    is_near = leaning.word is not None and leaning.word.lower in {"this", "these"}
    return is_near and _is_short(text) and not _is_meant_inside(words[:place])


def _names_beside(text: str, leaning: Leaning) -> list[str]:
    """The names of a question but for that of what it points at: this Superior Court."""
    pointed = leaning.word.text if leaning.lean is Lean.NOUN and leaning.word else None
    return [name for name in names_of(text) if pointed is None or f"{pointed} {name}" not in text]


def _by_pronoun(sentence: str, words: Sequence[Word]) -> Leaning | None:
    if done := _DO_SO.search(sentence):
        return Leaning(Lean.THING, _word_at(words, done.end() - 1))
    if _ONES.search(sentence):
        return Leaning(Lean.THING)
    empty = [m.span() for p in (_EMPTY_IT, _THERE_IS) for m in p.finditer(sentence)]
    for place, word in enumerate(words):
        if word.lower in _POINTERS:
            pointed = _pointed_at(words, place)
            if pointed is not None:
                return Leaning(pointed, word)
        elif not _is_meant_inside(words[:place]) and not _inside(word.start, empty):
            if word.lower in _PERSONS:
                return Leaning(Lean.PERSON, word)
            if word.lower in _THINGS or word.lower == "there":
                return Leaning(Lean.THING, word)
    return None


def _pointed_at(words: Sequence[Word], place: int) -> Lean | None:
    """What "this" or "that" leans on; None where it only joins parts of a sentence."""
    before = words[place - 1] if place else None
    following = words[place + 1] if place + 1 < len(words) else None
    joins = words[place].lower == "that"
    if following is None:
        return Lean.THING
    if following.is_content:
        if joins and before is not None and before.is_content:
            return None  # "the house that burnt"
        return None if following.lower in _NO_OTHER_THING else Lean.NOUN
    if not joins or (before is not None and before.lower in _TAKES_OBJECT):
        return Lean.THING
    return None


def _is_meant_inside(before: Sequence[Word]) -> bool:
    """Whether something that the question itself names first may be meant."""
    named = [w for w in before if w.is_content and w.lower not in VAGUE]
    return len(named) >= _FEW_WORDS or any(w.is_capitalised for w in named if w.start > 0)


def _by_shape(sentence: str, words: Sequence[Word]) -> Leaning:
    topics = topic_words(sentence)
    has_name = bool(names_of(sentence))
    if not topics and not has_name and words:
        return Leaning(Lean.SHORT)
    if _OTHERS.search(sentence) and _is_short(sentence):
        return Leaning(Lean.THING)
    if _LESS_THAN_WHAT.search(sentence) and not re.search(r"\bthan\b", sentence):
        return Leaning(Lean.THING)
    if len(topics) <= 1 and not has_name and _ASKS.match(sentence) and not _says_when(sentence):
        return Leaning(Lean.SHORT)
    return Leaning(Lean.NOT)


def _says_when(text: str) -> bool:
    return has_date(text) or bool(_NOWADAYS.search(text))


def _is_short(text: str) -> bool:
    return len(topic_words(text)) <= _SHORT


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _word_at(words: Sequence[Word], place: int) -> Word | None:
    return next((w for w in words if w.start <= place < w.start + len(w.text)), None)
