"""Who is a member of which server, as Discord says, and believed for some minutes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

import discord

_KEPT = 5_000
# Discord waits three seconds for the first word on an interaction.
_SECONDS = 1.5


class Members:
    """Asks Discord for members; never believes what people say of themselves.

    Args:
        lifetime: Seconds for which a member is believed to be one, with the same roles.
        doubt: Seconds for which somebody is believed to be none: people join, then ask.
        clock: Seconds, steadily rising.
    """

    def __init__(
        self,
        *,
        lifetime: float = 300.0,
        doubt: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lifetime = lifetime
        self._doubt = doubt
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], tuple[float, discord.Member | None]] = (
            OrderedDict()
        )

    async def find(self, guild: discord.Guild, user_id: int) -> discord.Member | None:
        """The member; None where they are none.

        Raises:
            TimeoutError: Discord did not say in time.
            discord.HTTPException: it cannot say.
        """
        key = (guild.id, user_id)
        until, member = self._known.get(key, (0.0, None))
        if self._clock() < until:
            return member
        async with asyncio.timeout(_SECONDS):
            member = await _fetch(guild, user_id)
        self._known[key] = (self._clock() + (self._lifetime if member else self._doubt), member)
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return member

    def forget(self, user_id: int) -> None:
        """Forget what is known of a person."""
        for key in [key for key in self._known if key[1] == user_id]:
            del self._known[key]


async def _fetch(guild: discord.Guild, user_id: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(user_id)
    except discord.NotFound:
        return None
