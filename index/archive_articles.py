"""Whether an article of an archive is what its version's hash says, and fit to be shown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Sequence
from typing import Any

from index.archive_format import Row
from index.chunking import CHUNKING
from index.models import Article, Heading
from index.reading.cleaning import (
    MAX_AUTHORS,
    MAX_DATE,
    MAX_ID,
    MAX_NAME,
    MAX_TITLE,
    clean_text,
    clean_url,
)
from index.reading.kinds import MAX_TEXT
from index.storable import can_be_stored

_KEY = re.compile(r"[0-9a-f]{32}")
_MOST_HEADING = 20_000
_LEVELS = range(1, 7)


def read_article(row: Row) -> Article:
    """The article that a version's row tells of; headings that are none are left out."""
    return Article(
        id=row["article_id"],
        title=row["title"],
        text=row["text"],
        published_at=row["published_at"],
        authors=tuple(row["authors"]),
        url=row["url"],
        publisher=row["publisher"],
        headings=tuple(Heading(*h) for h in row["headings"] if _is_heading(h, len(row["text"]))),
    )


def find_odd(article: Article, row: Row) -> str | None:
    """What is odd about the article of a version's row, as the end of a sentence, or None."""
    checks = {
        "has odd headings": len(article.headings) == len(row["headings"]),
        "was altered": article.version_id == row["version_id"],
        "is too long": len(article.text) <= MAX_TEXT,
        "has an odd id": is_line(article.id, MAX_ID) and article.id != "",
        "has an odd title": is_line(article.title, MAX_TITLE),
        "has an odd date": is_line(article.published_at, MAX_DATE),
        "has an odd publisher": is_line(article.publisher, MAX_NAME),
        "has odd authors": len(article.authors) <= MAX_AUTHORS
        and all(isinstance(name, str) and is_line(name, MAX_NAME) for name in article.authors),
        "has an address that is none": article.url is None or clean_url(article.url) == article.url,
    }
    return next((what for what, is_so in checks.items() if not is_so), None)


def are_chunks_of(article: Article, chunks: Sequence[Any], keys: Container[bytes]) -> bool:
    """Whether these are slices of its text in order, under their own ids, with vectors.

    A chunk is ``[id, start, end, heading, key of its vector]``.
    """
    last = 0
    for chunk in chunks:
        if not _is_chunk(chunk):
            return False
        id_, start, end, heading, key = chunk
        if not last <= start < end <= len(article.text):
            return False
        if id_ != chunk_id(article.version_id, start, end) or len(heading) > _MOST_HEADING:
            return False
        if not can_be_stored(heading) or not _KEY.fullmatch(key) or bytes.fromhex(key) not in keys:
            return False
        last = start
    return True


def chunk_id(version_id: str, start: int, end: int) -> str:
    """The id that chunking gives a slice."""
    return hashlib.sha256(f"{version_id}:{start}:{end}:{CHUNKING}".encode()).hexdigest()[:32]


def is_line(text: str | None, limit: int) -> bool:
    """Short, and nothing in it that hides or reorders what is around it."""
    return text is None or (len(text) <= limit and "\n" not in text and clean_text(text) == text)


def _is_heading(heading: object, length: int) -> bool:
    if not isinstance(heading, list) or [type(value) for value in heading] != [int] * 3:
        return False
    start, end, level = heading
    return 0 <= start <= end <= length and level in _LEVELS


def _is_chunk(chunk: object) -> bool:
    kinds = [str, int, int, str, str]
    return isinstance(chunk, list) and [type(value) for value in chunk] == kinds
