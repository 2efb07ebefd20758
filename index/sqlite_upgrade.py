"""Brings a SQLite file up to date: a copy is made first, then each schema in one transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from index.copies import copy_before_upgrade, find_remains, say_how_to_restore
from index.errors import BackupError, StoreError

OnNotice = Callable[[str], None]
_PRIMARY = 0xFF


def no_notice(_: str) -> None:
    """Nobody listens."""


class SqliteUpgrade:
    """Upgrades one file. Everything here runs on its writing thread.

    Args:
        path: The file.
        on_notice: Told, in a sentence, of the copy that was made.
    """

    def __init__(self, path: Path, on_notice: OnNotice = no_notice) -> None:
        self._path = path
        self._on_notice = on_notice
        self._copy: Path | None = None

    def check_not_lost(self) -> None:
        """Make sure that a missing file is one that never was; call it before it is opened.

        Raises:
            StoreError: there are signs of an earlier one. Made anew it would hide the loss.
        """
        remains = find_remains(self._path)
        if remains is not None:
            raise StoreError(
                f"The database {self._path} is missing or empty, but {remains} still there. "
                f"{say_how_to_restore(self._path)}; to begin anew, use another data folder."
            )

    def run(self, connection: sqlite3.Connection, schema: str, steps: Sequence[str]) -> None:
        """Run the scripts of ``schema`` that this file has not seen yet.

        The first time that tables of an earlier version are about to change, the whole file
        is copied; a schema that is new here only adds tables.

        Raises:
            StoreError: the file is of a newer version, or a script failed: nothing was changed.
        """
        done = _read_step(connection, schema)
        if done is not None and done > len(steps):
            raise StoreError(
                f"This data folder was written by a newer Footnote ({schema} {done}, this one "
                f"knows {len(steps)}). Update Footnote, or use another data folder."
            )
        if done == len(steps):
            return
        if done and self._copy is None:
            self._copy = self._make_copy(schema, len(steps))
        try:
            _run_steps(connection, schema, steps[done or 0 :], len(steps))
        except sqlite3.Error as error:
            if not done or not _is_of_the_script(error):
                raise
            raise StoreError(
                f"The database {self._path} could not be brought up to date ({schema} "
                f"{done} to {len(steps)}: {error}). Nothing was changed: the version of Footnote "
                f"that was used before still opens it. A copy from before is {self._copy}."
            ) from error

    def _make_copy(self, schema: str, step: int) -> Path:
        try:
            copy = copy_before_upgrade(self._path, schema, step)
        except BackupError as error:
            what_to_do = f" {say_how_to_restore(self._path)}." if error.is_damage else ""
            raise StoreError(
                "This version of Footnote has to change the database, and copies it first. "
                f"{error}{what_to_do}"
            ) from error
        self._on_notice(
            f"The database is brought up to date; a copy from before is {copy.absolute()}."
        )
        return copy


def _is_of_the_script(error: sqlite3.Error) -> bool:
    """Whether a statement did not fit the tables, and it was not the disk or another program."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & _PRIMARY in {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}


def _read_step(connection: sqlite3.Connection, schema: str) -> int | None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration'").fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT step FROM migration WHERE schema = ?", (schema,)).fetchone()
    return None if row is None else int(row["step"])


def _run_steps(
    connection: sqlite3.Connection, schema: str, scripts: Sequence[str], step: int
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (schema TEXT PRIMARY KEY, step INTEGER NOT NULL)"
        )
        for script in scripts:
            # Not executescript(): it would commit the transaction we are in.
            for statement in split_statements(script):
                connection.execute(statement)
        connection.execute(
            "INSERT INTO migration VALUES (?, ?) "
            "ON CONFLICT (schema) DO UPDATE SET step = excluded.step",
            (schema, step),
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def split_statements(script: str) -> list[str]:
    """The statements of a script, one by one."""
    statements, pending = [], ""
    for piece in re.split(r"(?<=;)", script):
        pending += piece
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    if pending.strip():
        raise ValueError(f"unfinished SQL: {pending!r}")
    return statements
