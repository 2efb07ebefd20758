"""The name under which a store's collections lie on a Chroma server that others use too."""

from __future__ import annotations

import secrets

from index.connections import Connection
from index.database import Database

SCHEMA = "vector_home"
STEPS = ("CREATE TABLE vector_home (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);",)


async def find_home(database: Database) -> str:
    """The prefix of this store's collections; drawn at random once, and kept.

    Raises:
        StoreError: the database failed.
    """
    await database.migrate(SCHEMA, STEPS)
    return f"footnote-{await database.write(_find_or_draw)}-"


def _find_or_draw(connection: Connection) -> str:
    row = connection.execute("SELECT id FROM vector_home").fetchone()
    if row is not None:
        return str(row[0])
    drawn = secrets.token_hex(8)
    connection.execute("INSERT INTO vector_home (one, id) VALUES (1, ?)", (drawn,))
    return drawn
