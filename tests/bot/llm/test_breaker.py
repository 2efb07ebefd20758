from __future__ import annotations

import pytest

from bot.llm.breaker import Admission, BreakerState, CircuitBreaker


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures=3, window=60, pause=30, now=clock)


def admit(breaker: CircuitBreaker) -> Admission:
    admission = breaker.admit()
    assert admission is not None
    return admission


def fail(breaker: CircuitBreaker) -> None:
    breaker.fail(admit(breaker))


def trip(breaker: CircuitBreaker) -> None:
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
