"""No text keeps a function busy that reads what strangers write."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import settings

from index.errors import SourceError
from tests.fuzz.nasty import FAMILIES, READERS

# What takes time by the square of the length is far beyond the seconds, all else far below.
_CHARACTERS = 30_000
_CPU_SECONDS = 3.0
# The most telling; "explore" tries them all, and each behind a word too.
_USUAL = (" ", "\n", ".", "-", "(", "[", "<", '"', "*", "#", "1", "a", "A ", "1,", "a.", "the ")

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="no timer of this kind")


class KeptBusy(BaseException):
    """It took too long; no handler of the code under test catches this."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Ends what uses the processor for longer; how busy the machine is makes no difference."""

    def stop(*_: object) -> None:
        raise KeptBusy

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def nasty_texts(characters: int) -> Iterator[str]:
    is_long = not settings().derandomize
    for unit in FAMILIES if is_long else _USUAL:
        repeated = unit * (characters // len(unit) + 1)
        yield f"The pier {repeated}"[: characters - 1] + "|"
        if is_long:
            yield repeated[:characters]


@pytest.mark.parametrize("name", READERS)
def test_no_text_keeps_it_busy(name: str) -> None:
    read, most = READERS[name]
    for text in nasty_texts(min(_CHARACTERS, most or _CHARACTERS)):
        try:
            with cpu_limit(_CPU_SECONDS), suppress(SourceError):
                read(text)
        except KeptBusy:
            pytest.fail(f"{text[:40]!r} and so on kept it busy")
