"""Runs a sentence-embedding ONNX model, one text a run, with telemetry off."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.word_pieces import WordPieces


class OnnxSentenceEncoder:
    """Turns a text into a unit vector. Safe to share between threads.

    The model is quantised, and the scale is chosen per run: a text gets exactly the
    same vector every time only when it is alone in its run.

    Args:
        model: content of an ONNX file with inputs ``input_ids`` and ``attention_mask``
            and one output, the sentence's vector.
        word_pieces: the tokenizer that the model was trained with.
    """

    def __init__(self, model: bytes, word_pieces: WordPieces) -> None:
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


def open_session(model: bytes, name: str) -> Any:  # noqa: ANN401 - onnxruntime has no type hints
    """A session of an ONNX file's content: one thread, no telemetry. Safe to share.

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
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EmbeddingError(
            f"The {name} cannot be loaded ({type(error).__name__}). "
            "Install Footnote again (remove .venv and run make demo)."
        ) from error
