"""Turns texts into unit vectors with any LlamaIndex embedding model, off the event loop."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.breaker import Breaker, BreakerOpenError
from index.errors import EmbeddingError
from index.meter import EMBEDDER, NO_METER, Meter
from index.models import OnProgress, Progress, no_progress

# Below this a vector is zero but for rounding.
SMALLEST_ENTRY = 1e-12
SECONDS_BETWEEN_REPORTS = 0.2
# Somebody waits for the vector of a question; without it words alone are compared.
_QUESTION_SECONDS = 20.0
# Calls that hang keep their threads for ever, so there must not be ever more of them.
_MOST_HANGING = 16

# A worker goes on with text after text for so long before the next may have it, such as a question.
_SECONDS_A_TURN = 0.02

_Call = Callable[[str], Sequence[float]]
_Made = tuple[str, NDArray[np.float32]]


class EmbeddingModel(Protocol):
    """What is needed of a LlamaIndex ``BaseEmbedding``; every one of them will do.

    Said as a protocol, since importing llama-index takes seconds.
    """

    def get_text_embedding(self, text: str) -> list[float]:
        """The vector of an article's text."""
        ...

    def get_query_embedding(self, query: str) -> list[float]:
        """The vector of a question."""
        ...


class LoadedOnFirstUse:
    """A model that is loaded when its first text comes, in the worker's thread.

    Args:
        load: makes the model; called once.
    """

    def __init__(self, load: Callable[[], EmbeddingModel]) -> None:
        self._load = load
        self._model: EmbeddingModel | None = None
        self._lock = threading.Lock()

    def get_text_embedding(self, text: str) -> list[float]:
        """The vector of an article's text."""
        return self._loaded().get_text_embedding(text)

    def get_query_embedding(self, query: str) -> list[float]:
        """The vector of a question."""
        return self._loaded().get_query_embedding(query)

    def _loaded(self) -> EmbeddingModel:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


class Embedder:
    """Embeds texts one by one in its own threads.

    A model that quantises per run gives one text the same vector every time only
    when it is alone in its run; so there are no batches, but several workers.

    Args:
        model: what embeds; given explicitly, never taken from LlamaIndex' settings.
        fingerprint: names the model and its file; the index remembers it.
        dimension: length of its vectors.
        workers: texts embedded at the same time.
        timeout: seconds that one text may take, waiting for a worker included.
        languages: those it understands, as ISO 639-1 codes; None: any.
        breaker: leaves a failing model alone; None: as by default.
        meter: told of each text.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        *,
        fingerprint: str,
        dimension: int,
        workers: int = 2,
        timeout: float = 60.0,
        languages: frozenset[str] | None = None,
        breaker: Breaker | None = None,
        meter: Meter = NO_METER,
    ) -> None:
        self.languages = languages
        self._meter = meter
        self.breaker = breaker or Breaker("embedder", title="The embedder")
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._model = model
        self._workers = workers
        self._timeout = timeout
        self._pool = self._new_pool()
        self._closed = False
        self._hanging = 0
        self._busy = 0.0
        self._busy_lock = threading.Lock()

    @property
    def busy_seconds(self) -> float:
        """Seconds spent inside the model so far, summed over the workers."""
        return self._busy

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question, of shape ``(dimension,)`` and length 1.

        Raises:
            EmbeddingError: the model failed, took too long or gave an unusable vector.
        """
        seconds = min(self._timeout, _QUESTION_SECONDS)
        turn = _Turn(self._model.get_query_embedding, text, deque(), self.dimension)
        ((_, vector),) = await self._run(turn, seconds)
        return vector

    async def embed(
        self,
        texts: Sequence[str],
        on_progress: OnProgress = no_progress,
        *,
        at_once: int | None = None,
    ) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, each of length 1.

        Equal texts are embedded once. When the caller is cancelled, no further text
        is begun. ``at_once`` leaves workers free for others; None: all of them.

        Raises:
            EmbeddingError: the model failed, took too long or gave an unusable vector.
        """
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = np.empty((len(rows), self.dimension), np.float32)
        left = deque(rows)
        report = _Reporter(on_progress, len(rows))

        async def work() -> None:
            while (first := _pop(left)) is not None:
                turn = _Turn(self._model.get_text_embedding, first, left, self.dimension)
                made = await self._run(turn, self._timeout)
                for text, vector in made:
                    vectors[rows[text]] = vector
                report.add(len(made))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once or self._workers, self._workers, len(rows))):
                    group.create_task(work())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures.exceptions[0].__cause__
        return vectors[[rows[text] for text in texts]]

    async def close(self) -> None:
        """Take no more work; texts that wait are dropped, running ones end by themselves."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, turn: _Turn, seconds: float) -> list[_Made]:
        if self._closed:
            raise EmbeddingError("The embedder is closed.")
        began = time.perf_counter()
        made: list[_Made] = []
        try:
            with self.breaker.watching(EmbeddingError, unless=(_ClosedMeanwhile,)):
                made = await self._call(turn, seconds)
        except BreakerOpenError as error:
            raise EmbeddingError(str(error)) from None
        except EmbeddingError:
            self._meter.note_call(EMBEDDER, time.perf_counter() - began, failed=True)
            raise
        seconds = time.perf_counter() - began
        for _ in made:
            self._meter.note_call(EMBEDDER, seconds / len(made), failed=False)
        return made

    async def _call(self, turn: _Turn, seconds: float) -> list[_Made]:
        if self._hanging >= _MOST_HANGING:
            raise EmbeddingError("The embedder hangs. Start Footnote again.")
        pool = self._pool
        running = pool.submit(copy_context().run, self._timed, turn)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            # Left as it is, it would end a task group's member without a word.
            raise _ClosedMeanwhile("The embedder was closed before the text's turn.") from None
        except TimeoutError as error:
            self._abandon(pool, running)
            raise EmbeddingError(
                f"The embedder did not answer within {seconds:g} seconds. Try again."
            ) from error
        finally:
            turn.is_over = True

    def _timed(self, turn: _Turn) -> list[_Made]:
        began = time.perf_counter()
        try:
            return turn.take()
        except EmbeddingError:
            raise
        except Exception as error:
            raise EmbeddingError(f"The embedder failed ({type(error).__name__}).") from error
        finally:
            with self._busy_lock:
                self._busy += time.perf_counter() - began

    def _abandon(self, pool: ThreadPoolExecutor, running: Future[list[_Made]]) -> None:
        if running.running():
            self._count_hanging(1)
            running.add_done_callback(lambda _: self._count_hanging(-1))
        # A thread that hangs cannot be stopped; new ones let the next text through.
        if pool is self._pool and not self._closed:
            self._pool = self._new_pool()
            pool.shutdown(wait=False)

    def _count_hanging(self, more: int) -> None:
        with self._busy_lock:
            self._hanging += more

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._workers, thread_name_prefix="embedding")


class _Turn:
    """What a worker does in one go. A hop between threads costs as much as a small model's work.

    Args:
        call: what embeds one text.
        first: the text to begin with, so that no turn is empty: it would count as a success.
        left: texts to go on with; the workers share them.
        dimension: length of their vectors.
    """

    def __init__(self, call: _Call, first: str, left: deque[str], dimension: int) -> None:
        self._call = call
        self._first = first
        self._left = left
        self._dimension = dimension
        self.is_over = False

    def take(self) -> list[_Made]:
        """Texts with their unit vectors; one at least, unless nobody waits any more."""
        until = time.monotonic() + _SECONDS_A_TURN
        made: list[_Made] = []
        text: str | None = self._first
        while text is not None and not self.is_over:
            made.append((text, _unit_vector(self._call(text), self._dimension)))
            text = _pop(self._left) if time.monotonic() < until else None
        return made


def _pop(texts: deque[str]) -> str | None:
    """The next text, if other threads left one."""
    try:
        return texts.popleft()
    except IndexError:
        return None


class _ClosedMeanwhile(EmbeddingError):
    """Nobody is to blame for it."""


def _is_cancelled() -> bool:
    """Whether the task is being cancelled, rather than the work it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Reporter:
    """Tells how many texts are done: at the start, at the end, and now and then between."""

    def __init__(self, on_progress: OnProgress, total: int) -> None:
        self._on_progress = on_progress
        self._total = total
        self._done = 0
        self._reported_at = 0.0
        self._report()

    def add(self, count: int) -> None:
        self._done += count
        due = time.monotonic() - self._reported_at >= SECONDS_BETWEEN_REPORTS
        if due or self._done == self._total:
            self._report()

    def _report(self) -> None:
        self._reported_at = time.monotonic()
        self._on_progress(Progress("embedding", self._done, self._total))


def _unit_vector(values: Sequence[float], dimension: int) -> NDArray[np.float32]:
    try:
        vector = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise EmbeddingError("The embedder gave something that is not a vector.") from error
    if vector.shape != (dimension,):
        raise EmbeddingError(
            f"The embedder gave a vector of shape {vector.shape} instead of ({dimension},). "
            "Is another model behind the same name?"
        )
    largest = float(np.abs(vector).max())
    if not np.isfinite(largest):
        raise EmbeddingError("The embedder gave a vector with NaN or infinity in it.")
    if largest < SMALLEST_ENTRY:
        raise EmbeddingError("The embedder gave a vector of zeros.")
    # Divided twice, so that squares of very large or small entries stay finite.
    vector = vector / largest
    return (vector / math.sqrt(vector.dot(vector))).astype(np.float32)
