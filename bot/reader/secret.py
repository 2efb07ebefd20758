"""The secret that signs links into the reader: made once, and kept in the data folder."""

from __future__ import annotations

import secrets

from index.connections import Connection
from index.database import Database

_SCHEMA = "reader"
_STEPS = ("CREATE TABLE reader_secret (one INTEGER PRIMARY KEY CHECK (one = 1), secret BLOB);",)
_BYTES = 32


async def make_secret(database: Database) -> bytes:
    """The data folder's secret of 32 bytes, made now if it is the first time.

    Only the folder's owner may call this.

    Raises:
        StoreError: the database cannot be written.
    """
    await database.migrate(_SCHEMA, _STEPS)

    def write(connection: Connection) -> bytes:
        connection.execute(
            "INSERT OR IGNORE INTO reader_secret VALUES (1, ?)", (secrets.token_bytes(_BYTES),)
        )
        (secret,) = connection.execute("SELECT secret FROM reader_secret").fetchone()
        return bytes(secret)

    return await database.write(write)


def read_secret(connection: Connection) -> bytes | None:
    """The secret, None before there was a first link to sign."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'reader_secret'"
    ).fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT secret FROM reader_secret").fetchone()
    return None if row is None else bytes(row[0])
