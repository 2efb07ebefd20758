"""Where a PostgreSQL database is, without ever showing its password."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import conninfo

from index.errors import StoreError

DEFAULT_SCHEMA = "footnote"
# How long a try to connect may take, and when a server that fell silent counts as lost.
_CONNECT_SECONDS = 10
_SEARCH_PATH = re.compile(r"-c\s*search_path\s*=\s*([^\s,]+)[^\s]*")
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_USUAL: dict[str, str | int] = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "footnote",
    "client_encoding": "UTF8",
}


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database on a server, and the schema in it that holds our tables.

    Attributes:
        name: For people; no password.
        schema: The schema, a plain lower-case name.
        parameters: What libpq is given; it holds the password.
    """

    name: str
    schema: str
    parameters: dict[str, Any] = field(repr=False)

    def lock_key(self, name: str) -> int:
        """The number of an advisory lock; locks are shared by all schemas of a database."""
        digest = hashlib.sha256(f"footnote\0{self.schema}\0{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


def read_address(dsn: str) -> PostgresAddress:
    """Read ``postgresql://user:password@host/database?options=-csearch_path%3Dschema``.

    Raises:
        StoreError: it cannot be read; the error does not repeat it.
    """
    try:
        given = conninfo.conninfo_to_dict(dsn)
    except psycopg.Error:
        # libpq's own words may hold a part of the password.
        raise StoreError(
            "The database's address cannot be read. It should look like "
            "postgresql://USER:PASSWORD@HOST:5432/DATABASE; special characters of the password "
            "are written as in a web address, such as %40 for @."
        ) from None
    options = str(given.get("options") or "")
    match = _SEARCH_PATH.search(options)
    schema = match[1].strip("\"'") if match else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(schema):
        raise StoreError(
            "The database's schema must be a plain name of lower-case letters, digits and _, "
            "such as options=-csearch_path%3Dfootnote."
        )
    rest = _SEARCH_PATH.sub("", options).strip()
    parameters = {**_USUAL, **given, **({"options": rest} if match else {})}
    return PostgresAddress(_name(given, schema), schema, parameters)


def _name(given: dict[str, Any], schema: str) -> str:
    user = f"{given['user']}@" if given.get("user") else ""
    host = str(given.get("host") or given.get("hostaddr") or "localhost")
    port = f":{given['port']}" if given.get("port") else ""
    place = f"{host}{port}" if "/" not in host else f"[{host}]{port}"
    within = "" if schema == DEFAULT_SCHEMA else f" ({schema})"
    return f"postgresql://{user}{place}/{given.get('dbname') or ''}{within}"
