"""The lexical half of search: SQLite FTS5 with BM25, one table a library.

The tables are contentless: they hold the inverted index and no text.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index.connections import Connection
from index.scope import WHOLE, Scope, write_condition
from index.wording import FILLER, drop_asides

_WORD = re.compile(r"\w+(?:[.,'’:/+-]\w+)*", re.UNICODE)

# Function words of English: they carry no topic. A question of nothing else keeps them.
STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are aren't as at be because been before
    being between both but by can can't could couldn't did didn't do does doesn't doing
    don't down during each few for from further get gets had hadn't has hasn't have haven't
    having he her here hers herself him himself his how i i'd i'll i'm i've if in into is
    isn't it it's its itself just let's me might more most must my myself no nor not of off
    on once only or other our ours ourselves out over own please said same say says she
    should shouldn't so some such tell than that that's the their theirs them themselves
    then there there's these they they're this those through to too under until up very was
    wasn't we we're were weren't what what's when when's where where's which while who who's
    whom whose why will with won't would wouldn't yet you you're your yours yourself
    yourselves
    """.split()
)

# More rows than this make a word common; counting on would only cost time.
_COUNT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """One chunk's text for the index; ``row`` is the chunk's key."""

    row: int
    title: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class ColumnWeights:
    """How much a match counts by column; chosen on the development questions."""

    title: float = 1.0
    heading: float = 0.5
    body: float = 1.0


def content_words(question: str) -> list[str]:
    """The words of a question that carry its topic, lower case, each once, in order."""
    words = [w.replace("’", "'").lower() for w in _WORD.findall(drop_asides(question))]
    words = [w.removesuffix("'s") for w in words]
    kept = [w for w in words if w not in STOP_WORDS and w not in FILLER]
    return list(dict.fromkeys(kept or words))


def create_table(connection: Connection, library: int) -> None:
    """Make the library's lexical index, if it is not there."""
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_table(library)} USING fts5("
        "title, heading, body, content='', tokenize='porter unicode61 remove_diacritics 2')"
    )


def add_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """Index chunks."""
    connection.executemany(
        f"INSERT INTO {_table(library)} (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
        ((r.row, r.title, r.heading, r.body) for r in rows),
    )


def remove_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """Take chunks out; a contentless index must be told what it was given."""
    table = _table(library)
    connection.executemany(
        f"INSERT INTO {table} ({table}, rowid, title, heading, body) VALUES ('delete', ?, ?, ?, ?)",
        ((r.row, r.title, r.heading, r.body) for r in rows),
    )


def search_rows(
    connection: Connection,
    library: int,
    words: Sequence[str],
    edition: int,
    limit: int,
    weights: ColumnWeights,
    scope: Scope = WHOLE,
) -> list[tuple[int, float]]:
    """Chunk keys of one edition that hold any of the words, with BM25, best first.

    Only those within a scope: it is looked at before ``limit``.
    """
    if not words:
        return []
    table = _table(library)
    condition, values = write_condition(scope)
    version = "" if scope.is_whole else "JOIN version AS v ON v.pk = c.version"
    rows = connection.execute(
        f"""
        SELECT f.rowid AS row, -bm25({table}, ?, ?, ?) AS score
        FROM {table} AS f
        JOIN chunk AS c ON c.pk = f.rowid
        JOIN membership AS m ON m.version = c.version
            AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?)
        {version}
        WHERE {table} MATCH ? {condition}
        ORDER BY score DESC, c.chunk_id
        LIMIT ?
        """,
        (
            weights.title,
            weights.heading,
            weights.body,
            edition,
            edition,
            " OR ".join(_phrase(w) for w in words),
            *values,
            limit,
        ),
    )
    return [(int(r["row"]), float(r["score"])) for r in rows]


def weigh_terms(
    connection: Connection, library: int, words: Sequence[str], total: int
) -> dict[str, float]:
    """Inverse document frequency of each word, scaled to (0, 1]; 1 for an unknown word."""
    table = _table(library)
    ceiling = math.log(1 + total) or 1.0
    weights = {}
    for word in words:
        (count,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)",
            (_phrase(word), _COUNT_LIMIT),
        ).fetchone()
        share = math.log((1 + total) / (1 + min(int(count), total))) / ceiling
        weights[word] = max(share, 0.01)
    return weights


def terms_like(
    connection: Connection, library: int, first: str, shortest: int, longest: int
) -> list[tuple[str, int]]:
    """Stems in the index that begin with a letter, with the number of chunks that hold them.

    Only those of ``shortest`` to ``longest`` letters.
    """
    vocabulary = _open_vocabulary(connection, library, "row")
    rows = connection.execute(
        f"SELECT term, doc FROM {vocabulary} WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        (first, chr(ord(first) + 1), shortest, longest),
    )
    return [(str(r[0]), int(r[1])) for r in rows]


def terms_by_row(connection: Connection, library: int) -> list[tuple[int, str]]:
    """Every stem of every row, for an index of a few words."""
    vocabulary = _open_vocabulary(connection, library, "instance")
    return [
        (int(r[0]), str(r[1])) for r in connection.execute(f"SELECT doc, term FROM {vocabulary}")
    ]


def _open_vocabulary(connection: Connection, library: int, kind: str) -> str:
    """A view on the index's own list of words; it holds nothing and is not kept."""
    name = f"temp.vocabulary_{int(library)}_{kind}"
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} "
        f"USING fts5vocab(main, {_table(library)}, {kind})"
    )
    return name


def reachable_score(weights: Mapping[str, float], total: int) -> float:
    """About the BM25 of a short passage that holds every word several times."""
    # FTS5 uses k1 = 1.2, so that a term's frequency multiplies its idf by at most 2.2.
    return 2.2 * sum(weights.values()) * math.log(1 + total)


def clear_table(connection: Connection, library: int) -> None:
    """Take every chunk out."""
    table = _table(library)
    connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def count_rows(connection: Connection, library: int) -> int:
    """How many chunks the index holds, of every edition."""
    (count,) = connection.execute(f"SELECT count(*) FROM {_table(library)}_docsize").fetchone()
    return int(count)


def merge_some(connection: Connection, library: int, pages: int) -> bool:
    """Merge about so many pages of what was added and deleted; whether there is more to do.

    What was deleted takes room until then. A negative number begins with the whole index.
    """
    table, before = _table(library), connection.total_changes
    connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
    # FTS5 tells it so: with less than two changes there was nothing to merge.
    return connection.total_changes - before > 1


def check_integrity(connection: Connection, library: int) -> str | None:
    """What is wrong with the index's own structure, or None.

    SQLite would hold the writer for this, so a copy is looked at.
    """
    table = _table(library)
    with TemporaryDirectory(prefix="footnote-") as folder:
        path = str(Path(folder) / "copy.db")
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as copy:
                create_table(copy, library)
            # Opened anew each time: FTS5 remembers what it has read.
            with closing(sqlite3.connect(path)) as copy, copy:
                for part in ("data", "idx", "docsize", "config"):
                    _copy_rows(connection, copy, f"{table}_{part}")
            with closing(sqlite3.connect(path)) as copy:
                copy.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise
            return str(error)
    return None


def _copy_rows(connection: Connection, copy: Connection, table: str) -> None:
    copy.execute(f"DELETE FROM {table}")
    rows = connection.execute(f"SELECT * FROM {table}")
    values = ", ".join("?" for _ in rows.description)
    copy.executemany(f"INSERT INTO {table} VALUES ({values})", map(tuple, rows))


def count_strays(connection: Connection, library: int) -> tuple[int, int]:
    """How many stored chunks the index misses, and how many it holds that are not stored."""
    (missing,) = connection.execute(
        "SELECT count(*) FROM chunk AS c JOIN version AS v ON v.pk = c.version "
        f"LEFT JOIN {_table(library)}_docsize AS d ON d.id = c.pk "
        "WHERE v.library = ? AND d.id IS NULL",
        (library,),
    ).fetchone()
    (extra,) = connection.execute(
        f"SELECT count(*) FROM {_table(library)}_docsize AS d LEFT JOIN chunk AS c ON c.pk = d.id "
        "LEFT JOIN version AS v ON v.pk = c.version AND v.library = ? WHERE v.pk IS NULL",
        (library,),
    ).fetchone()
    return int(missing), int(extra)


def _table(library: int) -> str:
    return f"lexical_{int(library)}"


def _phrase(word: str) -> str:
    # Quoted, so that nothing a person types is read as a query operator.
    return '"' + word.replace('"', " ") + '"'
