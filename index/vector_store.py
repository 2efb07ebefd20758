"""The vector index off the event loop, with a deadline on each call: Chroma, wherever it is.

Embedded in this process over a folder of its own, or on a server that others use too.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.breaker import Breaker, BreakerOpenError, OnBreakerChange, ignore_change
from index.chroma_at import ChromaAt
from index.chroma_client import ChromaCollections, describe_failure, open_folder, open_server
from index.chroma_files import clear_leftovers, segment_folders
from index.errors import VectorStoreError
from index.file_locks import FileHeldError, wait_for_file
from index.gate import Gate
from index.meter import NO_METER, VECTORS, Meter, metered
from index.timed_calls import TimedCalls
from index.workers import WorkersLost

T = TypeVar("T")

# Clearing away what a large collection left takes seconds; a million passages, a minute.
_SHRINK_TIMEOUT = 300.0
# A call to a server ends by itself a bit before nobody waits for it any more.
_SERVER_SHARE = 0.9
_CLOSE_SECONDS = 10.0
# Asking who holds the files takes a millisecond, and a question asks several times.
_LOOK_AGAIN_SECONDS = 0.1
# A server that is away for a restart is soon back; one question then finds out.
_FAILURES, _WITHIN, _REST = 3, 60.0, 10.0


def make_breaker(on_change: OnBreakerChange = ignore_change) -> Breaker:
    """The breaker of a vector index, as it is where nobody gives another."""
    return Breaker(
        "vectors",
        title="The vector index",
        failures=_FAILURES,
        within=_WITHIN,
        rest=_REST,
        on_change=on_change,
    )


class VectorStore:
    """Chroma's collections, opened on first use.

    Args:
        folder: Where an embedded Chroma keeps its files; of no meaning with a server.
        server: A Chroma server to use instead.
        timeout: Seconds for one call; a locked Chroma file would hang for ever.
        query_timeout: Seconds for a call that somebody's question waits for.
        threads: Chroma gains nothing beyond a few.
        file_patience: Seconds to wait for another program that holds the files.
        on_open: Called before an embedded Chroma first touches the folder.
        on_doubt: Told, on the event loop, when vectors may be missing: a collection is empty or
            gone, or a server is back after it failed.
        breaker: Leaves Chroma alone for a while when calls keep failing.
        meter: Told of each call.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: ChromaAt | None = None,
        timeout: float = 20.0,
        query_timeout: float = 10.0,
        threads: int = 3,
        file_patience: float = 2.0,
        on_open: Callable[[], None] = lambda: None,
        on_doubt: Callable[[], None] = lambda: None,
        breaker: Breaker | None = None,
        meter: Meter = NO_METER,
    ) -> None:
        self._meter = meter
        self.folder = folder
        self.server = server
        self.breaker = breaker or make_breaker()
        self._timeout = timeout
        self._query_timeout = query_timeout
        self._file_patience = file_patience
        self._on_open = on_open
        self._on_doubt = on_doubt
        self._prefix = ""
        self._calls = TimedCalls(threads, "chroma")
        self._chroma: ChromaCollections | None = None
        self._opening = threading.Lock()
        self._users: Counter[ChromaCollections] = Counter()
        self._given_up: set[ChromaCollections] = set()
        self._counting = threading.Lock()
        self._gate = Gate()
        self._has_dropped = False
        self._is_doubtful = False
        self._is_suspect = False
        self._looked_at = -math.inf
        self._losses = 0

    def use_prefix(self, prefix: str) -> None:
        """What the names of ours begin with on a server; to be said before anything is asked."""
        self._prefix = prefix

    async def upsert(
        self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Write vectors of shape ``(len(ids), dimension)``, replacing known ids."""
        await self._call(lambda chroma: chroma.upsert(collection, ids, vectors), writes=True)

    async def query(
        self, collection: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        """The nearest ids with their cosine similarity in [-1, 1], best first."""
        found = await self._call(
            lambda chroma: chroma.query(collection, vector, limit), seconds=self._query_timeout
        )
        if not found:
            self._on_doubt()
        return found

    async def count(self, collection: str) -> int:
        """Number of vectors, dead ones included."""
        return await self._call(lambda chroma: chroma.count(collection))

    async def missing(self, collection: str, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that are not in the collection."""
        return await self._call(lambda chroma: chroma.missing(collection, ids))

    async def names(self) -> list[str]:
        """The collections there are."""
        return await self._call(lambda chroma: chroma.names())

    async def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        await self._call(lambda chroma: chroma.drop(collection), writes=True)
        self._has_dropped = True

    async def shrink(self) -> bool:
        """Give back the disk space of dropped collections; whether there was any to give back.

        Chroma keeps the files of what was dropped. They are cleared away while it is closed,
        so queries wait that long. A server looks after its own files.

        Raises:
            VectorStoreError: the files cannot be read, or Chroma did not open again.
        """
        if self.server is not None:
            return False
        return await self._hop(self._shrink, _SHRINK_TIMEOUT)

    async def close(self) -> bool:
        """Release the files; whether that went well. The store cannot be used afterwards.

        A call that hangs is left behind after some seconds: it ends with the process.
        """
        return await asyncio.to_thread(self._close)

    def _close(self) -> bool:
        is_free = self._calls.close(_CLOSE_SECONDS)
        chroma, self._chroma = self._chroma, None
        if chroma is None or not is_free:
            return is_free
        # Closing waits for what hangs, too.
        closing = threading.Thread(target=chroma.close, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)
        return not closing.is_alive()

    @property
    def is_open(self) -> bool:
        """Whether Chroma has been loaded and may have touched its files."""
        return self._chroma is not None

    @property
    def is_well(self) -> bool:
        """Whether the last calls went well enough that the next is made."""
        return not self.breaker.is_open and self._calls.can_run

    @property
    def hanging(self) -> int:
        """How many calls hang that nobody waits for any more."""
        return self._calls.hanging

    @property
    def losses(self) -> int:
        """How often vectors may have been lost so far; whoever writes many compares it."""
        return self._losses

    @property
    def name(self) -> str:
        """For people: the folder, or the server."""
        return str(self.folder) if self.server is None else self.server.name

    async def _call(
        self,
        work: Callable[[ChromaCollections], T],
        *,
        seconds: float | None = None,
        writes: bool = False,
    ) -> T:
        try:
            with self.breaker.watching(VectorStoreError):
                result = await self._hop(
                    lambda: self._work(work, writes=writes), seconds or self._timeout
                )
        except BreakerOpenError as error:
            raise VectorStoreError(str(error)) from error
        if self._is_doubtful:
            self._is_doubtful = False
            self._on_doubt()
        return result

    async def _hop(self, work: Callable[[], T], seconds: float) -> T:
        try:
            with metered(self._meter, VECTORS):
                return await self._calls.run(lambda: self._run(work), seconds)
        except WorkersLost as error:
            raise VectorStoreError(f"The vector index hangs: {error}. {self._advice}") from error
        except TimeoutError as error:
            self._renew()
            raise VectorStoreError(
                f"The vector index did not answer within {seconds:.0f} s. {self._advice}"
            ) from error

    def _run(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except FileHeldError as error:
            raise VectorStoreError(str(error)) from error
        except VectorStoreError:
            self._renew()
            raise
        # Chroma raises plain exceptions of many kinds.
        except Exception as error:  # noqa: BLE001 - as said
            self._renew()
            raise VectorStoreError(
                f"The vector index failed ({describe_failure(error, self.server)}). {self._advice}"
            ) from (error if self.server is None else None)

    @property
    def _advice(self) -> str:
        if self.server is not None:
            return f"Is {self.server.name} running, and does it let Footnote in?"
        return (
            f"Is another program using {self.folder}? `footnote index rebuild` makes it anew "
            "from the database."
        )

    def _renew(self) -> None:
        """Have the next call open Chroma, or connect to its server, anew.

        A write that an embedded Chroma could not finish, as on a full disk, may leave one of its
        connections holding the file; the next write would wait for it without end, and all of
        Python with it. A server's connections may be dead. They may also be well, and others
        wait for an answer: whoever is last closes them.
        """
        if self.server is None:
            self._is_suspect = True
            return
        self._doubt()
        with self._counting:
            old, self._chroma = self._chroma, None
            if old is None:
                return
            self._given_up.add(old)
        self._close_unused(old)

    @contextmanager
    def _using(self, chroma: ChromaCollections) -> Iterator[ChromaCollections]:
        with self._counting:
            self._users[chroma] += 1
        try:
            yield chroma
        finally:
            with self._counting:
                self._users[chroma] -= 1
            self._close_unused(chroma)

    def _close_unused(self, chroma: ChromaCollections) -> None:
        with self._counting:
            if chroma not in self._given_up or self._users[chroma]:
                return
            self._given_up.discard(chroma)
            del self._users[chroma]
        with suppress(Exception):
            chroma.close()

    def _doubt(self) -> None:
        self._is_doubtful = True
        self._losses += 1

    def _work(self, work: Callable[[ChromaCollections], T], *, writes: bool = False) -> T:
        if self._is_suspect:
            self._let_go()
        with self._gate.together():
            if self.server is None:
                self._look_for_others(for_writing=writes)
            with self._using(self._opened()) as chroma:
                return work(chroma)

    def _look_for_others(self, *, for_writing: bool) -> None:
        # Chroma would wait for them without end, and mostly hold up all of Python.
        now = time.monotonic()
        if for_writing or now - self._looked_at > _LOOK_AGAIN_SECONDS:
            file = self.folder / "chroma.sqlite3"
            wait_for_file(file, for_writing=for_writing, patience=self._file_patience)
            self._looked_at = now

    def _let_go(self) -> None:
        """Close an embedded Chroma that failed; the next call opens it."""
        with self._gate.alone(self._timeout):
            if self._is_suspect:
                self._is_suspect = False
                self._release()

    def _opened(self) -> ChromaCollections:
        # Whoever opens may hang in it.
        if not self._opening.acquire(timeout=self._timeout):
            raise VectorStoreError(f"The vector index does not open. {self._advice}")
        try:
            if self._chroma is None:
                self._chroma = self._open()
            return self._chroma
        finally:
            self._opening.release()

    def _open(self) -> ChromaCollections:
        if self.server is not None:
            return open_server(
                self.server, self._prefix, self._timeout * _SERVER_SHARE, self._doubt
            )
        self._on_open()
        return open_folder(self.folder)

    def _shrink(self) -> bool:
        # A process that was cut off may have dropped what this one does not know of.
        if not self._has_dropped and not self._work(self._has_leftovers):
            return False
        with self._gate.alone(self._timeout):
            self._opened()
            self._release()
            try:
                clear_leftovers(self.folder)
                self._has_dropped = False
            finally:
                self._opened()
        return True

    def _has_leftovers(self, chroma: ChromaCollections) -> bool:
        return len(list(segment_folders(self.folder))) > len(chroma.names())

    def _release(self) -> None:
        with self._opening:
            if self._chroma is not None:
                self._chroma.close()
                self._chroma = None
