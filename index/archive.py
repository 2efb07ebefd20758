"""Moves a library whole: everything it holds and what people decided, in one file.

Written from one snapshot of the database, taken in by one transaction after all of it was
checked. Open plans, jobs and the vector index stay behind: they are made anew.
What belongs to one server stays there: its channel for reports, and what its people asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Self

from index import audit, library_rows
from index.archive_checks import Contents, check_contents
from index.archive_format import EDITIONS, GOLDEN, VERSIONS, Manifest
from index.archive_import import refuse_full, take_in
from index.archive_reading import MOST_BYTES, Archive
from index.archive_writing import write_archive
from index.connections import Connection
from index.database import Database
from index.errors import ArchiveError
from index.models import OnProgress, Progress
from index.records import ArchiveReport, AuditEntry

# A million passages take minutes; readers and the writer go on meanwhile.
_PATIENCE = 4 * 3600.0
_ROWS_A_REPORT = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import took in.

    Attributes:
        report: In figures.
        is_indexed: Whether the vector index only has to be filled (``refill``). Otherwise
            another embedder or chunking made the archive, and ``rebuild`` has to make
            passages and vectors anew; until then the library says so instead of answering.
    """

    report: ArchiveReport
    is_indexed: bool


async def export_library(
    database: Database,
    name: str,
    path: Path,
    *,
    overwrite: bool = False,
    on_progress: OnProgress,
) -> ArchiveReport:
    """Write a library to a file.

    Raises:
        ArchiveError: there is nothing to export, the file is there already or cannot be
            written. Nothing is left half-written.
    """
    await asyncio.to_thread(_refuse_target, path, overwrite=overwrite)
    with _Stoppable(Progress("exporting", 0), on_progress) as work:

        def write(connection: Connection) -> tuple[Manifest, int, int]:
            row = library_rows.find_library(connection, name)
            if row is None or not row.edition:
                raise ArchiveError(f"The library '{name}' is empty: there is nothing to export.")
            manifest = write_archive(connection, row, path, work.on_row)
            return manifest, _count_articles(connection, row.pk), path.stat().st_size

        manifest, articles, size = await database.read(write, patience=_PATIENCE)
    rows = {member.name: member.rows for member in manifest.members}
    return ArchiveReport(
        library=name,
        articles=articles,
        versions=rows[VERSIONS.member],
        editions=rows[EDITIONS.member],
        golden=rows[GOLDEN.member],
        size=size,
    )


async def import_library(
    database: Database,
    name: str,
    path: Path,
    *,
    fingerprint: str,
    dimension: int,
    note: AuditEntry,
    most_bytes: int = MOST_BYTES,
    on_progress: OnProgress,
) -> Imported:
    """Take in what an export wrote, into a library that is empty.

    Args:
        database: Where to.
        name: The library's name here; that in the archive does not count.
        path: The archive.
        fingerprint: What makes an index here: the embedder and the chunking.
        dimension: That of the embedder's vectors.
        note: Written into the audit, behind what the archive tells; its edition is filled in.
        most_bytes: Unpacked, the archive may be no larger.
        on_progress: Told how far it is.

    Raises:
        ArchiveError: the archive is not sound or too new, or the library is not empty.
            Nothing was taken in.
    """
    refuse_full(await database.read(lambda c: library_rows.find_library(c, name)))
    with _Stoppable(Progress("checking the archive", 0), on_progress) as work:
        archive, contents = await asyncio.to_thread(
            _open_checked, path, (fingerprint, dimension), most_bytes, work.on_row
        )
        try:
            work.begin(Progress("taking the archive in", 0))

            def write(connection: Connection) -> None:
                row = take_in(connection, name, archive, contents, fingerprint)
                entry = AuditEntry(
                    note.at, note.actor, note.action, note.detail, note.reason, row.edition
                )
                audit.note_action(connection, row.pk, entry)

            await database.write(write)
        finally:
            archive.close()
    report = ArchiveReport(
        name,
        contents.articles,
        contents.versions,
        contents.editions,
        contents.golden,
        archive.size,
    )
    return Imported(report, contents.is_indexed)


def _open_checked(
    path: Path, index: tuple[str, int], most_bytes: int, on_row: Callable[[], None]
) -> tuple[Archive, Contents]:
    archive = Archive(path, most_bytes=most_bytes, on_row=on_row)
    try:
        return archive, check_contents(archive, *index)
    except BaseException:
        archive.close()
        raise


def _refuse_target(path: Path, *, overwrite: bool) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise ArchiveError(f"{path} is no place for a file. Name a file in a folder that is there.")
    if path.exists() and not overwrite:
        raise ArchiveError(f"{path} is there already, and was left as it is. Name another file.")


def _count_articles(connection: Connection, library: int) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM membership AS m JOIN library AS l ON l.pk = m.library "
        "WHERE m.library = ? AND m.from_edition <= l.edition "
        "AND (m.to_edition IS NULL OR m.to_edition > l.edition)",
        (library,),
    ).fetchone()
    return int(count)


class _Stopped(Exception):
    """Nobody waits for the work any more."""


class _Stoppable:
    """Work in another thread that tells how far it is, and ends when nobody waits for it."""

    def __init__(self, stage: Progress, on_progress: OnProgress) -> None:
        self._stage = stage
        self._on_progress = on_progress
        self._loop = asyncio.get_running_loop()
        self._stopped = Event()
        self._rows = 0

    def __enter__(self) -> Self:
        self._on_progress(self._stage)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def begin(self, stage: Progress) -> None:
        """The next stage; call where nothing runs."""
        self._stage, self._rows = stage, 0
        self._on_progress(stage)

    def on_row(self) -> None:
        """Called by the work for each row, in its thread."""
        if self._stopped.is_set():
            raise _Stopped
        self._rows += 1
        if self._rows % _ROWS_A_REPORT == 0:
            report = Progress(self._stage.stage, self._rows)
            self._loop.call_soon_threadsafe(self._on_progress, report)
