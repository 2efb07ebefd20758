"""Checks the store: whether it can be reached, is new enough, and may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.checks import Check, State
from bot.settings import Settings
from bot.wiring_store import find_store
from index import schema
from index.errors import StoreError

if TYPE_CHECKING:
    from index.database import Database
    from index.postgres_upkeep import ServerFacts

NAME = "store"
_MEGABYTE = 1_000_000
# A process takes about ten: readers, a writer, its locks, and the same for the web reader.
_FEW_CONNECTIONS = 10


async def check_store(settings: Settings) -> Check:
    """What there is to say about where everything is kept; nothing is changed."""
    try:
        database = find_store(settings)
        if database is None:
            return Check(NAME, State.OK, "SQLite; its file will be made by the first command.")
        try:
            if settings.store is not None:
                return await _check_server(database)
            size = await database.size()
            return Check(NAME, State.OK, f"SQLite, {size / _MEGABYTE:,.1f} MB ({database.name}).")
        finally:
            await database.close()
    except StoreError as error:
        return Check(NAME, State.FAIL, str(error))


async def _check_server(database: Database) -> Check:
    from index.postgres_upkeep import read_facts  # noqa: PLC0415

    facts = await database.read(lambda connection: read_facts(connection, schema.SCHEMA))
    return describe_server(facts, database.name)


def describe_server(facts: ServerFacts, name: str) -> Check:
    """What the server says of itself, as a line that says what to do."""
    shown = f"PostgreSQL {facts.version}, {facts.bytes / _MEGABYTE:,.1f} MB ({name})"
    if facts.is_standby:
        return Check(NAME, State.FAIL, f"{shown} takes no changes.", "Use the primary server.")
    if not facts.may_create:
        todo = "Let it own the schema: CREATE SCHEMA footnote AUTHORIZATION the_user."
        return Check(NAME, State.FAIL, f"{shown}: the user may make no tables.", todo)
    if facts.step > len(schema.STEPS):
        return Check(NAME, State.FAIL, f"{shown} is of a newer Footnote.", "Update Footnote.")
    if facts.free_connections < _FEW_CONNECTIONS:
        message = f"{shown} has room for {facts.free_connections} more connections."
        return Check(NAME, State.WARN, message, "Raise max_connections on the server.")
    is_old = 0 < facts.step < len(schema.STEPS)
    todo = "It will be brought up to date by the first command." if is_old else ""
    return Check(NAME, State.OK, f"{shown} can be written.", todo)
