"""Turns to be answered: so many at once, and the servers take them in rounds.

Within a server the first to come is the first to be answered. Between servers it goes round:
between two turns of one server every other server has one at most. So a busy server fills
its own line, and a quiet one is never behind it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

OnPlace = Callable[[int], None]
"""Told how many questions come first, whenever that changes; it must not wait."""


def ignore_place(_: int) -> None:
    """For callers who do not show it."""


class _Ticket:
    """One question in line. ``place`` is how many come first, -1 before it was told."""

    __slots__ = ("granted", "on_place", "place")

    def __init__(self, on_place: OnPlace) -> None:
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_place = on_place
        self.place = -1

    def tell(self, place: int) -> None:
        """Tell it its place, if that is news."""
        if place != self.place:
            self.place = place
            self.on_place(place)


class Turns:
    """Gives turns, a bounded number at once.

    Args:
        at_once: How many have a turn at the same time.
        waiting_each: How many of one server may wait.
        waiting_all: How many of all servers may wait.
    """

    def __init__(self, *, at_once: int, waiting_each: int = 20, waiting_all: int = 200) -> None:
        if min(at_once, waiting_each, waiting_all) < 1:
            raise ValueError("every limit is 1 or more")
        self.at_once = at_once
        self.waiting_each = waiting_each
        self.waiting_all = waiting_all
        self._taken = 0
        # The server whose turn is next comes first; none has an empty line.
        self._lines: OrderedDict[int, deque[_Ticket]] = OrderedDict()

    @property
    def taken(self) -> int:
        """How many have a turn now."""
        return self._taken

    def waiting(self, server: int) -> int:
        """How many of a server wait now."""
        return len(self._lines.get(server, ()))

    @property
    def waiting_in_all(self) -> int:
        """How many of all servers wait now."""
        return sum(map(len, self._lines.values()))

    def is_full(self, server: int) -> bool:
        """Whether no more of a server can wait; a turn that is free needs no waiting."""
        if self._taken < self.at_once:
            return False
        is_long = self.waiting(server) >= self.waiting_each
        return is_long or self.waiting_in_all >= self.waiting_all

    @asynccontextmanager
    async def turn(self, server: int, on_place: OnPlace = ignore_place) -> AsyncIterator[None]:
        """Wait for a turn, have it inside the context, and pass it on at its end.

        Whoever is cancelled while waiting leaves the line. Ask ``is_full`` first: here
        nobody is turned away.
        """
        await self._wait(server, on_place)
        try:
            yield
        finally:
            self._taken -= 1
            self._go_on()

    async def _wait(self, server: int, on_place: OnPlace) -> None:
        if self._taken < self.at_once:
            # Then nobody waits: a turn that ends goes to the next in line at once.
            self._taken += 1
            return
        ticket = _Ticket(on_place)
        self._lines.setdefault(server, deque()).append(ticket)
        self._tell_places()
        try:
            await ticket.granted
        except asyncio.CancelledError:
            if ticket.granted.done() and not ticket.granted.cancelled():
                self._taken -= 1  # it came in the same moment
                self._go_on()
            else:
                self._leave(server, ticket)
            raise

    def _go_on(self) -> None:
        while self._taken < self.at_once and self._lines:
            server, line = self._lines.popitem(last=False)
            ticket = line.popleft()
            if line:
                self._lines[server] = line
            if not ticket.granted.done():
                self._taken += 1
                ticket.granted.set_result(None)
        self._tell_places()

    def _leave(self, server: int, ticket: _Ticket) -> None:
        line = self._lines.get(server)
        if line is not None and ticket in line:
            line.remove(ticket)
            if not line:
                del self._lines[server]
            self._tell_places()

    def _tell_places(self) -> None:
        for place, ticket in enumerate(self._in_order()):
            ticket.tell(place)

    def _in_order(self) -> Iterator[_Ticket]:
        """All who wait, in the order in which they will be called as things stand."""
        rounds = [iter(line) for line in self._lines.values()]
        while rounds:
            left = []
            for line in rounds:
                ticket = next(line, None)
                if ticket is not None:
                    left.append(line)
                    yield ticket
            rounds = left
