"""Which of a source's entries are taken: patterns, newest first, how many."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TypeVar
from urllib.parse import urlsplit

from index.entries import SourceOptions

_T = TypeVar("_T")
_PART_OF_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def is_wanted(key: str, options: SourceOptions) -> bool:
    """Whether the patterns take an entry; ``key`` is its relative path or its address.

    ``*`` and ``**`` stand for anything, "/" included; ``news/`` for all that lies in it. A
    pattern for an address may name its path alone.
    """
    names = _names_of(key)
    if options.include and not _matches(names, options.include):
        return False
    return not _matches(names, options.exclude)


def newest(entries: Sequence[_T], limit: int, date: Callable[[_T], str | None]) -> list[_T]:
    """At most ``limit`` entries: the newest, in their order; those without a date last."""
    if len(entries) <= limit:
        return list(entries)
    by_age = sorted(range(len(entries)), key=lambda n: moment_of(date(entries[n])), reverse=True)
    taken = set(by_age[:limit])
    return [entry for number, entry in enumerate(entries) if number in taken]


def moment_of(date: str | None) -> datetime:
    """A date at its own precision as a moment in UTC; the beginning of time without one."""
    text = (date or "").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        match = _PART_OF_DATE.match(text)
        if match is None:
            return _LONG_AGO
        year, month, day = (int(part or 1) for part in match.groups())
        try:
            return datetime(year, month, day, tzinfo=UTC)
        except ValueError:
            return _LONG_AGO
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _LONG_AGO


def _names_of(key: str) -> tuple[str, ...]:
    if not key.startswith(("http://", "https://")):
        return (key,)
    parts = urlsplit(key)
    path = parts.path or "/"
    return (key, f"{path}?{parts.query}" if parts.query else path, path.lstrip("/"))


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, form) for form in _forms_of(patterns) for name in names)


def _forms_of(patterns: Sequence[str]) -> list[str]:
    forms = []
    for pattern in patterns:
        form = f"{pattern}*" if pattern.endswith("/") else pattern
        forms.append(form)
        if form.startswith("**/"):
            forms.append(form[3:])
    return forms
