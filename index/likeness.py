"""Sketches of texts: a few bytes, kept with each version, that find near-identical ones.

Among many thousand sketches the candidates are found in a millisecond (MinHash over runs
of three words); ``index.alike`` then compares the texts themselves. What is compared is
title and text, since a title may tell the date that makes a notice another one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_FORMAT = 1
_SLOTS = 128
SHINGLE = 3
"""Words in a run that two texts share or do not share."""
LEAST_WORDS = 40
"""Shorter texts are alike only when they say the same words in the same order."""
_CANDIDATE = 0.7

_HEAD = np.dtype([("format", "u1"), ("words", "<u4"), ("same", "<u8")])
_LAYOUT = np.dtype([*_HEAD.descr, ("slots", "u1", (_SLOTS,))])
_BLOCK = 256

# Scripts without spaces between words count by the character.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")


def sketch(text: str) -> bytes:
    """A fixed number of bytes that tells how alike texts are; the same on every machine.

    Upper and lower case, punctuation and white space make no difference.
    """
    words = split_words(text)
    encoded = " ".join(words).encode()
    row = np.zeros((), dtype=_LAYOUT)
    row["format"] = _FORMAT
    row["words"] = len(words)
    row["same"] = int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")
    row["slots"] = _smallest(_shingles(encoded.split()))
    return row.tobytes()


def words_of(title: str, text: str) -> str:
    """What is compared of an article: two notices may differ in nothing but the title."""
    return f"{title}\n{text}"


class Lookalikes:
    """Sketches by key, to search among.

    Args:
        known: Keys and sketches. A sketch of another layout finds nothing and is not found.
    """

    def __init__(self, known: Iterable[tuple[str, bytes]] = ()) -> None:
        pairs = [(key, made) for key, made in known if len(made) == _LAYOUT.itemsize]
        self._keys = [key for key, _ in pairs]
        joined = b"".join(made for _, made in pairs)
        self._rows = np.frombuffer(joined, dtype=_LAYOUT).copy()

    def add(self, key: str, made: bytes) -> None:
        """Put one more among them."""
        if len(made) != _LAYOUT.itemsize:
            return
        at = len(self._keys)
        if at == len(self._rows):
            more = np.zeros(max(64, at), dtype=_LAYOUT)
            self._rows = np.concatenate([self._rows, more])
        self._rows[at] = np.frombuffer(made, dtype=_LAYOUT)[0]
        self._keys.append(key)

    def find(self, made: bytes) -> list[str]:
        """Keys of texts that may be alike, the likest first; ``index.alike`` decides."""
        return [self._keys[at] for at in _search(self._rows[: len(self._keys)], made)]


def find_alike(sketches: Sequence[bytes], made: bytes) -> list[int]:
    """Positions of texts that may be alike, the likest first; ``index.alike`` decides."""
    among = Lookalikes((str(at), one) for at, one in enumerate(sketches))
    return [int(key) for key in among.find(made)]


def split_words(text: str) -> list[str]:
    """The words without case and punctuation; scripts without spaces give characters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(words: Sequence[bytes]) -> NDArray[np.uint64]:
    hashes = np.fromiter(map(crc32, words), np.uint64, len(words))
    count = max(0, len(hashes) - SHINGLE + 1)
    mixed = np.zeros(count, dtype=np.uint64)
    for at in range(SHINGLE):
        mixed = _mix(mixed + hashes[at : at + count])
    return mixed


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64: every bit of the input reaches every bit of the output."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_FACTORS = _mix(np.arange(_SLOTS, dtype=np.uint64)) | np.uint64(1)
_OFFSETS = _mix(np.arange(_SLOTS, 2 * _SLOTS, dtype=np.uint64))


def _smallest(shingles: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """For each slot, the low byte of the smallest shingle in that slot's order (MinHash)."""
    if not len(shingles):
        return np.zeros(_SLOTS, dtype=np.uint8)
    least = np.full(_SLOTS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for at in range(0, len(shingles), _BLOCK):
        block = _FACTORS[:, None] * shingles[None, at : at + _BLOCK] + _OFFSETS[:, None]
        least = np.minimum(least, block.min(axis=1))
    return least.astype(np.uint8)


def _search(rows: NDArray[np.void], made: bytes) -> list[int]:
    if len(made) != _LAYOUT.itemsize or not len(rows):
        return []
    wanted = np.frombuffer(made, dtype=_LAYOUT)[0]
    shared = np.count_nonzero(rows["slots"] == wanted["slots"], axis=1)
    may_differ = (rows["words"] >= LEAST_WORDS) & (wanted["words"] >= LEAST_WORDS)
    same = (rows["same"] == wanted["same"]) & (rows["words"] == wanted["words"])
    found = (same | (may_differ & (shared >= _CANDIDATE * _SLOTS))) & (rows["format"] == _FORMAT)
    places = np.flatnonzero(found)
    order = np.lexsort((places, -shared[places]))
    return [int(at) for at in places[order]]
