"""Servers whose events go to another process of the same bot.

Direct messages come to one process alone, for the members of every server.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import discord

_LIFETIME = 60.0
_KEPT = 500


class GuildsElsewhere:
    """Asks Discord for such servers, and remembers its answers for a minute.

    Args:
        fetch: Asks Discord for a server, by its id.
        clock: Seconds that only go on.
    """

    def __init__(
        self,
        fetch: Callable[[int], Awaitable[discord.Guild]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._known: OrderedDict[int, tuple[float, discord.Guild | None]] = OrderedDict()

    def recall(self, guild_id: int) -> discord.Guild | None:
        """The server as Discord told of it lately; None where it was not asked."""
        return self._known.get(guild_id, (0.0, None))[1]

    async def find(self, guild_id: int) -> discord.Guild | None:
        """The server; None where the bot is no member of it.

        Raises:
            discord.HTTPException: Discord did not say.
        """
        until, guild = self._known.get(guild_id, (0.0, None))
        if self._clock() < until:
            return guild
        try:
            guild = await self._fetch(guild_id)
        except (discord.NotFound, discord.Forbidden):
            guild = None
        self._known[guild_id] = (self._clock() + _LIFETIME, guild)
        self._known.move_to_end(guild_id)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return guild
