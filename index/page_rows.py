"""The pages that articles were read from, in SQLite: one a version, the one read last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from index.connections import Connection
from index.pages import PageText
from index.sql import marks, pages

_SAVE = (
    "INSERT INTO page (version, digest, packed) "
    "SELECT pk, ?, ? FROM version WHERE library = ? AND version_id = ? "
    "ON CONFLICT (version) DO UPDATE SET digest = excluded.digest, packed = excluded.packed "
    "WHERE page.digest <> excluded.digest"
)
_LOAD = (
    "SELECT p.packed FROM page AS p JOIN version AS v ON v.pk = p.version "
    "WHERE v.library = ? AND v.version_id = ?"
)
_DELETE = (
    "DELETE FROM page WHERE version IN "
    "(SELECT pk FROM version WHERE library = ? AND version_id = ?)"
)


def save_pages(connection: Connection, library: int, found: Mapping[str, PageText | None]) -> None:
    """Keep the pages of stored versions, by version id, in place of those before.

    None: the version was read from something without a page, and has none any more.
    """
    for version_id, page in found.items():
        if page is None:
            connection.execute(_DELETE, (library, version_id))
        else:
            packed = page.pack()
            connection.execute(_SAVE, (_digest(packed), packed, library, version_id))


def load_page(connection: Connection, library: int, version_id: str) -> PageText | None:
    """The page of a version, None where none is kept or it cannot be read."""
    row = connection.execute(_LOAD, (library, version_id)).fetchone()
    if row is None:
        return None
    try:
        return PageText.unpack(row["packed"])
    except ValueError:
        # A link without its quote is better than no answer.
        return None


def find_altered(
    connection: Connection, library: int, found: Mapping[str, PageText | None]
) -> set[str]:
    """The version ids whose kept page differs from this one, or is only on one side."""
    kept = dict(_digests(connection, library, found))
    return {
        version_id
        for version_id, page in found.items()
        if kept.get(version_id) != (None if page is None else _digest(page.pack()))
    }


def _digests(
    connection: Connection, library: int, version_ids: Iterable[str]
) -> Iterable[tuple[str, str]]:
    for some in pages(list(version_ids)):
        yield from connection.execute(
            "SELECT v.version_id, p.digest FROM version AS v "  # noqa: S608 - question marks only
            "JOIN page AS p ON p.version = v.pk "
            f"WHERE v.library = ? AND v.version_id IN ({marks(some)})",
            (library, *some),
        )


def _digest(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()[:32]
