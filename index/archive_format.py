"""What an export holds: a zip of a manifest, a member of JSON lines a table, and the vectors.

Keys of the database stay at home: a version goes by its hash, a source by its place in the
list. Members are in a fixed order and sorted, so that equal libraries give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.library_settings import SETTINGS as KNOWN_SETTINGS

FORMAT = 2
"""Format 1 knew no notes, pages and settings; it is still taken in."""
MANIFEST = "manifest.json"
VECTORS = "embeddings.bin"
KEY_BYTES = 16

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the manifest describes it; ``size`` in bytes, unpacked."""

    name: str
    size: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. ``dimension`` is that of its vectors."""

    library: str
    edition: int
    fingerprint: str
    dimension: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it travels.

    ``fields`` say what each value is: "int" or "text", with "?" where it may be null;
    "list" is looked at elsewhere. ``select`` and ``insert`` know ``:library``.
    """

    member: str
    fields: Mapping[str, str]
    select: str
    insert: str = ""


EDITIONS = Table(
    "editions.jsonl",
    {
        "number": "int",
        "published_at": "text",
        "actor": "text",
        "note": "text",
        "reason": "text",
        "added": "int",
        "changed": "int",
        "removed": "int",
    },
    "SELECT number, published_at, actor, note, reason, added, changed, removed FROM edition "
    "WHERE library = :library ORDER BY number",
    "INSERT INTO edition (library, number, published_at, actor, note, reason, added, changed, "
    "removed) VALUES (:library, :number, :published_at, :actor, :note, :reason, :added, :changed, "
    ":removed)",
)
SOURCES = Table(
    "sources.jsonl",
    {
        "number": "int",
        "kind": "text",
        "location": "text",
        "options": "text",
        "schedule": "text?",
        "next_run": "text?",
        "last_run": "text?",
        "outcome": "text",
        "paused": "int",
        "added_by": "text",
        "added_at": "text",
        "removed_at": "text?",
    },
    """
    SELECT row_number() OVER (ORDER BY pk) AS number, kind, location, options, schedule, next_run,
        last_run, outcome, paused, added_by, added_at, removed_at
    FROM source WHERE library = :library ORDER BY pk
    """,
    "INSERT INTO source (library, kind, location, options, schedule, next_run, last_run, outcome, "
    "paused, added_by, added_at, removed_at) VALUES (:library, :kind, :location, :options, "
    ":schedule, :next_run, :last_run, :outcome, :paused, :added_by, :added_at, :removed_at)",
)
ENTRIES = Table(
    "entries.jsonl",
    {
        "source": "int",
        "key": "text",
        "article_id": "text",
        "version_id": "text",
        "stamp": "text?",
        "etag": "text?",
        "last_modified": "text?",
        "misses": "int",
        "checked_at": "text?",
        "winner": "text?",
        "reading": "int",
    },
    """
    SELECT n.number AS source, key, article_id, version_id, stamp, etag, last_modified, misses,
        checked_at, winner, reading
    FROM (SELECT pk, row_number() OVER (ORDER BY pk) AS number
          FROM source WHERE library = :library) AS n
    JOIN entry AS e ON e.source = n.pk ORDER BY n.number, key
    """,
    "INSERT INTO entry (source, key, article_id, version_id, stamp, etag, last_modified, misses, "
    "checked_at, winner, reading) VALUES (:source, :key, :article_id, :version_id, :stamp, :etag, "
    ":last_modified, :misses, :checked_at, :winner, :reading)",
)
VERSIONS = Table(
    "versions.jsonl",
    {
        "version_id": "text",
        "article_id": "text",
        "title": "text",
        "text": "text",
        "published_at": "text?",
        "authors": "list",
        "url": "text?",
        "publisher": "text?",
        "headings": "list",
        "chunks": "list?",
    },
    "SELECT pk, version_id, article_id, title, text, published_at, authors, url, publisher, "
    "headings, fingerprint IS :fingerprint AS complete FROM version AS v "
    "WHERE library = :library AND EXISTS (SELECT 1 FROM membership AS m "
    "WHERE m.version = v.pk AND m.from_edition <= :edition) ORDER BY version_id",
)
MEMBERSHIPS = Table(
    "memberships.jsonl",
    {
        "article_id": "text",
        "version": "text",
        "source": "int?",
        "from_edition": "int",
        "to_edition": "int?",
    },
    # An edition that is only laid out is not part of the library yet.
    """
    SELECT m.article_id, v.version_id AS version, n.number AS source, m.from_edition,
        CASE WHEN m.to_edition <= :edition THEN m.to_edition END AS to_edition
    FROM membership AS m JOIN version AS v ON v.pk = m.version
    LEFT JOIN (SELECT pk, row_number() OVER (ORDER BY pk) AS number
               FROM source WHERE library = :library) AS n ON n.pk = m.source
    WHERE m.library = :library AND m.from_edition <= :edition
    ORDER BY m.article_id, m.from_edition
    """,
    "INSERT INTO membership (library, article_id, version, source, from_edition, to_edition) "
    "VALUES (:library, :article_id, :version, :source, :from_edition, :to_edition)",
)
WITHHELD = Table(
    "withheld.jsonl",
    {"article_id": "text"},
    "SELECT article_id FROM withheld WHERE library = :library ORDER BY article_id",
    "INSERT INTO withheld (library, article_id) VALUES (:library, :article_id)",
)
GOLDEN = Table(
    "golden.jsonl",
    {
        "question": "text",
        "article_id": "text",
        "title": "text",
        "added_by": "text",
        "added_at": "text",
    },
    "SELECT question, article_id, title, added_by, added_at FROM golden "
    "WHERE library = :library ORDER BY pk",
    "INSERT INTO golden (library, question, article_id, title, added_by, added_at) "
    "VALUES (:library, :question, :article_id, :title, :added_by, :added_at)",
)
SUPERSESSIONS = Table(
    "supersessions.jsonl",
    {
        "article_id": "text",
        "by_article": "text",
        "by_title": "text",
        "actor": "text",
        "at": "text",
        "reason": "text",
    },
    "SELECT article_id, by_article, by_title, actor, at, reason FROM supersession "
    "WHERE library = :library ORDER BY article_id",
    "INSERT INTO supersession (library, article_id, by_article, by_title, actor, at, reason) "
    "VALUES (:library, :article_id, :by_article, :by_title, :actor, :at, :reason)",
)
AUDIT = Table(
    "audit.jsonl",
    {
        "at": "text",
        "actor": "text",
        "action": "text",
        "detail": "text",
        "reason": "text",
        "edition": "int?",
    },
    "SELECT at, actor, action, detail, reason, edition FROM audit "
    "WHERE library = :library ORDER BY pk",
    "INSERT INTO audit (library, at, actor, action, detail, reason, edition) "
    "VALUES (:library, :at, :actor, :action, :detail, :reason, :edition)",
)
NOTES = Table(
    "notes.jsonl",
    {
        "article_id": "text",
        "corrects": "text",
        "title_then": "text",
        "start": "int",
        "end": "int",
        "quote": "text",
        "quoted_version": "text",
        "looked_at": "text",
        "author": "text",
        "approved_by": "text",
        "at": "text",
        "told": "text?",
    },
    'SELECT article_id, corrects, title_then, start, "end", quote, quoted_version, looked_at, '
    "author, approved_by, at, told FROM note WHERE library = :library AND EXISTS (SELECT 1 "
    "FROM membership AS m WHERE m.library = note.library AND m.article_id = note.article_id "
    "AND m.from_edition <= :edition AND (m.to_edition IS NULL OR m.to_edition > :edition)) "
    "ORDER BY article_id",
    'INSERT INTO note (library, article_id, corrects, title_then, start, "end", quote, '
    "quoted_version, looked_at, author, approved_by, at, told) VALUES (:library, :article_id, "
    ":corrects, :title_then, :start, :end, :quote, :quoted_version, :looked_at, :author, "
    ":approved_by, :at, :told)",
)
PAGES = Table(
    "pages.jsonl",
    {"version": "text", "blocks": "list", "anchors": "list"},
    "SELECT v.version_id AS version, p.packed FROM page AS p JOIN version AS v ON v.pk = p.version "
    "WHERE v.library = :library AND EXISTS (SELECT 1 FROM membership AS m "
    "WHERE m.version = v.pk AND m.from_edition <= :edition) ORDER BY v.version_id",
)
# Where scheduled work is reported stays behind: that channel is one of the server it was set in.
SETTINGS = Table(
    "settings.jsonl",
    {"name": "text", "value": "text"},
    "SELECT name, value FROM library_option WHERE library = :name "  # noqa: S608 - names of ours
    f"AND name IN ({', '.join(map(repr, sorted(KNOWN_SETTINGS)))}) ORDER BY name",
)

TABLES = (
    EDITIONS,
    SOURCES,
    ENTRIES,
    VERSIONS,
    MEMBERSHIPS,
    WITHHELD,
    GOLDEN,
    SUPERSESSIONS,
    AUDIT,
    NOTES,
    PAGES,
    SETTINGS,
)
NAMES = (VECTORS, *(table.member for table in TABLES))
_LATER = {table.member for table in (NOTES, PAGES, SETTINGS)}
NAMES_BEFORE = {1: tuple(name for name in NAMES if name not in _LATER)}
"""The members that earlier formats had."""
