"""Makes a follow-up question stand alone with no language model, by careful rules.

What the last questions were about is carried over: in place of a pronoun where it is
sure what it stands for, in parentheses behind the question where it is not. A question
with a topic of its own is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.kinds import Kind, kind_of
from bot.answering.leaning import Lean, Leaning, points_at_nothing, read_leaning
from bot.answering.models import Question, Turn
from bot.answering.ports import StandAlone
from bot.answering.same_kind import replace_same_kind
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.topics import has_date, names_of, topic_words
from bot.answering.words import Word, words_of

MOST_TURNS = 4
MOST_HISTORY = 1_500
_LONGEST_TURN = 500
_MOST_TERMS = 8
_NAMED_IN = frozenset({Kind.PERSON, Kind.NAME, Kind.PLACE})
_POSSESSIVES = frozenset({"his", "its", "their"})
_DATES = re.compile(
    r"\b(?:(?:early |late |mid-?)?(?:january|february|march|april|may|june|july|august|september"
    r"|october|november|december)(?: \d{1,2}(?:st|nd|rd|th)?,?)?(?: \d{4})?|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_OF_PLACE = r"in|at|from|to|near|on|into|across|around|towards|outside"
_PREPOSITION = re.compile(
    r"(?:in|on|at|for|of|with|without|from|by|to|during|before|after|under|over|near)\s+",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"the\s+", re.IGNORECASE)
_MARK = re.compile(r"[\[(]\d{1,3}[\])]")


def recent(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that count: the last few, none of them long, and not much in all."""
    kept: list[Turn] = []
    left = MOST_HISTORY
    for turn in reversed(turns[-MOST_TURNS:]):
        short = Turn(turn.question[:_LONGEST_TURN], _MARK.sub("", turn.answer)[:_LONGEST_TURN])
        left -= len(short.question) + len(short.answer)
        if kept and left < 0:
            break
        kept.insert(0, short)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Topic:
    """What was spoken of: the last question as it stands alone, its words, and names.

    ``answered`` are the names that the answer added, ``persons`` those of them that no word
    of place stands before.
    """

    question: str = ""
    terms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()


class RuleRewriter:
    """Reads the turns in order, so that a chain of follow-ups leads back to its topic."""

    async def stand_alone(self, question: Question) -> StandAlone:
        """The question with what it leans on, or what to ask back."""
        turns = recent(question.history)
        chat = reply_to_small_talk(question.text, turns[-1].question if turns else "")
        if chat is not None:
            return StandAlone(question.text, chat)
        topic = _Topic()
        for turn in turns:
            topic = _go_on(topic, turn)
        if not topic.terms:
            leaning = points_at_nothing(question.text)
            asks_back = _ask_back(leaning) if leaning else None
            return StandAlone(question.text, asks_back)
        return StandAlone(_complete(question.text, read_leaning(question.text), topic))


def _go_on(topic: _Topic, turn: Turn) -> _Topic:
    """The topic after a turn; one that says nothing of its own changes nothing."""
    if reply_to_small_talk(turn.question) is not None:
        return topic
    leaning = read_leaning(turn.question)
    alone = _complete(turn.question, leaning, topic) if topic.terms else turn.question
    own = [w.text for w in topic_words(turn.question)]
    if not own and not topic.terms:
        return topic
    carried = [] if leaning.lean is Lean.NOT else list(topic.terms)
    names = names_of(turn.question) or ([] if leaning.lean is Lean.NOT else list(topic.names))
    known = {w.stem for w in words_of(alone)}
    answered = [
        name for name in names_of(turn.answer) if not {w.stem for w in words_of(name)} & known
    ]
    persons = [name for name in answered if not _is_somewhere(name, turn.answer)]
    terms = _shorten([*own, *carried])
    return _Topic(alone, terms, tuple(names), tuple(answered), tuple(persons))


def _is_somewhere(name: str, text: str) -> bool:
    return re.search(rf"\b(?:{_OF_PLACE}) {re.escape(name)}(?!\w)", text) is not None


def _shorten(terms: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for term in terms:
        seen.setdefault(words_of(term)[0].stem, term)
    return tuple(seen.values())[:_MOST_TERMS]


def _complete(text: str, leaning: Leaning, topic: _Topic) -> str:
    match leaning.lean:
        case Lean.NOT:
            return text
        case Lean.ABOUT:
            return _ask_of_another(leaning.about, topic)
        case Lean.PERSON | Lean.THING:
            name = _meant_by(leaning, topic)
            if name and leaning.word is not None:
                return _put_name(text, name, leaning.word)
    return _append(text, [*_answered_names(leaning, topic), *topic.terms])


def _meant_by(leaning: Leaning, topic: _Topic) -> str | None:
    """The one name that a pronoun must stand for; None where there are several, or none."""
    asked_for = kind_of(topic.question)
    wants_person = leaning.lean is Lean.PERSON and asked_for is Kind.PERSON
    if topic.answered and (wants_person or (asked_for in _NAMED_IN and not topic.names)):
        meant = set(topic.persons if wants_person else topic.answered)
        return meant.pop() if len(meant) == 1 else None
    if len(topic.names) != 1:
        return None
    if leaning.lean is Lean.PERSON:
        return topic.names[0]
    others = len(topic.terms) - len(words_of(topic.names[0]))
    return topic.names[0] if others <= 0 else None


def _answered_names(leaning: Leaning, topic: _Topic) -> list[str]:
    """Who or what the last answer named, where that was asked for."""
    wanted = leaning.lean in {Lean.PERSON, Lean.THING} and kind_of(topic.question) in _NAMED_IN
    return list(topic.answered[:1]) if wanted else []


def _put_name(text: str, name: str, pronoun: Word) -> str:
    """The pronoun's place is looked up again: ``pronoun`` may be of a part of the text."""
    pattern = re.compile(rf"(?<!\w){re.escape(pronoun.text)}(?!\w)")
    matches = list(pattern.finditer(text))
    if not matches:
        return text
    match = matches[-1] if len(matches) > 1 else matches[0]
    after = words_of(text[match.end() :])
    owns = pronoun.lower in _POSSESSIVES or (
        pronoun.lower == "her" and bool(after) and after[0].is_content
    )
    is_short = re.search(r"['’](s|re)$", pronoun.text)
    ending = "'s" if owns else (" is" if is_short else "")
    return f"{text[: match.start()]}{name}{ending}{text[match.end() :]}"


def _ask_of_another(about: str, topic: _Topic) -> str:
    """The last question, asked of something else."""
    question = topic.question.rstrip(" ?.!")
    led = _PREPOSITION.match(about)
    bare = about[led.end() :] if led else about
    if has_date(about):
        dates = list(_DATES.finditer(question))
        if len(dates) == 1:
            return f"{question[: dates[0].start()]}{bare}{question[dates[0].end() :]}?"
        return f"{question} {about}?"
    if led:
        same = rf"\b{re.escape(led[0].strip())}(?: [\w'’-]+){{1,3}}$"
        phrase = re.search(same, question, re.IGNORECASE)
        return f"{question[: phrase.start() if phrase else len(question)].rstrip()} {about}?"
    named = _ARTICLE.sub("", about, count=1)
    names = names_of(question)
    if named[:1].isupper() and len(names) == 1:
        return f"{question.replace(names[0], named)}?"
    return f"{replace_same_kind(question, about) or f'{question}: {about}'}?"


def _append(text: str, terms: Sequence[str]) -> str:
    known = {w.stem for w in words_of(text)}
    new = [t for t in _unique(terms) if not {w.stem for w in words_of(t)} <= known]
    return f"{text.rstrip()} ({' '.join(new[:_MOST_TERMS])})" if new else text


def _unique(terms: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for term in terms:
        stems = {w.stem for w in words_of(term)}
        if not any(stems <= {w.stem for w in words_of(other)} for other in kept):
            kept.append(term)
    return kept


def _ask_back(leaning: Leaning) -> str:
    word = leaning.word.text.lower() if leaning.word else "that"
    if leaning.lean is Lean.PERSON:
        return f"I don't know who you mean by “{word}”. Please ask again with the name."
    return f"I don't know what you mean by “{word}”. Please ask again and name it."
