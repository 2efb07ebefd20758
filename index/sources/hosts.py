"""Leaves a site alone that keeps failing, so that its other pages are not waited for."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.breaker import Breaker, BreakerOpenError, BreakerSnapshot, OnBreakerChange, ignore_change
from index.reading.cleaning import clean_line
from index.sources.failures import ComeBackLater, SiteDown

_MOST_HOSTS = 1_000
_SHOWN = 100
# Two pages with three tries each; a try may take twenty seconds.
_FAILURES = 6
_WITHIN_SECONDS = 600.0
_REST_SECONDS = 60.0


class HostBreakers:
    """A breaker for each host, for the last thousand that were asked.

    Args:
        clock: A clock in seconds that never goes back.
        on_change: Told of each change; every host's breaker is called "fetcher", since
            what a site is called belongs into no metric.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_change: OnBreakerChange = ignore_change,
    ) -> None:
        self._clock = clock
        self._on_change = on_change
        self._hosts: OrderedDict[str, Breaker] = OrderedDict()

    def require(self, host: str) -> None:
        """See that a host is not left alone now, before anybody waits for its turn.

        Raises:
            SiteDown: it is.
        """
        breaker = self._hosts.get(host)
        if breaker is not None and breaker.is_open:
            raise _left_alone(host, breaker.refusal())

    @contextmanager
    def watching(self, host: str) -> Iterator[None]:
        """Ask a host inside of the context.

        Raises:
            SiteDown: it is left alone now.
        """
        try:
            with self._breaker(host).watching(SiteDown, unless=(ComeBackLater,)):
                yield
        except BreakerOpenError as error:
            raise _left_alone(host, error) from None

    def snapshots(self) -> tuple[BreakerSnapshot, ...]:
        """How the breakers of all hosts stand, without their names."""
        return tuple(breaker.snapshot() for breaker in self._hosts.values())

    def _breaker(self, host: str) -> Breaker:
        if host not in self._hosts:
            while len(self._hosts) >= _MOST_HOSTS:
                self._hosts.popitem(last=False)
            self._hosts[host] = Breaker(
                "fetcher",
                failures=_FAILURES,
                within=_WITHIN_SECONDS,
                rest=_REST_SECONDS,
                clock=self._clock,
                on_change=self._on_change,
            )
        self._hosts.move_to_end(host)
        return self._hosts[host]


def _left_alone(host: str, error: BreakerOpenError) -> SiteDown:
    return SiteDown(
        f"The site {clean_line(host, _SHOWN)!r} failed several times and is left alone for a "
        f"moment; try again in {max(1, round(error.seconds))} s.",
        may_retry=False,
    )
