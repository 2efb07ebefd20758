"""The copies that lie in a data folder: those from before upgrades, and the newest of all."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from index.backup import BACKUPS, PART, back_up, clear_parts

_BEFORE = ".before-"
_KEPT_COPIES = 2
_KEPT_SECONDS = 30 * 86_400


def copy_before_upgrade(database: Path, schema: str, step: int) -> Path:
    """Copy a database before ``schema`` is brought to ``step``; only the latest copies stay.

    Raises:
        BackupError: there is no copy, so nothing may be changed.
    """
    target = database.with_name(f"{database.name}{_BEFORE}{schema}-{step}")
    # Only the folder's owner makes these, one at a time: a start that fails again and again
    # must not fill the disk.
    clear_parts(database.parent, of=f"{database.name}{_BEFORE}")
    made = back_up(database, target, overwrite=True)
    # They hold what people had forgotten later, so they do not stay for ever.
    oldest = time.time() - _KEPT_SECONDS
    for number, copy in enumerate(_by_age(database.parent.glob(f"{database.name}{_BEFORE}*"))):
        if copy != target and (number >= _KEPT_COPIES or copy.stat().st_mtime < oldest):
            copy.unlink(missing_ok=True)
    return made.path


def newest_copy(database: Path) -> Path | None:
    """The newest copy that lies where copies are made, for who has lost the database."""
    copies = [
        *database.parent.glob(f"{database.name}{_BEFORE}*"),
        *database.parent.joinpath(BACKUPS).glob("*.db"),
    ]
    return next(_by_age(copies), None)


def say_how_to_restore(database: Path) -> str:
    """A sentence for who has to put a backup back."""
    copy = newest_copy(database)
    if copy is None:
        return "Restore it from a backup (footnote restore FILE)"
    return f"Stop Footnote and restore the newest backup (footnote restore {copy.absolute()})"


def find_remains(database: Path) -> str | None:
    """What says that a missing or empty database file was not always so; None for a new folder."""
    if database.is_file() and database.stat().st_size:
        return None
    log = database.with_name(database.name + "-wal")
    vectors = database.with_name("chroma") / "chroma.sqlite3"
    copy = newest_copy(database)
    if log.is_file() and log.stat().st_size:
        return f"its log, {log.name}, is"
    if vectors.is_file():
        return "its vector index, the folder chroma, is"
    return f"a backup, {copy.name}, is" if copy else None


def _by_age(files: Iterator[Path] | list[Path]) -> Iterator[Path]:
    """Newest first, without those that went meanwhile."""
    ages = []
    for file in files:
        with contextlib.suppress(OSError):
            if not file.name.endswith((PART, "-wal", "-shm", "-journal")):
                ages.append((file.stat().st_mtime_ns, file))
    return (file for _, file in sorted(ages, reverse=True))
