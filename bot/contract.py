"""The JSON of questions and answers on the command line. Add to it; change nothing.

Each function turns a value into plain JSON types. The same shapes travel over the
local socket, so a command gives the same answer whether it owns the data folder
or hands its work to the process that does. What the index commands give is in
``contract_index.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypedDict

from bot.answering.models import Answer, Citation, Difference, Question, Refusal, Reply, Turn
from bot.answering.scope_words import describe_scope
from index.models import Passage, SearchResult

QUESTION_CHARACTERS = (2, 1000)
SEARCH_LIMITS = (1, 100)
HISTORY_TURNS = 4
"""How many turns a question is understood from."""
ANSWER_CHARACTERS = 2000
_LIBRARY_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


class PassageJson(TypedDict):
    """A passage of ``search`` and ``ask``; ``text`` is ``article text[start:end]``.

    ``superseded_by`` is the title of the article that supersedes it, "" if that has none.
    """

    rank: int
    score: float
    article_id: str
    version: str
    title: str
    url: str | None
    published_at: str | None
    heading: str
    start: int
    end: int
    text: str
    superseded_by: str | None


class CitationJson(TypedDict):
    """A source of an answer; ``quote`` is ``article text[start:end]``.

    ``superseded_by`` is the title of the article that supersedes it, "" if that has none.
    """

    n: int
    article_id: str
    version: str
    title: str
    url: str | None
    published_at: str | None
    authors: list[str]
    publisher: str | None
    quote: str
    start: int
    end: int
    link: str | None
    superseded_by: str | None


class SentenceJson(TypedDict):
    """A sentence of an answer and the numbers it stands on."""

    text: str
    citations: list[int]


class DifferenceJson(TypedDict):
    """Numbers of sources that differ, the newest first, and what each of them says."""

    numbers: list[int]
    values: list[str]


class ReplyJson(TypedDict):
    """What ``ask`` gives; ``answer`` is empty and ``reason`` set when it was refused.

    ``asked_as`` is the question as it was understood from a conversation, and ``asks_back``
    what has to be known first; each None where there is none.
    """

    id: str
    question: str
    edition: int
    status: str
    reason: str | None
    answer: str
    sentences: list[SentenceJson]
    citations: list[CitationJson]
    passages: list[PassageJson]
    model: str
    timings_ms: dict[str, float]
    notice: str | None
    asked_as: str | None
    asks_back: str | None
    differences: list[DifferenceJson]


class SearchJson(TypedDict):
    """What ``search`` gives."""

    id: str
    question: str
    edition: int
    passages: list[PassageJson]
    timings_ms: dict[str, float]
    notice: str | None


def parse_library_name(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: it is not a name a library can have.
    """
    if not _LIBRARY_NAME.match(name):
        raise ValueError(
            "a library's name is 1 to 64 of a-z, 0-9, '.', '_' and '-', "
            "and begins with a letter or a digit"
        )
    return name


def parse_question_text(text: str) -> str:
    """The question without surrounding space, with unpaired surrogates replaced.

    Raises:
        ValueError: it is too short or too long to be a question.
    """
    cleaned = _store(text)
    shortest, longest = QUESTION_CHARACTERS
    if len(cleaned) < shortest:
        raise ValueError(
            f"The question has {len(cleaned)} character{'s' * (len(cleaned) != 1)}; "
            f"write at least {shortest}."
        )
    if len(cleaned) > longest:
        raise ValueError(
            f"The question has {len(cleaned):,} characters; shorten it to {longest:,} or fewer."
        )
    return cleaned


def parse_history(value: object) -> tuple[Turn, ...]:
    """The turns before a question, oldest first; the last few count.

    Raises:
        ValueError: they are no list of ``{"question", "answer"}``.
    """
    if value is None:
        return ()
    turns = value if isinstance(value, list) else [value]
    return tuple(map(_parse_turn, turns))[-HISTORY_TURNS:]


def _parse_turn(value: object) -> Turn:
    turn = value if isinstance(value, Mapping) else {}
    question, answer = turn.get("question"), turn.get("answer") or ""
    if isinstance(question, str) and isinstance(answer, str) and question.strip():
        longest = QUESTION_CHARACTERS[1]
        return Turn(_store(question)[:longest], _store(answer)[:ANSWER_CHARACTERS])
    raise ValueError('The history is no list of {"question": ..., "answer": ...}.')


def _store(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def reply_to_json(reply: Reply) -> ReplyJson:
    """An answer or a refusal, as ``ask --json`` prints it."""
    answer = reply if isinstance(reply, Answer) else None
    return {
        "id": reply.question.id,
        "question": reply.question.text,
        "edition": reply.edition,
        "status": "answered" if answer else "refused",
        "reason": str(reply.reason) if isinstance(reply, Refusal) else None,
        "answer": answer.text if answer else "",
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations)}
            for sentence in (answer.sentences if answer else ())
        ],
        "citations": [citation_to_json(c) for c in (answer.citations if answer else ())],
        "passages": _passages_to_json(reply.passages),
        "model": reply.model,
        "timings_ms": dict(reply.timings_ms),
        "notice": reply.notice,
        "asked_as": reply.asked_as,
        "asks_back": reply.asks_back if isinstance(reply, Refusal) else None,
        "differences": [_difference_to_json(d) for d in (answer.differences if answer else ())],
    }


def search_to_json(question: Question, result: SearchResult) -> SearchJson:
    """The passages found, as ``search --json`` prints them."""
    return {
        "id": question.id,
        "question": question.text,
        "edition": result.edition,
        "passages": _passages_to_json(result.passages),
        "timings_ms": dict(result.timings_ms),
        "notice": " ".join(
            filter(None, (describe_scope(result.scoped), result.notice, result.degraded))
        )
        or None,
    }


def _difference_to_json(difference: Difference) -> DifferenceJson:
    return {"numbers": list(difference.numbers), "values": list(difference.values)}


def _passages_to_json(passages: tuple[Passage, ...]) -> list[PassageJson]:
    return [
        {
            "rank": rank,
            "score": passage.score,
            "article_id": passage.article_id,
            "version": passage.version_id,
            "title": passage.title,
            "url": passage.url,
            "published_at": passage.published_at,
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "superseded_by": passage.superseded_by,
        }
        for rank, passage in enumerate(passages, start=1)
    ]


def citation_to_json(citation: Citation) -> CitationJson:
    """A source, as ``ask`` and ``check`` print it."""
    quote = citation.quote
    return {
        "n": citation.number,
        "article_id": quote.article_id,
        "version": quote.version_id,
        "title": quote.title,
        "url": quote.url,
        "published_at": quote.published_at,
        "authors": list(quote.authors),
        "publisher": quote.publisher,
        "quote": quote.text,
        "start": quote.start,
        "end": quote.end,
        "link": citation.link,
        "superseded_by": quote.superseded_by,
    }
