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
        self._start, self._end = self._reading.encode("").ids

    def count(self, text: str) -> int:
        """Word pieces of a text, special tokens not counted."""
        return len(self._counting.encode(_encodable(text), add_special_tokens=False))

    def encode(self, text: str) -> Encoding:
        """Ids of a text with special tokens, cut to what the model reads."""
        return self._reading.encode(_encodable(text))

    def encode_pair(
        self, first: str, second: str, *, limit: int, first_limit: int
    ) -> tuple[list[int], list[int]]:
        """Ids of two texts read together, and which of the two each id belongs to (0 or 1).

        Special tokens included, these are at most ``limit``: of the first text
        ``first_limit`` pieces are kept, and the second one gets what room is left.
        """
        ids = self._ids(first)[:first_limit]
        head = [self._start, *ids, self._end]
        room = max(0, limit - len(head) - 1)
        tail = [*self._ids(second)[:room], self._end]
        return head + tail, [0] * len(head) + [1] * len(tail)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._counting.encode(_encodable(text), add_special_tokens=False).ids
        return ids


def load_word_pieces() -> WordPieces:
    """The packaged tokenizer.

    Raises:
        EmbeddingError: the package is damaged.
    """
    return WordPieces(read_tokenizer())


def _encodable(text: str) -> str:
    # Half a surrogate pair, as broken JSON can carry it, has no bytes to tokenize.
    return _SURROGATE.sub("�", text)
