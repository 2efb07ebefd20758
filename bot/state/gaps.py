"""Questions that the articles left open, so that moderators can fill the gaps.

Nobody's name is kept: a gap is what was asked, how often, and why there was no answer.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.answering.models import Answer, Reason, Reply
from bot.state.answers import Database
from index.models import Passage

SCHEMA = "gaps"
STEPS = (
    """
    CREATE TABLE gap (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        library TEXT NOT NULL,
        likeness TEXT NOT NULL,
        question TEXT NOT NULL,
        cause TEXT NOT NULL,
        nearest TEXT NOT NULL,
        edition INTEGER NOT NULL,
        first_asked TEXT NOT NULL,
        last_asked TEXT NOT NULL,
        times INTEGER NOT NULL,
        closed_at TEXT,
        UNIQUE (library, likeness)
    ) STRICT;
    CREATE INDEX gap_last_asked ON gap (last_asked);
    """,
)
_COLUMNS = "key, question, cause, nearest, edition, first_asked, last_asked, times, closed_at"
_NEAREST = 3
_NO_WORD = re.compile(r"[\W_]+")


class Cause(StrEnum):
    """Why the articles left a question open."""

    NO_ARTICLE = "no_article"
    NOT_SUPPORTED = "not_supported"
    DISAGREE = "disagree"
    TOO_OLD = "too_old"


class Order(StrEnum):
    """Which gaps come first."""

    NEWEST = "newest"
    MOST_ASKED = "asked"


_CAUSES = {
    Reason.NOTHING_FOUND: Cause.NO_ARTICLE,
    Reason.NOT_SUPPORTED: Cause.NOT_SUPPORTED,
    Reason.TOO_OLD: Cause.TOO_OLD,
}


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article that came near."""

    article_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was left open, as it was asked last. Times are UTC, ISO 8601.

    ``was_closed`` says of one that is to be closed that it was so already.
    """

    key: int
    question: str
    cause: Cause
    nearest: tuple[Nearest, ...]
    edition: int
    first_asked: str
    last_asked: str
    times: int
    closed_at: str | None = None
    was_closed: bool = field(default=False, compare=False)


class GapLog:
    """Remembers the gaps of all libraries, each question once.

    Args:
        database: Where they are kept.
        retention: A gap that was not asked about for so long is forgotten.
        limit: How many are kept in a library; closed ones go first, then those asked least.
        now: The time.
    """

    def __init__(
        self,
        database: Database,
        *,
        retention: timedelta = timedelta(days=90),
        limit: int = 1000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._retention = retention
        self._limit = limit
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def record(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does.

        One that was kept before counts up, and is open again if it was closed.
        """
        cause = cause_of(reply)
        if cause is None:
            return False
        # A text from elsewhere may hold half a character, which cannot be stored.
        asked = reply.asked_as or reply.question.text
        question = asked.encode("utf-8", "replace").decode()
        now = _write_time(self._now())
        row = {
            "library": library,
            "likeness": liken(question),
            "question": question,
            "cause": str(cause),
            "nearest": json.dumps([asdict(near) for near in _nearest(reply.passages)]),
            "edition": reply.edition,
            "now": now,
            "limit": self._limit,
            "before": self._forgotten_before(),
        }
        await self._database.write(lambda connection: _put(connection, row))
        return True

    async def gaps(
        self, library: str, *, closed_too: bool = False, order: Order = Order.NEWEST
    ) -> tuple[Gap, ...]:
        """The gaps of a library."""
        first = "times DESC, " if order is Order.MOST_ASKED else ""
        query = (
            f"SELECT {_COLUMNS} FROM gap WHERE library = ? AND last_asked >= ?"  # noqa: S608
            f"{'' if closed_too else ' AND closed_at IS NULL'} ORDER BY {first}last_asked DESC, key"
        )
        given = (library, self._forgotten_before())
        rows = await self._database.read(
            lambda connection: connection.execute(query, given).fetchall()
        )
        return tuple(map(_read, rows))

    async def close(self, library: str, key: int) -> Gap | None:
        """Put a gap away, as one that is filled or not wanted; None where there is none.

        One that was put away before stays as it is, and says so by ``was_closed``.
        """
        now = _write_time(self._now())
        return await self._database.write(lambda connection: _close(connection, library, key, now))

    async def prune(self) -> int:
        """Forget what nobody asked about for too long, in every library; how many they were."""
        before = self._forgotten_before()
        return await self._database.write(
            lambda connection: (
                connection.execute("DELETE FROM gap WHERE last_asked < ?", (before,)).rowcount
            )
        )

    def _forgotten_before(self) -> str:
        return _write_time(self._now() - self._retention)


def cause_of(reply: Reply) -> Cause | None:
    """What a reply says of the articles; None where nothing is amiss with them."""
    if isinstance(reply, Answer):
        return Cause.DISAGREE if reply.differences else None
    return _CAUSES.get(reply.reason)


def liken(question: str) -> str:
    """What two ways to type the same question share: no case, space or punctuation."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(_NO_WORD.sub(" ", folded).split()) or folded


def _nearest(passages: Sequence[Passage]) -> list[Nearest]:
    titles: dict[str, str] = {}
    for passage in passages:
        titles.setdefault(passage.article_id, passage.title)
    return [Nearest(*pair) for pair in list(titles.items())[:_NEAREST]]


def _put(connection: sqlite3.Connection, row: dict[str, object]) -> None:
    connection.execute(
        "DELETE FROM gap WHERE library = :library AND last_asked < :before",
        row,
    )
    connection.execute(
        "INSERT INTO gap (library, likeness, question, cause, nearest, edition,"
        " first_asked, last_asked, times)"
        " VALUES (:library, :likeness, :question, :cause, :nearest, :edition, :now, :now, 1)"
        " ON CONFLICT (library, likeness) DO UPDATE SET question = excluded.question,"
        " cause = excluded.cause, nearest = excluded.nearest, edition = excluded.edition,"
        " last_asked = excluded.last_asked, times = times + 1, closed_at = NULL",
        row,
    )
    connection.execute(
        "DELETE FROM gap WHERE key IN (SELECT key FROM gap WHERE library = :library"
        " AND likeness != :likeness ORDER BY closed_at IS NULL, times, last_asked"
        " LIMIT max(0, (SELECT count(*) FROM gap WHERE library = :library) - :limit))",
        row,
    )


def _close(connection: sqlite3.Connection, library: str, key: int, now: str) -> Gap | None:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM gap WHERE library = ? AND key = ?",  # noqa: S608 - ours
        (library, key),
    ).fetchone()
    if found is None:
        return None
    gap = _read(found)
    if gap.closed_at is not None:
        return replace(gap, was_closed=True)
    connection.execute("UPDATE gap SET closed_at = ? WHERE key = ?", (now, key))
    return replace(gap, closed_at=now)


def _read(row: tuple[Any, ...]) -> Gap:
    key, question, cause, nearest, edition, first, last, times, closed_at = row
    return Gap(
        key=key,
        question=question,
        cause=Cause(cause),
        nearest=tuple(Nearest(**near) for near in json.loads(nearest)),
        edition=edition,
        first_asked=first,
        last_asked=last,
        times=times,
        closed_at=closed_at,
    )


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
