"""JSON lines, zipped or not, with errors that name the line; and samples of a set."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.errors import CommandError


class CasesError(CommandError):
    """A question set cannot be read; the line says where."""


class Half(StrEnum):
    """One of the two halves of a set: what is chosen on one is reported on the other."""

    TUNE = "tune"
    REPORT = "report"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines, with their line numbers.

    Raises:
        CasesError: the file cannot be read, or a line is no JSON object.
    """
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    number = 1
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield number, _object(json.loads(line))
                number += 1
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CasesError(f"{path} cannot be read: {reason}.") from error
    except (ValueError, RecursionError) as error:
        raise CasesError(f"{path}, line {number}: not valid JSON lines ({error}).") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object in braces, found {type(value).__name__}")  # noqa: TRY004 - the caller names the line
    return value


def find_beside(path: Path, *names: str) -> Path:
    """The first of these files that lies beside ``path``; the first name when none does."""
    places = [path.parent / name for name in names]
    return next((place for place in places if place.exists()), places[0])


def take_half(cases: Sequence[N], half: Half | None) -> list[N]:
    """The cases whose id's SHA-256 is even (``tune``) or odd (``report``); all without a half."""
    if half is None:
        return list(cases)
    return [case for case in cases if (_digest(case.id) % 2 == 0) is (half is Half.TUNE)]


def take_sample(cases: Sequence[N], size: int | None) -> list[N]:
    """At most ``size`` cases, chosen by their ids alone, in the set's order.

    The same questions are chosen every time, and a larger sample holds the smaller one.
    """
    if size is None or size >= len(cases):
        return list(cases)
    by_chance = sorted(range(len(cases)), key=lambda i: _digest(f"sample {cases[i].id}"))
    return [cases[i] for i in sorted(by_chance[:size])]


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), 16)
