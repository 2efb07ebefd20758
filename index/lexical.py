"""The lexical half of search: which chunks hold the words of a question, with BM25.

SQLite FTS5 in the data folder; in PostgreSQL an index of our own, which finds the same with
the same scores. It holds no text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from index import lexical_postgres, lexical_sqlite
from index.connections import Connection, dialect_of
from index.lexical_values import ColumnWeights, LexicalRow
from index.scope import WHOLE, Scope
from index.wording import FILLER, drop_asides

__all__ = ["ColumnWeights", "LexicalRow"]

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


def content_words(question: str) -> list[str]:
    """The words of a question that carry its topic, lower case, each once, in order."""
    words = [w.replace("’", "'").lower() for w in _WORD.findall(drop_asides(question))]
    words = [w.removesuffix("'s") for w in words]
    kept = [w for w in words if w not in STOP_WORDS and w not in FILLER]
    return list(dict.fromkeys(kept or words))


def create_table(connection: Connection, library: int) -> None:
    """Make the library's lexical index, if it is not there."""
    if _is_postgres(connection):
        lexical_postgres.create_table(connection, library)
    else:
        lexical_sqlite.create_table(connection, library)


def add_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """Index chunks."""
    if _is_postgres(connection):
        lexical_postgres.add_rows(connection, library, rows)
    else:
        lexical_sqlite.add_rows(connection, library, rows)


def remove_rows(connection: Connection, library: int, rows: Iterable[LexicalRow]) -> None:
    """Take chunks out; a contentless index must be told what it was given."""
    if _is_postgres(connection):
        lexical_postgres.remove_rows(connection, library, rows)
    else:
        lexical_sqlite.remove_rows(connection, library, rows)


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
    if _is_postgres(connection):
        return lexical_postgres.search_rows(
            connection, library, words, edition, limit, weights, scope
        )
    return lexical_sqlite.search_rows(connection, library, words, edition, limit, weights, scope)


def weigh_terms(
    connection: Connection, library: int, words: Sequence[str], total: int
) -> dict[str, float]:
    """Inverse document frequency of each word, scaled to (0, 1]; 1 for an unknown word."""
    if _is_postgres(connection):
        return lexical_postgres.weigh_terms(connection, library, words, total)
    return lexical_sqlite.weigh_terms(connection, library, words, total)


def terms_like(
    connection: Connection, library: int, first: str, shortest: int, longest: int
) -> list[tuple[str, int]]:
    """Stems in the index that begin with a letter, with the number of chunks that hold them.

    Only those of ``shortest`` to ``longest`` letters.
    """
    if _is_postgres(connection):
        return lexical_postgres.terms_like(connection, library, first, shortest, longest)
    return lexical_sqlite.terms_like(connection, library, first, shortest, longest)


def write_title_condition(
    connection: Connection, library: int, words: Sequence[str]
) -> tuple[str, tuple[object, ...]]:
    """That the title of ``chunk AS c`` holds every one of the words, and its values."""
    if _is_postgres(connection):
        return lexical_postgres.write_title_condition(connection, library, words)
    return lexical_sqlite.write_title_condition(library, words)


def clear_table(connection: Connection, library: int) -> None:
    """Take every chunk out."""
    if _is_postgres(connection):
        lexical_postgres.clear_table(connection, library)
    else:
        lexical_sqlite.clear_table(connection, library)


def count_rows(connection: Connection, library: int) -> int:
    """How many chunks the index holds, of every edition."""
    if _is_postgres(connection):
        return lexical_postgres.count_rows(connection, library)
    return lexical_sqlite.count_rows(connection, library)


def merge_some(connection: Connection, library: int, pages: int) -> bool:
    """Merge about so many pages of what was added and deleted; whether there is more to do.

    What was deleted takes room until then. A negative number begins with the whole index.
    """
    if _is_postgres(connection):
        return lexical_postgres.merge_some(connection, library, pages)
    return lexical_sqlite.merge_some(connection, library, pages)


def check_integrity(connection: Connection, library: int) -> str | None:
    """What is wrong with the index's own structure, or None.

    Nobody waits for this, but it reads all of it.
    """
    if _is_postgres(connection):
        return lexical_postgres.check_integrity(connection, library)
    return lexical_sqlite.check_integrity(connection, library)


def count_strays(connection: Connection, library: int) -> tuple[int, int]:
    """How many stored chunks the index misses, and how many it holds that are not stored."""
    if _is_postgres(connection):
        return lexical_postgres.count_strays(connection, library)
    return lexical_sqlite.count_strays(connection, library)


def reachable_score(weights: Mapping[str, float], total: int) -> float:
    """About the BM25 of a short passage that holds every word several times."""
    # FTS5 uses k1 = 1.2, so that a term's frequency multiplies its idf by at most 2.2.
    return 2.2 * sum(weights.values()) * math.log(1 + total)


def _is_postgres(connection: Connection) -> bool:
    return dialect_of(connection) == "postgres"
