"""Copies of the database file: made while it is in use, and checked.

A copy is a SQLite file of its own that holds everything, vectors too. It comes from one
snapshot, however much is written meanwhile, and takes its name only when it was checked.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.errors import BackupError
from index.models import OnProgress, Progress, no_progress

BACKUPS = "backups"
"""The folder, beside the database, that backups go to unless somebody names a file."""
DATABASE = "footnote.db"
PART = ".footnote-part"
_PAGES_A_STEP = 2_000
_SPARE_BYTES = 16_000_000
_BUSY_SECONDS = 10.0
_STALE_SECONDS = 3_600
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and checked."""

    path: Path
    bytes: int


def back_up(
    source: Path,
    target: Path,
    *,
    overwrite: bool = False,
    still: bool = False,
    leave_out: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Backup:
    """Copy a database to a new file, which others may write to meanwhile.

    Args:
        source: The database.
        target: The copy; its folder is made. It appears whole or not at all.
        overwrite: Replace a file of that name.
        still: Nobody else has the source open, and no log lies beside it: it is read where
            it may not be written, too.
        leave_out: Tables whose rows are not to be in the copy, where it has them.
        on_progress: Told of the megabytes.

    Raises:
        BackupError: there is no room, the source is not sound, or the target cannot be written.
    """
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    if target.exists() and not overwrite:
        raise BackupError(f"{target} exists. Name another file, or add --force to replace it.")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_parts(target.parent, older_than=_STALE_SECONDS)
        check_room(source, target.parent)
        with _part_of(target) as part:
            _copy(source, part, still=still, leave_out=leave_out, on_progress=on_progress)
            on_progress(Progress("checking the copy", 0))
            check_sound(part, called=source)
            _name(part, target, overwrite=overwrite)
    except OSError as error:
        raise BackupError(
            f"{target} cannot be written ({error.strerror or error}). Nothing was changed."
        ) from error
    return Backup(target, target.stat().st_size)


def check_room(source: Path, folder: Path) -> None:
    """Make sure that a copy of ``source`` fits into ``folder``.

    Raises:
        BackupError: it does not.
    """
    log = source.with_name(source.name + "-wal")
    needed = sum(file.stat().st_size for file in (source, log) if file.is_file()) + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"A copy of {source.name} needs {needed / _MB:,.0f} MB in {folder}, and "
            f"{free / _MB:,.0f} MB are free. Make room and try again; nothing was changed."
        )


def check_sound(path: Path, *, called: Path | None = None) -> None:
    """Look through a file that nobody has open; an error calls it by another name, if given.

    Raises:
        BackupError: it is no SQLite database, or a damaged one.
    """
    try:
        with closing(_open(path, still=True)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        said = " ".join(str(said).split())
        raise BackupError(
            f"{called or path} is damaged, or no database ({said}). It was not changed.",
            is_damage=True,
        )


def read_steps(path: Path) -> dict[str, int]:
    """The schemas that a still database file holds, and their steps; empty if it is not ours."""
    try:
        with closing(_open(path, still=True)) as connection:
            return dict(connection.execute("SELECT schema, step FROM migration").fetchall())
    except sqlite3.DatabaseError:
        return {}


def _copy(
    source: Path, target: Path, *, still: bool, leave_out: Sequence[str], on_progress: OnProgress
) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        on_progress(
            Progress(
                "copying the database, in MB",
                (total - remaining) * page_size // _MB,
                max(1, total * page_size // _MB),
            )
        )

    try:
        with (
            closing(_open(source, still=still)) as reading,
            closing(sqlite3.connect(target, isolation_level=None)) as writing,
        ):
            # Held open, it keeps one snapshot; else whoever writes would make it begin anew.
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (page_size,) = reading.execute("PRAGMA page_size").fetchone()
            reading.backup(writing, pages=_PAGES_A_STEP, progress=tell)
            _empty(writing, leave_out)
    except sqlite3.Error as error:
        raise _explain(error, source, target) from error


def _empty(copy: sqlite3.Connection, tables: Sequence[str]) -> None:
    # What is deleted is overwritten, and does not stay in the file's free room.
    copy.execute("PRAGMA secure_delete = ON")
    known = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in known.intersection(tables):
        copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a table of ours


def _explain(error: sqlite3.Error, source: Path, target: Path) -> BackupError:
    said = str(error).lower()
    if "full" in said:
        return BackupError(f"There is no room for a copy of {source.name} in {target.parent}.")
    if "locked" in said or "busy" in said:
        return BackupError(
            f"Another program holds {source}. Close it and try again; nothing was changed."
        )
    return BackupError(
        f"{source} is damaged, or no database ({error}). It was not changed.", is_damage=True
    )


def _open(path: Path, *, still: bool) -> sqlite3.Connection:
    # A still file is read as it lies there: nothing is made beside it.
    mode = "mode=ro&immutable=1" if still else "mode=rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
    )


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A file for what is not whole yet; only this user may read it."""
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=PART, dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _name(part: Path, target: Path, *, overwrite: bool) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if overwrite:
        part.replace(target)
    else:
        _name_new(part, target)
    sync_folder(target.parent)


def _name_new(part: Path, target: Path) -> None:
    try:
        # Unlike a renaming, it never replaces what somebody put there meanwhile.
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        part.rename(target)


def sync_folder(folder: Path) -> None:
    """Make sure that a name given in ``folder`` outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)


def clear_parts(folder: Path, *, of: str = "", older_than: float = 0.0) -> None:
    """Delete what copies that were cut off left behind, but not those that are being made."""
    stale = time.time() - older_than
    for part in folder.glob(f"{of}*{PART}*"):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime <= stale:
                part.unlink()
