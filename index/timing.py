"""A search's time: what the question and the library say of it, and what that leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from index import decision_rows, lexical, priors
from index.connections import Connection
from index.library_rows import LibraryRow
from index.recency import OFF, Recency, RecencyError, parse_recency
from index.scope import WHOLE, Scope, write_condition
from index.when import TimeWanted, read_time
from index.when_impossible import find_impossible_day

RECENCY = "recency"
"""The option's name in a library's row."""

# More passages than this in a time are no narrow time: the ordinary search finds them.
_MOST_WITHIN = 5_000
# Inside a strict time, what scores less than this share of the best outside is off the topic.
_FAR = 0.5
# The day of an event is not known from an article that only names its year.
_LONGEST_EVENT = timedelta(days=31)
# "What happened in March?" is of what was published then, "in 1990" of what is told.
_FEW_DAYS = timedelta(days=31)
_WORD = re.compile(r"[\w'’-]+")


@dataclass(frozen=True, slots=True)
class Within:
    """Chunks from between two days: their keys, their ids, and vectors ``(ids, dimension)``."""

    rows: tuple[int, ...]
    ids: tuple[str, ...]
    vectors: NDArray[np.float32]

    def nearest(self, query: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Those most like a question, best first, with their cosine."""
        if not self.ids:
            return []
        cosines = self.vectors @ query
        order = np.argsort(-cosines, kind="stable")[:limit]
        return [(self.ids[at], float(cosines[at])) for at in order]

    def best(self, hits: Sequence[tuple[int, float]], limit: int) -> dict[int, float]:
        """Of lexical hits, best first, those that are among these, with their scores."""
        rows = set(self.rows)
        return dict([hit for hit in hits if hit[0] in rows][:limit])


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one search: as the question has it, and as the library prefers it.

    ``within`` are the chunks of a strict time, or of one that is all a question asks for:
    they are candidates though others may fit the question better. ``notice`` says what is
    odd about the time itself.
    """

    today: date
    wanted: TimeWanted | None = None
    recency: Recency = OFF
    within: Within | None = None
    notice: str | None = None

    def may_answer(self, published: str | None) -> bool:
        """Whether the time leaves in what was published then."""
        return self.wanted is None or priors.may_answer(published, self.wanted)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is left of the candidates. ``kept`` are their places, ``scores`` those of all.

    ``outside`` says that none from the time asked for is about the question.
    """

    scores: NDArray[np.float32]
    kept: tuple[int, ...]
    notice: str | None = None
    outside: bool = False


def read_timing(
    connection: Connection,
    library: LibraryRow,
    question: str,
    today: date,
    scope: Scope = WHOLE,
) -> Timing:
    """What a question says of its time, and how its library prefers newer articles."""
    wanted = read_time(question, today)
    if wanted is not None and wanted.event:
        wanted = wanted.resolve(_day_of_event(connection, library, wanted.event, today))
    impossible = find_impossible_day(question)
    notice = f"There is no {impossible}." if impossible is not None else None
    timing = Timing(today, wanted, read_recency(connection, library.name), notice=notice)
    if wanted is None or not (wanted.strict or _is_few_days(wanted)):
        return timing
    return replace(timing, within=_find_within(connection, library, wanted, scope))


def read_recency(connection: Connection, library: str) -> Recency:
    """A library's setting of recency; off where none was made."""
    try:
        return parse_recency(decision_rows.read_option(connection, library, RECENCY) or "off")
    except RecencyError:
        return OFF  # of a later release


def fit_time(
    scores: NDArray[np.float32], published: Sequence[str | None], timing: Timing
) -> Fitted:
    """Scores as dates have them, and which candidates they leave.

    Args:
        scores: One for each candidate, in [0, 1].
        published: Their dates, in the same order.
        timing: What the question and the library say.
    """
    adjusted = priors.adjust(scores, published, timing.wanted, timing.recency, timing.today)
    everything = tuple(range(len(scores)))
    wanted = timing.wanted
    if wanted is None or not wanted.strict or not everything:
        return Fitted(adjusted, everything)
    gone = adjusted < 0
    if not np.any(gone) and all(priors.read_published(each) is None for each in published):
        return Fitted(adjusted, everything, "The articles carry no dates, so I looked at all.")
    inside = np.array([priors.is_inside(each, wanted) for each in published])
    when = wanted.describe()
    later = any(priors.is_soon_after(each, wanted) for each in published)
    is_listed = wanted.alone and (later or bool(np.any(inside)))
    if not is_listed and _is_off_topic(scores, inside, gone):
        return Fitted(
            scores,
            tuple(int(at) for at in np.flatnonzero(gone)),
            f"I found nothing about this in articles {when}.",
            outside=True,
        )
    notice = f"I looked at articles {when}{' and shortly after' if later else ''}."
    if not np.any(inside) and not later:
        notice = f"I found no article {when}, only such as may be from then."
    return Fitted(adjusted, tuple(int(at) for at in np.flatnonzero(~gone)), notice)


def _is_few_days(wanted: TimeWanted) -> bool:
    """Whether a question asks for what there is of a short time, and for nothing else."""
    if not wanted.alone or wanted.start is None or wanted.end is None:
        return False
    return wanted.end - wanted.start <= _FEW_DAYS


def _is_off_topic(
    scores: NDArray[np.float32], inside: NDArray[np.bool_], gone: NDArray[np.bool_]
) -> bool:
    """Whether what is outside the time is about the question, and what is left is not."""
    outside = float(np.max(scores, where=gone, initial=0.0))
    within = float(np.max(scores, where=inside, initial=0.0))
    unsure = float(np.max(scores, where=~gone & ~inside, initial=0.0))
    return outside > 0 and within < _FAR * outside and unsure < outside


def _find_within(
    connection: Connection, library: LibraryRow, wanted: TimeWanted, scope: Scope
) -> Within:
    """Chunks of the library's edition from between two days; the newest 5,000 where more are."""
    start, end = (day.isoformat() for day in priors.reach_of(wanted))
    condition, values = write_condition(scope)
    rows = connection.execute(
        # A year or a month stands for all of its days: as text it sorts before them.
        "SELECT c.pk, c.chunk_id, e.vector FROM version AS v "  # noqa: S608 - constants of ours
        "JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) "
        "JOIN chunk AS c ON c.version = v.pk "
        "JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding "
        "WHERE v.library = ? AND v.published_at >= ? AND v.published_at < ? "
        f"AND v.published_at || '~' >= ? {condition} "
        "ORDER BY v.published_at DESC, c.chunk_id LIMIT ?",
        (
            *(library.edition, library.edition, library.pk),
            *(start[:4], f"{end}~", start, *values, _MOST_WITHIN),
        ),
    ).fetchall()
    vectors = [np.frombuffer(row["vector"], dtype="<f4") for row in rows]
    return Within(
        tuple(row["pk"] for row in rows),
        tuple(row["chunk_id"] for row in rows),
        np.array(vectors, dtype=np.float32),
    )


def _day_of_event(
    connection: Connection, library: LibraryRow, event: str, today: date
) -> date | None:
    """The day of the newest article whose title names the event, if one has a day."""
    words = [w for w in lexical.content_words(event) if _WORD.fullmatch(w)]
    if not words:
        return None
    is_titled, values = lexical.write_title_condition(connection, library.pk, words)
    row = connection.execute(
        "SELECT v.published_at FROM chunk AS c JOIN version AS v ON v.pk = c.version "  # noqa: S608 - a condition of ours
        "JOIN membership AS m ON m.version = v.pk AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) "
        f"WHERE c.ordinal = 0 AND {is_titled} "
        "AND v.published_at GLOB '[0-9][0-9][0-9][0-9]-*' "
        "AND v.published_at < ? ORDER BY v.published_at DESC LIMIT 1",
        (library.edition, library.edition, *values, f"{today.isoformat()}~"),
    ).fetchone()
    days = priors.read_published(row["published_at"]) if row is not None else None
    return days[0] if days is not None and days[1] - days[0] <= _LONGEST_EVENT else None
