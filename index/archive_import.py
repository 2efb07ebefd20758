"""Writes what an archive holds into an empty library; call inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator

from index import lexical, library_rows, page_rows
from index.archive_articles import read_article
from index.archive_checks import Contents
from index.archive_format import (
    AUDIT,
    EDITIONS,
    ENTRIES,
    GOLDEN,
    MEMBERSHIPS,
    NOTES,
    PAGES,
    SETTINGS,
    SOURCES,
    SUPERSESSIONS,
    VERSIONS,
    WITHHELD,
    Row,
    Table,
)
from index.archive_reading import Archive
from index.archive_values import read_page
from index.connections import Connection
from index.errors import ArchiveError
from index.library_rows import LibraryRow
from index.library_settings import put_settings

_WORDS_AT_ONCE = 4_000


def take_in(
    connection: Connection,
    name: str,
    archive: Archive,
    contents: Contents,
    fingerprint: str,
) -> LibraryRow:
    """Write it all; the library's row as it is then. ``contents`` were checked before.

    Raises:
        ArchiveError: the library holds something already, or the file changed meanwhile.
    """
    row = library_rows.open_library(connection, name, fingerprint)
    refuse_full(row)
    _clear(connection, row.pk)
    is_ours = archive.manifest.fingerprint == fingerprint
    if is_ours:
        connection.executemany(
            "INSERT INTO embedding (library, key, vector) VALUES (?, ?, ?)",
            ((row.pk, key, vector) for key, vector in archive.vectors()),
        )
    _insert(connection, EDITIONS, archive, row.pk)
    sources = _insert_sources(connection, archive, row.pk)
    connection.executemany(
        ENTRIES.insert,
        ({**entry, "source": sources[entry["source"]]} for entry in archive.rows(ENTRIES)),
    )
    versions = _insert_versions(connection, archive, row.pk, fingerprint, is_ours)
    connection.executemany(
        MEMBERSHIPS.insert,
        (
            {
                **member,
                "library": row.pk,
                "version": versions[member["version"]],
                "source": None if member["source"] is None else sources[member["source"]],
            }
            for member in archive.rows(MEMBERSHIPS)
        ),
    )
    for table in (WITHHELD, GOLDEN, SUPERSESSIONS, AUDIT, NOTES):
        _insert(connection, table, archive, row.pk)
    for page in archive.rows(PAGES):
        page_rows.save_pages(connection, row.pk, {page["version"]: read_page(page)})
    if archive.holds(SETTINGS):
        settings = {setting["name"]: setting["value"] for setting in archive.rows(SETTINGS)}
        put_settings(connection, name, settings)
    made_by = fingerprint if contents.is_indexed else _other(archive, is_ours)
    library_rows.set_index(connection, row.pk, made_by, library_rows.collection_name(row.pk, 1))
    connection.execute(
        "UPDATE library SET edition = ? WHERE pk = ?", (archive.manifest.edition, row.pk)
    )
    found = library_rows.find_library(connection, name)
    assert found is not None  # noqa: S101 - just written
    return found


def refuse_full(row: LibraryRow | None) -> None:
    """Only an empty library takes an archive in.

    Raises:
        ArchiveError: it is not empty.
    """
    if row is not None and row.edition:
        raise ArchiveError(
            f"The library '{row.name}' holds articles already. Import into another one, with "
            "--library NAME. Nothing was taken in."
        )


def _other(archive: Archive, is_ours: bool) -> str:  # noqa: FBT001 - passed on
    """What is said to have made the index while `index rebuild` has still to make it."""
    return "(rebuilding)" if is_ours else archive.manifest.fingerprint


def _clear(connection: Connection, library: int) -> None:
    """What an attempt to fill the library left; its audit stays."""
    connection.execute(
        "DELETE FROM chunk WHERE version IN (SELECT pk FROM version WHERE library = ?)", (library,)
    )
    for statement in (
        "DELETE FROM membership WHERE library = ?",
        "DELETE FROM version WHERE library = ?",
        "DELETE FROM embedding WHERE library = ?",
        "DELETE FROM source WHERE library = ?",
        "DELETE FROM plan WHERE library = ?",
        "DELETE FROM withheld WHERE library = ?",
        "DELETE FROM golden WHERE library = ?",
        "DELETE FROM supersession WHERE library = ?",
        "DELETE FROM note WHERE library = ?",
    ):
        connection.execute(statement, (library,))
    lexical.clear_table(connection, library)


def _insert(connection: Connection, table: Table, archive: Archive, library: int) -> None:
    connection.executemany(
        table.insert, ({**row, "library": library} for row in archive.rows(table))
    )


def _insert_sources(connection: Connection, archive: Archive, library: int) -> list[int]:
    """The sources' keys by their number, from 1.

    Schedules wait until somebody resumes them: the paths may mean something else here.
    """
    keys = [0]
    for source in archive.rows(SOURCES):
        paused = 1 if source["schedule"] is not None else source["paused"]
        (key,) = connection.execute(
            f"{SOURCES.insert} RETURNING pk", {**source, "library": library, "paused": paused}
        ).fetchone()
        keys.append(int(key))
    return keys


def _insert_versions(
    connection: Connection,
    archive: Archive,
    library: int,
    fingerprint: str,
    is_ours: bool,  # noqa: FBT001 - passed on
) -> dict[str, int]:
    """The versions' keys by their ids. Nothing of them is in Chroma yet."""
    keys: dict[str, int] = {}
    words: list[lexical.LexicalRow] = []
    for row in archive.rows(VERSIONS):
        is_indexed = is_ours and row["chunks"] is not None
        key = _insert_version(connection, library, row, fingerprint if is_indexed else None)
        keys[row["version_id"]] = key
        if is_indexed:
            words += _insert_chunks(connection, key, row)
        # Many at once: PostgreSQL's index writes a segment each time, and merges them again.
        if len(words) >= _WORDS_AT_ONCE:
            lexical.add_rows(connection, library, words)
            words = []
    lexical.add_rows(connection, library, words)
    return keys


def _insert_version(connection: Connection, library: int, row: Row, fingerprint: str | None) -> int:
    article = read_article(row)
    (pk,) = connection.execute(
        "INSERT INTO version (library, version_id, article_id, title, text, published_at, authors, "
        "url, publisher, headings, fingerprint, likeness) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING pk",
        (
            library,
            article.version_id,
            article.id,
            article.title,
            article.text,
            article.published_at,
            json.dumps(article.authors, ensure_ascii=False),
            article.url,
            article.publisher,
            json.dumps([(h.start, h.end, h.level) for h in article.headings]),
            fingerprint,
            article.likeness,
        ),
    ).fetchone()
    return int(pk)


def _insert_chunks(connection: Connection, version: int, row: Row) -> Iterator[lexical.LexicalRow]:
    for ordinal, (id_, start, end, heading, key) in enumerate(row["chunks"]):
        (pk,) = connection.execute(
            'INSERT INTO chunk (version, chunk_id, ordinal, start, "end", heading, embedding) '
            "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING pk",
            (version, id_, ordinal, start, end, heading, key),
        ).fetchone()
        text = row["text"][start:end]
        yield lexical.LexicalRow(int(pk), row["title"], heading, text)
