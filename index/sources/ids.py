"""Ids for articles that do not name their own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from index.models import Article, Problem
from index.reading.cleaning import MAX_ID, clean_line
from index.reading.kinds import split_suffix

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
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


def keep_ids_apart(
    found: Iterable[tuple[str, Article]],
) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    """Articles of one folder with ids that differ; ``found`` gives (relative path, article).

    Two derived ids that are the same: the second keeps its suffix (``a`` and ``a.md``).
    An id that two files give themselves is a problem of the second.
    """
    pairs = list(found)
    articles: list[Article] = []
    problems: list[Problem] = []
    owners: dict[str, str] = {}
    for path, article in pairs:
        if article.id_is_given:
            owners.setdefault(article.id, path)
    for path, article in pairs:
        if article.id_is_given:
            if owners[article.id] == path:
                articles.append(article)
            else:
                message = f"Its id {article.id!r} is already that of {owners[article.id]}."
                problems.append(Problem(path, message))
            continue
        unique = article.id if article.id not in owners else storable(path)
        number = 2
        while unique in owners:
            unique, number = f"{storable(path)}-{number}", number + 1
        owners[unique] = path
        articles.append(article if unique == article.id else replace(article, id=unique))
    return tuple(articles), tuple(problems)
