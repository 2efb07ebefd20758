"""A connection to PostgreSQL that is used as one to SQLite is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

import numpy as np
import psycopg
from psycopg import RawCursor, RawServerCursor
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.rows import RowMaker
from psycopg.types.numeric import Int2Dumper

from index.connections import Dialect
from index.postgres_dialect import translate_statement

_Raw = psycopg.Connection["PostgresRow"]
_BATCH = 500
_NUMBERS = count()
_WRITING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


class PostgresRow:
    """A row; its columns by their names or their places."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = tuple(values)

    def __getitem__(self, key: int | str | slice) -> Any:  # noqa: ANN401 - what the column holds
        if not isinstance(key, str):
            return self._values[key]
        try:
            return self._values[self._places[key]]
        except KeyError:
            raise IndexError("No item with that key") from None

    def keys(self) -> list[str]:
        """The columns' names."""
        return list(self._places)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PostgresRow) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"PostgresRow({', '.join(self._places)})"


class PostgresCursor:
    """The result of a statement; one without rows gives none instead of an error."""

    def __init__(self, raw: RawCursor[PostgresRow], changed: int | None = None) -> None:
        self._raw = raw
        self._changed = changed

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._raw.rowcount if self._changed is None else self._changed

    @property
    def description(self) -> Any:  # noqa: ANN401 - psycopg's columns; a name comes first
        """A tuple for each column; its name comes first."""
        return self._raw.description

    def fetchone(self) -> Any:  # noqa: ANN401 - a row, or None
        """The next row; None where there is none."""
        return self._raw.fetchone() if self._raw.description else None

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._raw.fetchall() if self._raw.description else []

    def __iter__(self) -> Iterator[Any]:
        return iter(self._raw) if self._raw.description else iter(())


class PostgresConnection:
    """What the statements of this program run on, inside of a transaction.

    Args:
        raw: Made by `prepare`; somebody else begins and ends its transactions.
    """

    dialect: Dialect = "postgres"

    def __init__(self, raw: _Raw) -> None:
        self._raw = raw
        self._changes = 0

    @property
    def total_changes(self) -> int:
        """How many rows were changed since it was opened."""
        return self._changes

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /
    ) -> PostgresCursor:
        """Run one statement.

        Raises:
            psycopg.Error: the server refused it, or is gone.
        """
        statement = translate_statement(sql)
        cursor = self._open_cursor()
        values = _arrange(statement.names, parameters)
        cursor.execute(statement.sql, values or None)
        self._count(sql, cursor.rowcount)
        return PostgresCursor(cursor)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> PostgresCursor:
        """Run one statement for each set of values, without waiting in between.

        Raises:
            psycopg.Error: the server refused it, or is gone.
        """
        statement = translate_statement(sql)
        cursor, changed, given = self._open_cursor(), 0, iter(parameters)
        # Taken before they are sent: what makes them may ask this connection for something.
        while batch := [_arrange(statement.names, each) for each in islice(given, _BATCH)]:
            cursor.executemany(statement.sql, batch)
            changed += cursor.rowcount
        self._count(sql, changed)
        return PostgresCursor(cursor, changed)

    def stream(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /
    ) -> Iterator[PostgresRow]:
        """The rows of a query, some at a time, so that they need not all fit into memory.

        Raises:
            psycopg.Error: the server refused it, or is gone.
        """
        statement = translate_statement(sql)
        name = f"rows_{next(_NUMBERS)}"
        cursor = RawServerCursor(self._raw, name, row_factory=_make_rows)
        cursor.itersize = _BATCH
        with cursor:
            cursor.execute(statement.sql, _arrange(statement.names, parameters) or None)
            yield from cursor

    def _open_cursor(self) -> RawCursor[PostgresRow]:
        return RawCursor(self._raw, row_factory=_make_rows)

    def _count(self, sql: str, changed: int) -> None:
        if changed > 0 and sql.lstrip()[:6].upper() in _WRITING:
            self._changes += changed


def _arrange(names: tuple[str, ...], given: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
    if isinstance(given, Mapping):
        return [given[name] for name in names]
    return tuple(given)


def _make_rows(cursor: psycopg.Cursor[Any]) -> RowMaker[PostgresRow]:
    places = {column.name: at for at, column in reversed(list(enumerate(cursor.description or ())))}
    ordered = dict(sorted(places.items(), key=lambda item: item[1]))
    return lambda values: PostgresRow(ordered, values)


def prepare(context: AdaptContext) -> None:
    """Teach a connection the types that SQLite knows, and no others."""
    adapters = context.adapters
    adapters.register_dumper(str, _TextDumper)
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_dumper(np.bool_, _BoolDumper)
    for name, loader in (("bool", _BoolLoader), ("numeric", _NumericLoader)):
        adapters.register_loader(name, loader)


class _TextDumper(Dumper):
    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: str) -> Buffer | None:
        # PostgreSQL's texts hold no NUL. It is replaced letter for letter, so that spans still fit.
        return obj.replace("\0", "\ufffd").encode()


class _BoolDumper(Int2Dumper):
    def dump(self, obj: object) -> Buffer | None:
        return b"1" if obj else b"0"


class _BoolLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumericLoader(Loader):
    """The sum of whole numbers is one; an average is a float."""

    def load(self, data: Buffer) -> float:
        text = bytes(data).decode()
        read: Callable[[str], float] = int if text.lstrip("-").isdigit() else float
        return read(text)
