"""One stored version of an article, as a page shows it: its text and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from index import library_rows
from index.chunk_rows import read_headings
from index.connections import Connection, Row
from index.models import Heading, Span, is_note


@dataclass(frozen=True, slots=True)
class CurrentText:
    """What the current edition has: the id of a version, its title and its text."""

    version_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PageCorrection:
    """A moderator's note in force, and the first place of the words that it corrects."""

    note: CurrentText
    span: Span


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A version of an article, current or not.

    Attributes:
        library: The library's name.
        version_id: Names the version.
        article_id: The article that it is a version of.
        title: As its author wrote it; not escaped.
        text: The clean text; offsets of quotes count in it.
        published_at: As given, at its own precision.
        authors: As given.
        publisher: As given.
        url: As given; not checked.
        headings: Headings that the text does not mark itself.
        newest: The version of the article in the current edition; None: it is in it no more.
        successor: The article that a moderator named in its place, where that is in the edition.
        superseded_by: The title of that article when it was named, wherever it is now.
        is_withheld: Whether somebody took the article out of the library by hand.
        corrections: What moderators' notes put right in it, newest first.
    """

    library: str
    version_id: str
    article_id: str
    title: str
    text: str
    published_at: str | None
    authors: tuple[str, ...]
    publisher: str | None
    url: str | None
    headings: tuple[Heading, ...]
    newest: CurrentText | None
    successor: CurrentText | None = None
    superseded_by: str | None = None
    is_withheld: bool = False
    corrections: tuple[PageCorrection, ...] = ()

    @property
    def is_note(self) -> bool:
        """Whether a moderator wrote it, and no source gave it."""
        return is_note(self.article_id)

    @property
    def is_removed(self) -> bool:
        """Whether the library does not hold the article any more."""
        return self.newest is None

    @property
    def is_newest(self) -> bool:
        """Whether this is the version that answers are made of."""
        return self.newest is not None and self.newest.version_id == self.version_id


def find_page(connection: Connection, library: str, version_id: str) -> ArticlePage | None:
    """The version with what became of it; None where the library has not stored it."""
    row = library_rows.find_library(connection, library)
    if row is None:
        return None
    found = connection.execute(
        "SELECT * FROM version WHERE library = ? AND version_id = ?", (row.pk, version_id)
    ).fetchone()
    if found is None:
        return None
    article_id = str(found["article_id"])
    newest = _find_current(connection, row, article_id)
    if newest is None:
        newest = _find_moved(connection, row, found)
    mark = connection.execute(
        "SELECT by_article, by_title FROM supersession WHERE library = ? AND article_id = ?",
        (row.pk, article_id),
    ).fetchone()
    return ArticlePage(
        library=library,
        version_id=version_id,
        article_id=article_id,
        title=found["title"],
        text=found["text"],
        published_at=found["published_at"],
        authors=tuple(json.loads(found["authors"])),
        publisher=found["publisher"],
        url=found["url"],
        headings=read_headings(found["headings"]),
        newest=newest,
        successor=_find_current(connection, row, mark["by_article"]) if mark else None,
        superseded_by=mark["by_title"] if mark else None,
        is_withheld=newest is None and _is_withheld(connection, row.pk, article_id),
        corrections=tuple(_corrections(connection, row, article_id, found["text"])),
    )


def _corrections(
    connection: Connection, row: library_rows.LibraryRow, article_id: str, text: str
) -> Iterator[PageCorrection]:
    rows = connection.execute(
        "SELECT n.quote, v.version_id, v.title, v.text FROM note AS n "
        "JOIN membership AS m ON m.library = n.library AND m.article_id = n.article_id "
        "AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?) "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE n.library = ? AND n.corrects = ? "
        "ORDER BY v.published_at DESC NULLS LAST, n.article_id",
        (row.edition, row.edition, row.pk, article_id),
    )
    for found in rows:
        quote = str(found["quote"])
        if (at := text.find(quote)) >= 0:
            note = CurrentText(found["version_id"], found["title"], found["text"])
            yield PageCorrection(note, Span(at, at + len(quote)))


def _find_current(
    connection: Connection, row: library_rows.LibraryRow, article_id: str
) -> CurrentText | None:
    found = connection.execute(
        "SELECT v.version_id, v.title, v.text FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = ? AND m.article_id = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?)",
        (row.pk, article_id, row.edition, row.edition),
    ).fetchone()
    return None if found is None else CurrentText(*found)


def _find_moved(
    connection: Connection, row: library_rows.LibraryRow, gone: Row
) -> CurrentText | None:
    """The same title and text under another id: a file was renamed, a page has a new address."""
    found = connection.execute(
        "SELECT v.version_id, v.title, v.text FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version "
        "WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) AND v.title = ? AND v.text = ? LIMIT 1",
        (row.pk, row.edition, row.edition, gone["title"], gone["text"]),
    ).fetchone()
    return None if found is None else CurrentText(*found)


def _is_withheld(connection: Connection, library: int, article_id: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM withheld WHERE library = ? AND article_id = ?", (library, article_id)
    ).fetchone()
    return found is not None
