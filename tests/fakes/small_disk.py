"""A disk of a few megabytes, which a test can fill."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory, mounted at ``folder``; the test is skipped without."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only an administrator may mount a small disk")
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leaving: int = 0) -> Path:
    """Fill a disk but for some bytes; the file that takes the room, to be deleted."""
    filler = folder / "filler"
    # Unbuffered: closing a file tries once more to write what found no room.
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        disk = os.statvfs(folder)
        left = disk.f_bavail * disk.f_frsize - leaving
        while left > 0:
            left -= file.write(bytes(min(left, 65_536)))
    return filler
