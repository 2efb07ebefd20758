"""Whether another process holds a SQLite file, told by the system without touching the file.

Opening a file beside whoever has it open in the same process would undo that one's locks.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_LOCKS = Path("/proc/locks")
# The bytes of a file that SQLite locks, and no other program does.
_FIRST_BYTE = 0x40000000
_LAST_BYTE = _FIRST_BYTE + 2 + 509
_LOOK_SECONDS = 0.05
_KIND, _PROCESS, _FILE, _START, _END, _FIELDS = 3, 4, 5, 6, 7, 8


class FileHeldError(Exception):
    """Another process does not let a file go; ``str(error)`` says which, and what to do."""


def wait_for_file(file: Path, *, for_writing: bool, patience: float) -> None:
    """Wait until no other process keeps us from reading a SQLite file, or from writing it.

    Raises:
        FileHeldError: one still does after ``patience`` seconds.
    """
    until = time.monotonic() + patience
    while (holder := find_holder(file, for_writing=for_writing)) is not None:
        if time.monotonic() > until:
            raise FileHeldError(
                f"Another program (process {holder}) holds {file}. Close it; nothing was lost."
            )
        time.sleep(_LOOK_SECONDS)


def find_holder(file: Path, *, for_writing: bool) -> int | None:
    """The number of a process that keeps others from reading a SQLite file, or from writing it.

    None where there is none, and on systems that do not tell. A process out of sight, as in
    another container, has the number 0.
    """
    try:
        inode = file.stat().st_ino
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        # One that waits for a lock has an arrow before its kind.
        fields = line.split()
        if len(fields) != _FIELDS or fields[_KIND] not in {"READ", "WRITE"}:
            continue
        # The device is left out: file systems on top of others name another one.
        if int(fields[_FILE].rpartition(":")[2]) != inode or not _is_sqlites(fields):
            continue
        holder = int(fields[_PROCESS])
        if holder != os.getpid() and (for_writing or fields[_KIND] == "WRITE"):
            return max(holder, 0)
    return None


def _is_sqlites(fields: list[str]) -> bool:
    end = _LAST_BYTE if fields[_END] == "EOF" else int(fields[_END])
    return int(fields[_START]) <= _LAST_BYTE and end >= _FIRST_BYTE
