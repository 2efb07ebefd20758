"""Makes our schema on a PostgreSQL server, and what SQLite has built in that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.connections import Connection
from index.errors import StoreError
from index.postgres_dialect import translate_definition
from index.sql import read_step
from index.sqlite_upgrade import split_statements

_TABLE = "CREATE TABLE IF NOT EXISTS migration (schema TEXT PRIMARY KEY, step INTEGER NOT NULL)"
_OURS = "postgres"
_STEPS = (
    """
    CREATE FUNCTION instr(text, text) RETURNS integer
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT pg_catalog.strpos($1, $2)';
    CREATE FUNCTION substr(text, bigint, bigint) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT pg_catalog.substr($1, CAST($2 AS integer), CAST($3 AS integer))';
    CREATE FUNCTION join_texts(text, text, text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT CASE WHEN $1 IS NULL THEN $2
            WHEN $2 IS NULL THEN $1 ELSE $1 || $3 || $2 END';
    CREATE FUNCTION join_texts(text, text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT CASE WHEN $1 IS NULL THEN $2
            WHEN $2 IS NULL THEN $1 ELSE $1 || '','' || $2 END';
    CREATE AGGREGATE group_concat(text, text) (SFUNC = join_texts, STYPE = text);
    CREATE AGGREGATE group_concat(text) (SFUNC = join_texts, STYPE = text);
    """,
)
"""What SQLite has built in and our statements use."""


def migrate(connection: Connection, schema: str, steps: Sequence[str], *, within: str) -> None:
    """Run what this database has not seen yet of ``schema``.

    Args:
        connection: Inside of a transaction that holds the writers' lock.
        schema: Which part of the program the tables belong to.
        steps: All scripts as SQLite reads them, the oldest first.
        within: The schema on the server that holds all our tables; made if it is missing.

    Raises:
        StoreError: it was written by a newer version of the program.
    """
    (there,) = connection.execute("SELECT to_regnamespace(?) IS NOT NULL", (within,)).fetchone()
    if not there:
        # Asked first: whoever may not make one may still use one that was made for them.
        connection.execute(f'CREATE SCHEMA "{within}"')
    connection.execute(translate_definition(_TABLE))
    _run(connection, _OURS, _STEPS, translate=str)
    _run(connection, schema, steps, translate=translate_definition)


def _run(
    connection: Connection, schema: str, steps: Sequence[str], *, translate: Callable[[str], str]
) -> None:
    done = read_step(connection, schema)
    if done > len(steps):
        raise StoreError(
            f"This database was written by a newer Footnote ({schema} {done}, this one knows "
            f"{len(steps)}). Update Footnote, or use another database."
        )
    if done == len(steps):
        return
    for script in steps[done:]:
        for statement in split_statements(script):
            connection.execute(translate(statement))
    connection.execute(
        "INSERT INTO migration VALUES (?, ?) "
        "ON CONFLICT (schema) DO UPDATE SET step = excluded.step",
        (schema, len(steps)),
    )
