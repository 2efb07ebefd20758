"""Every place in the database that names a person of Discord, and what forgetting does there.

A new column that names somebody is added here: a test compares this list with the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from index.forgetting import ACTORS


class Kind(StrEnum):
    """What people call what is kept of them."""

    QUESTIONS = "questions"
    FEEDBACK = "feedback"
    CORRECTIONS = "corrections"
    DECISIONS = "decisions"
    CHOICES = "choices"


class Fate(Enum):
    """What becomes of a row when its person is forgotten."""

    DELETED = auto()
    UNNAMED = auto()
    """It stays, without the person: it is the server's record."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A column that holds a person's id.

    Attributes:
        kind: What people call it.
        table: The table.
        column: The column with the id.
        at: The column that says since when, "" without one.
        guild: The server's id as text, as SQL; "" where a row belongs to no server.
        fate: What forgetting does.
        unnamed: What stands in place of the person in a row that stays.
        exported: The columns that are handed over; empty: all. The rest is somebody else's.
    """

    kind: Kind
    table: str
    column: str
    at: str
    guild: str
    fate: Fate
    unnamed: str | None = None
    exported: tuple[str, ...] = ()


_OF_LIBRARY = "substr({table}.library, length('discord-') + 1)"
_OF_REPLY = "(SELECT guild_id FROM reply WHERE reply.id = {table}.reply_id)"
HOLDINGS = (
    Holding(Kind.FEEDBACK, "vote", "member_id", "voted_at", _OF_REPLY, Fate.DELETED),
    Holding(Kind.QUESTIONS, "reply", "asker_id", "created_at", "guild_id", Fate.DELETED),
    Holding(Kind.DECISIONS, "complaint_closed", "closed_by", "closed_at", _OF_REPLY, Fate.UNNAMED),
    Holding(Kind.CHOICES, "direct_home", "user_id", "chosen_at", "guild_id", Fate.DELETED),
    Holding(Kind.DECISIONS, "server_change", "user_id", "created_at", "guild_id", Fate.DELETED),
    Holding(
        Kind.CORRECTIONS,
        "correction",
        "author_id",
        "created_at",
        "guild_id",
        Fate.UNNAMED,
        unnamed="0",
    ),
    Holding(
        Kind.DECISIONS,
        "correction",
        "decided_by",
        "decided_at",
        "guild_id",
        Fate.UNNAMED,
        exported=("id", "guild_id", "state", "decided_by", "decided_at", "decision"),
    ),
    Holding(Kind.FEEDBACK, "gap_told", "member_id", "told_at", "guild_id", Fate.DELETED),
    Holding(
        Kind.DECISIONS,
        "gap",
        "assigned_to",
        "taken_at",
        _OF_LIBRARY,
        Fate.UNNAMED,
        exported=("key", "library", "assigned_to", "taken_at"),
    ),
)
"""Those with plain ids, votes before the replies that they hang on."""
ACTOR_COLUMNS = ACTORS
"""Those with an actor, ``discord:USER_ID``; the person goes and the row stays."""
