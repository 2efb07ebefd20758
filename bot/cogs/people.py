"""Names of people for histories, so that nobody has to be mentioned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress

import discord

from bot.cogs.exchange import SEND_FAILURES, Interaction

_MARK = "discord:"
_KEPT = 1000
_ASKED_AT_ONCE = 10


class People:
    """Knows people's names as far as Discord tells them; asks for each once."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], str] = OrderedDict()

    async def names(self, interaction: Interaction, actors: Iterable[str]) -> dict[str, str]:
        """The names of those of the actors that are people of Discord."""
        names: dict[str, str] = {}
        asked = 0
        for actor in dict.fromkeys(actors):
            number = actor.removeprefix(_MARK)
            if not actor.startswith(_MARK) or not number.isdecimal():
                continue
            name = self._look_up(interaction, actor, int(number))
            if name is None and asked < _ASKED_AT_ONCE:
                asked += 1
                name = await self._ask(interaction.guild, int(number))
            names[actor] = name or _stand_in(int(number))
            # What Discord did not say in a bad moment is asked again next time.
            if name is not None:
                self._remember(interaction.guild_id or 0, actor, name)
        return names

    def forget(self, actor: str) -> None:
        """Know the name of an actor no more, in any server."""
        for known in [each for each in self._known if each[1] == actor]:
            del self._known[known]

    def _look_up(self, interaction: Interaction, actor: str, user_id: int) -> str | None:
        if interaction.user.id == user_id:
            return interaction.user.display_name
        member = interaction.guild.get_member(user_id) if interaction.guild else None
        if member is not None:
            return member.display_name
        return self._known.get((interaction.guild_id or 0, actor))

    async def _ask(self, guild: discord.Guild | None, user_id: int) -> str | None:
        with suppress(*SEND_FAILURES):
            if guild is not None:
                try:
                    return (await guild.fetch_member(user_id)).display_name
                except discord.NotFound:
                    return _stand_in(user_id)
        return None

    def _remember(self, guild_id: int, actor: str, name: str) -> None:
        self._known[(guild_id, actor)] = name
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)


def _stand_in(user_id: int) -> str:
    """What somebody is called who is not there any more."""
    return f"member {user_id}"
