"""The chunks that a scope leaves: found exactly where they are few, among all where many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.connections import Connection
from index.library_rows import LibraryRow
from index.scope import UNDATED, WHOLE, Scope, Scoped, write_condition
from index.sql import marks, pages
from index.timing import Within

# Up to so many vectors are compared one by one (30 MB, a tenth of a second).
_MOST_EXACT = 20_000
_IN_EDITION = (
    "JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
    "AND (m.to_edition IS NULL OR m.to_edition > ?) "
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a scope reaches. ``near`` holds every chunk of it; None where they are too many."""

    told: Scoped
    near: Within | None

    @property
    def is_empty(self) -> bool:
        """Whether no chunk lies within."""
        return not self.told.chunks


def find_reach(
    connection: Connection,
    library: LibraryRow,
    scope: Scope,
    most_exact: int = _MOST_EXACT,
) -> Reach:
    """What lies within a scope of the library's edition; reads no vector of a wide one."""
    condition, values = write_condition(scope)
    edition = (library.edition, library.edition)
    rows = connection.execute(
        f"SELECT c.pk, c.chunk_id FROM version AS v {_IN_EDITION}"  # noqa: S608 - all of it is ours
        f"JOIN chunk AS c ON c.version = v.pk WHERE v.library = ? {condition} "
        "ORDER BY v.pk, c.ordinal",
        (*edition, library.pk, *values),
    ).fetchall()
    told = _tell(connection, library, scope, len(rows))
    if len(rows) > most_exact:
        return Reach(told, None)
    keys = tuple(int(row["pk"]) for row in rows)
    vectors = _load_vectors(connection, keys)
    return Reach(told, Within(keys, tuple(str(row["chunk_id"]) for row in rows), vectors))


def fitting_chunk_ids(
    connection: Connection,
    library: LibraryRow,
    chunk_ids: Sequence[str],
    scope: Scope = WHOLE,
) -> set[str]:
    """Those of ``chunk_ids`` that belong to the library's edition and lie within a scope."""
    condition, values = write_condition(scope)
    fitting: set[str] = set()
    for page in pages(chunk_ids):
        rows = connection.execute(
            # CROSS JOIN keeps SQLite from reading the whole library.
            "SELECT c.chunk_id FROM chunk AS c "  # noqa: S608 - all of it is ours
            "CROSS JOIN version AS v ON v.pk = c.version "
            f"CROSS {_IN_EDITION} WHERE v.library = ? {condition} "
            f"AND c.chunk_id IN ({marks(page)})",
            (library.edition, library.edition, library.pk, *values, *page),
        )
        fitting.update(str(row["chunk_id"]) for row in rows)
    return fitting


def _tell(connection: Connection, library: LibraryRow, scope: Scope, chunks: int) -> Scoped:
    condition, values = write_condition(Scope(scope.article_id))
    row = connection.execute(
        "SELECT max(v.title) AS title, count(*) AS articles, "  # noqa: S608 - all of it is ours
        f"count(*) FILTER (WHERE {UNDATED}) AS undated, "
        f"max(CASE WHEN {UNDATED} THEN NULL ELSE trim(v.published_at) END) AS newest "
        f"FROM version AS v {_IN_EDITION} WHERE v.library = ? {condition}",
        (library.edition, library.edition, library.pk, *values),
    ).fetchone()
    is_named = scope.article_id is not None and row["articles"]
    return Scoped(
        scope,
        title=str(row["title"]) if is_named else None,
        chunks=chunks,
        undated=int(row["undated"] or 0) if scope.since is not None else 0,
        newest=row["newest"] if scope.since is not None and not chunks else None,
    )


def _load_vectors(
    connection: Connection, keys: Sequence[int]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Vectors of shape ``(len(keys), dimension)``, in the order of the keys."""
    vectors: dict[int, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    for page in pages(keys):
        rows = connection.execute(
            "SELECT c.pk, e.vector FROM chunk AS c CROSS JOIN version AS v ON v.pk = c.version "  # noqa: S608 - all of it is ours
            "CROSS JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
            f"WHERE c.pk IN ({marks(page)})",
            tuple(page),
        )
        vectors |= {int(r["pk"]): np.frombuffer(r["vector"], dtype="<f4") for r in rows}
    return np.array([vectors[key] for key in keys], dtype=np.float32)
