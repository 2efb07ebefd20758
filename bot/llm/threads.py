"""Reads an iterator that blocks in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
_AHEAD = 16


async def iterate_in_thread(make: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """The items of ``make()``, which runs in a thread; it stops soon after nobody reads on."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[T | BaseException | None] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)
    left = threading.Event()

    def tell(item: T | BaseException | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, item)

    def run() -> None:
        try:
            for item in make():
                room.acquire()
                if left.is_set():
                    return
                tell(item)
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are read
            tell(error)
        else:
            tell(None)

    thread = threading.Thread(target=run, name="language-model", daemon=True)
    thread.start()
    try:
        while (item := await queue.get()) is not None:
            room.release()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        room.release()
