"""What a server's questions look like in figures: only counts, of that server alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.answering.models import Answer
from bot.state.answers import Database
from bot.state.replies import ANSWERED, State, read_reply
from index.connections import Connection

CITED_SHOWN = 5
_TAIL = 0.95
_COUNT_VOTES = (
    "SELECT coalesce(sum(helpful), 0), coalesce(sum(1 - helpful), 0) FROM vote WHERE reply_id IN"
)
_COUNT_CITED = (
    "SELECT article_id, count(DISTINCT reply_id), max(reply_id) FROM reply_citation"
    " WHERE guild_id = :guild AND reply_id IN"
)
_SENT = (
    f"FROM reply WHERE guild_id = :guild AND created_at >= :since AND state <> '{State.UNSHOWN}'"
)
# What is posted of a private answer is kept as a reply of its own, and was asked once.
_SINCE = _SENT + " AND id NOT IN (SELECT shared_id FROM share WHERE shared_id IS NOT NULL)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Day:
    """The questions of one day, by UTC."""

    day: date
    answered: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Cited:
    """An article, and in how many answers it was cited."""

    article_id: str
    title: str
    answers: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of some days, today as the last one.

    ``refusals`` counts the refusals by reason, the most frequent first. ``median_ms`` and
    ``tail_ms`` (95 of 100 were faster) are None where nothing was timed.
    """

    days: tuple[Day, ...]
    refusals: tuple[tuple[str, int], ...] = ()
    helpful: int = 0
    not_helpful: int = 0
    median_ms: float | None = None
    tail_ms: float | None = None
    cited: tuple[Cited, ...] = ()

    @property
    def answered(self) -> int:
        """Questions that were answered."""
        return sum(day.answered for day in self.days)

    @property
    def refused(self) -> int:
        """Questions that were not."""
        return sum(day.refused for day in self.days)

    @property
    def asked(self) -> int:
        """All questions."""
        return self.answered + self.refused


class StatsDesk:
    """Counts what the replies and the votes of a server say.

    Args:
        database: Where replies and votes are kept.
        now: The time.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now

    async def of(self, guild_id: int, *, days: int) -> Stats:
        """The figures of a server's last ``days`` days, today among them."""
        today = self._now().astimezone(UTC).date()
        first = today - timedelta(days=days - 1)
        given = {"guild": str(guild_id), "since": first.isoformat()}
        return await self._database.read(lambda connection: _count(connection, given, first, days))


def _count(connection: Connection, given: dict[str, str], first: date, days: int) -> Stats:
    refusals = connection.execute(
        f"SELECT outcome, count(*) {_SINCE} AND outcome != '{ANSWERED}'"
        " GROUP BY outcome ORDER BY count(*) DESC, outcome",
        given,
    ).fetchall()
    helpful, not_helpful = connection.execute(
        f"{_COUNT_VOTES} (SELECT id {_SENT})",
        given,
    ).fetchone()
    median, tail = _read_times(connection, given)
    return Stats(
        days=_count_days(connection, given, first, days),
        refusals=tuple((str(reason), int(count)) for reason, count in refusals),
        helpful=helpful,
        not_helpful=not_helpful,
        median_ms=median,
        tail_ms=tail,
        cited=_find_cited(connection, given),
    )


def _count_days(
    connection: Connection, given: dict[str, str], first: date, days: int
) -> tuple[Day, ...]:
    rows = connection.execute(
        f"SELECT substr(created_at, 1, 10), count(*) FILTER (WHERE outcome = '{ANSWERED}'),"
        f" count(*) FILTER (WHERE outcome != '{ANSWERED}') {_SINCE} GROUP BY 1",
        given,
    )
    counted = {day: (answered, refused) for day, answered, refused in rows}
    calendar = [first + timedelta(days=number) for number in range(days)]
    return tuple(Day(day, *counted.get(day.isoformat(), (0, 0))) for day in calendar)


def _read_times(connection: Connection, given: dict[str, str]) -> tuple[float | None, float | None]:
    (count,) = connection.execute(
        f"SELECT count(*) {_SINCE} AND milliseconds > 0",
        given,
    ).fetchone()
    if not count:
        return None, None

    def at(share: float) -> float:
        place = math.ceil(share * count) - 1
        row = connection.execute(
            f"SELECT milliseconds {_SINCE} AND milliseconds > 0"
            " ORDER BY milliseconds LIMIT 1 OFFSET :place",
            {**given, "place": place},
        ).fetchone()
        return float(row[0])

    return at(0.5), at(_TAIL)


def _find_cited(connection: Connection, given: dict[str, str]) -> tuple[Cited, ...]:
    rows = connection.execute(
        f"{_COUNT_CITED} (SELECT id {_SINCE})"
        f" GROUP BY article_id ORDER BY 2 DESC, article_id LIMIT {CITED_SHOWN}",
        given,
    ).fetchall()
    return tuple(
        Cited(article_id, _read_title(connection, article_id, reply_id), count)
        for article_id, count, reply_id in rows
    )


def _read_title(connection: Connection, article_id: str, reply_id: str) -> str:
    """The article's title as an answer cited it: it may be gone from the library since."""
    (written,) = connection.execute("SELECT reply FROM reply WHERE id = ?", (reply_id,)).fetchone()
    reply = read_reply(written)
    quotes: Sequence[str] = (
        [c.quote.title for c in reply.citations if c.quote.article_id == article_id]
        if isinstance(reply, Answer)
        else ()
    )
    return quotes[0] if quotes else article_id
