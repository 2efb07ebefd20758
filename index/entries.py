"""What is known of a source's entries from the last time, and how a source is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

READING = 2
"""Raised when the same bytes give another article; what was read before is then read again."""


FROM_FEED = "feed:"
"""Stands before the stamp of an entry whose text the feed itself gave."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How a source is read; the defaults take everything.

    Attributes:
        include: Glob patterns on an entry's relative path or its address; one must match.
        exclude: Patterns of which none may match.
        language: ISO 639-1 code; articles that are clearly in another language are left out.
        limit: How many entries are taken at most: the newest of a feed or sitemap, else the
            first in order. None: the source kind's own limit.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str | None = None
    limit: int | None = None


EVERYTHING = SourceOptions()


def options_from(fields: Mapping[str, Any]) -> SourceOptions:
    """Options as ``dataclasses.asdict`` and JSON wrote them; what is missing is the default."""
    return SourceOptions(
        include=tuple(fields.get("include", ())),
        exclude=tuple(fields.get("exclude", ())),
        language=fields.get("language"),
        limit=fields.get("limit"),
    )


@dataclass(frozen=True, slots=True)
class EntryState:
    """One entry of a source as it was when it was last read.

    An entry is what a source lists: a file of a folder, a line of JSON lines, a page.

    Attributes:
        key: Names the entry in its source: relative path, article id (JSON lines), address.
        article_id: The article it gave.
        version_id: The version it gave; "" until the library has named it.
        stamp: What tells without reading that it is unchanged: a file's size and times, the
            hash of a line, a page's date in its listing. None: it must be read.
        etag: The page's entity tag.
        last_modified: The page's Last-Modified, as sent.
        misses: How many times in a row the page was gone (404 or 410).
        checked_at: When the page was last asked for; UTC, ISO 8601.
        winner: Set by the library alone: the article in the edition that holds nearly the same
            text, so that this one was left out. ``version_id`` is then the winner's version.
    """

    key: str
    article_id: str
    version_id: str = ""
    stamp: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    misses: int = 0
    checked_at: str | None = None
    winner: str | None = None

    @property
    def is_bare(self) -> bool:
        """Whether only the address is known, and nothing of what the page gave."""
        return self.stamp is None and self.checked_at is None
