"""The store that a test runs on: SQLite, or PostgreSQL where TESTS_RUN_ON=postgres says so.

A path stands for a database whichever it is, so that a test can close one and open it again.
"""

from __future__ import annotations

import atexit
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.connections import Connection
from index.database import Database
from index.sqlite_database import SqliteDatabase
from tests.fakes.postgres import PostgresServers

SQLITE, POSTGRES = KINDS = ("sqlite", "postgres")
VARIABLE = "TESTS_RUN_ON"
SERVERS = PostgresServers()
atexit.register(SERVERS.close)

_addresses: dict[Path, str] = {}
_kinds = [os.environ.get(VARIABLE, SQLITE)]


def is_postgres() -> bool:
    """Whether this test's stores are PostgreSQL's."""
    return _kinds[-1] == POSTGRES


def needs_sqlite(why: str) -> None:
    """Skip a test that looks at what only SQLite has."""
    if is_postgres():
        pytest.skip(f"of SQLite alone: {why}")


def open_database(path: Path) -> Database:
    """The database that ``path`` stands for; what was written into it is there again."""
    if not is_postgres():
        return SqliteDatabase(path)
    # Its driver is an extra, which tests of SQLite do without.
    from index.postgres_database import PostgresDatabase  # noqa: PLC0415

    return PostgresDatabase(find_address(path))


def find_address(path: Path) -> str:
    """The address of the PostgreSQL schema that ``path`` stands for."""
    if path not in _addresses:
        schema = f"test_{secrets.token_hex(6)}"
        address = SERVERS.server().address("postgres")
        _addresses[path] = f"{address}?options=-csearch_path%3D{schema}"
    return _addresses[path]


def list_columns(connection: Connection) -> list[tuple[str, str]]:
    """Every column of the store's tables, as pairs of names, in their order."""
    if is_postgres():
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        )
        return [(str(row[0]), str(row[1])) for row in rows]
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        (str(table), str(row["name"]))
        for (table,) in tables
        for row in connection.execute(f"PRAGMA table_info({table})")
    ]


@contextmanager
def stores_on(kind: str) -> Iterator[None]:
    """Stores of that kind for the block; PostgreSQL's are deleted behind it."""
    _kinds.append(kind)
    try:
        yield
    finally:
        _forget()
        _kinds.pop()


def _forget() -> None:
    for address in _addresses.values():
        SERVERS.server().tell(f"DROP SCHEMA IF EXISTS {address.rpartition('%3D')[2]} CASCADE")
    _addresses.clear()
