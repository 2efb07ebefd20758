"""Where words stand, packed: four bytes for each word of a text.

Chunks of a segment are numbered from 0. A place is the chunk's number in the upper half of
an unsigned integer, the column in the next two bits, the word's number in its column in the
rest; the places of a term are in order. So a phrase is found by adding one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.lexical_tokens import Token

MOST_CHUNKS = 1 << 16
_CHUNK_BITS = 16
_COLUMN_BITS = 14
# Words further back in one column all stand at its end: they count, but form no phrases.
_LAST_OFFSET = (1 << _COLUMN_BITS) - 1
_PLACE = np.dtype("<u4")
_CHUNK = np.dtype("<i8")
_LENGTH = np.dtype("<i4")
_PAGE_BYTES = 1 << 20

Places = NDArray[np.uint32]


class Postings(NamedTuple):
    """A term in a segment: how many living chunks hold it, and its packed places."""

    term: str
    live: int
    places: bytes


@dataclass(frozen=True, slots=True)
class Slots:
    """The chunks of a segment.

    Attributes:
        chunks: Their keys, shape ``(n,)``.
        lengths: How many words each has, shape ``(n,)``; -1 for one that was taken out.
    """

    chunks: NDArray[np.int64]
    lengths: NDArray[np.int32]

    @classmethod
    def unpack(cls, chunks: bytes, lengths: bytes) -> Slots:
        """As ``pack`` has written them."""
        return cls(np.frombuffer(chunks, _CHUNK), np.frombuffer(lengths, _LENGTH))

    def pack(self) -> tuple[bytes, bytes]:
        """The keys and the lengths as bytes."""
        return self.chunks.astype(_CHUNK).tobytes(), self.lengths.astype(_LENGTH).tobytes()

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which chunks were not taken out, shape ``(n,)``."""
        return np.asarray(self.lengths >= 0)

    @property
    def live(self) -> int:
        """How many chunks were not taken out."""
        return int(np.count_nonzero(self.alive))

    @property
    def tokens(self) -> int:
        """How many words those have."""
        return int(self.lengths[self.alive].sum(dtype=np.int64))


def join_slots(parts: Sequence[Slots]) -> Slots:
    """The chunks of several segments, one segment after the other."""
    return Slots(
        np.concatenate([np.zeros(0, np.int64), *(p.chunks for p in parts)]),
        np.concatenate([np.zeros(0, np.int32), *(p.lengths for p in parts)]),
    )


def pack_tokens(chunks: Sequence[int], tokens: Sequence[Token]) -> tuple[Slots, list[Postings]]:
    """A segment of the chunks with these keys; a token's row is the chunk's place in them."""
    rows = np.array([token.row for token in tokens], np.int64)
    lengths = np.bincount(rows, minlength=len(chunks)).astype(np.int32)
    slots = Slots(np.array(chunks, np.int64), lengths)
    postings = []
    for term, found in groupby(tokens, key=lambda token: token.term):
        of_term = list(found)
        places = np.array([_place(t) for t in of_term], _PLACE)
        postings.append(Postings(term, len({t.row for t in of_term}), places.tobytes()))
    return slots, postings


def _place(token: Token) -> int:
    offset = min(token.offset, _LAST_OFFSET)
    return token.row << _CHUNK_BITS | token.column << _COLUMN_BITS | offset


def unpack_places(packed: bytes) -> Places:
    """The places of one term."""
    return np.frombuffer(packed, _PLACE)


def find_phrase(places: Sequence[Places]) -> Places:
    """Where the terms stand one behind the other: the place of the first, each time."""
    found = places[0]
    for step, others in enumerate(places[1:], 1):
        room = found & np.uint32(_LAST_OFFSET)
        # A step over the end of a column would end in the next one.
        found = found[room < _LAST_OFFSET - step]
        found = found[np.isin(found + np.uint32(step), others)]
    return found


def chunks_of(places: Places) -> NDArray[np.int64]:
    """The number of each place's chunk."""
    return (places >> np.uint32(_CHUNK_BITS)).astype(np.int64)


def columns_of(places: Places) -> NDArray[np.int64]:
    """The number of each place's column."""
    return (places >> np.uint32(_COLUMN_BITS) & np.uint32(3)).astype(np.int64)


class Renumbering:
    """Puts the living chunks of some segments into one, where they have other numbers.

    Args:
        segments: Their numbers, in the order in which their chunks follow each other.
        slots: Their chunks.
    """

    def __init__(self, segments: Sequence[int], slots: Sequence[Slots]) -> None:
        joined = join_slots(slots)
        alive = joined.alive
        self.slots = Slots(joined.chunks[alive], joined.lengths[alive])
        self._numbers = np.where(alive, np.cumsum(alive) - 1, -1)
        starts = np.cumsum([0, *(len(s.chunks) for s in slots)])
        self._starts = {segment: int(at) for segment, at in zip(segments, starts, strict=False)}

    def merge(self, rows: Iterable[tuple[str, int, bytes]]) -> Iterator[Postings]:
        """Postings as ``(term, segment, places)``, by term and then as the segments follow."""
        for page in _cut_pages(rows):
            yield from self._merge_page(page)

    def _merge_page(self, rows: Sequence[tuple[str, int, bytes]]) -> Iterator[Postings]:
        places = unpack_places(b"".join(row[2] for row in rows))
        sizes = np.array([len(row[2]) // _PLACE.itemsize for row in rows])
        terms, of_row = _number_terms([row[0] for row in rows])
        starts = np.repeat(np.array([self._starts[row[1]] for row in rows]), sizes)
        numbers = self._numbers[starts + chunks_of(places)]
        kept = numbers >= 0
        numbers, of_place = numbers[kept], np.repeat(of_row, sizes)[kept]
        within = places[kept] & np.uint32(MOST_CHUNKS - 1)
        packed = (numbers.astype(_PLACE) << np.uint32(_CHUNK_BITS) | within).tobytes()
        is_first = np.ones(len(numbers), bool)
        is_first[1:] = (numbers[1:] != numbers[:-1]) | (of_place[1:] != of_place[:-1])
        live = np.bincount(of_place[is_first], minlength=len(terms))
        ends = np.cumsum(np.bincount(of_place, minlength=len(terms))) * _PLACE.itemsize
        start = 0
        for term, chunks, end in zip(terms, live.tolist(), ends.tolist(), strict=True):
            if chunks:
                yield Postings(term, chunks, packed[start:end])
            start = end


def _cut_pages(
    rows: Iterable[tuple[str, int, bytes]],
) -> Iterator[list[tuple[str, int, bytes]]]:
    """The rows in pages of about a megabyte, those of one term together."""
    page: list[tuple[str, int, bytes]] = []
    size = 0
    for row in rows:
        if size > _PAGE_BYTES and page[-1][0] != row[0]:
            yield page
            page, size = [], 0
        page.append(row)
        size += len(row[2])
    if page:
        yield page


def _number_terms(terms: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The terms, each once, and for each row the number of its term."""
    each = [term for term, _ in groupby(terms)]
    changes = [one != other for one, other in zip(terms[1:], terms, strict=False)]
    return each, np.cumsum([0, *changes])
