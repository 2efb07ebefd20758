"""Work for threads of our own."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_context(work: Callable[P, T]) -> Callable[P, T]:
    """``work`` as if it ran where this is called.

    ``asyncio.to_thread`` sees to that by itself, ``run_in_executor`` does not: without it, a
    line logged in a thread would not say for which question it was.
    """
    return partial(contextvars.copy_context().run, work)
