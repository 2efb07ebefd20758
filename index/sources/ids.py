"""Ids for articles that do not name their own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from index.entries import EntryState
from index.models import Article, Problem
from index.reading.cleaning import MAX_ID, clean_line
from index.reading.kinds import split_suffix

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_MARK = re.compile(r"~[0-9a-f]{6}$")
_SLUG = 60
_HASH = 10


def storable(text: str) -> str:
    """A name from the file system as text that can be stored: one line, no lone surrogates."""
    return clean_line(text.encode("utf-8", "replace").decode(), MAX_ID)


def path_id(path: Path, root: Path) -> str:
    """``news/2025/hall`` for ``news/2025/hall.md``, whatever the system's separator."""
    relative = path.relative_to(root).as_posix()
    return storable(split_suffix(relative)[0])


def content_id(title: str, published_at: str | None, url: str | None) -> str:
    """An id out of the address, or else the title and date: words to read, a hash to differ."""
    key = url or f"{title}\n{published_at or ''}"
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = _NOT_SLUG.sub("-", plain).strip("-")[:_SLUG].rstrip("-")
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:_HASH]
    return f"{slug}-{digest}" if slug else digest


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids that the files of a folder had the last time.

    ``held`` are those of files that are not read now, with the file; ``before`` gives each
    file's own.
    """

    held: Mapping[str, str]
    before: Mapping[str, str]

    @classmethod
    def of(cls, known: Mapping[str, EntryState], *, kept: Container[str]) -> Self:
        """Out of the states of a source; ``kept`` are the keys that are not read now."""
        before = {key: _without_mark(state.article_id) for key, state in known.items()}
        return cls({id_: key for key, id_ in before.items() if key in kept}, before)


NONE_KNOWN = KnownIds({}, {})


def keep_ids_apart(
    found: Iterable[tuple[str, Article]], known: KnownIds = NONE_KNOWN
) -> tuple[tuple[tuple[str, Article], ...], tuple[Problem, ...]]:
    """Articles of one folder with ids that differ; ``found`` gives (key, article).

    Two derived ids that are the same: the second keeps its suffix (``a`` and ``a.md``).
    An id that two files give themselves is a problem of the second. A file keeps the id
    that it had before where it may.
    """
    pairs = list(found)
    owners = dict(known.held)
    for key, article in sorted(pairs, key=lambda pair: known.before.get(pair[0]) != pair[1].id):
        if article.id_is_given:
            owners.setdefault(article.id, key)
    # Those that may keep their id come first; the rest finds what is free.
    for key, article in pairs:
        before = known.before.get(key)
        if not article.id_is_given and before in {article.id, storable(key)}:
            owners.setdefault(str(before), key)
    mine = {key: id_ for id_, key in owners.items()}
    kept: list[tuple[str, Article]] = []
    problems: list[Problem] = []
    for key, article in pairs:
        if article.id_is_given and owners[article.id] != key:
            message = f"Its id {article.id!r} is already that of {owners[article.id]}."
            problems.append(Problem(key, message))
        elif article.id_is_given:
            kept.append((key, article))
        else:
            free = mine.get(key) or _free_id(key, article.id, owners)
            owners[free] = key
            kept.append((key, article if free == article.id else replace(article, id=free)))
    return tuple(kept), tuple(problems)


def _free_id(key: str, derived: str, taken: Container[str]) -> str:
    unique = derived if derived not in taken else storable(key)
    number = 2
    while unique in taken:
        unique, number = f"{storable(key)}-{number}", number + 1
    return unique


def _without_mark(id_: str) -> str:
    """An id without what the library added to keep two sources apart."""
    return _MARK.sub("", id_)
