"""Reads the lock files: which packages there are, in which versions, with which hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>.+))?"
)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of a lock file. ``marker`` says where it is installed, "" for everywhere."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """The packages of a lock file, in its order.

    Raises:
        ValueError: a line is neither a pinned package nor a hash, so it may be anything.
    """
    entries = path.read_text(encoding="utf-8").replace(" \\\n", "\n").splitlines()
    found: list[tuple[re.Match[str], list[str]]] = []
    for number, line in enumerate(entries, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if found and _HASH.fullmatch(text):
            found[-1][1].append(text)
        elif package := _PACKAGE.fullmatch(text):
            found.append((package, []))
        else:
            raise ValueError(f"{path.name} line {number} is no pinned package: {text!r}")
    return [Locked(p["name"], p["version"], p["marker"] or "", tuple(h)) for p, h in found]


def same_name(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
