"""The lexical index in PostgreSQL: segments of chunks, and for each its terms' places.

A segment is written once. What is taken out of it is marked; small segments are merged into
larger ones, which leaves out what was marked. Writers come one after the other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from index.connections import Connection
from index.lexical_postings import Postings, Renumbering, Slots, pack_tokens
from index.lexical_tokens import tokenise
from index.lexical_values import LexicalRow

# So many segments of about a size become one. A search reads every segment that holds its
# words, and a chunk is written anew each time its segment is merged: 4 times at most.
_SIBLINGS = 8
_SIZE_BITS = 3
# Writers wait for a merge: this many chunks take about a second.
_MOST_MERGED = 1 << 14
_ROWS_A_SEGMENT = 1 << 12
# PostgreSQL indexes no longer texts. No word has the sign between the beginning and the hash.
_LONGEST_TERM = 200
_KEPT_OF_LONG = 64
_LONG_SIGN = "\x01"
_PAGE = 4_000

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS lexical_segment (
        library BIGINT NOT NULL,
        segment BIGINT NOT NULL,
        live BIGINT NOT NULL,
        tokens BIGINT NOT NULL,
        first_chunk BIGINT NOT NULL,
        last_chunk BIGINT NOT NULL,
        chunks BYTEA NOT NULL,
        lengths BYTEA NOT NULL,
        PRIMARY KEY (library, segment)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS lexical_posting (
        library BIGINT NOT NULL,
        segment BIGINT NOT NULL,
        term TEXT COLLATE "C" NOT NULL,
        live BIGINT NOT NULL,
        places BYTEA NOT NULL,
        PRIMARY KEY (library, segment, term)
    )
    """,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's number and its chunks."""

    number: int
    slots: Slots


def create_tables(connection: Connection) -> None:
    """Make the tables of all libraries, if they are not there."""
    for table in _TABLES:
        connection.execute(table)


def add_rows(connection: Connection, library: int, rows: Sequence[LexicalRow]) -> None:
    """Write chunks as segments of their own, and merge where there are too many."""
    for at in range(0, len(rows), _ROWS_A_SEGMENT):
        page = rows[at : at + _ROWS_A_SEGMENT]
        tokens = tokenise((r.title, r.heading, r.body) for r in page)
        slots, postings = pack_tokens([r.row for r in page], tokens)
        _insert_segment(connection, library, slots, postings)
    while (crowd := _find_crowd(connection, library)) is not None:
        merge_segments(connection, library, crowd)


def remove_rows(connection: Connection, library: int, rows: Sequence[LexicalRow]) -> None:
    """Mark chunks as taken out, and count their words off."""
    if not rows:
        return
    keys = np.array([r.row for r in rows], np.int64)
    terms: list[set[str]] = [set() for _ in rows]
    for token in tokenise((r.title, r.heading, r.body) for r in rows):
        terms[token.row].add(token.term)
    by_key = dict(zip(keys.tolist(), terms, strict=True))
    for segment in load_segments(connection, library, around=(int(keys.min()), int(keys.max()))):
        slots = segment.slots
        leaving = slots.alive & np.isin(slots.chunks, keys)
        if leaving.any():
            gone = Counter(t for key in slots.chunks[leaving].tolist() for t in by_key[key])
            left = Slots(slots.chunks, np.where(leaving, np.int32(-1), slots.lengths))
            _mark(connection, library, Segment(segment.number, left), gone)


def _mark(connection: Connection, library: int, left: Segment, gone: Counter[str]) -> None:
    if not left.slots.live:
        _delete(connection, library, [left.number])
        return
    connection.execute(
        "UPDATE lexical_segment SET live = ?, tokens = ?, lengths = ? "
        "WHERE library = ? AND segment = ?",
        (left.slots.live, left.slots.tokens, left.slots.pack()[1], library, left.number),
    )
    connection.execute(
        "UPDATE lexical_posting AS p SET live = p.live - g.chunks "
        "FROM unnest(?::text[], ?::bigint[]) AS g (term, chunks) "
        "WHERE p.library = ? AND p.segment = ? AND p.term = g.term",
        ([key_of(term) for term in gone], list(gone.values()), library, left.number),
    )


def load_segments(
    connection: Connection,
    library: int,
    *,
    numbers: Sequence[int] | None = None,
    around: tuple[int, int] | None = None,
) -> list[Segment]:
    """Segments in the order of their numbers.

    Only those in ``numbers``, and that may hold a chunk with a key in the span ``around``.
    """
    condition, values = "", list[object]()
    if numbers is not None:
        condition += "AND segment = ANY(?::bigint[]) "
        values.append(list(numbers))
    if around is not None:
        condition += "AND first_chunk <= ? AND last_chunk >= ? "
        values += [around[1], around[0]]
    rows = connection.execute(
        "SELECT segment, chunks, lengths FROM lexical_segment "  # noqa: S608 - conditions of ours
        f"WHERE library = ? {condition}ORDER BY segment",
        (library, *values),
    )
    return [Segment(int(r[0]), Slots.unpack(r[1], r[2])) for r in rows]


def merge_worst(connection: Connection, library: int) -> bool:
    """Merge one crowd of segments, or write one anew that misses chunks; whether there was one."""
    crowd = _find_crowd(connection, library)
    if crowd is None:
        holed = connection.execute(
            "SELECT segment FROM lexical_segment "
            "WHERE library = ? AND length(chunks) / 8 > live LIMIT 1",
            (library,),
        ).fetchone()
        crowd = None if holed is None else [int(holed[0])]
    if crowd is not None:
        merge_segments(connection, library, crowd)
    return crowd is not None


def merge_segments(connection: Connection, library: int, numbers: Sequence[int]) -> None:
    """Put these segments into one, without what was taken out of them."""
    segments = load_segments(connection, library, numbers=numbers)
    renumbering = Renumbering([s.number for s in segments], [s.slots for s in segments])
    rows = connection.execute(
        "SELECT term, segment, places FROM lexical_posting "
        "WHERE library = ? AND segment = ANY(?::bigint[]) ORDER BY term, segment",
        (library, list(numbers)),
    )
    merged = renumbering.merge((str(r[0]), int(r[1]), bytes(r[2])) for r in rows)
    if len(renumbering.slots.chunks):
        _insert_segment(connection, library, renumbering.slots, merged)
    _delete(connection, library, numbers)


def clear(connection: Connection, library: int) -> None:
    """Take every chunk out."""
    connection.execute("DELETE FROM lexical_posting WHERE library = ?", (library,))
    connection.execute("DELETE FROM lexical_segment WHERE library = ?", (library,))


def key_of(term: str) -> str:
    """The term as it is stored: a very long one by its beginning and its hash."""
    if len(term) <= _LONGEST_TERM:
        return term
    return f"{term[:_KEPT_OF_LONG]}{_LONG_SIGN}{hashlib.sha256(term.encode()).hexdigest()}"


def _find_crowd(connection: Connection, library: int) -> list[int] | None:
    """Enough segments of about one size, the smallest first; None where there are not."""
    groups: dict[int, list[tuple[int, int]]] = {}
    for live, number in connection.execute(
        "SELECT live, segment FROM lexical_segment WHERE library = ? ORDER BY live, segment",
        (library,),
    ):
        groups.setdefault((int(live).bit_length() - 1) // _SIZE_BITS, []).append((live, number))
    for group in groups.values():
        if len(group) < _SIBLINGS:
            continue
        sizes = np.cumsum([live for live, _ in group])
        fitting = int(np.count_nonzero(sizes <= _MOST_MERGED))
        if fitting > 1:
            return [number for _, number in group[:fitting]]
    return None


def _insert_segment(
    connection: Connection, library: int, slots: Slots, postings: Iterable[Postings]
) -> None:
    (number,) = connection.execute(
        "SELECT coalesce(max(segment), 0) + 1 FROM lexical_segment WHERE library = ?", (library,)
    ).fetchone()
    connection.execute(
        "INSERT INTO lexical_segment (library, segment, live, tokens, first_chunk, last_chunk, "
        "chunks, lengths) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(library, number, slots.live, slots.tokens),
            *(int(slots.chunks.min()), int(slots.chunks.max())),
            *slots.pack(),
        ),
    )
    for page in _pages(postings):
        sizes = np.array([len(p.places) for p in page])
        connection.execute(
            "INSERT INTO lexical_posting (library, segment, term, live, places) "
            "SELECT ?1, ?2, p.term, p.live, substring(?3::bytea FROM p.start FOR p.size) "
            "FROM unnest(?4::text[], ?5::bigint[], ?6::int[], ?7::int[]) "
            "AS p (term, live, start, size)",
            (
                *(library, number, b"".join(p.places for p in page)),
                *([key_of(p.term) for p in page], [p.live for p in page]),
                *((np.cumsum(sizes) - sizes + 1).tolist(), sizes.tolist()),
            ),
        )


def _pages(postings: Iterable[Postings]) -> Iterator[list[Postings]]:
    rest = iter(postings)
    while page := list(islice(rest, _PAGE)):
        yield page


def _delete(connection: Connection, library: int, numbers: Sequence[int]) -> None:
    for table in ("lexical_posting", "lexical_segment"):
        connection.execute(
            f"DELETE FROM {table} WHERE library = ? AND segment = ANY(?::bigint[])",  # noqa: S608 - one of two names
            (library, list(numbers)),
        )
