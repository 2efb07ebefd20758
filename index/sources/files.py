"""Reads one file, or the articles of a folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from index.errors import SourceError
from index.models import Article, OnProgress, Problem, Progress, ReadResult, Source
from index.reading import Reader
from index.reading.kinds import MAX_BYTES, SUFFIXES, is_supported, split_suffix
from index.sources.ids import keep_ids_apart, path_id, storable
from index.sources.results import require_articles


async def read_file(source: Source, reader: Reader) -> ReadResult:
    """The one article of a file.

    Raises:
        SourceError: it cannot be read; the sentence names the file.
    """
    path = Path(source.location)
    name = storable(path.name)
    try:
        article = await _read_article(path, storable(split_suffix(name)[0]), reader)
    except SourceError as exc:
        raise SourceError(f"{name}: {exc}") from exc
    return ReadResult(source, (article,))


async def read_folder(source: Source, reader: Reader, on_progress: OnProgress) -> ReadResult:
    """The articles of a folder and all folders in it, in the order of their paths.

    Raises:
        SourceError: the folder is gone, holds no article files, or none could be read.
    """
    root = Path(source.location)
    paths = await asyncio.to_thread(_list_files, root)
    if not paths:
        raise SourceError(f"No articles in {root}: none of its files is {', '.join(SUFFIXES)}.")
    found: list[tuple[str, Article]] = []
    problems: list[Problem] = []
    for done, path in enumerate(paths):
        on_progress(Progress("reading", done, len(paths)))
        relative = storable(path.relative_to(root).as_posix())
        try:
            found.append((relative, await _read_article(path, path_id(path, root), reader)))
        except SourceError as exc:
            problems.append(Problem(relative, str(exc)))
    on_progress(Progress("reading", len(paths), len(paths)))
    articles, clashes = keep_ids_apart(found)
    return require_articles(ReadResult(source, articles, (*problems, *clashes)))


async def _read_article(path: Path, derived_id: str, reader: Reader) -> Article:
    data = await asyncio.to_thread(read_limited, path)
    return await reader.read(data, storable(path.name), derived_id=derived_id)


def read_limited(path: Path) -> bytes:
    """A file's bytes, at most one more than an article may have.

    Raises:
        SourceError: it cannot be opened or read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as exc:
        raise SourceError("No such file.") from exc
    except OSError as exc:
        raise SourceError(f"It cannot be read: {exc.strerror or exc}.") from exc


def _list_files(root: Path) -> list[Path]:
    if not root.is_dir():
        raise SourceError(f"No such folder: {storable(str(root))}")
    return sorted(_walk(root), key=lambda path: path.relative_to(root).as_posix())


def _walk(root: Path) -> Iterator[Path]:
    # Links to folders are not followed: what they show inside the folder is read
    # at its own place, and they may lead outside or in a circle.
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and is_supported(name) and _is_inside(path, root):
                yield path


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.is_file() and path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False
