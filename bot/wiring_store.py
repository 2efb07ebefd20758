"""Builds the store from the settings: SQLite in the data folder, or PostgreSQL.

A part of the composition root.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from index.errors import StoreError
from index.meter import NO_METER, Meter

if TYPE_CHECKING:
    from index.database import Database

_FILE = "footnote.db"


def make_store(
    settings: Settings,
    *,
    readers: int = 3,
    read_timeout: float = 30.0,
    on_notice: Callable[[str], None] = lambda _: None,
    meter: Meter = NO_METER,
) -> Database:
    """The store that the settings name; nothing is opened yet.

    Args:
        settings: What the operator set.
        readers: How many may read side by side.
        read_timeout: Seconds after which a read is given up.
        on_notice: Told, in a sentence, what happens to the store before it is used.
        meter: Told of each read and each write.

    Raises:
        StoreError: the address of a server cannot be read, or its driver is not installed.
    """
    if settings.store is not None:
        return _make_postgres(
            settings.store.get_secret_value(),
            readers=readers,
            read_timeout=read_timeout,
            meter=meter,
        )
    from index.sqlite_database import SqliteDatabase  # noqa: PLC0415

    return SqliteDatabase(
        store_file(settings),
        readers=readers,
        read_timeout=read_timeout,
        on_notice=on_notice,
        meter=meter,
    )


def find_store(
    settings: Settings, *, readers: int = 3, read_timeout: float = 30.0
) -> Database | None:
    """The same for those who only look; None where nothing was ever kept.

    Raises:
        StoreError: the address of a server cannot be read, or its driver is not installed.
    """
    if settings.store is None and not store_file(settings).is_file():
        return None
    return make_store(settings, readers=readers, read_timeout=read_timeout)


def store_file(settings: Settings) -> Path:
    """Where SQLite keeps the store of this data folder."""
    return settings.data / _FILE


def _make_postgres(dsn: str, *, readers: int, read_timeout: float, meter: Meter) -> Database:
    # Its driver is an extra, and takes a moment to load.
    try:
        from index.postgres_database import PostgresDatabase  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            "FOOTNOTE_STORE needs PostgreSQL's driver: pip install 'footnote-bot[postgres]'."
        ) from error
    return PostgresDatabase(dsn, readers=readers, read_timeout=read_timeout, meter=meter)
