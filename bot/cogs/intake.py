"""What is being worked on: how much at once, for whom, and what becomes of it at the end."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bot.cogs.cooldowns import Cooldowns
from bot.cogs.exchange import SEND_FAILURES, Exchange
from bot.cogs.promises import Promises
from bot.cogs.turns import OnPlace, Turns, ignore_place
from bot.policy import RESTARTING, Decision, Load, has_room
from bot.speech import mark, tr

CUT_OFF = mark("I was restarted before I could answer. Please ask again.")
_SEEN_LIMIT = 4096
_RESOLVE_TIMEOUT = 2.0
_OTHER_WORK_LIMIT = 200


@dataclass(frozen=True, slots=True)
class _Work:
    exchange: Exchange
    if_ended: str
    is_question: bool
    promised: asyncio.Task[str | None] | None


class Intake:
    """Takes questions and commands in, a bounded number at once, until it is closed.

    Args:
        limit: How many questions are answered at once.
        per_person: How much is done for one person at once.
        waiting_each: How many questions of one server may wait.
        waiting_all: How many questions may wait in all.
        patience: Seconds after which a question that waits is given up.
        promises: Where it is noted who waits; None: nowhere.
        now: The time, in UTC.
    """

    def __init__(
        self,
        *,
        limit: int,
        per_person: int,
        waiting_each: int = 20,
        waiting_all: int = 200,
        patience: float = 600.0,
        promises: Promises | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._per_person = per_person
        self._patience = patience
        self._promises = promises
        self._turns = Turns(at_once=limit, waiting_each=waiting_each, waiting_all=waiting_all)
        self._cooldowns = Cooldowns(now)
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

    def may_enter(
        self, person_id: int, *, guild_id: int | None = None, cooldown: int = 0
    ) -> Decision:
        """Whether there is room for one more.

        Args:
            person_id: For whom.
            guild_id: The server whose articles are asked; None: it is no question.
            cooldown: Seconds between two questions of this person there.
        """
        own = self._running.get(_current_task())
        is_own = own is not None and own.exchange.person.id == person_id
        load = Load(
            in_flight=sum(not work.is_question for work in self._running.values()),
            in_flight_limit=_OTHER_WORK_LIMIT,
            # What a button or a form goes on to ask is one piece of work with the press.
            of_person=self._of_person[person_id] - is_own,
            of_person_limit=self._per_person,
            is_closing=self._is_closing,
        )
        if guild_id is None:
            return has_room(load)
        return has_room(
            replace(
                load,
                in_flight=0,
                again_at=self._cooldowns.over_at(guild_id, person_id, cooldown),
                is_full=self._is_full(guild_id),
                waiting=self._turns.waiting(guild_id) or self._turns.waiting_in_all,
            )
        )

    def _is_full(self, guild_id: int) -> bool:
        """Whether no more questions fit, those counted too that are still on their way to wait."""
        asked = [work.exchange.home for work in self._running.values() if work.is_question]
        turns = self._turns
        return (
            turns.is_full(guild_id)
            or asked.count(guild_id) >= turns.at_once + turns.waiting_each
            or len(asked) >= turns.at_once + turns.waiting_all
        )

    @property
    def in_flight(self) -> int:
        """How many questions are being answered now."""
        return self._turns.taken

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn now."""
        return self._turns.waiting_in_all

    def start_cooldown(self, guild_id: int, person_id: int) -> None:
        """Count the seconds until this person's next question there from now."""
        self._cooldowns.start(guild_id, person_id)

    def forgive_cooldown(self, guild_id: int, person_id: int) -> None:
        """Let them ask again at once, where what they asked broke off on our side."""
        self._cooldowns.forgive(guild_id, person_id)

    def forget(self, person_id: int) -> None:
        """Forget when this person asked."""
        self._cooldowns.forget(person_id)

    @asynccontextmanager
    async def turn(self, guild_id: int, on_place: OnPlace = ignore_place) -> AsyncIterator[None]:
        """Wait until it is this question's turn, and answer it inside the context.

        ``on_place`` is told how many come first while it waits, in the context of whoever
        moves the line: it should note it and return.

        Raises:
            TimeoutError: it did not come to it in time.
        """
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._patience):
                await stack.enter_async_context(self._turns.turn(guild_id, on_place))
            yield

    @contextmanager
    def working(
        self, exchange: Exchange, *, if_ended: str | None = None, is_question: bool = True
    ) -> Iterator[None]:
        """Count the running task as work; ``if_ended`` is said if closing has to end it.

        What moderators do takes no room from questions: a sync may run for an hour. Inside of
        such a context another one takes its place until it ends.
        """
        task = _current_task()
        person_id = exchange.person.id
        outer = self._running.get(task)
        promised = self._promise(exchange, if_ended or tr(CUT_OFF)) if outer is None else None
        self._running[task] = _Work(exchange, if_ended or tr(RESTARTING), is_question, promised)
        if outer is None:
            self._of_person[person_id] += 1
        try:
            yield
        finally:
            # Who was not told before the end is told by the next process, if not by this one.
            if exchange.is_resolved or not self._is_closing:
                self._fulfil(promised)
            if outer is not None:
                self._running[task] = outer
            else:
                del self._running[task]
                self._of_person[person_id] -= 1
                if not self._of_person[person_id]:
                    del self._of_person[person_id]

    def _promise(self, exchange: Exchange, sentence: str) -> asyncio.Task[str | None] | None:
        place = exchange.waiting_place
        if self._promises is None or place is None:
            return None
        return self._promises.make(place, sentence)

    def _fulfil(self, promised: asyncio.Task[str | None] | None) -> None:
        if self._promises is not None and promised is not None:
            self._promises.fulfil(promised)

    async def close(self, grace: float) -> None:
        """Take nothing more in, wait ``grace`` seconds, then end what is left and say so."""
        self._is_closing = True
        try:
            await self._end_work(grace)
        finally:
            if self._promises is not None:
                await self._promises.settle()

    async def _end_work(self, grace: float) -> None:
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
            self._fulfil(work.promised)
        except SEND_FAILURES as error:
            self._log.warning("could_not_say_restarting", cause=repr(error))


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("work belongs to a task")
    return task
