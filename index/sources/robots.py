"""Asks a site's robots.txt before its pages are asked for (RFC 9309)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from protego import Protego

from index.errors import FetchError
from index.reading.cleaning import clean_line
from index.sources.failures import Refused, SiteDown

MAX_ROBOTS_BYTES = 500_000

_KEPT_SECONDS = 3_600.0
_KEPT_SECONDS_DOWN = 300.0
_LONGEST_PAUSE = 10.0
_MOST_SITES = 1_000
_SHOWN = 100

GetRobots = Callable[[str], Awaitable[bytes]]


@dataclass
class _Site:
    """What one site said. ``rules`` is None where robots.txt could not be had."""

    until: float = 0.0
    rules: Protego | None = None
    failure: str = ""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class RobotsFiles:
    """The robots.txt of each site, asked for once an hour.

    Args:
        user_agent: ours; its first word is the name that rules go by.
        get: gives a robots.txt, empty where there is none.
        now: a clock in seconds.
    """

    def __init__(
        self, *, user_agent: str, get: GetRobots, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = user_agent.partition("/")[0].split(" ")[0]
        self._get = get
        self._now = now
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    async def require(self, url: httpx.URL) -> float:
        """The pause in seconds that the site wants between requests, when we may ask.

        Raises:
            Refused: its robots.txt forbids this page.
            SiteDown: its robots.txt cannot be had now, which forbids all for now.
        """
        host = clean_line(url.host, _SHOWN)
        rules = await self._rules(url, host)
        if not rules.can_fetch(str(url), self._name):
            raise Refused(f"The robots.txt of {host} forbids programs to read this page.")
        return min(rules.crawl_delay(self._name) or 0.0, _LONGEST_PAUSE)

    async def _rules(self, url: httpx.URL, host: str) -> Protego:
        site = self._site(f"{url.scheme}://{url.netloc.decode('ascii')}")
        async with site.asking:
            if site.until <= self._now():
                await self._ask(site, str(url.join("/robots.txt")))
        if site.rules is None:
            raise SiteDown(
                f"The robots.txt of {host} cannot be read, so its pages are left alone for "
                f"now; try again later. ({site.failure.rstrip('.')})",
                may_retry=False,
            )
        return site.rules

    async def _ask(self, site: _Site, address: str) -> None:
        try:
            content = await self._get(address)
        except FetchError as exc:
            site.rules, site.failure = None, str(exc)
            site.until = self._now() + _KEPT_SECONDS_DOWN
            return
        text = content.decode("utf-8-sig", "replace")
        site.rules = await asyncio.to_thread(Protego.parse, text)
        site.until = self._now() + _KEPT_SECONDS

    def _site(self, origin: str) -> _Site:
        if origin not in self._sites:
            while len(self._sites) >= _MOST_SITES:
                self._sites.popitem(last=False)
            self._sites[origin] = _Site()
        self._sites.move_to_end(origin)
        return self._sites[origin]
