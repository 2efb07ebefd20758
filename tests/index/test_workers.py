"""Threads for calls that may never come back."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from index.workers import Workers, WorkersLost


def hang(free: threading.Event, entered: threading.Semaphore) -> str:
    entered.release()
    free.wait(60)
    return "late"


def wait_until_nothing_hangs(workers: Workers) -> None:
    with workers._changed:
        assert workers._changed.wait_for(lambda: not workers.lost, 60)


def test_a_call_gives_what_it_gives_or_raises() -> None:
    workers = Workers(2, "t")

    assert workers.submit(lambda: 7).future.result(60) == 7
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 // 0).future.result(60)
    assert workers.submit(lambda: 8).future.result(60) == 8
    assert workers.close(60)


def test_a_thread_that_was_given_up_is_replaced_and_counted_until_it_comes_back() -> None:
    workers, free, entered = Workers(1, "t"), threading.Event(), threading.Semaphore(0)
    hung = workers.submit(lambda: hang(free, entered))
    assert entered.acquire(timeout=60)

    workers.give_up(hung)
    workers.give_up(hung)

    assert workers.lost == 1
    assert workers.submit(lambda: "served").future.result(60) == "served"
    free.set()
    assert hung.future.result(60) == "late"
    wait_until_nothing_hangs(workers)
    assert workers.close(60)


def test_what_still_waits_when_it_is_given_up_is_never_made() -> None:
    workers, free, entered = Workers(1, "t"), threading.Event(), threading.Semaphore(0)
    workers.submit(lambda: hang(free, entered))
    assert entered.acquire(timeout=60)
    made: list[int] = []
    waiting = workers.submit(lambda: made.append(1))

    workers.give_up(waiting)

    assert workers.lost == 0
    free.set()
    assert workers.close(60)
    assert made == []


def test_when_too_many_hang_a_call_is_refused_at_once_until_they_come_back() -> None:
    workers = Workers(1, "t", most_lost=2)
    free, entered = threading.Event(), threading.Semaphore(0)
    for _ in range(2):
        job = workers.submit(lambda: hang(free, entered))
        assert entered.acquire(timeout=60)
        assert workers.can_work
        workers.give_up(job)

    assert not workers.can_work
    with pytest.raises(WorkersLost):
        workers.submit(lambda: 1)
    free.set()
    wait_until_nothing_hangs(workers)
    assert workers.submit(lambda: 1).future.result(60) == 1


def test_closing_leaves_a_call_behind_that_hangs() -> None:
    workers, free, entered = Workers(1, "t"), threading.Event(), threading.Semaphore(0)
    workers.submit(lambda: hang(free, entered))
    assert entered.acquire(timeout=60)
    waiting = workers.submit(lambda: 1)

    assert not workers.close(0.05)

    assert waiting.future.cancelled()
    with pytest.raises(RuntimeError, match="closed"):
        workers.submit(lambda: 1)
    free.set()


def test_a_call_that_hangs_does_not_keep_the_process_from_ending() -> None:
    program = (
        "import time\nfrom index.workers import Workers\n"
        "Workers(1, 't').submit(lambda: time.sleep(600))\nprint('end')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "end\n"
