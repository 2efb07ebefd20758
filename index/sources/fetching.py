"""Fetches pages from the public internet: politely, with limits, and again when that helps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import httpx
import stamina

from index.errors import FetchError
from index.sources.addresses import Resolve, resolve_host
from index.sources.answers import PAGES, Accept, require_success, require_type, validator
from index.sources.bodies import read_body
from index.sources.budget import Budget
from index.sources.failures import Refused, SiteDown
from index.sources.guarded import GuardedClient
from index.sources.hosts import HostBreakers
from index.sources.pace import Pace
from index.sources.robots import MAX_ROBOTS_BYTES, RobotsFiles

_NOT_MODIFIED = 304
_TRIES = 3
_SHORTEST_WAIT, _LONGEST_WAIT = 0.001, 30.0
_CLIENT_ERRORS = range(400, 500)
_TOO_MANY_REQUESTS = 429

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came.

    Attributes:
        url_final: Its address after redirects.
        content_type: Its declared type.
        data: Its bytes; none with status 304.
        status: 200, or 304 for a page that is as it was.
        etag: What to send the next time; None where the address redirects, since a tag of
            one address says nothing about another.
        last_modified: The same.
    """

    url_final: str
    content_type: str
    data: bytes
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether the site said that the page is as it was."""
        return self.status == _NOT_MODIFIED


class Fetcher:
    """Fetches public pages with limits on time, size and redirects.

    Args:
        user_agent: says honestly who asks.
        timeout: seconds for one try, redirects included; waiting for a host's turn costs none.
        max_bytes: how large a page may be, unpacked.
        max_redirects: how many redirects are followed; each is checked anew.
        allowed_hosts: ``host`` or ``host:port`` that may be fetched although private.
        ports: the ports of other hosts that are asked.
        resolve: how names become addresses for the check before connecting.
        delay: seconds between two requests to one host.
        respect_robots: whether robots.txt is asked and honoured.
        retry_wait: seconds before the second try; later ones wait longer.
        hosts: leaves sites alone that keep failing; None: as by default.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: float = 20.0,
        max_bytes: int = 10_000_000,
        max_redirects: int = 5,
        allowed_hosts: Sequence[str] = (),
        ports: Sequence[int] = (80, 443),
        resolve: Resolve = resolve_host,
        delay: float = 1.0,
        respect_robots: bool = True,
        retry_wait: float = 1.0,
        hosts: HostBreakers | None = None,
    ) -> None:
        self.hosts = hosts or HostBreakers()
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._retry_wait = retry_wait
        self._client = GuardedClient(
            user_agent=user_agent,
            timeout=timeout,
            allowed_hosts=allowed_hosts,
            ports=ports,
            resolve=resolve,
        )
        self._pace = Pace(delay)
        robots = RobotsFiles(user_agent=user_agent, get=self._get_robots)
        self._robots = robots if respect_robots else None

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: Accept = PAGES,
    ) -> Fetched:
        """The page at ``url``, or status 304 when it is as the validators say.

        Raises:
            FetchError: refused, not reachable, too slow, too large, not found or not
                of an accepted type; the sentence says which and what to do.
        """
        asked = {"Accept": accept.header}
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        first = asked | {name: value for name, value in validators.items() if value}

        async def take(response: httpx.Response, *, redirected: bool) -> Fetched:
            return await self._take(response, accept, redirected=redirected)

        return await self._insist(lambda: self._follow(url, first, asked, take))

    async def close(self) -> None:
        """Closes open connections."""
        await self._client.close()

    async def _insist(self, attempt_once: Callable[[], Awaitable[_T]]) -> _T:
        """Tries up to three times while the site is down."""
        tries = stamina.retry_context(
            on=_pause_before_retry,
            attempts=_TRIES,
            timeout=_TRIES * self._timeout + _LONGEST_WAIT,
            wait_initial=self._retry_wait,
            wait_max=_LONGEST_WAIT,
            wait_jitter=self._retry_wait,
        )
        async for attempt in tries:
            with attempt:
                return await attempt_once()
        raise AssertionError("unreachable")

    async def _follow(
        self,
        url: str,
        first: Mapping[str, str],
        later: Mapping[str, str],
        take: Callable[..., Awaitable[_T]],
        *,
        asks_robots: bool = True,
    ) -> _T:
        """What ``take`` makes of the answer behind all redirects.

        ``first`` are the headers for ``url`` itself, ``later`` those for where it leads.
        """
        budget = Budget(self._timeout)
        headers = first
        for hop in range(self._max_redirects + 1):
            async with budget.spend():
                target = await self._client.check(url)
            self.hosts.require(target.host)
            pause = 0.0
            if self._robots and asks_robots:
                pause = await self._robots.require(target)
            turn = self._pace.turn(target.host, pause) if asks_robots else nullcontext()
            async with (
                turn,
                _watching(self.hosts, target.host),
                budget.spend(),
                self._client.get(target, headers) as response,
            ):
                if not response.has_redirect_location:
                    return await take(response, redirected=hop > 0)
                url = str(target.join(response.headers["location"]))
            headers = later
        raise FetchError(f"The address redirects more than {self._max_redirects} times.")

    async def _take(self, response: httpx.Response, accept: Accept, *, redirected: bool) -> Fetched:
        asked = response.request.headers
        tags = ("etag", "last-modified")
        etag, last_modified = (
            None if redirected else validator(response.headers.get(name)) for name in tags
        )
        if response.status_code == _NOT_MODIFIED and (
            "if-none-match" in asked or "if-modified-since" in asked
        ):
            return Fetched(str(response.url), "", b"", _NOT_MODIFIED, etag, last_modified)
        require_success(response)
        content_type = require_type(response, accept)
        data = await read_body(response, self._max_bytes)
        return Fetched(
            str(response.url), content_type, data, etag=etag, last_modified=last_modified
        )

    async def _get_robots(self, url: str) -> bytes:
        """A robots.txt, empty where the site has none.

        Raises:
            FetchError: the site is down, which is not the same.
        """
        headers = {"Accept": "text/plain, */*;q=0.1"}
        try:
            return await self._insist(
                lambda: self._follow(url, headers, headers, _take_robots, asks_robots=False)
            )
        except Refused:
            # It redirects to where nothing public is.
            return b""


@asynccontextmanager
async def _watching(hosts: HostBreakers, host: str) -> AsyncIterator[None]:
    with hosts.watching(host):
        yield


async def _take_robots(response: httpx.Response, *, redirected: bool) -> bytes:  # noqa: ARG001
    status = response.status_code
    if status in _CLIENT_ERRORS and status != _TOO_MANY_REQUESTS:
        return b""
    require_success(response)
    return await read_body(response, MAX_ROBOTS_BYTES, cut=True)


def _pause_before_retry(exc: Exception) -> bool | float:
    """Whether another try may help, or after how many seconds."""
    if not isinstance(exc, SiteDown) or not exc.may_retry:
        return False
    if exc.retry_after is None:
        return True
    # A wait of nothing at all would mean no other try.
    return max(exc.retry_after, _SHORTEST_WAIT) if exc.retry_after <= _LONGEST_WAIT else False
