"""Reads a question and a sentence together: does the sentence answer? Trained, and packaged."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from index.errors import EmbeddingError
from index.meter import NO_METER, SCORER, Meter, metered
from index.model.files import PAIR_PIECES, QUESTION_PIECES, find_scorer
from index.onnx_encoder import open_session
from index.threads import in_context
from index.word_pieces import WordPieces, load_word_pieces

# What is read of a text is far shorter; a longer one would only be cut into pieces in vain.
_READ_CHARACTERS = 4_000

_LOG = logging.getLogger(__name__)


class PairReader(Protocol):
    """Scores one sentence for one question, in the caller's thread."""

    def score(self, question: str, sentence: str) -> float:
        """How likely the sentence answers, in log-odds against "none does"."""
        ...


class OnnxPairReader:
    """The packaged scorer, one pair a run. Safe to share between threads.

    As with the embedder, the scale of the quantised model is chosen per run: a pair gets
    exactly the same score every time only when it is alone in its run.

    Args:
        model: an ONNX file, or its content, with inputs ``input_ids``, ``attention_mask`` and
            ``token_type_ids``, and one output, a score for each row.
        word_pieces: the tokenizer that the model was trained with.
    """

    def __init__(self, model: bytes | Path, word_pieces: WordPieces) -> None:
        self._word_pieces = word_pieces
        self._session = open_session(model, "sentence scorer")

    def score(self, question: str, sentence: str) -> float:
        """How likely the sentence answers; what lies behind 96 word pieces is not read."""
        ids, segments = self._word_pieces.encode_pair(
            question[:_READ_CHARACTERS],
            sentence[:_READ_CHARACTERS],
            limit=PAIR_PIECES,
            first_limit=QUESTION_PIECES,
        )
        inputs = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, len(ids)), np.int64),
            "token_type_ids": np.array([segments], np.int64),
        }
        return float(self._session.run(None, inputs)[0][0])


def load_pair_reader() -> OnnxPairReader:
    """The packaged scorer, ready to read; takes tenths of a second.

    Raises:
        EmbeddingError: the package is damaged.
    """
    return OnnxPairReader(find_scorer(), load_word_pieces())


class SentenceScorer:
    """Scores sentences for a question in its own threads, or says that it cannot.

    Answers go on without it: whatever is wrong with the model, it is logged once and
    there are no scores. A model that could not be loaded is not tried again.

    Args:
        load: makes the reader, in a worker's thread when the first sentence comes.
        workers: pairs read at the same time.
        meter: told of each pair.
    """

    def __init__(
        self,
        load: Callable[[], PairReader] = load_pair_reader,
        *,
        workers: int = 2,
        meter: Meter = NO_METER,
    ) -> None:
        self._meter = meter
        self._load = load
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="scoring")
        self._loading = threading.Lock()
        self._reader: PairReader | None = None
        self._unusable = False
        self._logged = False

    async def score(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        """How likely each sentence answers, in log-odds, 0 being as likely as none of them.

        A sentence is best given with the title of its article, as "TITLE: SENTENCE".
        Equal sentences are read once. When the caller is cancelled, no further one is
        begun.

        Returns:
            As many scores as sentences; None when the model cannot be used, or is closed.
        """
        loop = asyncio.get_running_loop()
        waiting = dict.fromkeys(sentences)
        scores: dict[str, float] = {}
        left = iter(waiting)

        async def work() -> None:
            for sentence in left:
                if self._unusable:
                    return
                with metered(self._meter, SCORER):
                    read = in_context(self._read)
                    score = await loop.run_in_executor(self._pool, read, question, sentence)
                if score is None:
                    return
                scores[sentence] = score

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._workers, len(waiting))):
                group.create_task(work())
        # Closing drops what waits, and so does a pair that cannot be read.
        if len(scores) < len(waiting):
            return None
        return [scores[sentence] for sentence in sentences]

    async def close(self) -> None:
        """Take no more work; pairs that wait are dropped, running ones end by themselves."""
        self._unusable = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._reader = None

    def _read(self, question: str, sentence: str) -> float | None:
        try:
            reader = self._loaded()
            return None if reader is None else reader.score(question, sentence)
        except Exception as error:  # noqa: BLE001 - an answer does not fail for a second opinion
            self._log(error)
            return None

    def _loaded(self) -> PairReader | None:
        with self._loading:
            if self._reader is None and not self._unusable:
                try:
                    self._reader = self._load()
                except Exception:
                    self._unusable = True
                    raise
            return self._reader

    def _log(self, error: Exception) -> None:
        if self._logged:
            return
        self._logged = True
        why = str(error) if isinstance(error, EmbeddingError) else type(error).__name__
        _LOG.warning("Answers are chosen without the sentence scorer. %s", why)
