"""What is sent again, what never is, and who is noted as waiting meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from bot.cogs import sending
from bot.cogs.promises import Promises
from bot.cogs.sending import send_once, send_surely
from bot.state.pending import WaitingPlace
from index.errors import StoreError

PLACE = WaitingPlace(1, asked_message_id=2)


class Broken:
    """Fails as often as it is told, then gives "sent"."""

    def __init__(self, times: int, error: Callable[[], Exception]) -> None:
        self.calls = 0
        self._times = times
        self._error = error

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self._times:
            raise self._error()
        return "sent"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSES", (0.0, 0.0))


@pytest.mark.parametrize(
    "error",
    [ConnectionResetError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError],
)
async def test_a_connection_that_breaks_twice_is_tried_three_times(
    error: Callable[[], Exception],
) -> None:
    send = Broken(2, error)

    assert await send_surely(send) == "sent"
    assert send.calls == 3


async def test_a_connection_that_always_breaks_is_given_up_with_its_error() -> None:
    send = Broken(99, ConnectionResetError)

    with pytest.raises(ConnectionResetError):
        await send_surely(send)

    assert send.calls == 3


async def test_what_would_do_harm_twice_is_never_sent_again() -> None:
    send = Broken(1, ConnectionResetError)

    with pytest.raises(ConnectionResetError):
        await send_once(send)

    assert send.calls == 1


@pytest.mark.parametrize("by", [send_surely, send_once])
async def test_what_hangs_is_given_up(
    by: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SEND_SECONDS", 0.01)

    with pytest.raises(TimeoutError):
        await by(asyncio.Event().wait)  # type: ignore[misc]


class Book:
    """Remembers in memory, slowly or not at all."""

    def __init__(self, *, fails: bool = False) -> None:
        self.waiting: dict[str, str] = {}
        self.may_write = asyncio.Event()
        self._fails = fails

    async def keep(self, key: str, place: WaitingPlace, sentence: str, *, holder: str) -> None:
        await self.may_write.wait()
        if self._fails:
            raise StoreError("The disk is full.")
        self.waiting[key] = sentence

    async def drop(self, *keys: str) -> None:
        for key in keys:
            del self.waiting[key]


async def test_a_promise_that_is_kept_before_it_is_written_down_is_dropped_after() -> None:
    book = Book()
    promises = Promises(book)
    promises.fulfil(promises.make(PLACE, "Sorry."))
    await asyncio.sleep(0)
    book.may_write.set()

    await promises.settle()

    assert book.waiting == {}


async def test_a_store_that_is_full_costs_nobody_an_answer() -> None:
    book = Book(fails=True)
    book.may_write.set()
    promises = Promises(book)

    promises.fulfil(promises.make(PLACE, "Sorry."))
    await promises.settle()

    assert book.waiting == {}
