"""How much there is in all libraries together, for whoever operates the program."""

from __future__ import annotations

from dataclasses import dataclass

from index.connections import Connection


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all libraries.

    Attributes:
        libraries: Those that have an edition.
        articles: In the current editions.
        chunks: All that are stored, for older editions too.
        editions: Published so far, of those that are still kept.
    """

    libraries: int
    articles: int
    chunks: int
    editions: int


def count_totals(connection: Connection) -> Totals:
    """The sums as they stand; looks at every row once, so ask for it seldom."""
    (libraries,) = connection.execute("SELECT count(*) FROM library WHERE edition > 0").fetchone()
    (articles,) = connection.execute(
        "SELECT count(*) FROM membership AS m JOIN library AS l ON l.pk = m.library "
        "WHERE m.from_edition <= l.edition AND (m.to_edition IS NULL OR m.to_edition > l.edition)"
    ).fetchone()
    (chunks,) = connection.execute("SELECT count(*) FROM chunk").fetchone()
    (editions,) = connection.execute(
        "SELECT count(*) FROM edition AS e JOIN library AS l ON l.pk = e.library "
        "WHERE e.number <= l.edition"
    ).fetchone()
    return Totals(int(libraries), int(articles), int(chunks), int(editions))
