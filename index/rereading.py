"""Reads a library's remembered sources again, knowing what the edition holds of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from index import editions, entry_rows, library_rows
from index.connections import Connection
from index.database import Database
from index.entries import EntryState
from index.errors import NothingToSync, SourceError
from index.library_rows import LibraryRow
from index.models import FETCHED, Problem, ReadResult, Source, SourceKind
from index.records import SourceInfo

Known = Mapping[str, EntryState]
ReadSource = Callable[[SourceInfo, Known], Awaitable[ReadResult]]
"""Reads a remembered source again, knowing what of it the edition holds."""


class Rereader:
    """The sources of one library."""

    def __init__(self, *, name: str, database: Database) -> None:
        self._name = name
        self._database = database

    async def sources(self) -> tuple[SourceInfo, ...]:
        """The remembered sources, oldest first."""
        row = await self._row()
        if row is None:
            return ()
        return tuple(
            await self._database.read(
                lambda c: library_rows.describe_sources(c, row.pk, row.edition)
            )
        )

    async def known(self, source: Source) -> Known:
        """What need not be read again of a source, because the edition holds it as it is."""
        row = await self._row()
        if row is None:
            return {}

        def find(connection: Connection) -> Known:
            key = library_rows.find_source(connection, row.pk, source)
            return {} if key is None else _known_of(connection, row, key, source)

        return await self._database.read(find)

    async def read_again(
        self, read: ReadSource, wanted: Sequence[int]
    ) -> tuple[list[ReadResult], list[Problem]]:
        """What the sources give now, all or those ``wanted``, and those that gave nothing.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
            SourceError: there is no such source.
        """
        sources = [s for s in await self.sources() if s.source.kind is not SourceKind.UPLOAD]
        if wanted:
            unknown = set(wanted) - {s.key for s in sources}
            if unknown:
                raise SourceError(
                    f"There is no source {min(unknown)} to read again. "
                    "`footnote index sources` lists them."
                )
            sources = [s for s in sources if s.key in wanted]
        if not sources:
            raise NothingToSync(
                "There is no source to read again. Add a page, a feed or a folder first; files "
                "that were handed over cannot be synced."
            )
        results, problems, outcomes = [], [], {}
        for source in sources:
            try:
                result = await read(source, await self.known(source.source))
            except SourceError as error:
                problems.append(Problem(source.source.location, f"{error} Its articles were kept."))
                outcomes[source.key] = f"failed: {error}"
            else:
                results.append(result)
                outcomes[source.key] = _outcome(result)
        await self._database.write(lambda c: library_rows.note_outcomes(c, outcomes, _now()))
        if not results:
            details = "; ".join(p.message for p in problems[:3])
            raise NothingToSync(f"No source could be read, so nothing was changed. {details}")
        return results, problems

    async def _row(self) -> LibraryRow | None:
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))


def _known_of(connection: Connection, row: LibraryRow, key: int, source: Source) -> Known:
    members = editions.members(connection, row.pk, row.edition)
    entries = entry_rows.load_entries(connection, key)
    known = entry_rows.still_true(entries, members)
    if source.kind not in FETCHED:
        return known
    own = [id_ for id_, member in members.items() if member.source == key]
    place = source.location if source.kind is SourceKind.PAGE and len(own) == 1 else None
    return entry_rows.to_ask_for(entries, own, place) | known


def _outcome(result: ReadResult) -> str:
    if result.problems:
        return f"read, with {len(result.problems)} problem" + "s" * (len(result.problems) > 1)
    return "read"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
