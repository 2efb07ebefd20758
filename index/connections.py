"""What the rest of the program knows of a database connection, whichever database it is.

The SQL that is written against it is what SQLite and PostgreSQL share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

Dialect = Literal["sqlite", "postgres"]


class Row(Protocol):
    """A row of a result; its columns by their names or their places."""

    def __getitem__(self, key: int | str, /) -> Any:  # noqa: ANN401 - whatever the column holds
        """The value of a column."""
        ...

    def keys(self) -> list[str]:
        """The columns' names."""
        ...


class Cursor(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    @property
    def description(self) -> Any:  # noqa: ANN401 - tuples of several shapes
        """A tuple for each column; its name comes first."""
        ...

    def fetchone(self) -> Any:  # noqa: ANN401 - a `Row`, or None
        """The next row; None where there is none."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection inside of a transaction. Placeholders are ``?`` or ``:name``."""

    @property
    def total_changes(self) -> int:
        """How many rows were changed since it was opened."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run one statement for each set of values."""
        ...


def dialect_of(connection: Connection) -> Dialect:
    """Which database it leads to, for the few statements that cannot be shared."""
    dialect: Dialect = getattr(connection, "dialect", "sqlite")
    return dialect
