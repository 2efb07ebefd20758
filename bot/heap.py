"""Keeps the process small: the C library holds on to memory that was freed."""

from __future__ import annotations

import ctypes
import gc

_M_ARENA_MAX = -8
_ARENAS = 2


def limit_arenas() -> None:
    """Let all threads share two heaps; call it before they start.

    By default each of some thirty threads may get one, and what one frees no other uses.
    Does nothing where the C library is not glibc.
    """
    mallopt = getattr(_c_library(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def trim_heap() -> None:
    """Give back what loading the models and the index has freed; takes milliseconds.

    Does nothing where the C library is not glibc.
    """
    gc.collect()
    trim = getattr(_c_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _c_library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):
        return None
