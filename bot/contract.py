"""The JSON that other programs read from the command line. Add to it; change nothing.

Each function turns a value into plain JSON types. The same shapes travel over the
local socket, so a command gives the same answer whether it owns the data folder
or hands its work to the process that does.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from bot.answering.models import Answer, Citation, Question, Refusal, Reply
from index.models import (
    EditionInfo,
    LibraryStatus,
    Passage,
    SearchResult,
    SyncReport,
    VerifyReport,
)

QUESTION_CHARACTERS = (2, 1000)
SEARCH_LIMITS = (1, 100)
_LIBRARY_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


class PassageJson(TypedDict):
    """A passage of ``search`` and ``ask``; ``text`` is ``article text[start:end]``."""

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


class CitationJson(TypedDict):
    """A source of an answer; ``quote`` is ``article text[start:end]``."""

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


class SentenceJson(TypedDict):
    """A sentence of an answer and the numbers it stands on."""

    text: str
    citations: list[int]


class ReplyJson(TypedDict):
    """What ``ask`` gives; ``answer`` is empty and ``reason`` set when it was refused."""

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
    cleaned = text.encode("utf-8", "replace").decode("utf-8").strip()
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
        "citations": [_citation_to_json(c) for c in (answer.citations if answer else ())],
        "passages": _passages_to_json(reply.passages),
        "model": reply.model,
        "timings_ms": dict(reply.timings_ms),
        "notice": reply.notice,
    }


def search_to_json(question: Question, result: SearchResult) -> SearchJson:
    """The passages found, as ``search --json`` prints them."""
    return {
        "id": question.id,
        "question": question.text,
        "edition": result.edition,
        "passages": _passages_to_json(result.passages),
        "timings_ms": dict(result.timings_ms),
        "notice": result.degraded,
    }


def report_to_json(report: SyncReport) -> dict[str, Any]:
    """What an add, a sync or a removal did."""
    return {
        "edition": report.edition,
        "published": report.published,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "problems": [{"where": p.where, "message": p.message} for p in report.problems],
        "chunks_written": report.chunks_written,
        "texts_embedded": report.texts_embedded,
        "seconds": report.seconds,
        "embedding_seconds": report.embedding_seconds,
    }


def status_to_json(status: LibraryStatus) -> dict[str, Any]:
    """What a library holds; ``edition`` is null while nothing was published."""
    return {
        "library": status.library,
        "edition": edition_to_json(status.edition) if status.edition else None,
        "articles": status.articles,
        "chunks": status.chunks,
        "sources": [{"kind": str(s.kind), "location": s.location} for s in status.sources],
        "embedder": status.embedder,
        "database_bytes": status.database_bytes,
        "vector_bytes": status.vector_bytes,
    }


def verify_to_json(report: VerifyReport) -> dict[str, Any]:
    """Whether the parts of a library agree."""
    return {
        "ok": not report.problems,
        "edition": report.edition,
        "chunks": report.chunks,
        "checks": list(report.checks),
        "problems": list(report.problems),
    }


def edition_to_json(edition: EditionInfo) -> dict[str, Any]:
    """One line of a library's history."""
    return {
        "number": edition.number,
        "published_at": edition.published_at,
        "actor": edition.actor,
        "note": edition.note,
        "added": edition.added,
        "changed": edition.changed,
        "removed": edition.removed,
    }


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
        }
        for rank, passage in enumerate(passages, start=1)
    ]


def _citation_to_json(citation: Citation) -> CitationJson:
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
    }
