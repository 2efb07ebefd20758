"""Asks a question of another thing of the same kind: "the pool" in place of "the library".

Where a thing's name ends cannot be read off for sure without knowing its grammar, so that
this works where a known verb, a word of place or the question's end stands behind it.
"""

from __future__ import annotations

import re

from bot.answering.facts import CALENDAR_WORDS
from bot.answering.words import FUNCTION_WORDS, words_of

_WITH_ARTICLE = re.compile(r"(?:the|a|an|your|our|my)\s+", re.IGNORECASE)
_VERBS = (
    r"open|reopen|close|cost|start|begin|end|finish|leave|arrive|depart|run|work|take|need|live"
    r"|stop|sell|serve|accept|allow|mean|go|get|pay|come|last|look|make|meet|play|use|want|weigh"
    r"|belong|charge|cover|include|offer|provide|stay|stand|return|happen|move|hold|sail|become"
    r"|have|do|be|say|plan|know|give|lie|keep|show|grow|eat|apply|help|contain|require|operate"
)
# Behind a form of "to be" stands a participle, a place, or a word of state.
_STATES = (
    r"\w+ed|open|closed|free|full|built|held|made|found|sold|run|old|big|large|long|high|deep"
    r"|far|wide|heavy|fast|safe|new|called|known|like|due|over|now|still|already|usually"
)
_PLACES = (
    r"in|on|at|for|of|with|without|from|by|to|during|before|after|under|over|near|between"
    r"|when|where|while|if|because|this|next|last|today|tomorrow|and|or|per"
)
_DO = r"do|does|did|can|could|will|would|should|must|may|might"
_BE = r"is|are|was|were|has|have|had"
_NAME = r"(?P<thing>(?:the|a|an|your|our|my) (?:[\w'’-]+ ){0,3}?[\w'’-]+)"
_MANY = re.compile(r"(?:[^\W\d_]{3,}[^\W\d_s]s|children|men|women|people|persons)", re.IGNORECASE)
_OF_MANY = re.compile(r"(?:for|of|by|with|from|about|to|do|did|can|may|must|should|are|were)")

# "does the library open"
_ASKED_TO_DO = re.compile(rf"\b(?:{_DO}) {_NAME}(?= (?:{_VERBS})\b)", re.IGNORECASE)
_NOT_ASKED_TO_DO = "".join(rf"(?<!\b{word} )" for word in _DO.split("|"))
# "where is the town hall located", "who is the mayor of"; "who runs the museum"
_ONLY_THING = (
    re.compile(rf"\b(?:{_BE}) {_NAME}(?= (?:{_STATES}|{_PLACES})\b|$)", re.IGNORECASE),
    re.compile(rf"{_NOT_ASKED_TO_DO}\b{_NAME}$", re.IGNORECASE),
)
_ANY_ARTICLE = re.compile(rf"\b{_WITH_ARTICLE.pattern}", re.IGNORECASE)
_ONE_OF_SEVERAL = re.compile(r"\bones?$", re.IGNORECASE)


def replace_same_kind(question: str, other: str) -> str | None:
    """The question with ``other`` in place of what it was asked of; None where that is unsure.

    Args:
        question: Without its question mark.
        other: "the pool", "children".
    """
    if _ONE_OF_SEVERAL.search(other):
        return None
    if _WITH_ARTICLE.match(other):
        return _replace_thing(question, other)
    return _replace_many(question, other) if _MANY.fullmatch(other) else None


def _replace_thing(question: str, other: str) -> str | None:
    found = _ASKED_TO_DO.search(question)
    if found is None and len(_ANY_ARTICLE.findall(question)) == 1:
        found = next(filter(None, (pattern.search(question) for pattern in _ONLY_THING)), None)
    if found is None:
        return None  # "the price of the ticket": which of them?
    return question[: found.start("thing")] + other + question[found.end("thing") :]


def _replace_many(question: str, other: str) -> str | None:
    """Put "children" for "adults": the one word for many, best behind a word that leads to it."""
    words = words_of(question)
    many = [n for n, word in enumerate(words) if n and _names_many(word.lower)]
    led = [n for n in many if _OF_MANY.fullmatch(words[n - 1].lower)]
    chosen = led if len(led) == 1 else many
    if len(chosen) != 1:
        return None
    word = words[chosen[0]]
    return question[: word.start] + other + question[word.start + len(word.text) :]


def _names_many(word: str) -> bool:
    day = word.removesuffix("s")
    taken = word in FUNCTION_WORDS or day in CALENDAR_WORDS or word in {"costs", "hours", "times"}
    return not taken and _MANY.fullmatch(word) is not None
