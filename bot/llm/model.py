"""A language model that can be relied on: it replies in time and within its budget, or says no."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import stamina
import structlog

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.ports import Request
from bot.errors import FootnoteError
from bot.llm.connecting import Connection
from bot.llm.failing import CallFailed, Failure, explain
from bot.llm.providers import Asked
from bot.llm.reading import Piece, Usage, estimate_tokens
from bot.llm.turns import Turns
from bot.observing.observer import Observer
from bot.state.spending import Booking, OverBudgetError, SpendingLog
from index.breaker import Breaker
from index.errors import StoreError
from index.meter import MODEL

_CHARACTERS_PER_TOKEN = 12
# A reader who has heard enough leaves while the model closes its brackets, and then comes what
# the call has used. A model that writes more than this is not at its end.
_LAST_CHARACTERS = 200
_HELD_BACK = {"content_filter", "safety", "refusal", "recitation", "prohibited_content"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take.

    Attributes:
        max_tokens: The longest reply, whatever the request says.
        seconds: For the whole reply, trying again included.
        first_seconds: Until it begins, trying again included.
        attempts: How often a call is tried that fails before it begins.
        wait: Seconds before the second attempt; then twice as many each time.
        after: Seconds that a reply that is whole may still be held open, for its figures.
        leave: Seconds that a reply is read on for its figures when its reader has heard enough.
    """

    max_tokens: int = 700
    seconds: float = 60.0
    first_seconds: float = 20.0
    attempts: int = 3
    wait: float = 0.5
    after: float = 2.0
    leave: float = 0.5


@dataclass(slots=True)
class _Tally:
    """What a call has used so far."""

    read: int
    asked: bool = False
    begun: bool = False
    text: list[str] = field(default_factory=list)
    usage: Usage | None = None
    finish: str | None = None
    whole: bool = False

    def note(self, piece: Piece) -> None:
        self.begun = True
        self.usage = piece.usage or self.usage
        self.finish = piece.finish or self.finish

    @property
    def is_counted(self) -> bool:
        """Whether the reply has ended and the provider has said what it used."""
        return self.finish is not None and self.usage is not None

    def total(self, failure: Failure | None) -> Usage:
        """As the provider counted; else estimated; nothing where nobody was asked."""
        if self.usage is not None and self.whole:
            return self.usage
        turned_away = failure is not None and failure.kind is not Outage.SLOW
        if not self.asked or (turned_away and not self.begun):
            return Usage(0, 0)
        counted = self.usage or Usage(0, 0)
        wrote = estimate_tokens("".join(self.text))
        return Usage(counted.read or self.read, max(wrote, counted.wrote))


class LlamaIndexModel:
    """Any language model of LlamaIndex, as the engine wants it.

    Args:
        connection: The model.
        name: What it is called in answers and logs.
        limits: What one call may take.
        turns: How many calls there may be at once.
        breaker: Leaves a failing model alone.
        spending: Books the tokens.
        observer: Told of each call; None: one that writes the log only.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        name: str,
        limits: Limits,
        turns: Turns,
        breaker: Breaker,
        spending: SpendingLog,
        observer: Observer | None = None,
    ) -> None:
        self.name = name
        self._observer = observer or Observer()
        self.spending = spending
        self._connection = connection
        self._limits = limits
        self._turns = turns
        self._breaker = breaker
        self._log = structlog.get_logger(__name__).bind(model=name)

    @property
    def follows_schemas(self) -> bool:
        """Whether ``Request.schema`` has an effect, as far as is known now."""
        return self._connection.follows_schemas

    async def stream(self, request: Request) -> AsyncGenerator[str, None]:
        """The reply, piece by piece as it comes.

        Raises:
            ModelUnavailable: down, too slow, over budget, or it broke off.
        """
        tally = _Tally(read=estimate_tokens(request.prompt))
        failure = None
        try:
            async with self._turns.take(), aclosing(self._call(request, tally)) as texts:
                async for text in texts:
                    yield text
        except CallFailed as failed:
            failure = failed.failure
        # Raised out here so that nothing is chained to it: a provider's error may repeat a key.
        if failure is not None:
            raise ModelUnavailable(failure.cause, kind=failure.kind)

    async def warm_up(self) -> None:
        """Load the provider's library, which takes seconds; nobody is asked anything.

        Raises:
            ModelSettingsError: it cannot be used.
        """
        await self._connection.load()

    async def close(self) -> None:
        """Close the connections that are kept open."""
        await self._connection.close()

    async def _call(self, request: Request, tally: _Tally) -> AsyncGenerator[str, None]:
        """One call with all that belongs to it; ends in a verdict on the model, and is paid."""
        admission = self._breaker.admit()
        if admission is None:
            cause = "The model failed several times; it is left alone for a moment."
            raise CallFailed(Failure(Outage.DOWN, cause, counts=False))
        judge, failure, booking = self._breaker.leave, None, None
        began = time.perf_counter()
        asked = Asked(min(request.max_tokens, self._limits.max_tokens), request.schema)
        try:
            booking = await self._reserve(request, tally, asked)
            async with aclosing(self._pieces(request.prompt, asked, tally)) as texts:
                async for text in texts:
                    yield text
            judge = self._breaker.succeed
        except GeneratorExit:
            # The reader has heard enough, so there was something to hear.
            if tally.text:
                judge = self._breaker.succeed
            raise
        except CallFailed as failed:
            failure = failed.failure
            if failure.counts:
                judge = self._breaker.fail
            raise
        finally:
            judge(admission)
            seconds = time.perf_counter() - began
            self._observer.note_call(MODEL, seconds, failed=failure is not None)
            await self._settle(booking, tally, failure)

    async def _pieces(self, prompt: str, asked: Asked, tally: _Tally) -> AsyncGenerator[str, None]:
        """The texts of a reply, no longer than was asked for, within the time limits.

        Raises:
            CallFailed: whatever went wrong.
        """
        await self._load()  # our own slowness, not the model's
        deadline = asyncio.get_running_loop().time() + self._limits.seconds
        room = asked.max_tokens * _CHARACTERS_PER_TOKEN
        first, rest = await self._begin(prompt, asked, tally)
        async with aclosing(rest):
            piece = first
            while piece is not None:
                tally.note(piece)
                text = piece.text[:room]
                room -= len(text)
                if text:
                    tally.text.append(text)
                    try:
                        yield text
                    except GeneratorExit:
                        await self._read_on(rest, tally)
                        raise
                if not room:
                    return
                piece = await self._next(rest, tally, deadline)
        self._check_whole(tally)

    async def _load(self) -> None:
        try:
            await self._connection.load()
        except FootnoteError as error:
            failure = self._explain(error)
        else:
            return
        raise CallFailed(failure)

    async def _begin(
        self, prompt: str, asked: Asked, tally: _Tally
    ) -> tuple[Piece | None, AsyncGenerator[Piece, None]]:
        """Ask until the reply begins: only before that is trying again harmless."""
        limits = self._limits
        seconds = min(limits.first_seconds, limits.seconds)
        give_up = asyncio.get_running_loop().time() + seconds
        cause = f"The model did not begin to reply within {seconds:g} s."
        failure = Failure(Outage.SLOW, cause)

        def decide(error: Exception) -> bool | float:
            nonlocal failure
            if not isinstance(error, CallFailed):
                return False
            failure, left = error.failure, give_up - asyncio.get_running_loop().time()
            if failure.after is None:
                return failure.passing
            return failure.passing and failure.after < left and max(failure.after, 0.001)

        try:
            async with asyncio.timeout_at(give_up):
                async for attempt in stamina.retry_context(
                    on=decide,
                    attempts=limits.attempts,
                    timeout=None,
                    wait_initial=limits.wait,
                    wait_jitter=limits.wait,
                ):
                    with attempt:
                        tally.asked = True
                        return await self._try(prompt, asked)
        except TimeoutError:
            pass
        raise CallFailed(failure)

    async def _try(
        self, prompt: str, asked: Asked
    ) -> tuple[Piece | None, AsyncGenerator[Piece, None]]:
        try:
            return await self._connection.begin(prompt, asked)
        except Exception as error:  # noqa: BLE001 - a provider's library raises what it likes
            failure = self._explain(error)
        raise CallFailed(failure)

    async def _next(
        self, pieces: AsyncGenerator[Piece, None], tally: _Tally, deadline: float
    ) -> Piece | None:
        now = asyncio.get_running_loop().time()
        # Some servers do not close what they have finished.
        until = deadline if tally.finish is None else min(deadline, now + self._limits.after)
        try:
            async with asyncio.timeout_at(until):
                return await anext(pieces, None)
        except TimeoutError as error:
            if tally.finish is not None:
                return None
            late = asyncio.get_running_loop().time() >= deadline
            cause = f"The reply was not whole after {self._limits.seconds:g} s."
            failure = Failure(Outage.SLOW, cause) if late else self._explain(error)
        except Exception as error:  # noqa: BLE001 - a provider's library raises what it likes
            failure = self._explain(error)
        raise CallFailed(failure)

    async def _read_on(self, pieces: AsyncGenerator[Piece, None], tally: _Tally) -> None:
        """Read the end of a reply that nobody listens to any more, if it is near."""
        room = _LAST_CHARACTERS
        try:
            async with asyncio.timeout(self._limits.leave):
                while room > 0 and not tally.is_counted:
                    piece = await anext(pieces, None)
                    if piece is None:
                        tally.whole = True
                        return
                    tally.note(piece)
                    tally.text.append(piece.text[:room])
                    room -= len(piece.text)
        except TimeoutError:
            return
        except Exception as error:  # noqa: BLE001 - a provider's library raises what it likes
            self._explain(error)
            return
        tally.whole = tally.is_counted

    def _check_whole(self, tally: _Tally) -> None:
        tally.whole = True
        if tally.finish in _HELD_BACK:
            cause = f"The provider held the reply back ({tally.finish})."
            raise CallFailed(Failure(Outage.REFUSED, cause, counts=False))
        if tally.finish is None and self._connection.provider.ends:
            raise CallFailed(
                Failure(Outage.DOWN, "The model broke off in the middle of its reply.")
            )
        if not "".join(tally.text).strip():
            raise CallFailed(Failure(Outage.GARBLED, "The model's reply was empty."))

    async def _reserve(self, request: Request, tally: _Tally, asked: Asked) -> Booking:
        try:
            return await self.spending.reserve(
                request.account, read=tally.read, written=asked.max_tokens
            )
        except OverBudgetError as error:
            failure = Failure(Outage.OVER_BUDGET, str(error), counts=False)
        except StoreError as error:
            cause = f"What the model may still spend cannot be looked up. {error}"
            failure = Failure(Outage.DOWN, cause, counts=False)
        raise CallFailed(failure)

    async def _settle(
        self, booking: Booking | None, tally: _Tally, failure: Failure | None
    ) -> None:
        if booking is None:
            return
        used = tally.total(failure)
        try:
            money = await self.spending.settle(booking, read=used.read, written=used.wrote)
            self._observer.note_spending(read=used.read, written=used.wrote, money=money)
        except StoreError as error:
            self._log.warning("a call stays booked at the most it might use", error=str(error))

    def _explain(self, error: BaseException) -> Failure:
        failure = explain(error, secrets=self._connection.secrets)
        self._log.warning("the language model failed", kind=failure.kind, cause=failure.cause)
        return failure
