"""Replies as they are kept: who asked, where, when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.state.replies import Sending

START = datetime(2031, 6, 10, 12, 0, tzinfo=UTC)
HERE, ELSEWHERE = 1001, 2002
ANN, BEN, MO = 11, 12, 13


class Clock:
    """A time that a test sets."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **given: float) -> None:
        """Let some time pass; the names are those of ``timedelta``."""
        self.now += timedelta(**given)


def sending(
    asker: int = ANN, *, guild: int = HERE, private: bool = False, channel: int = 5
) -> Sending:
    """Somebody asks in a server."""
    return Sending(guild, channel, asker, private, guild)
