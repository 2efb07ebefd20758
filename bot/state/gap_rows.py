"""Gaps as values, and as rows of SQLite. Plain functions over a connection."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.answering.models import Answer, Reason, Reply
from bot.state.gap_causes import Cause
from index.connections import Connection
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
    """
    ALTER TABLE gap ADD COLUMN assigned_to TEXT;
    ALTER TABLE gap ADD COLUMN taken_at TEXT;
    ALTER TABLE gap ADD COLUMN filled_with TEXT;
    ALTER TABLE gap ADD COLUMN filled_title TEXT;
    ALTER TABLE gap ADD COLUMN vector BLOB;
    ALTER TABLE gap ADD COLUMN vector_of TEXT;
    CREATE TABLE gap_told (
        gap INTEGER NOT NULL REFERENCES gap (key) ON DELETE CASCADE,
        guild_id TEXT NOT NULL,
        reply_id TEXT NOT NULL,
        member_id TEXT NOT NULL,
        text TEXT NOT NULL,
        told_at TEXT NOT NULL,
        PRIMARY KEY (reply_id, member_id)
    ) STRICT;
    CREATE INDEX gap_told_gap ON gap_told (gap);
    CREATE INDEX gap_told_member ON gap_told (member_id);
    """,
)
COLUMNS = (
    "key, question, cause, nearest, edition, first_asked, last_asked, times, closed_at,"
    " assigned_to, filled_with, filled_title,"
    " (SELECT count(*) FROM gap_told WHERE gap_told.gap = gap.key)"
)
_NEAREST = 3
_LONGEST = 300
_NO_WORD = re.compile(r"[\W_]+")


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

    ``was_closed`` says of one that is to be closed that it was so already. ``assigned_to`` is
    the moderator who looks after it, ``answered_by`` the article that somebody closed it with,
    ``told`` how many members told the moderators of it.
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
    assigned_to: int | None = None
    answered_by: Nearest | None = None
    told: int = 0


def cause_of(reply: Reply) -> Cause | None:
    """What a reply says of the articles; None where nothing is amiss with them."""
    if isinstance(reply, Answer):
        return Cause.DISAGREE if reply.differences else None
    return _CAUSES.get(reply.reason)


def liken(question: str) -> str:
    """What two ways to type the same question share: no case, space or punctuation."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    likeness = " ".join(_NO_WORD.sub(" ", folded).split()) or folded
    if len(likeness) <= _LONGEST:
        return likeness
    # No database's index takes texts of any length.
    digest = hashlib.sha256(likeness.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{likeness[:_LONGEST]} {digest}"


def find_nearest(passages: Sequence[Passage]) -> list[Nearest]:
    """The articles that came nearest, each once."""
    titles: dict[str, str] = {}
    for passage in passages:
        titles.setdefault(passage.article_id, passage.title)
    return [Nearest(*pair) for pair in list(titles.items())[:_NEAREST]]


def put_gap(connection: Connection, row: dict[str, object]) -> None:
    """Keep a gap, or count it up; what is too old or too much goes."""
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
        " last_asked = excluded.last_asked, times = gap.times + 1, closed_at = NULL",
        row,
    )
    connection.execute(
        "DELETE FROM gap WHERE key IN (SELECT key FROM gap WHERE library = :library"
        " AND likeness != :likeness ORDER BY closed_at IS NULL, times, last_asked"
        " LIMIT (SELECT CASE WHEN count(*) > :limit THEN count(*) - :limit ELSE 0 END"
        " FROM gap WHERE library = :library))",
        row,
    )


def tell_gap(
    connection: Connection, row: dict[str, object], told: tuple[object, ...]
) -> tuple[Gap, bool]:
    """Keep the gap where it is not kept, open it again, and note who told of it."""
    named = "SELECT key FROM gap WHERE library = :library AND likeness = :likeness"
    if connection.execute(named, row).fetchone() is None:
        put_gap(connection, row)
    (key,) = connection.execute(named, row).fetchone()
    noted = connection.execute(
        "INSERT INTO gap_told (gap, guild_id, reply_id, member_id, text, told_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (key, *told),
    )
    is_new = noted.rowcount > 0
    if is_new:
        connection.execute("UPDATE gap SET closed_at = NULL WHERE key = ?", (key,))
    found = find_gap(connection, str(row["library"]), key)
    assert found is not None  # noqa: S101 - it was just put there
    return read_gap(found), is_new


def find_gap(connection: Connection, library: str, key: int) -> tuple[Any, ...] | None:
    """The row of a gap."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT {COLUMNS} FROM gap WHERE library = ? AND key = ?",  # noqa: S608 - ours
        (library, key),
    ).fetchone()
    return row


def close_gap(
    connection: Connection, library: str, key: int, now: str, answered_by: Nearest | None
) -> Gap | None:
    """Put a gap away; None where there is none."""
    found = find_gap(connection, library, key)
    if found is None:
        return None
    gap = read_gap(found)
    if gap.closed_at is not None:
        return replace(gap, was_closed=True)
    article = (answered_by.article_id, answered_by.title) if answered_by else (None, None)
    connection.execute(
        "UPDATE gap SET closed_at = ?, filled_with = ?, filled_title = ? WHERE key = ?",
        (now, *article, key),
    )
    return replace(gap, closed_at=now, answered_by=answered_by)


def read_gap(row: tuple[Any, ...]) -> Gap:
    """A row as a gap."""
    key, question, cause, nearest, edition, first, last, times, closed_at, *rest = row
    assigned_to, article_id, title, told = rest
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
        assigned_to=int(assigned_to) if assigned_to else None,
        answered_by=Nearest(article_id, title or "") if article_id else None,
        told=told,
    )


def write_time(moment: datetime) -> str:
    """A time as text; one form for all, so that text compares as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
