"""Settles whose articles answer a private question, before it is answered."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.cogs.exchange import Exchange, InteractionExchange
from bot.cogs.homes import NONE_SHARED, DirectHomes, Home, NoHome
from bot.rendering.homes import render_choice
from bot.speech import read_locale, speak, tr

_PENDING_KEPT = 500
_PENDING_SECONDS = 900.0


class DirectMessages:
    """Settles whose articles are asked before a private question is answered.

    Args:
        homes: What people chose; None where private messages are not answered.
        clock: Seconds, steadily rising.
    """

    def __init__(
        self, homes: DirectHomes | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._homes = homes
        self._clock = clock
        self._pending: OrderedDict[int, tuple[float, str]] = OrderedDict()

    async def find_home(self, exchange: Exchange, question: str) -> bool:
        """Whether it is settled who is asked; if not, what is needed has been said or shown.

        The question is kept in memory for a while, so that it is answered once somebody has
        chosen.
        """
        if self._homes is None:
            return True  # the answer desk says where questions are answered
        try:
            if isinstance(exchange, InteractionExchange):
                speak(read_locale(str(exchange.interaction.locale)))
                exchange.home, exchange.person = await self._homes.find(exchange.interaction)
            else:
                self._enter(exchange, await self._homes.home_of(exchange.person.id))
        except NoHome as why:
            if not why.is_choice:
                await exchange.say(str(why))
                return False
            return await self._offer(exchange, question, self._homes, why)
        return True

    def take_pending(self, user_id: int) -> str | None:
        """The question that somebody asked before they chose, once."""
        asked_at, question = self._pending.pop(user_id, (0.0, ""))
        return question if question and self._clock() - asked_at < _PENDING_SECONDS else None

    def forget(self, user_id: int) -> None:
        """Forget what somebody asked before they chose."""
        self._pending.pop(user_id, None)

    async def _offer(
        self, exchange: Exchange, question: str, homes: DirectHomes, why: NoHome
    ) -> bool:
        """Show the choice; where there is but one, it is chosen by itself."""
        user_id = exchange.person.id
        async with exchange.waiting():
            sharing = await homes.list_shared(user_id)
            if not sharing.shared:
                said = [str(why) if why.was_chosen else "", tr(NONE_SHARED)]
                await exchange.say("\n".join(filter(None, said)))
                return False
            if len(sharing.shared) == 1 and not sharing.more and not why.was_chosen:
                return await self._choose(exchange, homes, sharing.shared[0].guild_id)
            self._note_pending(user_id, question)
            word = str(why) if why.was_chosen else ""
            await exchange.show([render_choice(sharing.shared, word=word, more=sharing.more)])
        return False

    async def _choose(self, exchange: Exchange, homes: DirectHomes, guild_id: int) -> bool:
        try:
            self._enter(exchange, await homes.choose(exchange.person.id, guild_id))
        except NoHome as why:  # since a moment ago
            await exchange.say(str(why))
            return False
        return True

    def _enter(self, exchange: Exchange, home: Home) -> None:
        exchange.home, exchange.person = home.guild_id, home.person
        if not isinstance(exchange, InteractionExchange):
            # A message does not say which language its writer's Discord speaks.
            speak(home.language)

    def _note_pending(self, user_id: int, question: str) -> None:
        if not question.strip():
            return
        self._pending[user_id] = (self._clock(), question)
        self._pending.move_to_end(user_id)
        if len(self._pending) > _PENDING_KEPT:
            self._pending.popitem(last=False)
