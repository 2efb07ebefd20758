"""Finds out what a Chroma server has lost, and puts it back while questions are answered.

A server may be wiped, or be set back to an older copy. The database knows every vector, so
nothing is embedded anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from index import chunk_rows, library_rows
from index.connections import Connection
from index.database import Database
from index.errors import FootnoteIndexError
from index.library_rows import LibraryRow
from index.vector_store import VectorStore

_LOG = logging.getLogger(__name__)
_LOCK = "mending the vector index"
_SAMPLE = 200
_VERSIONS_A_PAGE = 200
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0

Refill = Callable[[], Awaitable[int]]


class VectorMender:
    """Looks after the collections of one store on a Chroma server.

    Args:
        database: Knows what should be there.
        vectors: The vector index.
        fingerprint: What makes vectors here.
        refill: Puts back what the database says is missing; the number of its vectors.
        first_pause: Seconds until the second try; each further one waits twice as long.
    """

    def __init__(
        self,
        database: Database,
        vectors: VectorStore,
        *,
        fingerprint: str,
        refill: Refill,
        first_pause: float = _FIRST_PAUSE,
    ) -> None:
        self._database = database
        self._vectors = vectors
        self._fingerprint = fingerprint
        self._refill = refill
        self._first_pause = first_pause
        self._task: asyncio.Task[None] | None = None
        self._is_asked = False

    async def mend(self) -> int:
        """Look, and put back what is missing; how many vectors were.

        Raises:
            VectorStoreError: the server does not answer.
            StoreError: the database failed.
        """
        async with self._database.hold(_LOCK) as is_held:
            # Where it is not, another process is at it.
            if is_held:
                for row in await self._database.read(library_rows.list_libraries):
                    await self._forget_lost(row)
        return await self._refill()

    def ask(self) -> None:
        """Have it mended soon, in the background; asked again meanwhile, it looks again."""
        self._is_asked = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_trying())

    async def close(self) -> None:
        """Stop trying."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep_trying(self) -> None:
        pause = self._first_pause
        while self._is_asked:
            self._is_asked = False
            try:
                written = await self.mend()
                if written:
                    _LOG.warning("the vector index had lost passages; %d were put back", written)
                is_whole = await self._is_whole()
            except FootnoteIndexError as error:
                _LOG.info("the vector index cannot be mended yet: %s", error)
                is_whole = False
            if not is_whole:
                self._is_asked = True
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _is_whole(self) -> bool:
        # Whoever writes to a library meanwhile has kept it from being filled.
        return not await self._database.read(
            lambda c: chunk_rows.libraries_to_fill(c, self._fingerprint)
        )

    async def _forget_lost(self, row: LibraryRow) -> None:
        """Have the database know which versions of a library are not whole on the server."""
        collection = row.collection
        if collection is None:
            return
        sample = await self._database.read(partial(_take_sample, row=row))
        if not sample:
            return
        expected = await self._database.read(partial(_count_chunks, row=row))
        held = await self._vectors.count(collection)
        if held >= expected and not await self._vectors.missing(collection, sample):
            return
        after: int | None = 0
        while after is not None:
            page = await self._database.read(partial(_read_page, row=row, after=after))
            after = max((version for version, _ in page), default=None)
            absent = set(await self._vectors.missing(collection, [id_ for _, id_ in page]))
            lost = sorted({version for version, id_ in page if id_ in absent})
            if lost:
                await self._database.write(partial(_forget, versions=lost))


def _take_sample(connection: Connection, row: LibraryRow) -> list[str]:
    """Ids of chunks that should be there, spread over all of them."""
    (least, most) = connection.execute(
        "SELECT min(pk), max(pk) FROM version WHERE library = ? AND collection = ?",
        (row.pk, row.collection),
    ).fetchone()
    if least is None:
        return []
    step = max(1, (most - least) // _SAMPLE)
    found = connection.execute(
        "SELECT c.chunk_id FROM version AS v JOIN chunk AS c ON c.version = v.pk "
        "AND c.ordinal = 0 WHERE v.library = ? AND v.collection = ? "
        "AND (v.pk - ?) % ? = 0 ORDER BY v.pk LIMIT ?",
        (row.pk, row.collection, least, step, _SAMPLE),
    )
    return [str(r[0]) for r in found]


def _count_chunks(connection: Connection, row: LibraryRow) -> int:
    (count,) = connection.execute(
        "SELECT count(DISTINCT c.chunk_id) FROM version AS v JOIN chunk AS c ON c.version = v.pk "
        "WHERE v.library = ? AND v.collection = ?",
        (row.pk, row.collection),
    ).fetchone()
    return int(count)


def _read_page(connection: Connection, row: LibraryRow, after: int) -> list[tuple[int, str]]:
    """The chunks of the versions behind ``after`` that should be there, with their versions."""
    found = connection.execute(
        "SELECT v.pk, c.chunk_id FROM chunk AS c JOIN (SELECT pk FROM version "
        "WHERE library = ? AND collection = ? AND pk > ? ORDER BY pk LIMIT ?) AS v "
        "ON v.pk = c.version ORDER BY v.pk",
        (row.pk, row.collection, after, _VERSIONS_A_PAGE),
    )
    return [(int(r[0]), str(r[1])) for r in found]


def _forget(connection: Connection, versions: Sequence[int]) -> None:
    connection.executemany(
        "UPDATE version SET collection = NULL WHERE pk = ?", [(pk,) for pk in versions]
    )
