"""One connection to PostgreSQL that opens when it is needed, and again after it was lost."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import pq, sql

from index.errors import StoreError
from index.postgres_address import PostgresAddress
from index.postgres_connection import PostgresConnection, prepare
from index.postgres_errors import explain_connecting, is_lost

_OLDEST = 130_000
# A process that hangs in the middle of a change must not keep all others from theirs.
_IDLE_SECONDS = 120
# The server looks now and then whether the asker of a long statement is still there.
_LOOK_SECONDS = 10
# A server that is not told of a client's end keeps its locks. By itself it may look after hours.
_SILENT_SECONDS, _PROBE_SECONDS, _PROBES = 30, 10, 3
_LOOKS_SINCE = 140_000


class PostgresSession:
    """Belongs to one thread; only `cut` may be called from another.

    Args:
        address: Where the database is.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._raw: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()

    @property
    def is_lost(self) -> bool:
        """Whether there is no connection now."""
        return self._raw is None

    @property
    def connection(self) -> object | None:
        """The connection there is now, to be compared with another time's."""
        return self._raw

    def begin(self, opening: str) -> PostgresConnection:
        """Run the statements that open a transaction, on a new connection where the old is gone.

        Raises:
            StoreError: no connection can be made.
            psycopg.Error: the server refused the opening.
        """
        raw = self._raw
        if raw is not None:
            try:
                raw.execute(opening)
            except psycopg.Error as error:
                # Nothing was asked of it yet, so asking a new one is safe.
                self.end_after(error)
                if self._raw is not None:
                    raise
            else:
                return PostgresConnection(raw)
        raw = self._connect()
        raw.execute(opening)
        return PostgresConnection(raw)

    def commit(self) -> None:
        """End the transaction; what it wrote stays.

        Raises:
            psycopg.Error: it does not, or the connection was lost meanwhile.
        """
        assert self._raw is not None  # noqa: S101 - begun before
        self._raw.execute("COMMIT")

    def roll_back(self) -> None:
        """End the transaction, if there is one; nothing that it wrote stays."""
        raw = self._raw
        if raw is None:
            return
        try:
            if raw.info.transaction_status != pq.TransactionStatus.IDLE:
                raw.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    def end_after(self, error: psycopg.Error) -> None:
        """Let the connection go if the error says that it is of no use any more."""
        raw = self._raw
        stale = isinstance(error, psycopg.NotSupportedError)
        if raw is None or raw.closed or raw.broken or stale or is_lost(error):
            self.close()

    def cut(self) -> None:
        """Break the connection off, from whichever thread; whoever waits for it sees an error."""
        with self._lock:
            raw = self._raw
            if raw is None or raw.closed:
                return
            with (
                suppress(OSError, psycopg.Error),
                socket.socket(fileno=os.dup(raw.pgconn.socket)) as end,
            ):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go."""
        with self._lock:
            raw, self._raw = self._raw, None
            if raw is not None:
                with suppress(psycopg.Error):
                    raw.close()

    def _connect(self) -> psycopg.Connection[Any]:
        parameters: dict[str, Any] = self._address.parameters
        try:
            raw = psycopg.connect(**parameters, autocommit=True)
        except psycopg.Error as error:
            # Not chained: what libpq says of an address may hold a part of it.
            raise explain_connecting(error, self._address.name) from None
        try:
            self._check(raw)
            prepare(raw)
            self._set_up(raw)
        except BaseException:
            raw.close()
            raise
        self._raw = raw
        return raw

    def _check(self, raw: psycopg.Connection[Any]) -> None:
        if raw.info.server_version < _OLDEST:
            raise StoreError(
                f"The database server is too old: PostgreSQL {raw.info.server_version // 10_000}; "
                f"it must be {_OLDEST // 10_000} or newer ({self._address.name})."
            )
        encoding = raw.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreError(
                f"The database stores letters as {encoding}, which cannot hold every text. Make "
                f"it with ENCODING 'UTF8' TEMPLATE template0 ({self._address.name})."
            )

    def _set_up(self, raw: psycopg.Connection[Any]) -> None:
        raw.execute(
            sql.SQL(
                "SET search_path TO {}; SET idle_in_transaction_session_timeout TO {}; "
                "SET tcp_keepalives_idle TO {}; SET tcp_keepalives_interval TO {}; "
                "SET tcp_keepalives_count TO {}"
            ).format(
                sql.Identifier(self._address.schema),
                *map(sql.Literal, (_IDLE_SECONDS * 1000, _SILENT_SECONDS, _PROBE_SECONDS, _PROBES)),
            )
        )
        if raw.info.server_version >= _LOOKS_SINCE:
            # A server whose system cannot tell it refuses.
            with suppress(psycopg.errors.InvalidParameterValue):
                raw.execute(f"SET client_connection_check_interval TO {_LOOK_SECONDS * 1000}")
