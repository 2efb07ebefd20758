"""Small things that statements over many keys share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from index.connections import Connection, dialect_of

K = TypeVar("K")

# SQLite's own limit on variables is far higher; this keeps statements readable in logs.
_PAGE = 500
_ROWS_A_STATEMENT = 64


def pages(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    """The keys, a statement's worth at a time."""
    for at in range(0, len(keys), _PAGE):
        yield keys[at : at + _PAGE]


def marks(page: Iterable[object]) -> str:
    """A question mark for each key."""
    return ",".join("?" for _ in page)


def insert_rows(
    connection: Connection, into: str, rows: Iterable[Sequence[object]], *, then: str = ""
) -> None:
    """Insert rows, many a statement.

    SQLite gives up the interpreter's lock for each statement, and a thread that computes lets
    nobody have it back for some milliseconds; so a statement a row is slow beside such a thread.

    Args:
        connection: Where to.
        into: The table and its columns, as they are written behind ``INSERT INTO``.
        rows: The values, in the order of the columns. What makes them may not use the connection.
        then: What is written behind the values, such as ``ON CONFLICT DO NOTHING``.
    """
    left = iter(rows)
    while some := list(islice(left, _ROWS_A_STATEMENT)):
        places = ",".join([f"({marks(some[0])})"] * len(some))
        values = tuple(chain.from_iterable(some))
        connection.execute(f"INSERT INTO {into} VALUES {places} {then}", values)  # noqa: S608 - ours


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
