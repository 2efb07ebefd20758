"""The files of a Chroma folder that nothing has open: what Chroma leaves behind is cleared away.

Chroma deletes a collection's rows, but neither the folder of its vectors nor the free pages
of its database. Opening the database beside a running Chroma would undo Chroma's locks.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

_SEGMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def segment_folders(folder: Path) -> Iterator[Path]:
    """The folders that hold the vectors of a collection, dropped or not."""
    if folder.is_dir():
        yield from (f for f in folder.iterdir() if f.is_dir() and _SEGMENT.fullmatch(f.name))


def clear_leftovers(folder: Path) -> None:
    """Remove vectors that no collection knows, and the free pages of the database.

    Cut off at any moment, it leaves a folder that Chroma opens as before.

    Raises:
        sqlite3.Error: the database cannot be read; nothing was removed.
        OSError: a folder cannot be removed.
    """
    # Only a file that is there: connecting would make one.
    path = (folder / "chroma.sqlite3").resolve()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as database:
        known = {row[0] for row in database.execute("SELECT id FROM segments")}
        for left in segment_folders(folder):
            if left.name not in known:
                shutil.rmtree(left)
        # It needs room for a copy. Where there is none, the pages are used again at least.
        with suppress(sqlite3.OperationalError):
            database.execute("VACUUM")
