"""The lexical half of search in PostgreSQL: what FTS5 finds, with the scores it gives.

The words are cut and stemmed by FTS5 itself, and BM25 is reckoned as it does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index import lexical_segments
from index.connections import Connection
from index.lexical_postings import (
    Places,
    chunks_of,
    columns_of,
    find_phrase,
    join_slots,
    unpack_places,
)
from index.lexical_segments import Segment, key_of
from index.lexical_tokens import COLUMNS, split_words
from index.lexical_values import COUNT_LIMIT, ColumnWeights, LexicalRow, weigh_count
from index.scope import WHOLE, Scope, write_condition

# What FTS5 uses, and the idf it gives to a word that more than half of the chunks hold.
_K1 = 1.2
_B = 0.75
_LEAST_IDF = 1e-6
# The first page of candidates that are looked up; the next are larger.
_FEWEST_LOOKED_UP = 250
_PAGE_GROWTH = 8

_TITLE = COLUMNS.index("title")


def create_table(connection: Connection, _library: int) -> None:
    """As `index.lexical.create_table`; one pair of tables serves all libraries."""
    lexical_segments.create_tables(connection)


def add_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """As `index.lexical.add_rows`."""
    lexical_segments.add_rows(connection, library, list(rows))


def remove_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """As `index.lexical.remove_rows`."""
    lexical_segments.remove_rows(connection, library, list(rows))


def search_rows(
    connection: Connection,
    library: int,
    words: Sequence[str],
    edition: int,
    limit: int,
    weights: ColumnWeights,
    scope: Scope = WHOLE,
) -> list[tuple[int, float]]:
    """As `index.lexical.search_rows`."""
    if not words:
        return []
    found = _Found(connection, library, split_words(words))
    chunks, scores = found.score(weights)
    order = np.argsort(-scores, kind="stable")
    chunks, scores = chunks[order], scores[order]
    kept: list[tuple[float, str, int]] = []
    for start, end in _pages(scores, max(limit, _FEWEST_LOOKED_UP)):
        page = dict(zip(chunks[start:end].tolist(), scores[start:end].tolist(), strict=True))
        ids = _look_up(connection, list(page), edition, scope)
        kept += sorted((-page[row], chunk_id, row) for row, chunk_id in ids)
        if len(kept) >= limit:
            break
    return [(row, -score) for score, _, row in kept[:limit]]


def weigh_terms(
    connection: Connection, library: int, words: Sequence[str], total: int
) -> dict[str, float]:
    """As `index.lexical.weigh_terms`."""
    split = split_words(words)
    counts = _count_terms(connection, library, [terms[0] for terms in split if len(terms) == 1])
    weights = {}
    for word, terms in zip(words, split, strict=True):
        if len(terms) == 1:
            count = counts.get(key_of(terms[0]), 0)
        else:
            count = _Found(connection, library, [terms]).hits(0) if terms else 0
        weights[word] = weigh_count(min(count, COUNT_LIMIT), total)
    return weights


def terms_like(
    connection: Connection, library: int, first: str, shortest: int, longest: int
) -> list[tuple[str, int]]:
    """As `index.lexical.terms_like`, for words of up to a hundred letters."""
    rows = connection.execute(
        "SELECT term, sum(live) FROM lexical_posting WHERE library = ? AND segment = ANY("
        "SELECT segment FROM lexical_segment WHERE library = ?) "
        "AND term >= ? AND term < ? AND length(term) BETWEEN ? AND ? AND live > 0 "
        "GROUP BY term ORDER BY term",
        (library, library, first, chr(ord(first) + 1), shortest, longest),
    )
    return [(str(r[0]), int(r[1])) for r in rows]


def write_title_condition(
    connection: Connection, library: int, words: Sequence[str]
) -> tuple[str, tuple[object, ...]]:
    """As `index.lexical.write_title_condition`."""
    titled = _Found(connection, library, split_words(words)).titled()
    return "c.pk = ANY(?::bigint[])", (titled,)


def clear_table(connection: Connection, library: int) -> None:
    """As `index.lexical.clear_table`."""
    lexical_segments.clear(connection, library)


def count_rows(connection: Connection, library: int) -> int:
    """As `index.lexical.count_rows`."""
    (count,) = connection.execute(
        "SELECT coalesce(sum(live), 0) FROM lexical_segment WHERE library = ?", (library,)
    ).fetchone()
    return int(count)


def merge_some(connection: Connection, library: int, _pages: int) -> bool:
    """As `index.lexical.merge_some`; a step is one segment, of whatever size."""
    return lexical_segments.merge_worst(connection, library)


def check_integrity(connection: Connection, library: int) -> str | None:
    """As `index.lexical.check_integrity`."""
    try:
        for segment in lexical_segments.load_segments(connection, library):
            trouble = _find_trouble(connection, library, segment)
            if trouble is not None:
                return f"segment {segment.number}: {trouble}"
    except ValueError as error:
        return f"its packed numbers are damaged: {error}"
    return None


def count_strays(connection: Connection, library: int) -> tuple[int, int]:
    """As `index.lexical.count_strays`."""
    held = [
        s.slots.chunks[s.slots.alive] for s in lexical_segments.load_segments(connection, library)
    ]
    indexed = np.concatenate([np.zeros(0, np.int64), *held])
    rows = connection.execute(
        "SELECT c.pk FROM chunk AS c JOIN version AS v ON v.pk = c.version WHERE v.library = ?",
        (library,),
    )
    stored = np.array([row[0] for row in rows], np.int64)
    missing = np.count_nonzero(~np.isin(stored, indexed))
    return int(missing), int(np.count_nonzero(~np.isin(indexed, stored)))


def _count_terms(connection: Connection, library: int, terms: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT term, sum(live) FROM lexical_posting WHERE library = ? AND segment = ANY("
        "SELECT segment FROM lexical_segment WHERE library = ?) AND term = ANY(?::text[]) "
        "GROUP BY term",
        (library, library, sorted({key_of(term) for term in terms})),
    )
    return {str(row[0]): int(row[1]) for row in rows}


class _Found:
    """Where some phrases stand in a library, and what BM25 makes of it.

    Args:
        connection: Reads the segments that hold a word of them.
        library: The library's key.
        phrases: The terms of each, one behind the other.
    """

    def __init__(
        self, connection: Connection, library: int, phrases: Sequence[Sequence[str]]
    ) -> None:
        self._connection = connection
        self._library = library
        postings = self._load_postings({key_of(t) for terms in phrases for t in terms})
        segments = lexical_segments.load_segments(connection, library, numbers=list(postings))
        slots = [s.slots for s in segments]
        joined = join_slots(slots)
        self._chunks, self._alive = joined.chunks, joined.alive
        self._lengths = joined.lengths.astype(np.float64)
        starts = np.cumsum([0, *(len(s.chunks) for s in slots)]).tolist()
        self._instances = [
            _find_instances(
                [key_of(t) for t in terms],
                [(at, postings[s.number]) for at, s in zip(starts, segments, strict=False)],
            )
            for terms in phrases
        ]

    def hits(self, phrase: int) -> int:
        """How many chunks hold a phrase."""
        return int(np.count_nonzero(self._holds(phrase)))

    def titled(self) -> list[int]:
        """The keys of the chunks whose title holds every phrase."""
        holds = self._alive
        for numbers, columns in self._instances:
            holds = holds & self._mask(numbers[columns == _TITLE])
        return [int(key) for key in self._chunks[holds]]

    def score(self, weights: ColumnWeights) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The keys of the chunks that hold any phrase, and their BM25; shape ``(n,)`` each."""
        total, tokens = self._count_all()
        average = tokens / total if total else 0.0
        by_column = np.array([weights.title, weights.heading, weights.body])
        scores = np.zeros(len(self._chunks))
        any_holds = np.zeros(len(self._chunks), bool)
        for at, (numbers, columns) in enumerate(self._instances):
            holds = self._holds(at)
            any_holds |= holds
            if holds.any():
                often = np.bincount(numbers, by_column[columns], len(self._chunks))
                idf = _rarity(total, int(np.count_nonzero(holds)))
                longer = 1 - _B + _B * self._lengths / average
                # In this very order: scores that are equal there must be equal here.
                scores += idf * ((often * (_K1 + 1.0)) / (often + _K1 * longer))
        return self._chunks[any_holds], scores[any_holds]

    def _holds(self, phrase: int) -> NDArray[np.bool_]:
        return self._alive & self._mask(self._instances[phrase][0])

    def _mask(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self._chunks), bool)
        mask[numbers] = True
        return mask

    def _count_all(self) -> tuple[int, int]:
        chunks, tokens = self._connection.execute(
            "SELECT coalesce(sum(live), 0), coalesce(sum(tokens), 0) FROM lexical_segment "
            "WHERE library = ?",
            (self._library,),
        ).fetchone()
        return int(chunks), int(tokens)

    def _load_postings(self, terms: set[str]) -> dict[int, dict[str, Places]]:
        rows = self._connection.execute(
            "SELECT segment, term, places FROM lexical_posting WHERE library = ? AND segment = ANY("
            "SELECT segment FROM lexical_segment WHERE library = ?) AND term = ANY(?::text[])",
            (self._library, self._library, sorted(terms)),
        )
        postings: dict[int, dict[str, Places]] = {}
        for row in rows:
            postings.setdefault(int(row[0]), {})[str(row[1])] = unpack_places(bytes(row[2]))
        return postings


def _find_instances(
    terms: Sequence[str], segments: Sequence[tuple[int, dict[str, Places]]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The chunk and the column of each place of a phrase; chunks count from a segment's start."""
    numbers, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start, postings in segments:
        if terms and all(term in postings for term in terms):
            places = find_phrase([postings[term] for term in terms])
            numbers.append(chunks_of(places) + start)
            columns.append(columns_of(places))
    return np.concatenate(numbers), np.concatenate(columns)


def _rarity(total: int, hits: int) -> float:
    idf = math.log((total - hits + 0.5) / (hits + 0.5))
    return idf if idf > 0.0 else _LEAST_IDF


def _pages(scores: NDArray[np.float64], size: int) -> Iterator[tuple[int, int]]:
    """Spans of scores that fall; equal ones lie in one span."""
    start = 0
    while start < len(scores):
        end = min(start + size, len(scores))
        end = int(np.searchsorted(-scores, -scores[end - 1], side="right"))
        yield start, end
        start, size = end, size * _PAGE_GROWTH


def _look_up(
    connection: Connection, rows: list[int], edition: int, scope: Scope
) -> list[tuple[int, str]]:
    """The keys and ids of those chunks that lie in an edition and a scope."""
    condition, values = write_condition(scope)
    version = "" if scope.is_whole else "JOIN version AS v ON v.pk = c.version"
    found = connection.execute(
        f"""
        SELECT c.pk, c.chunk_id FROM chunk AS c
        JOIN membership AS m ON m.version = c.version
            AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?)
        {version}
        WHERE c.pk = ANY(?::bigint[]) {condition}
        """,  # noqa: S608 - conditions of ours
        (edition, edition, rows, *values),
    )
    return [(int(r[0]), str(r[1])) for r in found]


def _find_trouble(connection: Connection, library: int, segment: Segment) -> str | None:
    slots = segment.slots
    if slots.chunks.shape != slots.lengths.shape:
        return "its chunks are damaged"
    alive = slots.alive
    counted = np.zeros(len(slots.chunks), np.int64)
    for term, live, packed in connection.execute(
        "SELECT term, live, places FROM lexical_posting WHERE library = ? AND segment = ?",
        (library, segment.number),
    ):
        places = unpack_places(bytes(packed))
        numbers = chunks_of(places)
        if not len(places) or numbers.max() >= len(counted) or (places[1:] < places[:-1]).any():
            return f"the places of '{term}' are damaged"
        if np.count_nonzero(alive[np.unique(numbers)]) != live:
            return f"'{term}' is not in as many chunks as was counted"
        counted += np.bincount(numbers, minlength=len(counted))
    if (counted[alive] != slots.lengths[alive]).any():
        return "chunks miss words, or have too many"
    return None
