from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.breaker import (
    Admission,
    Breaker,
    BreakerOpenError,
    BreakerSnapshot,
    BreakerState,
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> Breaker:
    return Breaker("model", title="The model", failures=3, within=60, rest=30, clock=clock)


def admit(breaker: Breaker) -> Admission:
    admission = breaker.admit()
    assert admission is not None
    return admission


def fail(breaker: Breaker) -> None:
    breaker.fail(admit(breaker))


def trip(breaker: Breaker) -> None:
    for _ in range(3):
        fail(breaker)


def test_it_opens_after_as_many_failures_as_it_was_told() -> None:
    breaker = make(Clock())
    fail(breaker)
    fail(breaker)
    assert breaker.admit()

    fail(breaker)

    assert not breaker.admit()


def test_failures_that_are_long_past_do_not_count() -> None:
    clock = Clock()
    breaker = make(clock)
    fail(breaker)
    fail(breaker)
    clock.now += 61

    fail(breaker)

    assert breaker.admit()


def test_a_success_clears_the_failures_before_it() -> None:
    breaker = make(Clock())
    fail(breaker)
    fail(breaker)
    breaker.succeed(admit(breaker))

    fail(breaker)

    assert breaker.admit()


def test_after_the_pause_exactly_one_call_may_try() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30

    assert [breaker.admit() is not None for _ in range(3)] == [True, False, False]


def test_a_trial_that_succeeds_closes_it_and_one_that_fails_keeps_it_open() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    fail(breaker)
    assert not breaker.admit()

    clock.now += 30
    breaker.succeed(admit(breaker))

    assert breaker.admit()
    assert breaker.state is BreakerState.CLOSED


def test_a_trial_that_was_cancelled_leaves_the_next_its_turn() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    trial = admit(breaker)

    breaker.leave(trial)

    assert breaker.admit()


def test_a_reply_that_began_before_it_opened_does_not_close_it() -> None:
    breaker = make(Clock())
    early = admit(breaker)
    trip(breaker)

    breaker.succeed(early)

    assert not breaker.admit()


@pytest.mark.parametrize("verdict", ["succeed", "fail", "leave"])
def test_what_an_early_call_says_is_not_taken_for_the_trials_word(verdict: str) -> None:
    clock = Clock()
    breaker = make(clock)
    early = admit(breaker)
    trip(breaker)
    clock.now += 30
    trial = admit(breaker)

    getattr(breaker, verdict)(early)

    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.admit() is None
    breaker.succeed(trial)
    assert breaker.admit()


def test_a_call_that_fails_after_the_model_came_back_does_not_count() -> None:
    clock = Clock()
    breaker = make(clock)
    early = [admit(breaker) for _ in range(3)]
    trip(breaker)
    clock.now += 30
    breaker.succeed(admit(breaker))

    for admission in early:
        breaker.fail(admission)

    assert breaker.state is BreakerState.CLOSED


def test_a_trial_that_never_ends_keeps_others_out_for_another_rest_only() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    trial = admit(breaker)
    clock.now += 29
    assert breaker.admit() is None
    clock.now += 1

    another = breaker.admit()

    assert another is not None
    breaker.succeed(trial)
    assert breaker.state is BreakerState.CLOSED


def test_a_block_that_raises_counts_as_a_failure_and_an_open_breaker_says_when_to_try() -> None:
    clock = Clock()
    breaker = make(clock)
    for _ in range(3):
        with pytest.raises(OSError, match="gone"), breaker.watching(OSError):
            raise OSError("gone")
    clock.now += 10

    said = r"^The model failed several.*in 20 s\.$"
    with pytest.raises(BreakerOpenError, match=said) as caught, breaker.watching():
        raise AssertionError("it was not to be called")

    assert caught.value.seconds == 20


def test_what_is_the_callers_own_mistake_or_a_cancellation_tells_nothing() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30

    with pytest.raises(KeyError), breaker.watching(LookupError, unless=(KeyError,)):
        raise KeyError("mine")
    with pytest.raises(KeyboardInterrupt), breaker.watching():
        raise KeyboardInterrupt

    assert breaker.state is BreakerState.OPEN
    assert breaker.admit()  # nobody has used up the trial


def test_a_block_that_ends_well_closes_it() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30

    with breaker.watching():
        pass

    assert breaker.state is BreakerState.CLOSED


def test_each_change_of_state_is_told_once_with_how_it_stands() -> None:
    clock, told = Clock(), list[BreakerSnapshot]()
    breaker = Breaker("model", failures=1, rest=30, clock=clock, on_change=told.append)
    fail(breaker)
    clock.now += 12
    assert breaker.admit() is None
    assert breaker.snapshot() == BreakerSnapshot("model", BreakerState.OPEN, 0, 1, 1, 18.0)
    assert breaker.is_open
    clock.now += 18
    assert not breaker.is_open
    breaker.succeed(admit(breaker))

    states = [snapshot.state for snapshot in told]

    assert states == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]
    assert breaker.snapshot() == BreakerSnapshot("model", BreakerState.CLOSED, 0, 1, 1, 0.0)


def test_of_many_threads_that_ask_after_the_rest_exactly_one_is_the_trial() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    start = threading.Barrier(8)

    def ask(_: int) -> bool:
        start.wait()
        return breaker.admit() is not None

    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(ask, range(8)))

    assert admitted.count(True) == 1


def test_a_clock_that_was_set_says_nothing_about_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = Breaker("model", failures=1, rest=30)
    fail(breaker)

    monkeypatch.setattr(time, "time", lambda: 4e9)

    assert breaker.admit() is None
    assert 0 < breaker.snapshot().seconds_left <= 30
