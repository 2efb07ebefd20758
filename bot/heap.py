"""Keeps the process small: the C library holds on to memory that was freed."""

from __future__ import annotations

import asyncio
import ctypes
import gc

_M_ARENA_MAX = -8
_ARENAS = 2
_SECONDS_BETWEEN_TRIMS = 60.0


def limit_arenas() -> None:
    """Let all threads share two heaps; call it before they start.

    By default each of some thirty threads may get one, and what one frees no other uses.
    Does nothing where the C library is not glibc.
    """
    mallopt = getattr(_c_library(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def settle_heap() -> None:
    """Give back what loading the models and the index has freed; call it once, when all is loaded.

    What is there then stays, so the collector need not walk over it again; a full walk held
    everybody up for tenths of a second.
    """
    gc.collect()
    gc.freeze()
    _trim()


async def keep_heap_trimmed(every: float = _SECONDS_BETWEEN_TRIMS) -> None:
    """Give back, every so many seconds, what questions have freed; until it is cancelled.

    The C library by itself gives back only what lies at the end of a heap. Trimming takes
    milliseconds, in a thread, without the interpreter's lock.
    """
    while True:
        await asyncio.sleep(every)
        await asyncio.to_thread(_trim)


def _trim() -> None:
    """Does nothing where the C library is not glibc."""
    trim = getattr(_c_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _c_library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):
        return None
