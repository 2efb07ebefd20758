"""Reads one file, or the articles of a folder; what is unchanged is not opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from index.entries import EntryState, SourceOptions
from index.errors import SourceError
from index.models import Article, OnProgress, Progress, ReadResult, Source
from index.reading import Reader
from index.reading.kinds import MAX_BYTES, SUFFIXES, split_suffix
from index.sources.ids import KnownIds, keep_ids_apart, path_id, storable
from index.sources.results import Results
from index.sources.walking import Found, Listed, find_files, stamp_of


async def read_file(source: Source, reader: Reader, known: Mapping[str, EntryState]) -> ReadResult:
    """The one article of a file.

    Raises:
        SourceError: it cannot be read; the sentence names the file.
    """
    path = Path(source.location)
    name = storable(path.name)
    results = Results(source)
    try:
        stamp = await asyncio.to_thread(_stamp_of_file, path)
        state = known.get(name)
        if state is not None and stamp is not None and state.stamp == stamp:
            results.unchanged.append(state)
        else:
            article = await _read_article(path, storable(split_suffix(name)[0]), reader)
            results.take(article, EntryState(name, article.id, stamp=stamp))
    except SourceError as exc:
        raise SourceError(f"{name}: {exc}") from exc
    return results.build(known)


async def read_folder(
    source: Source,
    reader: Reader,
    on_progress: OnProgress,
    *,
    options: SourceOptions,
    known: Mapping[str, EntryState],
) -> ReadResult:
    """The articles of a folder and all folders in it, in the order of their paths.

    Raises:
        SourceError: the folder is gone, holds no article files, or none could be read.
    """
    root = Path(source.location)
    listed = await asyncio.to_thread(find_files, root, options, time.time_ns())
    if not listed.files:
        raise SourceError(_nothing_in(root, listed))
    folder = _Folder(source, root, reader, known)
    await folder.read(listed.files, on_progress)
    for name in listed.unreadable:
        folder.results.fail(name, "This folder cannot be read.", storable(name) or str(root))
        folder.results.failed.update(key for key in known if key.startswith(name))
    if listed.over_limit:
        folder.results.note(
            str(root), f"{listed.over_limit} more files were left out: the limit is reached."
        )
    return folder.results.build(known)


def _nothing_in(root: Path, listed: Listed) -> str:
    if "" in listed.unreadable:
        return f"The folder {root} cannot be read."
    if listed.left_out:
        return f"No articles in {root}: the patterns leave out all of its {listed.left_out} files."
    return f"No articles in {root}: none of its files is {', '.join(SUFFIXES)}."


class _Folder:
    """Reads the files of a folder that changed."""

    def __init__(
        self, source: Source, root: Path, reader: Reader, known: Mapping[str, EntryState]
    ) -> None:
        self.results = Results(source)
        self._root = root
        self._reader = reader
        self._known = known

    async def read(self, files: tuple[Found, ...], on_progress: OnProgress) -> None:
        unchanged = {file.key: file for file in files if self._is_unchanged(file)}
        changed = [file for file in files if file.key not in unchanged]
        found: list[tuple[Found, Article]] = []
        for done, file in enumerate(changed, len(unchanged)):
            on_progress(Progress("reading", done, len(files)))
            await self._read_one(file, found)
        # A name that an unchanged file was given only for want of another may be claimed now.
        for key in self._claimed(unchanged, found):
            await self._read_one(unchanged.pop(key), found)
        on_progress(Progress("reading", len(files), len(files)))
        self._settle(files, unchanged, found)

    def _is_unchanged(self, file: Found) -> bool:
        state = self._known.get(file.key)
        return state is not None and file.stamp is not None and state.stamp == file.stamp

    async def _read_one(self, file: Found, found: list[tuple[Found, Article]]) -> None:
        try:
            derived = path_id(file.path, self._root)
            found.append((file, await _read_article(file.path, derived, self._reader)))
        except SourceError as exc:
            self.results.fail(file.key, str(exc))

    def _claimed(
        self, unchanged: Mapping[str, Found], found: list[tuple[Found, Article]]
    ) -> list[str]:
        given = {article.id for _, article in found if article.id_is_given}
        return [
            key
            for key, file in unchanged.items()
            if self._known[key].article_id in given
            and self._known[key].article_id in {path_id(file.path, self._root), key}
        ]

    def _settle(
        self,
        files: tuple[Found, ...],
        unchanged: Mapping[str, Found],
        found: list[tuple[Found, Article]],
    ) -> None:
        self.results.unchanged = [self._known[key] for key in unchanged]
        stamps = {file.key: file.stamp for file in files}
        order = {file.key: number for number, file in enumerate(files)}
        pairs = sorted(
            ((file.key, article) for file, article in found), key=lambda pair: order[pair[0]]
        )
        known = KnownIds.of(self._known, kept=unchanged)
        kept, clashes = keep_ids_apart(pairs, known)
        for key, article in kept:
            self.results.take(article, EntryState(key, article.id, stamp=stamps[key]))
        for clash in clashes:
            self.results.fail(clash.where, clash.message)


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


def _stamp_of_file(path: Path) -> str | None:
    try:
        return stamp_of(path.stat(), time.time_ns())
    except OSError:
        return None  # reading it says what is wrong
