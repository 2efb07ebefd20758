"""Keeps requests to one host apart: one at a time, with a pause between two."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

_MOST_HOSTS = 1_000


@dataclass
class _Host:
    pause: float
    limiter: AsyncLimiter | None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """Gives each host its turns.

    Args:
        delay: seconds between the beginnings of two requests to one host; 0 for none.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, host: str, pause: float = 0.0) -> AsyncIterator[None]:
        """Waits until the host may be asked; ``pause`` is what the host itself wants."""
        state = self._state(host, max(self._delay, pause))
        async with state.turn:
            if state.limiter is not None:
                await state.limiter.acquire()
            yield

    def _state(self, host: str, pause: float) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            self._forget_oldest()
            state = self._hosts[host] = _Host(pause, _limiter(pause))
        elif state.pause != pause:
            state.pause, state.limiter = pause, _limiter(pause)
        self._hosts.move_to_end(host)
        return state

    def _forget_oldest(self) -> None:
        while len(self._hosts) >= _MOST_HOSTS:
            name, state = next(iter(self._hosts.items()))
            if state.turn.locked():
                return
            del self._hosts[name]


def _limiter(pause: float) -> AsyncLimiter | None:
    return AsyncLimiter(1, pause) if pause > 0 else None
