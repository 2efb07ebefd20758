"""The lexical half of search in SQLite: FTS5, one table a library.

The tables are contentless: they hold the inverted index and no text.
"""

# ruff: noqa: S608 - tables are named by numbers of ours
from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index.connections import Connection
from index.lexical_tokens import COLUMNS, TOKENIZER, quote_free
from index.lexical_values import COUNT_LIMIT, ColumnWeights, LexicalRow, weigh_count
from index.scope import WHOLE, Scope, write_condition
from index.sql import insert_rows

# So many times what is wanted is looked up in the edition; the rest rarely matters.
_LOOKED_AT = 2


def create_table(connection: Connection, library: int) -> None:
    """As `index.lexical.create_table`."""
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_table(library)} USING fts5("
        f"{', '.join(COLUMNS)}, content='', tokenize='{TOKENIZER}')"
    )


def add_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """As `index.lexical.add_rows`."""
    insert_rows(
        connection,
        f"{_table(library)} (rowid, title, heading, body)",
        ((r.row, r.title, r.heading, r.body) for r in rows),
    )


def remove_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """As `index.lexical.remove_rows`."""
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
    """As `index.lexical.search_rows`."""
    if not words:
        return []
    search = _Search(_table(library), " OR ".join(_phrase(w) for w in words), edition, weights)
    # A single word is mostly a rare one, whose few chunks are soon looked at.
    if scope.is_whole and len(words) > 1:
        best = _search_first(connection, search, limit)
        if best is not None:
            return best
    return _search_all(connection, search, limit, scope)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for in one library's table."""

    table: str
    phrases: str
    edition: int
    weights: ColumnWeights

    @property
    def columns(self) -> tuple[float, float, float]:
        return self.weights.title, self.weights.heading, self.weights.body


def _search_all(
    connection: Connection, search: _Search, limit: int, scope: Scope
) -> list[tuple[int, float]]:
    """The best chunks, each that matches looked up in the edition."""
    table = search.table
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
        (*search.columns, search.edition, search.edition, search.phrases, *values, limit),
    )
    return [(int(r["row"]), float(r["score"])) for r in rows]


def _search_first(
    connection: Connection, search: _Search, limit: int
) -> list[tuple[int, float]] | None:
    """The same, with only the first matches looked up; None where those are not enough.

    They are not where many belong to other editions, or the last ones are as good as what
    comes behind them.
    """
    table, looked_at = search.table, limit * _LOOKED_AT
    rows = connection.execute(
        f"""
        WITH first AS MATERIALIZED (
            SELECT rowid AS row, -bm25({table}, ?, ?, ?) AS score
            FROM {table} WHERE {table} MATCH ? ORDER BY score DESC LIMIT ?
        )
        SELECT f.row, f.score, m.version IS NOT NULL AS is_here
        FROM first AS f
        LEFT JOIN chunk AS c ON c.pk = f.row
        LEFT JOIN membership AS m ON m.version = c.version
            AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?)
        ORDER BY f.score DESC, c.chunk_id
        """,
        (*search.columns, search.phrases, looked_at, search.edition, search.edition),
    ).fetchall()
    best = [(int(row), float(score)) for row, score, is_here in rows if is_here][:limit]
    if len(rows) < looked_at:
        return best
    return best if len(best) == limit and best[-1][1] > rows[-1]["score"] else None


def weigh_terms(
    connection: Connection, library: int, words: Sequence[str], total: int
) -> dict[str, float]:
    """As `index.lexical.weigh_terms`."""
    table = _table(library)
    weights = {}
    for word in words:
        (count,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)",
            (_phrase(word), COUNT_LIMIT),
        ).fetchone()
        weights[word] = weigh_count(int(count), total)
    return weights


def terms_like(
    connection: Connection, library: int, first: str, shortest: int, longest: int
) -> list[tuple[str, int]]:
    """As `index.lexical.terms_like`."""
    vocabulary = _open_vocabulary(connection, library)
    rows = connection.execute(
        f"SELECT term, doc FROM {vocabulary} WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        (first, chr(ord(first) + 1), shortest, longest),
    )
    return [(str(r[0]), int(r[1])) for r in rows]


def _open_vocabulary(connection: Connection, library: int) -> str:
    """A view on the index's own list of words; it holds nothing and is not kept."""
    name = f"temp.vocabulary_{int(library)}_row"
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5vocab(main, {_table(library)}, row)"
    )
    return name


def write_title_condition(library: int, words: Sequence[str]) -> tuple[str, tuple[object, ...]]:
    """As `index.lexical.write_title_condition`."""
    table = _table(library)
    named = " AND ".join(_phrase(word) for word in words)
    return f"c.pk IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (f"{{title}} : ({named})",)


def clear_table(connection: Connection, library: int) -> None:
    """As `index.lexical.clear_table`."""
    table = _table(library)
    connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def count_rows(connection: Connection, library: int) -> int:
    """As `index.lexical.count_rows`."""
    (count,) = connection.execute(f"SELECT count(*) FROM {_table(library)}_docsize").fetchone()
    return int(count)


def merge_some(connection: Connection, library: int, pages: int) -> bool:
    """As `index.lexical.merge_some`."""
    table, before = _table(library), connection.total_changes
    connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
    # FTS5 tells it so: with less than two changes there was nothing to merge.
    return connection.total_changes - before > 1


def check_integrity(connection: Connection, library: int) -> str | None:
    """As `index.lexical.check_integrity`.

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
    """As `index.lexical.count_strays`."""
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
    return f'"{quote_free(word)}"'
