"""Reads the packaged model files, and makes sure that they are the ones we built."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from index.errors import EmbeddingError

MODEL = "minilm-int8.onnx"
MODEL_SHA256 = "2ef6c267196066b3b98675e71c31106f67f78129d27dffb5615915524dbaa7c9"
DIMENSION = 384
# Remembered by every index that this model made.
FINGERPRINT = f"all-MiniLM-L6-v2-int8:{MODEL_SHA256[:12]}:{DIMENSION}"
# It was trained on English; of other languages it knows single words.
LANGUAGES = frozenset({"en"})
TOKENIZER = "tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# Reads a question and a sentence together; trained by us, see README.md beside it.
SCORER = "scorer-int8.onnx"
SCORER_SHA256 = "1191d8f89bb182f17155ed259c28b2d56f8db124c0f21d46a35342cefdb03c96"
# Pieces that it was trained to read of a pair, and most of them that the question gets.
PAIR_PIECES, QUESTION_PIECES = 96, 64


def find_model() -> Path:
    """Where the ONNX model lies.

    Raises:
        EmbeddingError: it is missing or altered.
    """
    return _find(MODEL, MODEL_SHA256)


def read_tokenizer() -> bytes:
    """The tokenizer's JSON.

    Raises:
        EmbeddingError: it is missing or altered.
    """
    return _read(TOKENIZER, TOKENIZER_SHA256)


def find_scorer() -> Path:
    """Where the ONNX model of the sentence scorer lies.

    Raises:
        EmbeddingError: it is missing or altered.
    """
    return _find(SCORER, SCORER_SHA256)


def _find(name: str, expected: str) -> Path:
    _read(name, expected)
    return Path(str(resources.files("index.model").joinpath(name)))


def _read(name: str, expected: str) -> bytes:
    try:
        content = resources.files("index.model").joinpath(name).read_bytes()
    except OSError as error:
        raise EmbeddingError(_damaged(name, "cannot be read")) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise EmbeddingError(_damaged(name, "is not the file that was shipped"))
    return content


def _damaged(name: str, what: str) -> str:
    return (
        f"The package is damaged: its model file {name} {what}. "
        "Install Footnote again (remove .venv and run make demo)."
    )
