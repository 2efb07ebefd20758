"""Room and soundness of our schema on a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass

from index.connections import Connection
from index.sql import read_step

_TABLES = (
    "SELECT c.oid, c.relname AS name FROM pg_catalog.pg_class AS c "
    "WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind = 'r' "
    "ORDER BY c.relname"
)


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What an operator may want to know of the server.

    Attributes:
        version: As it calls itself.
        bytes: What our schema takes.
        step: How far the tables are that were asked for; 0 where there are none yet.
        may_create: Whether our user may make tables, and before that the schema.
        is_standby: Whether it only follows another server.
        free_connections: How many more it takes.
    """

    version: str
    bytes: int
    step: int
    may_create: bool
    is_standby: bool
    free_connections: int


def read_facts(connection: Connection, schema: str) -> ServerFacts:
    """What the server says of itself, and of our tables; ``schema`` is one of our own."""
    row = connection.execute(
        "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby, "
        "coalesce(has_schema_privilege(current_schema(), 'CREATE'), "
        "has_database_privilege(current_database(), 'CREATE')) AS may_create, "
        "CAST(current_setting('max_connections') AS integer) "
        "- CAST(current_setting('superuser_reserved_connections') AS integer) "
        "- (SELECT count(*) FROM pg_catalog.pg_stat_activity "
        "WHERE backend_type = 'client backend') AS room"
    ).fetchone()
    return ServerFacts(
        version=str(row["version"]).split(" ", maxsplit=1)[0],
        bytes=count_bytes(connection),
        step=read_step(connection, schema),
        may_create=bool(row["may_create"]),
        is_standby=bool(row["standby"]),
        free_connections=int(row["room"]),
    )


def count_bytes(connection: Connection) -> int:
    """What the tables take, with their indexes and long texts."""
    (size,) = connection.execute(
        f"SELECT coalesce(sum(pg_total_relation_size(t.oid)), 0) FROM ({_TABLES}) AS t"  # noqa: S608 - ours
    ).fetchone()
    return int(size)


def vacuum(connection: Connection) -> None:
    """Make the room of deleted rows usable, a table at a time; outside of a transaction."""
    for row in connection.execute(_TABLES).fetchall():
        name = str(row["name"]).replace('"', '""')
        connection.execute(f'VACUUM (ANALYZE) "{name}"')


def find_damage(connection: Connection) -> list[str]:
    """What the server has met in its own checks."""
    rows = connection.execute(
        "SELECT c.relname AS name FROM pg_catalog.pg_index AS i "
        "JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid "
        "WHERE c.relnamespace = to_regnamespace(current_schema()) AND NOT i.indisvalid"
    ).fetchall()
    problems = [f"the database's index {row['name']} is not usable" for row in rows]
    (failures,) = connection.execute(
        "SELECT coalesce(checksum_failures, 0) FROM pg_catalog.pg_stat_database "
        "WHERE datname = current_database()"
    ).fetchone()
    if failures:
        problems.append(f"the database is damaged: {failures} pages with a wrong checksum")
    return problems
