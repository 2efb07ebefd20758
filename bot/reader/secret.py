"""The secret that signs links into the reader: made once, and kept in the data folder."""

from __future__ import annotations

import secrets

from index.connections import Connection
from index.database import Database
from index.sql import has_table

SCHEMA = "reader"
STEPS = ("CREATE TABLE reader_secret (one INTEGER PRIMARY KEY CHECK (one = 1), secret BLOB);",)
_BYTES = 32


async def make_secret(database: Database) -> bytes:
    """The data folder's secret of 32 bytes, made now if it is the first time.

    Only the folder's owner may call this.

    Raises:
        StoreError: the database cannot be written.
    """
    await database.migrate(SCHEMA, STEPS)

    def write(connection: Connection) -> bytes:
        connection.execute(
            "INSERT INTO reader_secret VALUES (1, ?) ON CONFLICT DO NOTHING",
            (secrets.token_bytes(_BYTES),),
        )
        (secret,) = connection.execute("SELECT secret FROM reader_secret").fetchone()
        return bytes(secret)

    return await database.write(write)


def read_secret(connection: Connection) -> bytes | None:
    """The secret, None before there was a first link to sign."""
    if not has_table(connection, "reader_secret"):
        return None
    row = connection.execute("SELECT secret FROM reader_secret").fetchone()
    return None if row is None else bytes(row[0])
