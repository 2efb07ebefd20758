"""All libraries of one data folder, and the stores they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, editions, library_rows, schema
from index.archive import export_library, import_library
from index.breaker import OnBreakerChange, ignore_change
from index.chroma_at import ChromaAt
from index.chroma_home import find_home
from index.close_calls import SentenceScorer
from index.database import Database
from index.decisions import Decisions
from index.embedding import Embedder
from index.errors import StoreError, VectorStoreError
from index.health import ChromaHealth
from index.holds import library_lock
from index.indexing import Indexer, WriteRate
from index.library import Library
from index.library_settings import LibrarySettings
from index.mending import VectorMender
from index.meter import NO_METER, Meter
from index.models import OnProgress, no_progress
from index.records import ArchiveReport, AuditEntry
from index.retrieval import Fusion, Retriever
from index.sqlite_database import SqliteDatabase
from index.steps import OnStep, no_step
from index.vector_store import VectorStore, make_breaker

OnNotice = Callable[[str], None]

# Sixteen megabytes. A question looks at a hundred or so, and many are about the same things.
_CHUNKS_KEPT = 4_000


class Libraries:
    """Opens a data folder's libraries by name.

    Args:
        folder: The data folder; this process must own it.
        database: Where everything but vectors is kept; without one, SQLite in the folder.
        server: A Chroma server for the vectors; without one, Chroma in the folder.
        embedder: Made the vectors, or will.
        count: Word pieces of a text, by the embedder's own tokenizer.
        rate: How Chroma is filled.
        fusion: How the halves of search are weighed.
        zone: The time zone of schedules, and of "last week" in a question.
        scorer: Decides between passages that are nearly even; its owner closes it.
        on_step: Told when a job has finished a step.
        meter: Told of calls to the vector index.
        on_breaker: Told when the vector index is left alone, and when it is not any more.
    """

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder,
        count: Callable[[str], int],
        database: Database | None = None,
        server: ChromaAt | None = None,
        rate: WriteRate | None = None,
        fusion: Fusion | None = None,
        zone: tzinfo = UTC,
        scorer: SentenceScorer | None = None,
        on_step: OnStep = no_step,
        meter: Meter = NO_METER,
        on_breaker: OnBreakerChange = ignore_change,
    ) -> None:
        self.database: Database = database or SqliteDatabase(folder / "footnote.db")
        self._health = ChromaHealth(folder / "chroma")
        self.vectors = self._vectors = VectorStore(
            folder / "chroma",
            server=server,
            on_open=self._health.break_seal,
            on_doubt=self._doubt_vectors,
            breaker=make_breaker(on_breaker),
            meter=meter,
        )
        self._embedder = embedder
        self._rate = rate or WriteRate()
        self._fusion = fusion or Fusion()
        self._zone = zone
        self._scorer = scorer
        self._on_step = on_step
        self._indexer = Indexer(
            database=self.database,
            vectors=self._vectors,
            embedder=embedder,
            count=count,
            at_once=self._rate.at_once,
        )
        self._mender = VectorMender(
            self.database,
            self._vectors,
            fingerprint=self._indexer.fingerprint,
            refill=lambda: self._refill(no_progress),
        )
        self._chunks = chunk_rows.ChunkCache(_CHUNKS_KEPT)
        self._open: dict[str, Library] = {}

    async def open(self, *, on_notice: OnNotice, on_progress: OnProgress = no_progress) -> None:
        """Bring the stores into a state to work with; call once before anything else.

        A vector index that was lost or damaged is made again from the database.

        Raises:
            StoreError: the database cannot be opened, or is newer than this program.
        """
        await self.database.migrate(schema.SCHEMA, schema.STEPS)
        await self._clear_unpublished()
        if self._vectors.server is None:
            await self._open_folder(on_notice, on_progress)
        else:
            await self._open_server(on_notice)

    async def _open_server(self, on_notice: OnNotice) -> None:
        self._vectors.use_prefix(await find_home(self.database))
        try:
            written = await self._mender.mend()
        except VectorStoreError as error:
            # As below; and it is tried again until the server is there.
            on_notice(str(error))
            self._mender.ask()
        else:
            if written:
                on_notice(f"{written} passages were put into the vector index.")

    async def _open_folder(self, on_notice: OnNotice, on_progress: OnProgress) -> None:
        trouble = await self._health.find_trouble(self.database)
        if trouble is None:
            # A run that was cut off may have left rows out; the database knows which.
            try:
                await self._refill(on_progress)
            except VectorStoreError as error:
                # Words still find articles, and every answer says that only they were compared.
                on_notice(str(error))
            return
        on_notice(f"Rebuilding the vector index from the database: {trouble}.")
        try:
            await asyncio.to_thread(self._health.move_aside)
        except OSError as error:
            raise StoreError(f"The damaged vector index cannot be moved aside: {error}") from error
        await self.database.write(chunk_rows.forget_indexed)
        written = await self._refill(on_progress)
        on_notice(f"The vector index is whole again ({written} passages, nothing embedded anew).")

    def _doubt_vectors(self) -> None:
        # A folder is nobody else's: what it holds is known since it was opened.
        if self._vectors.server is not None:
            self._mender.ask()

    async def _clear_unpublished(self) -> None:
        """A run that was cut off may have laid out an edition that nobody published."""
        for name, key in (await self.database.read(editions.list_unpublished)).items():
            async with self.database.hold(library_lock(name)) as is_free:
                # Where it is not, a process that lives is about to publish it.
                if is_free:
                    await self.database.write(lambda c, key=key: editions.unstage(c, key))  # type: ignore[misc]

    async def _refill(self, on_progress: OnProgress) -> int:
        written = 0
        fingerprint = self._indexer.fingerprint
        for name in await self.database.read(
            lambda c: chunk_rows.libraries_to_fill(c, fingerprint)
        ):
            written += await self.library(name).refill(on_progress, waits=False)
        return written

    def library(self, name: str) -> Library:
        """The library of that name; it comes into being with its first article."""
        if name not in self._open:
            self._open[name] = Library(
                name=name,
                database=self.database,
                vectors=self._vectors,
                retriever=Retriever(
                    library=name,
                    database=self.database,
                    vectors=self._vectors,
                    embedder=self._embedder,
                    fusion=self._fusion,
                    zone=self._zone,
                    scorer=self._scorer,
                    chunks=self._chunks,
                ),
                indexer=self._indexer,
                rate=self._rate,
                on_step=self._on_step,
            )
        return self._open[name]

    def decisions(self, name: str) -> Decisions:
        """What moderators decide about the library of that name."""
        return Decisions(name, self.database, zone=self._zone)

    def settings(self, name: str) -> LibrarySettings:
        """How the library of that name is searched."""
        return LibrarySettings(name, self.database)

    async def export(
        self, name: str, path: Path, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Write a library whole to a file, in place of what was there.

        Raises:
            ArchiveError: it is empty, or the file cannot be written.
        """
        return await export_library(
            self.database, name, path, overwrite=True, on_progress=on_progress
        )

    async def import_archive(
        self, name: str, path: Path, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Take in what an export wrote, and make its vector index.

        Raises:
            ArchiveError: the archive is not sound, or the library is not empty.
        """
        note = AuditEntry(
            datetime.now(UTC).isoformat(timespec="seconds"), actor, "import", path.name
        )
        imported = await import_library(
            self.database,
            name,
            path,
            fingerprint=self._indexer.fingerprint,
            dimension=self._embedder.dimension,
            note=note,
            on_progress=on_progress,
        )
        library = self.library(name)
        await (library.refill if imported.is_indexed else library.rebuild)(on_progress)
        return imported.report

    @property
    def fingerprint(self) -> str:
        """What makes vectors here."""
        return self._embedder.fingerprint

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, made one at a time beside questions.

        Raises:
            EmbeddingError: the model failed.
        """
        return await self._embedder.embed(texts, at_once=1)

    async def warm_up(self) -> None:
        """Load what the first question would wait for: the embedder and the vector index.

        Raises:
            EmbeddingError: the embedder cannot be loaded.
            VectorStoreError: the vector index cannot be opened.
        """
        await self._embedder.embed_query("Is anybody there?")
        for row in await self.database.read(library_rows.list_libraries):
            if row.edition and row.collection:
                await self._vectors.count(row.collection)

    async def names(self) -> list[str]:
        """The libraries that exist."""
        return [row.name for row in await self.database.read(library_rows.list_libraries)]

    async def close(self) -> None:
        """Finish running work and release every file."""
        await self._mender.close()
        was_open = self._vectors.is_open and self._vectors.server is None
        # What hangs may still write: such a folder is looked into at the next start.
        if await self._vectors.close() and was_open:
            await asyncio.to_thread(self._health.seal)
        await self.database.close()
        await self._embedder.close()
