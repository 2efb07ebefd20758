"""Words as the lexical index has them: cut and stemmed by SQLite FTS5 itself.

FTS5 tells only of what was indexed, so texts go into a table in memory and come out as its
vocabulary. Whoever scores them by other means has the very same words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import NamedTuple

TOKENIZER = "porter unicode61 remove_diacritics 2"
COLUMNS = ("title", "heading", "body")


class Token(NamedTuple):
    """One word of one text.

    Attributes:
        term: The stem, in lower case and without accents.
        row: The number of the text, from 0.
        column: The number of its column, as in ``COLUMNS``.
        offset: The number of the word in its column, from 0.
    """

    term: str
    row: int
    column: int
    offset: int


def tokenise(texts: Iterable[tuple[str, str, str]]) -> list[Token]:
    """Every word of texts of three columns, by term, then row, column and offset."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as scratch:
        scratch.execute("PRAGMA journal_mode = OFF")
        scratch.execute(
            f"CREATE VIRTUAL TABLE t USING fts5({', '.join(COLUMNS)}, content='', "
            f"tokenize='{TOKENIZER}')"
        )
        scratch.execute("BEGIN")
        scratch.executemany(
            "INSERT INTO t (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
            ((row, *text) for row, text in enumerate(texts)),
        )
        scratch.execute("COMMIT")
        scratch.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
        places = {name: at for at, name in enumerate(COLUMNS)}
        found = scratch.execute("SELECT term, doc, col, offset FROM v")
        return [Token(term, row, places[col], offset) for term, row, col, offset in found]


def split_words(words: Sequence[str]) -> list[list[str]]:
    """The terms of each word, in its order: mostly one; two for "well-known", none for "_"."""
    terms: list[list[tuple[int, str]]] = [[] for _ in words]
    for token in tokenise(("", "", quote_free(word)) for word in words):
        terms[token.row].append((token.offset, token.term))
    return [[term for _, term in sorted(placed)] for placed in terms]


def quote_free(word: str) -> str:
    """The word without what would end a quoted phrase of FTS5."""
    return word.replace('"', " ")
