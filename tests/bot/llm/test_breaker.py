from __future__ import annotations

from bot.llm.breaker import BreakerState, CircuitBreaker


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures=3, window=60, pause=30, now=clock)


def trip(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        assert breaker.admit()
        breaker.fail()


def test_it_opens_after_as_many_failures_as_it_was_told() -> None:
    breaker = make(Clock())
    breaker.fail()
    breaker.fail()
    assert breaker.admit()

    breaker.fail()

    assert not breaker.admit()


def test_failures_that_are_long_past_do_not_count() -> None:
    clock = Clock()
    breaker = make(clock)
    breaker.fail()
    breaker.fail()
    clock.now += 61

    breaker.fail()

    assert breaker.admit()


def test_a_success_clears_the_failures_before_it() -> None:
    breaker = make(Clock())
    breaker.fail()
    breaker.fail()
    breaker.succeed()

    breaker.fail()

    assert breaker.admit()


def test_after_the_pause_exactly_one_call_may_try() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30

    assert [breaker.admit() for _ in range(3)] == [True, False, False]


def test_a_trial_that_succeeds_closes_it_and_one_that_fails_keeps_it_open() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    assert breaker.admit()
    breaker.fail()
    assert not breaker.admit()

    clock.now += 30
    assert breaker.admit()
    breaker.succeed()

    assert breaker.admit()
    assert breaker.state is BreakerState.CLOSED


def test_a_trial_that_was_cancelled_leaves_the_next_its_turn() -> None:
    clock = Clock()
    breaker = make(clock)
    trip(breaker)
    clock.now += 30
    assert breaker.admit()

    breaker.leave()

    assert breaker.admit()


def test_a_reply_that_began_before_it_opened_does_not_close_it() -> None:
    breaker = make(Clock())
    trip(breaker)

    breaker.succeed()

    assert not breaker.admit()
