"""From articles to stored versions: chunked, embedded, in SQLite and in Chroma.

Nothing here is visible to readers; publishing the edition is the library's last
step. Everything is keyed by content, so a run that was cut off is simply run again
and pays only for what it had not finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index import chunk_rows, versions
from index.chunk_rows import StoredChunk
from index.chunking import CHUNKING, chunk_article
from index.connections import Connection
from index.database import Database
from index.embedding import Embedder
from index.errors import FootnoteIndexError, VectorStoreError
from index.library_rows import LibraryRow
from index.models import Article, Chunk, OnProgress, Progress, no_progress
from index.vector_store import VectorStore

# Articles chunked and embedded as one step: small enough for a lively progress bar and
# bounded memory, large enough that two workers stay busy.
_ARTICLES_A_STEP = 24
# Chroma is filled ahead of so many articles at least: a few full batches.
_ARTICLES_AHEAD = 120
# A server may be wiped while it is filled; one that always loses something is not filled.
_FILLS = 4


@dataclass(frozen=True, slots=True)
class WriteRate:
    """How hard indexing works: rows a batch into Chroma, and a pause after each, in seconds.

    A query waits for the running batch, so a bot that answers writes small batches. It
    embeds ``at_once`` texts at a time, so that a question finds a worker; None: all can.
    """

    rows: int = 256
    pause: float = 0.0
    at_once: int | None = None


GENTLE = WriteRate(rows=32, pause=0.02, at_once=1)


@dataclass(slots=True)
class IndexingTally:
    """What one run did."""

    chunks_written: int = 0
    texts_embedded: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """Some articles with their chunks and the vectors that had to be made."""

    chunked: list[tuple[Article, list[Chunk]]]
    keys: list[str] = field(default_factory=list)
    vectors: NDArray[np.float32] | None = None

    @property
    def chunk_count(self) -> int:
        """How many chunks its articles have."""
        return sum(len(chunks) for _, chunks in self.chunked)


class Indexer:
    """Brings versions into SQLite and Chroma.

    Args:
        count: Word pieces of a text, by the embedder's own tokenizer.
        at_once: How many texts are embedded at a time; None: as many as there are workers.
    """

    def __init__(
        self,
        *,
        database: Database,
        vectors: VectorStore,
        embedder: Embedder,
        count: Callable[[str], int],
        at_once: int | None = None,
    ) -> None:
        self._database = database
        self._vectors = vectors
        self._embedder = embedder
        self._count = count
        self._at_once = at_once

    @property
    def fingerprint(self) -> str:
        """What makes an index: the embedder and the chunking."""
        return f"{self._embedder.fingerprint} {CHUNKING}"

    @property
    def busy_seconds(self) -> float:
        """Seconds spent inside the embedding model so far, over all workers."""
        return self._embedder.busy_seconds

    async def store_versions(
        self,
        library: LibraryRow,
        articles: Sequence[Article],
        on_progress: OnProgress,
        *,
        ahead: WriteRate | None = None,
    ) -> IndexingTally:
        """Chunk, embed and store the versions that are not stored yet.

        With ``ahead`` the vectors of what was stored go into the library's Chroma collection
        meanwhile, at that rate; what is left when this ends is for ``fill_vectors``.
        """
        ids = [a.version_id for a in articles]
        complete = await self._database.read(
            lambda c: versions.complete_versions(c, library.pk, ids, self.fingerprint)
        )
        todo = [a for a in articles if a.version_id not in complete]
        tally = IndexingTally()
        saving: asyncio.Task[None] | None = None
        filling = _Ahead(self, library, ahead)
        try:
            for at in range(0, len(todo), _ARTICLES_A_STEP):
                on_progress(Progress("indexing articles", at, len(todo)))
                step = await self._embed_step(library, todo[at : at + _ARTICLES_A_STEP])
                tally.chunks_written += step.chunk_count
                tally.texts_embedded += len(step.keys)
                # Saved while the next step is embedded; never more than one behind.
                if saving is not None:
                    await saving
                    await filling.take(todo[:at])
                saving = asyncio.create_task(self._save_step(library, step))
            await filling.finish()
        finally:
            if saving is not None:
                await saving
            filling.give_up()
        if todo:
            on_progress(Progress("indexing articles", len(todo), len(todo)))
        return tally

    async def restore_versions(
        self, library: LibraryRow, version_ids: Sequence[str], on_progress: OnProgress
    ) -> IndexingTally:
        """Chunk and embed stored versions again, where another embedder or chunking made them."""
        if not version_ids:
            return IndexingTally()
        stale = await self._database.read(
            lambda c: versions.incomplete_versions(c, library.pk, version_ids, self.fingerprint)
        )
        if not stale:
            return IndexingTally()
        articles = await self.load_articles(library, stale)
        return await self.store_versions(library, articles, on_progress)

    async def _embed_step(self, library: LibraryRow, articles: Sequence[Article]) -> _Step:
        chunked = await asyncio.to_thread(self._chunk, articles)
        texts = {
            versions.embedding_key(self.fingerprint, chunk.embedded_text): chunk.embedded_text
            for _, chunks in chunked
            for chunk in chunks
        }
        known = await self._database.read(
            lambda c: versions.known_embeddings(c, library.pk, list(texts))
        )
        missing = [key for key in texts if key not in known]
        if not missing:
            return _Step(chunked)
        vectors = await self._embedder.embed([texts[key] for key in missing], at_once=self._at_once)
        return _Step(chunked, missing, vectors)

    def _chunk(self, articles: Sequence[Article]) -> list[tuple[Article, list[Chunk]]]:
        for article in articles:
            # Made here, so that whoever waits for the database does not wait for it too.
            _ = article.likeness
        return [(article, chunk_article(article, self._count)) for article in articles]

    async def _save_step(self, library: LibraryRow, step: _Step) -> None:
        def save(connection: Connection) -> None:
            if step.vectors is not None:
                versions.save_embeddings(connection, library.pk, step.keys, step.vectors)
            versions.save_versions(connection, library.pk, step.chunked, self.fingerprint)

        await self._database.write(save)

    async def fill_vectors(
        self,
        library: LibraryRow,
        version_ids: Sequence[str],
        collection: str,
        *,
        rate: WriteRate,
        on_progress: OnProgress,
    ) -> int:
        """Put the versions' vectors into the Chroma collection; returns how many were written.

        A write that raised may still be applied later; ids are content-derived and
        writes are upserts, so doing it again is harmless.
        """
        chunks = await self._database.read(
            lambda c: chunk_rows.unindexed_chunks(c, library.pk, version_ids, collection)
        )
        lacking: Sequence[StoredChunk] = chunks
        for _ in range(_FILLS):
            losses = self._vectors.losses
            await self._write_vectors(lacking, collection, rate, on_progress)
            if self._vectors.losses == losses:
                break
            # A server that was wiped meanwhile has the last of them, and not the first.
            absent = set(await self._vectors.missing(collection, [c.chunk_id for c in chunks]))
            lacking = [chunk for chunk in chunks if chunk.chunk_id in absent]
        else:
            raise VectorStoreError(
                "The vector index loses what is written into it. Look at its server, and do this "
                "again."
            )
        if chunks:
            on_progress(Progress("filling the vector index", len(chunks), len(chunks)))
        await self._database.write(
            lambda c: chunk_rows.mark_indexed(c, library.pk, version_ids, collection)
        )
        return len(chunks)

    async def _write_vectors(
        self,
        chunks: Sequence[StoredChunk],
        collection: str,
        rate: WriteRate,
        on_progress: OnProgress,
    ) -> None:
        for at in range(0, len(chunks), rate.rows):
            on_progress(Progress("filling the vector index", at, len(chunks)))
            await self._vectors.upsert(collection, *_rows(chunks[at : at + rate.rows]))
            if rate.pause:
                await asyncio.sleep(rate.pause)

    async def load_articles(self, library: LibraryRow, version_ids: Sequence[str]) -> list[Article]:
        """Stored versions as the articles they came from."""

        def load(connection: Connection) -> list[Article]:
            loaded = []
            for version_id in version_ids:
                article = versions.load_article(connection, library.pk, version_id)
                if article is None:
                    raise FootnoteIndexError(
                        f"The article version {version_id} is missing from the database. "
                        "Restore footnote.db from a backup, or add the articles again."
                    )
                loaded.append(article)
            return loaded

        return await self._database.read(load)


class _Ahead:
    """Fills Chroma with what was stored while the rest is chunked and embedded.

    One filling at a time, each of some steps, so that its batches are full.
    """

    def __init__(self, indexer: Indexer, library: LibraryRow, rate: WriteRate | None) -> None:
        self._indexer = indexer
        self._library = library
        self._rate = rate
        self._taken = 0
        self._running: asyncio.Task[int] | None = None

    async def take(self, stored: Sequence[Article]) -> None:
        """Begin with those of the stored articles that are new, if there are enough of them."""
        if self._rate is None or self._library.collection is None:
            return
        if len(stored) - self._taken < _ARTICLES_AHEAD:
            return
        if self._running is not None:
            if not self._running.done():
                return
            await self._running
        ids = [article.version_id for article in stored[self._taken :]]
        self._taken = len(stored)
        self._running = asyncio.create_task(
            self._indexer.fill_vectors(
                self._library,
                ids,
                self._library.collection,
                rate=self._rate,
                on_progress=no_progress,
            )
        )

    async def finish(self) -> None:
        """Wait for what was begun.

        Raises:
            VectorStoreError: Chroma failed.
        """
        if self._running is not None:
            await self._running

    def give_up(self) -> None:
        """Leave what is running; its writes are done again by whoever fills next."""
        if self._running is not None:
            self._running.cancel()


def _rows(batch: Sequence[StoredChunk]) -> tuple[list[str], NDArray[np.float32]]:
    return [c.chunk_id for c in batch], np.stack([c.vector for c in batch])
