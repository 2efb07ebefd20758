"""The answers that were sent, so that their quotes can be shown later, after a restart too."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from bot.answering.models import Answer, Citation
from index.connections import Connection

T = TypeVar("T")
SCHEMA = "answers"
STEPS = (
    """
    CREATE TABLE sent_answer (
        id TEXT PRIMARY KEY,
        guild_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        edition INTEGER NOT NULL,
        quotes TEXT NOT NULL
    ) STRICT;
    CREATE INDEX sent_answer_created_at ON sent_answer (created_at);
    """,
)


class Database(Protocol):
    """SQLite off the event loop; ``index.database.Database`` is the real one."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one consistent snapshot."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction."""
        ...

    async def migrate(self, schema: str, steps: Sequence[str]) -> None:
        """Run the scripts of ``schema`` that this file has not seen yet."""
        ...


@dataclass(frozen=True, slots=True)
class SentQuote:
    """A source of a sent answer: its number, its quote, and where that stands."""

    number: int
    article_id: str
    version_id: str
    title: str
    publisher: str | None
    published_at: str | None
    link: str | None
    start: int
    end: int
    text: str
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer that was sent in a server. ``created_at`` is UTC."""

    id: str
    guild_id: str
    channel_id: str
    created_at: datetime
    edition: int
    quotes: tuple[SentQuote, ...]
    unconfirmed: tuple[int, ...] = ()
    """Numbers of quotes that were taken out because they are not in the article."""


class AnswerLog:
    """Remembers sent answers under random ids. The questions are not kept."""

    def __init__(
        self,
        database: Database,
        *,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._now = now

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def record(self, answer: Answer, *, guild_id: int, channel_id: int) -> str:
        """Keep the answer's quotes; the id to ask for them, 16 hex digits."""
        answer_id = self._new_id()
        quotes = json.dumps([asdict(keep_quote(citation)) for citation in answer.citations])
        row = (
            answer_id,
            str(guild_id),
            str(channel_id),
            _write_time(self._now()),
            answer.edition,
            quotes,
        )
        await self._database.write(
            lambda connection: (
                connection.execute(
                    "INSERT INTO sent_answer VALUES (?, ?, ?, ?, ?, ?)", row
                ).rowcount
            )
        )
        return answer_id

    async def find(self, answer_id: str, *, guild_id: int) -> SentAnswer | None:
        """The answer of that id if it was sent in that server, else None."""

        def work(connection: Connection) -> tuple[str, str, str, str, int, str] | None:
            found = connection.execute(
                "SELECT id, guild_id, channel_id, created_at, edition, quotes"
                " FROM sent_answer WHERE id = ? AND guild_id = ?",
                (answer_id, str(guild_id)),
            ).fetchone()
            return tuple(found) if found else None

        row = await self._database.read(work)
        if row is None:
            return None
        quotes = tuple(SentQuote(**quote) for quote in json.loads(row[5]))
        return SentAnswer(row[0], row[1], row[2], datetime.fromisoformat(row[3]), row[4], quotes)

    async def prune(self, before: datetime) -> int:
        """Forget the answers sent before a moment; how many they were."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "DELETE FROM sent_answer WHERE created_at < ?", (_write_time(before),)
                ).rowcount
            )
        )


async def confirm_quotes(
    answer: SentAnswer, text_of: Callable[[str], Awaitable[str]]
) -> SentAnswer:
    """The answer with only those quotes that stand in their articles, letter for letter.

    ``text_of`` gives the text of an article version and raises ``KeyError`` where it is
    no longer stored; then the quote stays as it was proven when the answer was given.
    """
    kept = [quote for quote in answer.quotes if await _stands(quote, text_of)]
    numbers = {quote.number for quote in kept}
    missing = tuple(q.number for q in answer.quotes if q.number not in numbers)
    return replace(answer, quotes=tuple(kept), unconfirmed=missing)


async def _stands(quote: SentQuote, text_of: Callable[[str], Awaitable[str]]) -> bool:
    try:
        text = await text_of(quote.version_id)
    except KeyError:
        return True
    return text[quote.start : quote.end] == quote.text


def keep_quote(citation: Citation) -> SentQuote:
    """What is kept of a source."""
    quote = citation.quote
    return SentQuote(
        number=citation.number,
        article_id=quote.article_id,
        version_id=quote.version_id,
        title=quote.title,
        publisher=quote.publisher,
        published_at=quote.published_at,
        link=citation.link,
        start=quote.start,
        end=quote.end,
        text=quote.text,
        superseded_by=quote.superseded_by,
    )


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
