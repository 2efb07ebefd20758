"""The lexical half of one search: what the question's words find, and how rare they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index import lexical, spelling
from index.connections import Connection
from index.library_rows import LibraryRow
from index.scope import WHOLE, Scope

# A word that few chunks hold: a name, a code, a version. Those chunks are looked at even
# where the rest of the question outweighs it.
_RARE_WEIGHT = 0.6
_MOST_RARE = 3
_MOST_HOLDERS = 10


@dataclass(frozen=True, slots=True)
class WordHits:
    """What the words of a question found in one edition of a library.

    Attributes:
        library: The library as it stood; None where there is none.
        scores: BM25 by chunk key.
        term_weights: How rare each word is, as ``SearchResult`` has it.
        spelled: Words of the question that are not known, as the library spells them.
        holders: For each rare word the keys of the chunks that hold it.
        reachable: About the BM25 of a short passage that holds every word.
        chunks: How many the library holds.
    """

    library: LibraryRow | None
    scores: dict[int, float] = field(default_factory=dict)
    term_weights: dict[str, float] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    holders: tuple[frozenset[int], ...] = ()
    reachable: float = 0.0
    chunks: int = 0

    @property
    def rows(self) -> list[int]:
        """Every chunk that was found."""
        return list(self.scores.keys() | frozenset[int]().union(*self.holders))


def search_plainly(
    connection: Connection,
    library: LibraryRow,
    words: Sequence[str],
    depth: int,
    scope: Scope = WHOLE,
) -> WordHits:
    """BM25 over the passages' text and nothing else, for measuring."""
    text_only = lexical.ColumnWeights(title=0.0, heading=0.0)
    total = lexical.count_rows(connection, library.pk)
    weights = lexical.weigh_terms(connection, library.pk, words, total)
    rows = lexical.search_rows(
        connection, library.pk, words, library.edition, depth, text_only, scope
    )
    reachable = lexical.reachable_score(weights, total)
    return WordHits(library, dict(rows), weights, reachable=reachable, chunks=total)


def search_words(
    connection: Connection,
    library: LibraryRow,
    words: Sequence[str],
    depth: int,
    columns: lexical.ColumnWeights,
    scope: Scope = WHOLE,
) -> WordHits:
    """The best ``depth`` chunks by BM25, unknown words as the library spells them."""

    def search(sought: Sequence[str], limit: int) -> list[tuple[int, float]]:
        return lexical.search_rows(
            connection, library.pk, sought, library.edition, limit, columns, scope
        )

    total = lexical.count_rows(connection, library.pk)
    weights = lexical.weigh_terms(connection, library.pk, words, total)
    unknown = [word for word, weight in weights.items() if weight == 1.0]
    spelled = spelling.respell(connection, library.pk, unknown)
    known = lexical.weigh_terms(connection, library.pk, list(spelled.values()), total)
    weights |= {word: known[meant] for word, meant in spelled.items()}
    rare = [w for w in weights if w not in unknown and weights[w] >= _RARE_WEIGHT]
    rare.sort(key=lambda word: -weights[word])
    holders = [frozenset(dict(search([word], _MOST_HOLDERS))) for word in rare[:_MOST_RARE]]
    return WordHits(
        library,
        dict(search([*words, *spelled.values()], depth)),
        weights,
        spelled,
        tuple(rows for rows in holders if rows),
        lexical.reachable_score(weights, total),
        total,
    )
