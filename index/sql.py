"""Small things that statements over many keys share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from index.connections import Connection, dialect_of

K = TypeVar("K")

# SQLite's own limit on variables is far higher; this keeps statements readable in logs.
_PAGE = 500


def pages(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    """The keys, a statement's worth at a time."""
    for at in range(0, len(keys), _PAGE):
        yield keys[at : at + _PAGE]


def marks(page: Iterable[object]) -> str:
    """A question mark for each key."""
    return ",".join("?" for _ in page)


def has_table(connection: Connection, table: str) -> bool:
    """Whether the database holds a table of that name."""
    if dialect_of(connection) == "postgres":
        (found,) = connection.execute("SELECT to_regclass(?) IS NOT NULL", (table,)).fetchone()
    else:
        (found,) = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).fetchone()
    return bool(found)


def read_step(connection: Connection, schema: str) -> int:
    """How many of a schema's scripts this database has seen."""
    if not has_table(connection, "migration"):
        return 0
    row = connection.execute("SELECT step FROM migration WHERE schema = ?", (schema,)).fetchone()
    return int(row["step"]) if row else 0


def stream(
    connection: Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> Iterable[Any]:
    """The rows of a query that may be larger than memory, a few at a time."""
    if dialect_of(connection) == "sqlite":
        return connection.execute(sql, parameters)
    rows: Iterable[Any] = connection.stream(sql, parameters)  # type: ignore[attr-defined]
    return rows
