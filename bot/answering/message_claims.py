"""Which sentences of a message claim something that articles could say; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.answering.message_text import MessageText, read_message
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.words import words_of
from index.models import Span
from index.sentences import split_sentences

MOST_CLAIMS = 10
LONGEST_MESSAGE = 8_000
_LONGEST_CLAIM = 500
_FEWEST_CONTENT = 2
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣]|\d{1,3}[.)])[ \t]+")
# Said in front of a claim, and no part of it.
_OPENINGS = re.compile(
    r"(?:(?:btw|fyi|fun fact|update|correction|reminder|tl;?dr|note|ps|edit|source|so|well"
    r"|ok(?:ay)?|also|yes|yeah|no|nope|lol|haha|hey|hi|hello(?: all| everyone)?|thanks|actually"
    r"|apparently|basically|honestly|in fact|guys|folks|remember|as far as i (?:know|remember)"
    r"|afaik|iirc|imho|imo|just so you know|breaking)\b\s*[,:;.!–—-]*\s*"
    r"|(?:i(?:['’]ve| have)?|they|we(?:['’]ve| have)?|someone|somebody|people|he|she|everyone)"
    r"\s+(?:just\s+|also\s+)?"
    r"(?:think|thinks|thought|believe|believes|heard|hear|read|saw|know|knows|knew|guess|say|says"
    r"|said|told me|remember|am (?:pretty |quite )?sure|found out|learned|learnt)"
    r"(?:\s+(?:somewhere|here|today|yesterday|in the (?:paper|news)))?\s*,?\s+(?:that\s+)?"
    r"|(?:did you know|turns out|it turns out|it is true|it['’]s true|the (?:article|paper) says"
    r"|according to the (?:articles?|paper|news))\s*,?\s+(?:that\s+)?)+",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"(?:i|i['’](?:m|ll|d|ve)|me|my|mine|myself)\b", re.IGNORECASE)
_OPINION = re.compile(
    r"\b(?:i (?:love|like|hate|hope|wish|want|need|prefer|feel|doubt|wonder|can['’]t|cannot)"
    r"|should(?:n['’]t)?|ought to|let['’]s|in my opinion|my favou?rite"
    r"|(?:is|are|was|were|so|very|really|how|what a|absolutely|pretty)\s+(?:\w+\s+)?"
    r"(?:awesome|amazing|awful|terrible|great|nice|cool|beautiful|ugly|boring|lovely|wonderful"
    r"|horrible|stupid|ridiculous|fantastic|delicious|disgusting|fun|funny|sad|annoying"
    r"|overrated|underrated|best|worst))(?:\b|$)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:please|can (?:you|anyone|someone|somebody)|could (?:you|anyone|someone)|would you"
    r"|tell me|show me|let me|come|look|check|see|go|ask|wait|don['’]t|do not|never mind"
    r"|good luck|have fun|try|read|call|send)\b",
    re.IGNORECASE,
)
# "It opens at nine, right?" states it all the same.
_TAG = re.compile(
    r",?\s*\b(?:right|correct|yes|no|yeah|isn['’]t it|doesn['’]t it|don['’]t they|aren['’]t they"
    r"|wasn['’]t it|innit|huh|eh|oder|nicht wahr|n['’]est-ce pas|verdad|no es cierto)"
    r"\s*[?？]+\s*\Z",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？]\W*\Z")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of a message; it stands at ``message[start:end]``, markdown included."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claims:
    """The first claims of a message, in its order, and how many more there are."""

    claims: tuple[Claim, ...]
    left_out: int = 0


def find_claims(message: str, *, most: int = MOST_CLAIMS) -> Claims:
    """The statements of a message: no questions, wishes, opinions or greetings.

    Args:
        message: As it was written; what is behind its first 8,000 characters is left out.
        most: How many are given back; the others are counted.
    """
    read = read_message(message[:LONGEST_MESSAGE])
    found = list(dict.fromkeys(_iter_claims(read)))
    distinct = list({claim.text.casefold(): claim for claim in reversed(found)}.values())[::-1]
    kept = [claim for claim in distinct if len(claim.text) <= _LONGEST_CLAIM][:most]
    return Claims(tuple(kept), len(distinct) - len(kept))


def _iter_claims(read: MessageText) -> Iterator[Claim]:
    for line in _lines_of(read.text):
        for span in split_sentences(read.text, line.start, line.end):
            trimmed = _trim(read.text, span)
            if trimmed is not None and is_claim(read.text[trimmed.start : trimmed.end]):
                text = " ".join(read.text[trimmed.start : trimmed.end].split())
                yield Claim(text, *read.place_of(trimmed.start, trimmed.end))


def _lines_of(text: str) -> Iterator[Span]:
    """Every line by itself: who writes messages seldom ends one with a full stop."""
    at = 0
    for line in text.split("\n"):
        marker = _ITEM.match(line)
        start = at + (marker.end() if marker else 0)
        if start < at + len(line):
            yield Span(start, at + len(line))
        at += len(line) + 1


def _trim(text: str, span: Span) -> Span | None:
    """The sentence without what is said in front of a claim, and without quotation marks."""
    start, end = span.start, span.end
    opening = _OPENINGS.match(text, start, end)
    if opening is not None and opening.end() < end:
        start = opening.end()
    tag = _TAG.search(text[start:end])
    end = start + tag.start() if tag is not None else end
    while start < end and (text[start].isspace() or text[start] in "\"'“”„«»‘’"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in '"“”„«»'):
        end -= 1
    return Span(start, end) if start < end else None


def is_claim(text: str) -> bool:
    """Whether a sentence states something about the world."""
    if _ASKS.search(text) or reply_to_small_talk(text) is not None:
        return False
    if _FIRST_PERSON.match(text) or _REQUEST.match(text) or _OPINION.search(text):
        return False
    return sum(word.is_content for word in words_of(text)) >= _FEWEST_CONTENT
