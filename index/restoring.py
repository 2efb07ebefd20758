"""Puts a backup in place of a data folder's database.

At every moment the folder holds one whole database, the old one or the backup. The vector
index goes first: it is made anew from whichever database is there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from index.backup import DATABASE, back_up, clear_parts, read_steps, sync_folder
from index.errors import BackupError
from index.models import OnProgress, no_progress
from index.schema import SCHEMA

_RESTORING = ".restoring"
_CHROMA = "chroma"
_LOGS = ("-wal", "-shm", "-journal")
# Where SQLite's own locks are, of which everybody who has a database open holds one.
_LOCK_START = 0x40000000
_LOCK_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; ``aside`` is the database that was there before, None without one."""

    database: Path
    bytes: int
    aside: Path | None


def restore(
    file: Path,
    folder: Path,
    *,
    known: Mapping[str, int],
    vectors_elsewhere: bool = False,
    on_progress: OnProgress = no_progress,
) -> Restored:
    """Put a backup in place of the database of a data folder, which this process must own.

    Args:
        file: The backup; it stays as it is.
        folder: The data folder.
        known: The schemas that this program knows, and their steps.
        vectors_elsewhere: The vector index is on a server, and is to be filled again.
        on_progress: Told how much was copied.

    Raises:
        BackupError: the file is no sound backup, or something stands in the way. The database
            that was there is unchanged.
    """
    database = folder / DATABASE
    if file.exists() and database.exists() and file.samefile(database):
        raise BackupError(f"{file} is the database itself. Name a backup of it.")
    fresh = database.with_name(DATABASE + _RESTORING)
    log = file.with_name(file.name + "-wal")
    still = not (log.is_file() and log.stat().st_size)
    clear_parts(folder, of=fresh.name)
    made = back_up(file, fresh, overwrite=True, still=still, on_progress=on_progress)
    try:
        _check_ours(file, read_steps(fresh), known)
        if vectors_elsewhere:
            _forget_vectors(fresh)
        aside = _exchange(database, fresh)
    except OSError as error:
        raise BackupError(
            f"{database} cannot be replaced ({error.strerror or error}); it is unchanged."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return Restored(database, made.bytes, aside)


def _check_ours(file: Path, steps: Mapping[str, int], known: Mapping[str, int]) -> None:
    if SCHEMA not in steps:
        raise BackupError(f"{file} is a database, but not one of Footnote's.")
    newer = [name for name, step in steps.items() if step > known.get(name, step)]
    if newer:
        raise BackupError(
            f"{file} was written by a newer Footnote ({newer[0]} {steps[newer[0]]}, this one "
            f"knows {known[newer[0]]}). Update Footnote first."
        )


def _forget_vectors(fresh: Path) -> None:
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("UPDATE version SET collection = NULL")
        # Leaves no log beside it that would have to be moved as well.
        connection.execute("PRAGMA journal_mode = DELETE")


def _exchange(database: Path, fresh: Path) -> Path | None:
    folder = database.parent
    is_there = database.exists()
    if is_there:
        _check_unused(database)
    aside = _make_aside(folder)
    if is_there:
        _empty_log(database, aside)
    folder.joinpath(f"{_CHROMA}.seal").unlink(missing_ok=True)
    if (vectors := folder / _CHROMA).exists():
        vectors.rename(aside / _CHROMA)
    if is_there:
        _link(database, aside / database.name)
    for ending in _LOGS:
        # The backup must not be read with them.
        database.with_name(database.name + ending).unlink(missing_ok=True)
    sync_folder(aside)
    _give_owner(fresh, database if is_there else folder)
    fresh.replace(database)
    sync_folder(folder)
    shutil.rmtree(aside / _CHROMA, ignore_errors=True)
    if not any(aside.iterdir()):
        aside.rmdir()
        return None
    return aside


def _make_aside(folder: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        aside = folder / (f"replaced-{stamp}" if number == 1 else f"replaced-{stamp}-{number}")
        with suppress(FileExistsError):
            aside.mkdir(mode=0o700)
            return aside
    raise AssertionError("numbers do not end")


def _check_unused(database: Path) -> None:
    """Nobody may have it open, not even to read: who closes last deletes the log, by its name."""
    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_LENGTH, _LOCK_START)
        except (BlockingIOError, PermissionError) as error:
            raise BackupError(
                f"Another program has {database} open, such as footnote reader. Stop it and try "
                "again; nothing was changed."
            ) from error


def _empty_log(database: Path, aside: Path) -> None:
    """Move what the log holds into the file, so that the file alone is the database."""
    kept = []
    for ending in _LOGS:
        log = database.with_name(database.name + ending)
        if log.is_file() and log.stat().st_size:
            kept.append(Path(shutil.copy(log, aside)))
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error:
        # A damaged one is kept with its log, which opening it may have deleted.
        return
    for log in kept:
        log.unlink()


def _give_owner(fresh: Path, like: Path) -> None:
    """An administrator restores for the account that runs the bot."""
    owner = like.stat()
    with suppress(OSError):
        os.chown(fresh, owner.st_uid, owner.st_gid)
    if like.is_file():
        fresh.chmod(owner.st_mode & 0o777)


def _link(database: Path, name: Path) -> None:
    try:
        os.link(database, name)
    except OSError:  # a file system without links
        shutil.copyfile(database, name)
