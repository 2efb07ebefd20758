"""Finds the article files of a folder, and tells by size and times which changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.entries import SourceOptions
from index.errors import SourceError
from index.reading.kinds import is_supported
from index.sources.ids import storable
from index.sources.selecting import is_wanted

# Two changes within one tick of a file system's clock look alike; the coarsest ticks so long.
_RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its key is its relative path; a stamp of None means that it must be read."""

    key: str
    path: Path
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The files that are taken, in the order of their paths, and how many are not.

    ``unreadable`` are folders that could not be looked into, as relative paths that end in "/".
    """

    files: tuple[Found, ...]
    left_out: int
    over_limit: int
    unreadable: tuple[str, ...] = ()


def find_files(root: Path, options: SourceOptions, now_ns: int) -> Listed:
    """The article files below ``root``; blocks, so call it in a thread.

    Raises:
        SourceError: there is no such folder.
    """
    if not root.is_dir():
        raise SourceError(f"No such folder: {storable(str(root))}")
    walk = _Walk(os.path.realpath(root))
    found = sorted(walk.files(str(root), ""), key=lambda pair: pair[0])
    wanted = [(name, stat) for name, stat in found if is_wanted(name, options)]
    taken = wanted if options.limit is None else wanted[: options.limit]
    files = tuple(Found(key_of(name), root / name, stamp_of(stat, now_ns)) for name, stat in taken)
    return Listed(files, len(found) - len(wanted), len(wanted) - len(taken), tuple(walk.unreadable))


def stamp_of(stat: os.stat_result, now_ns: int) -> str | None:
    """A file's size and times; None for one so new that the next change may not show."""
    if abs(now_ns - stat.st_mtime_ns) < _RACY_NS:
        return None
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"


def key_of(relative: str) -> str:
    """A relative path as text that can be stored and stays different from all others."""
    key = storable(relative)
    if key == relative:
        return key
    digest = hashlib.sha256(relative.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    return f"{key}~{digest}"


class _Walk:
    def __init__(self, root: str) -> None:
        self.unreadable: list[str] = []
        self._root = root

    def files(self, folder: str, above: str) -> Iterator[tuple[str, os.stat_result]]:
        """Relative paths with "/" between, and what the system says about the files."""
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError:
            self.unreadable.append(above)
            return
        for entry in found:
            if entry.name.startswith("."):
                continue
            # Links to folders are not followed: what they show inside the folder is read
            # at its own place, and they may lead outside or in a circle.
            if entry.is_dir(follow_symlinks=False):
                yield from self.files(entry.path, f"{above}{entry.name}/")
            elif is_supported(entry.name) and (stat := _stat_inside(entry, self._root)):
                yield f"{above}{entry.name}", stat


def _stat_inside(entry: os.DirEntry[str], root: str) -> os.stat_result | None:
    """A regular file's facts; None for anything else, or a link that leads outside."""
    try:
        if not entry.is_file():
            return None
        if entry.is_symlink():
            target = os.path.realpath(entry.path, strict=True)
            if os.path.commonpath([target, root]) != root:
                return None
        return entry.stat()
    except (OSError, ValueError):
        return None
