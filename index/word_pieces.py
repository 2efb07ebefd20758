"""Counts text the way the packaged embedder reads it."""

from __future__ import annotations

import re

from tokenizers import Encoding, Tokenizer

from index.model.files import read_tokenizer

_SURROGATE = re.compile("[\ud800-\udfff]")
# Of parts between spaces, whose pieces are remembered: six megabytes at most.
_PARTS_KEPT = 50_000
_LONGEST_KEPT = 24
# Each is a piece of its own, whatever stands before it; so "end." need not be kept beside "end".
_MARKS = frozenset(".,;:!?\"')")


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
        self._known = _Counts(self._counting)

    def count(self, text: str) -> int:
        """Word pieces of a text, special tokens not counted.

        No piece reaches over a space, so the text's are those of the parts between its spaces;
        and most of these were seen before.
        """
        return sum(map(self._known.__getitem__, text.split(" ")))

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


class _Counts(dict[str, int]):
    """Word pieces of parts of texts; counts those that were not seen before."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, part: str) -> int:
        if len(part) > _LONGEST_KEPT:
            return self._count(part)
        if part[-1:] in _MARKS:
            return 1 + self[part[:-1]]
        if len(self) >= _PARTS_KEPT:
            self.clear()
        pieces = self[part] = self._count(part)
        return pieces

    def _count(self, part: str) -> int:
        return len(self._tokenizer.encode(_encodable(part), add_special_tokens=False))


def _encodable(text: str) -> str:
    # Half a surrogate pair, as broken JSON can carry it, has no bytes to tokenize.
    return _SURROGATE.sub("�", text)
