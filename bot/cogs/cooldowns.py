"""How long somebody has to wait between two questions in a server."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

_KEPT = 10_000


class Cooldowns:
    """Remembers when each member asked last in each server, in memory alone.

    Args:
        now: The time, in UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._asked: OrderedDict[tuple[int, int], datetime] = OrderedDict()

    def start(self, guild_id: int, person_id: int) -> None:
        """Note that somebody asks now."""
        key = (guild_id, person_id)
        self._asked[key] = self._now()
        self._asked.move_to_end(key)
        if len(self._asked) > _KEPT:
            self._asked.popitem(last=False)

    def forgive(self, guild_id: int, person_id: int) -> None:
        """Let somebody ask again at once: what they asked came to nothing."""
        self._asked.pop((guild_id, person_id), None)

    def forget(self, person_id: int) -> None:
        """Forget a person in all servers."""
        for key in [key for key in self._asked if key[1] == person_id]:
            del self._asked[key]

    def over_at(self, guild_id: int, person_id: int, seconds: int) -> datetime | None:
        """When somebody may ask again; None: now."""
        asked = self._asked.get((guild_id, person_id))
        if asked is None or seconds <= 0:
            return None
        over = asked + timedelta(seconds=seconds)
        # A clock that was set back must not keep anybody waiting longer than was said.
        is_near = asked <= self._now() < over
        return over if is_near else None
