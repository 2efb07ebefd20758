"""Runs a sentence-embedding ONNX model, one text a run, with telemetry off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.model.files import find_model
from index.word_pieces import WordPieces, load_word_pieces


class OnnxSentenceEncoder:
    """Turns a text into a unit vector. Safe to share between threads.

    The model is quantised, and the scale is chosen per run: a text gets exactly the
    same vector every time only when it is alone in its run.

    Args:
        model: an ONNX file, or its content, with inputs ``input_ids`` and ``attention_mask``
            and one output, the sentence's vector.
        word_pieces: the tokenizer that the model was trained with.
    """

    def __init__(self, model: bytes | Path, word_pieces: WordPieces) -> None:
        self._word_pieces = word_pieces
        self._session = open_session(model, "embedding model")

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of a text, of length 1; what lies behind 256 word pieces is not read."""
        encoding = self._word_pieces.encode(text)
        inputs = {
            "input_ids": np.array([encoding.ids], np.int64),
            "attention_mask": np.array([encoding.attention_mask], np.int64),
        }
        vector: NDArray[np.float32] = self._session.run(None, inputs)[0][0]
        return vector

    def get_text_embedding(self, text: str) -> list[float]:
        """The vector of an article's text, as LlamaIndex' models give it."""
        vector: list[float] = self.encode(text).tolist()
        return vector

    def get_query_embedding(self, query: str) -> list[float]:
        """The vector of a question, which is embedded like an article's text."""
        return self.get_text_embedding(query)


def load_encoder(word_pieces: WordPieces | None = None) -> OnnxSentenceEncoder:
    """The packaged model, without the second and the memory that LlamaIndex' import takes.

    Args:
        word_pieces: the packaged tokenizer, if it is loaded already.

    Raises:
        EmbeddingError: the package is damaged.
    """
    return OnnxSentenceEncoder(find_model(), word_pieces or load_word_pieces())


def open_session(model: bytes | Path, name: str) -> Any:  # noqa: ANN401 - onnxruntime has no type hints
    """A session of an ONNX file, or of its content: one thread, no telemetry. Safe to share.

    A session keeps content that it was given beside what it made of it, so a file is better.

    Raises:
        EmbeddingError: it is no model; ``name`` says which for a person.
    """
    # Telemetry is on by default and is decided at the first import, so not at our top.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # An arena keeps what the longest text took; a spinning thread burns a small server.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        given = str(model) if isinstance(model, Path) else model
        return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EmbeddingError(
            f"The {name} cannot be loaded ({type(error).__name__}). "
            "Install Footnote again (remove .venv and run make demo)."
        ) from error
