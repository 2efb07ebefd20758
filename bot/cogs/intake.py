"""What is being worked on: how much at once, for whom, and what becomes of it at the end."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.cogs.exchange import SEND_FAILURES, Exchange
from bot.policy import RESTARTING, Decision, Load, has_room

_SEEN_LIMIT = 4096
_RESOLVE_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class _Work:
    exchange: Exchange
    if_ended: str
    is_question: bool


class Intake:
    """Takes questions and commands in, a bounded number at once, until it is closed."""

    def __init__(self, *, limit: int, per_person: int) -> None:
        self._limit = limit
        self._per_person = per_person
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._running: dict[asyncio.Task[object], _Work] = {}
        self._of_person: Counter[int] = Counter()
        self._is_closing = False
        self._log = structlog.get_logger(__name__)

    def is_first_time(self, snowflake: int) -> bool:
        """Whether this interaction or message was not delivered before.

        After a reconnect Discord may deliver an event again.
        """
        if snowflake in self._seen:
            return False
        self._seen[snowflake] = None
        if len(self._seen) > _SEEN_LIMIT:
            self._seen.popitem(last=False)
        return True

    @property
    def is_closing(self) -> bool:
        """Whether nothing more is taken in."""
        return self._is_closing

    def may_enter(self, person_id: int) -> Decision:
        """Whether there is room for one more."""
        return has_room(
            Load(
                in_flight=sum(work.is_question for work in self._running.values()),
                in_flight_limit=self._limit,
                of_person=self._of_person[person_id],
                of_person_limit=self._per_person,
                is_closing=self._is_closing,
            )
        )

    @contextmanager
    def working(
        self, exchange: Exchange, *, if_ended: str = RESTARTING, is_question: bool = True
    ) -> Iterator[None]:
        """Count the running task as work; ``if_ended`` is said if closing has to end it.

        What moderators do takes no room from questions: a sync may run for an hour.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("work belongs to a task")
        person_id = exchange.person.id
        self._running[task] = _Work(exchange, if_ended, is_question)
        self._of_person[person_id] += 1
        try:
            yield
        finally:
            self._running.pop(task, None)
            self._of_person[person_id] -= 1
            if not self._of_person[person_id]:
                del self._of_person[person_id]

    async def close(self, grace: float) -> None:
        """Take nothing more in, wait ``grace`` seconds, then end what is left and say so."""
        self._is_closing = True
        pending = dict(self._running)
        if not pending:
            return
        await asyncio.wait(pending, timeout=grace)
        left = {task: work for task, work in pending.items() if not task.done()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._log.info("stopped_work", finished=len(pending) - len(left), ended=len(left))
        unanswered = [work for work in left.values() if not work.exchange.is_resolved]
        await asyncio.gather(*map(self._resolve, unanswered))

    async def _resolve(self, work: _Work) -> None:
        try:
            async with asyncio.timeout(_RESOLVE_TIMEOUT):
                await work.exchange.say(work.if_ended)
        except SEND_FAILURES as error:
            self._log.warning("could_not_say_restarting", cause=repr(error))
