"""What people say is wrong in answers, until a moderator decides.

A proposal keeps what it is about (the question, the answer, its quotes), so that it can be
decided when the answer itself is kept no more. The question goes with its answer: it is the
asker's, who may want to be forgotten.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.state.answers import Database
from index.connections import Connection
from index.sql import marks

SCHEMA = "corrections"
STEPS = (
    """
    CREATE TABLE correction (
        id TEXT PRIMARY KEY,
        guild_id TEXT NOT NULL,
        reply_id TEXT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        quotes TEXT NOT NULL,
        chosen INTEGER NOT NULL,
        text TEXT NOT NULL,
        source TEXT NOT NULL,
        author_id TEXT,
        created_at TEXT NOT NULL,
        state TEXT NOT NULL,
        decided_by TEXT,
        decided_at TEXT,
        decision TEXT NOT NULL DEFAULT '',
        note_id TEXT,
        channel_id TEXT,
        message_id TEXT
    ) STRICT;
    CREATE INDEX correction_guild ON correction (guild_id, state, created_at);
    CREATE INDEX correction_reply ON correction (reply_id);
    CREATE INDEX correction_note ON correction (note_id);
    CREATE INDEX correction_author ON correction (author_id);
    CREATE TRIGGER correction_forgets_question AFTER DELETE ON reply BEGIN
        UPDATE correction SET question = '' WHERE reply_id = old.id;
    END;
    """,
)
OPEN_LIMIT = 5
"""How many undecided proposals one member may have in a server."""
_COLUMNS = (
    "id, guild_id, reply_id, question, answer, quotes, chosen, text, source, author_id,"
    " created_at, state, decided_by, decided_at, decision, note_id, channel_id, message_id"
)
_NAMES = _COLUMNS.split(", ")
_ANEW = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
_LISTED = 200


class Verdict(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


class TooManyOpen(Exception):
    """This member has proposed as much as may wait for moderators."""


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    """A quote of the answer that may be what is wrong: where it stands, and its letters."""

    number: int
    article_id: str
    version_id: str
    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody says is right instead.

    Attributes:
        id: 16 hex digits.
        guild_id: The server whose answer it is about.
        reply_id: That answer.
        question: What was asked.
        answer: The answer as it was shown.
        quotes: What it stood on; never empty.
        text: What is right, in the member's words.
        source: Where they know it from, "" if they did not say.
        author_id: The member; 0 once they wanted to be forgotten.
        created_at: UTC, ISO 8601.
        chosen: Which of the quotes it is about, from 0.
        verdict: What became of it.
        decided_by: The moderator who decided; None before.
        decided_at: When.
        decision: Why, as the moderator wrote it.
        note_id: The note that came of it.
        card: The channel and message where moderators see it; None where they do not.
    """

    id: str
    guild_id: int
    reply_id: str
    question: str
    answer: str
    quotes: tuple[QuotedSentence, ...]
    text: str
    source: str
    author_id: int
    created_at: str
    chosen: int = 0
    verdict: Verdict = Verdict.OPEN
    decided_by: int | None = None
    decided_at: str | None = None
    decision: str = ""
    note_id: str | None = None
    card: tuple[int, int] | None = None

    @property
    def quote(self) -> QuotedSentence:
        """The quote that it is about."""
        return self.quotes[self.chosen if self.chosen < len(self.quotes) else 0]


class CorrectionLog:
    """The proposals of all servers.

    Args:
        database: Where they are kept.
        new_id: Makes ids: 16 hex digits.
        now: The time.
    """

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
        """Make the table. Call it once, after the replies.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def propose(self, proposal: Proposal) -> Proposal:
        """Keep a proposal; its id and time are given here.

        Another one of the same member about the same answer takes the place of the first while
        nobody has decided.

        Raises:
            TooManyOpen: too many of theirs wait already.
        """
        kept = replace(proposal, id=self._new_id(), created_at=_write_time(self._now()))
        return await self._database.write(lambda connection: _put(connection, kept))

    async def find(self, proposal_id: str, *, guild_id: int) -> Proposal | None:
        """The proposal of that id, if it is of that server."""
        found = await self._select("id = ? AND guild_id = ?", proposal_id, str(guild_id))
        return found[0] if found else None

    async def open_ones(self, guild_id: int) -> tuple[Proposal, ...]:
        """What waits in a server, oldest first."""
        return await self._select(
            "guild_id = ? AND state = 'open' ORDER BY created_at LIMIT ?", str(guild_id), _LISTED
        )

    async def of_note(self, note_id: str, *, guild_id: int) -> tuple[Proposal, ...]:
        """Those that a note came of."""
        return await self._select("note_id = ? AND guild_id = ?", note_id, str(guild_id))

    async def choose(self, proposal_id: str, chosen: int) -> None:
        """Note which of its quotes an undecided proposal is about."""
        await self._run("UPDATE correction SET chosen = ? WHERE id = ? AND state = 'open'",
                        chosen, proposal_id)  # fmt: skip

    async def decide(
        self, proposal_id: str, verdict: Verdict, *, by: int, reason: str = "", text: str = ""
    ) -> bool:
        """Decide it; whether it was undecided until now. ``text`` takes the place of its own."""
        changed = await self._run(
            "UPDATE correction SET state = ?, decided_by = ?, decided_at = ?, decision = ?,"
            " text = CASE WHEN ? <> '' THEN ? ELSE text END WHERE id = ? AND state = 'open'",
            str(verdict), str(by), _write_time(self._now()), reason, text, text, proposal_id,
        )  # fmt: skip
        return changed > 0

    async def reopen(self, proposal_id: str) -> None:
        """Take a decision back that could not be carried out."""
        await self._run(
            "UPDATE correction SET state = 'open', decided_by = NULL, decided_at = NULL,"
            " decision = '' WHERE id = ?",
            proposal_id,
        )

    async def note_result(self, proposal_id: str, note_id: str) -> None:
        """Note the note that came of it."""
        await self._run("UPDATE correction SET note_id = ? WHERE id = ?", note_id, proposal_id)

    async def note_card(self, proposal_id: str, channel_id: int, message_id: int) -> None:
        """Note where moderators see it."""
        await self._run(
            "UPDATE correction SET channel_id = ?, message_id = ? WHERE id = ?",
            str(channel_id),
            str(message_id),
            proposal_id,
        )

    async def _run(self, statement: str, *given: object) -> int:
        return await self._database.write(
            lambda connection: connection.execute(statement, given).rowcount
        )

    async def _select(self, where: str, *given: object) -> tuple[Proposal, ...]:
        query = f"SELECT {_COLUMNS} FROM correction WHERE {where}"  # noqa: S608 - ours

        def work(connection: Connection) -> Sequence[Any]:
            return connection.execute(query, given).fetchall()

        return tuple(map(_read, await self._database.read(work)))


def _put(connection: Connection, kept: Proposal) -> Proposal:
    guild, author = str(kept.guild_id), str(kept.author_id)
    before = connection.execute(
        "SELECT id, channel_id, message_id FROM correction"
        " WHERE guild_id = ? AND author_id = ? AND reply_id = ? AND state = 'open'",
        (guild, author, kept.reply_id),
    ).fetchone()
    if before is not None:
        kept = replace(kept, id=before[0], card=_read_card(before[1], before[2]))
    else:
        (waiting,) = connection.execute(
            "SELECT count(*) FROM correction"
            " WHERE guild_id = ? AND author_id = ? AND state = 'open'",
            (guild, author),
        ).fetchone()
        if waiting >= OPEN_LIMIT:
            raise TooManyOpen
    connection.execute(
        f"INSERT INTO correction ({_COLUMNS}) VALUES ({marks(_NAMES)})"  # noqa: S608 - ours
        f" ON CONFLICT (id) DO UPDATE SET {_ANEW}",
        (
            kept.id, guild, kept.reply_id, kept.question, kept.answer,
            json.dumps([asdict(quote) for quote in kept.quotes]), kept.chosen, kept.text,
            kept.source, author, kept.created_at, str(kept.verdict), None, None, "", None,
            *(map(str, kept.card) if kept.card else (None, None)),
        ),
    )  # fmt: skip
    return kept


def _read(row: Sequence[Any]) -> Proposal:
    (
        proposal_id, guild, reply, question, answer, quotes, chosen, text, source, author, created,
        state, decided_by, decided_at, decision, note_id, channel, message,
    ) = row  # fmt: skip
    return Proposal(
        id=proposal_id,
        guild_id=int(guild),
        reply_id=reply,
        question=question,
        answer=answer,
        quotes=tuple(QuotedSentence(**quote) for quote in json.loads(quotes)),
        text=text,
        source=source,
        author_id=_read_id(author),
        created_at=created,
        chosen=chosen,
        verdict=Verdict(state),
        decided_by=_read_id(decided_by) if decided_by else None,
        decided_at=decided_at,
        decision=decision,
        note_id=note_id,
        card=_read_card(channel, message),
    )


def _read_id(written: str | None) -> int:
    """A member's id; 0 where they wanted to be forgotten."""
    return int(written) if written else 0


def _read_card(channel: str | None, message: str | None) -> tuple[int, int] | None:
    return (int(channel), int(message)) if channel and message else None


def _write_time(moment: datetime) -> str:
    # One form for all, so that text compares as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
