"""Counts text the way the packaged embedder reads it."""

from __future__ import annotations

import re

from tokenizers import Encoding, Tokenizer

from index.model.files import read_tokenizer

_SURROGATE = re.compile("[\ud800-\udfff]")


class WordPieces:
    """The embedder's own tokenizer. Safe to share between threads.

    Args:
        tokenizer_json: content of a ``tokenizer.json``.
        limit: pieces that one run of the model reads, special tokens included.
    """

    def __init__(self, tokenizer_json: bytes, limit: int = 256) -> None:
        self._counting = Tokenizer.from_buffer(tokenizer_json)
        self._counting.no_truncation()
        self._counting.no_padding()
        self._reading = Tokenizer.from_buffer(tokenizer_json)
        self._reading.enable_truncation(limit)
        self._reading.no_padding()

    def count(self, text: str) -> int:
        """Word pieces of a text, special tokens not counted."""
        return len(self._counting.encode(_encodable(text), add_special_tokens=False))

    def encode(self, text: str) -> Encoding:
        """Ids of a text with special tokens, cut to what the model reads."""
        return self._reading.encode(_encodable(text))


def load_word_pieces() -> WordPieces:
    """The packaged tokenizer.

    Raises:
        EmbeddingError: the package is damaged.
    """
    return WordPieces(read_tokenizer())


def _encodable(text: str) -> str:
    # Half a surrogate pair, as broken JSON can carry it, has no bytes to tokenize.
    return _SURROGATE.sub("�", text)
