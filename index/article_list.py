"""The articles of a library as people browse them: pages of a list, and all about one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from index import library_rows
from index.connections import Connection
from index.library_rows import LibraryRow
from index.models import NOTE_PREFIX, Source, SourceKind
from index.sql import marks, pages

_VERSIONS_TOLD = 10
_OPENING = 1500
# The end of the range of ids that begin with the prefix.
_AFTER_NOTES = NOTE_PREFIX[:-1] + chr(ord(NOTE_PREFIX[-1]) + 1)
_IN_EDITION = "m.from_edition <= :edition AND (m.to_edition IS NULL OR m.to_edition > :edition)"
_FITS = (
    "(instr(lower(v.title), :lower) > 0 OR instr(v.title, :text) > 0 "
    "OR instr(lower(v.article_id), :lower) > 0)"
)


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One article of a list. ``superseded_by`` is the title of the newer one, if it has one."""

    article_id: str
    title: str
    published_at: str | None
    publisher: str | None
    url: str | None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleList:
    """A page of the articles, newest first. ``page`` counts from 0; ``total`` fit in all."""

    lines: tuple[ArticleLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """When a version of an article came into the answers: the edition, and its time."""

    version_id: str
    edition: int
    published_at: str


@dataclass(frozen=True, slots=True)
class ArticleInfo:
    """All about one article of the current edition.

    Attributes:
        line: As it is in lists.
        version_id: Its version now.
        authors: As given.
        source: Where it came from; None: nowhere, as a note.
        opening: The beginning of its text.
        length: How long the text is, in characters.
        versions: The kept ones, newest first, at most ten.
        versions_count: How many are kept.
    """

    line: ArticleLine
    version_id: str
    authors: tuple[str, ...]
    source: Source | None
    opening: str
    length: int
    versions: tuple[VersionLine, ...]
    versions_count: int


def list_articles(
    connection: Connection,
    library: str,
    *,
    text: str = "",
    notes_only: bool = False,
    page: int = 0,
    size: int = 8,
) -> ArticleList:
    """A page of the current edition's articles, or the nearest page there is."""
    row = library_rows.find_library(connection, library)
    if row is None:
        return ArticleList((), 0, 1, 0)
    given: dict[str, object] = {"library": row.pk, "edition": row.edition}
    given |= {"text": text, "lower": text.lower(), "notes": NOTE_PREFIX, "after": _AFTER_NOTES}
    source = _name_tables(notes_only=notes_only, searches=bool(text))
    (total,) = connection.execute(f"SELECT count(*) {source}", given).fetchone()
    last = max(1, -(-total // size))
    page = min(max(page, 0), last - 1)
    rows = connection.execute(
        "SELECT v.article_id, v.title, v.published_at, v.publisher, v.url, "  # noqa: S608 - texts of ours
        "(SELECT s.by_title FROM supersession AS s WHERE s.library = v.library "
        f"AND s.article_id = v.article_id) {source} "
        "ORDER BY v.published_at DESC NULLS LAST, v.pk DESC LIMIT :size OFFSET :skip",
        {**given, "size": size, "skip": page * size},
    )
    return ArticleList(tuple(ArticleLine(*found) for found in rows), page, last, total)


def describe_article(connection: Connection, library: str, article_id: str) -> ArticleInfo | None:
    """All about an article; None where the current edition has none of that id."""
    row = library_rows.find_library(connection, library)
    if row is None:
        return None
    found = connection.execute(
        "SELECT v.*, length(v.text) AS length, src.kind, src.location, s.by_title "  # noqa: S608 - texts of ours
        "FROM membership AS m JOIN version AS v ON v.pk = m.version "
        "LEFT JOIN source AS src ON src.pk = m.source "
        "LEFT JOIN supersession AS s ON s.library = m.library AND s.article_id = m.article_id "
        f"WHERE m.library = :library AND m.article_id = :id AND {_IN_EDITION}",
        {"library": row.pk, "id": article_id, "edition": row.edition},
    ).fetchone()
    if found is None:
        return None
    versions, count = _list_versions(connection, row, article_id)
    line = ArticleLine(
        article_id,
        found["title"],
        found["published_at"],
        found["publisher"],
        found["url"],
        found["by_title"],
    )
    source = Source(SourceKind(found["kind"]), found["location"]) if found["kind"] else None
    return ArticleInfo(
        line=line,
        version_id=found["version_id"],
        authors=tuple(json.loads(found["authors"])),
        source=source,
        opening=found["text"][:_OPENING],
        length=found["length"],
        versions=versions,
        versions_count=count,
    )


def current_versions(
    connection: Connection, library: str, article_ids: Sequence[str]
) -> dict[str, str]:
    """The ids of the versions that the current edition has of these articles."""
    row = library_rows.find_library(connection, library)
    found: dict[str, str] = {}
    for page in pages(article_ids) if row is not None else ():
        assert row is not None  # noqa: S101 - else there are no pages
        rows = connection.execute(
            "SELECT m.article_id, v.version_id FROM membership AS m "  # noqa: S608 - marks are ours
            "JOIN version AS v ON v.pk = m.version WHERE m.library = ? AND m.from_edition <= ? "
            f"AND (m.to_edition IS NULL OR m.to_edition > ?) AND m.article_id IN ({marks(page)})",
            (row.pk, row.edition, row.edition, *page),
        )
        found.update((r["article_id"], r["version_id"]) for r in rows)
    return found


def _name_tables(*, notes_only: bool, searches: bool) -> str:
    """The tables in the order that costs least, and what the articles have to fit."""
    fits = f" AND {_FITS}" if searches else ""
    if notes_only:
        return (
            "FROM membership AS m CROSS JOIN version AS v ON v.pk = m.version "
            f"WHERE m.library = :library AND {_IN_EDITION} "
            f"AND m.article_id >= :notes AND m.article_id < :after{fits}"
        )
    # A search reads titles and ids from an index; the rows themselves hold whole texts.
    index = "version_titles" if searches else "version_by_date"
    return (
        f"FROM version AS v INDEXED BY {index} CROSS JOIN membership AS m ON m.version = v.pk "
        f"WHERE v.library = :library AND {_IN_EDITION}{fits}"
    )


def _list_versions(
    connection: Connection, row: LibraryRow, article_id: str
) -> tuple[tuple[VersionLine, ...], int]:
    found = connection.execute(
        "SELECT v.version_id, m.from_edition, coalesce(e.published_at, '') "
        "FROM membership AS m JOIN version AS v ON v.pk = m.version "
        "LEFT JOIN edition AS e ON e.library = m.library AND e.number = m.from_edition "
        "WHERE m.library = ? AND m.article_id = ? AND m.from_edition <= ? "
        "ORDER BY m.from_edition DESC",
        (row.pk, article_id, row.edition),
    ).fetchall()
    return tuple(VersionLine(*one) for one in found[:_VERSIONS_TOLD]), len(found)
