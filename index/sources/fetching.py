"""Fetches pages from the public internet, and from nowhere else.

Every hop is checked twice: here before anything is opened (scheme, credentials, port,
all addresses of the name), and by httpx-secure at the moment of connecting, for names
that resolve to something else a second later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from index.errors import FetchError
from index.reading.cleaning import clean_line, clean_url
from index.reading.kinds import CONTENT_TYPES, media_type
from index.sources.addresses import (
    AllowedHosts,
    IPAddress,
    Resolve,
    is_public,
    only_public_addresses,
    resolve_host,
)
from index.sources.bodies import read_body

_PRIVATE = "The address leads to a private network, which is refused."
_NOT_PUBLIC_URL = "This is not an http(s) address of a public page."
_ADVICE = {
    401: "the page asks for a login.",
    403: "the site refuses to show the page to programs.",
    404: "there is no such page; check the address.",
    410: "the page is gone.",
    429: "the site asks to be left alone for a while; try again later.",
}
_SERVER_ERROR = 500
_CONNECT_TIMEOUT = 10.0
_MAX_HEADER = 200


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: its address after redirects, its declared type, its bytes."""

    url_final: str
    content_type: str
    data: bytes


class Fetcher:
    """Fetches public pages with limits on time, size and redirects.

    Args:
        user_agent: says honestly who asks.
        timeout: seconds for one page in all, redirects included.
        max_bytes: how large a page may be, unpacked.
        max_redirects: how many redirects are followed; each is checked anew.
        allowed_hosts: ``host`` or ``host:port`` that may be fetched although private.
        ports: the ports of other hosts that are asked.
        resolve: how names become addresses for the check before connecting.
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
    ) -> None:
        self._user_agent = user_agent
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._allowed = AllowedHosts(allowed_hosts)
        self._ports = tuple(ports)
        self._resolve = resolve
        self._client: httpx.AsyncClient | None = None

    async def fetch(self, url: str) -> Fetched:
        """The page at ``url``.

        Raises:
            FetchError: refused, not reachable, too slow, too large, not found or not
                a page; the sentence says which and what to do.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(url)
        except TimeoutError as exc:
            raise FetchError(
                f"The page did not arrive within {self._timeout:g} seconds; try again later."
            ) from exc
        except SSRFProtectionError as exc:
            raise FetchError(_PRIVATE) from exc
        except httpx.TimeoutException as exc:
            raise FetchError("The site did not answer in time; try again later.") from exc
        except httpx.ConnectError as exc:
            raise FetchError("The site could not be reached; check the address.") from exc
        except httpx.InvalidURL as exc:
            raise FetchError(_NOT_PUBLIC_URL) from exc
        except httpx.HTTPError as exc:
            raise FetchError(f"The page could not be fetched ({type(exc).__name__}).") from exc

    async def close(self) -> None:
        """Closes open connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _follow(self, url: str) -> Fetched:
        for _ in range(self._max_redirects + 1):
            target = await self._check(url)
            request = self._open_client().build_request("GET", target)
            response = await self._open_client().send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._take(response)
                url = str(target.join(response.headers["location"]))
            finally:
                await response.aclose()
        raise FetchError(f"The address redirects more than {self._max_redirects} times.")

    async def _check(self, url: str) -> httpx.URL:
        """The address, when it may be fetched."""
        if clean_url(url) is None:
            raise FetchError(_NOT_PUBLIC_URL)
        target = httpx.URL(url)
        host = target.raw_host.decode("ascii").strip("[]")
        port = target.port or (443 if target.scheme == "https" else 80)
        if (host, port) in self._allowed:
            return target
        if port not in self._ports:
            usual = " and ".join(map(str, self._ports))
            raise FetchError(f"Pages are fetched from ports {usual} only, not from {port}.")
        try:
            public = await only_public_addresses(host, port, self._resolve)
        except (OSError, UnicodeError, ValueError) as exc:
            raise FetchError(
                f"The site {clean_line(host, 100)!r} was not found; check the address."
            ) from exc
        if not public:
            raise FetchError(_PRIVATE)
        return target

    async def _take(self, response: httpx.Response) -> Fetched:
        if not response.is_success:
            raise FetchError(_status_message(response.status_code))
        content_type = clean_line(response.headers.get("content-type", ""), _MAX_HEADER)
        if content_type and media_type(content_type) not in CONTENT_TYPES:
            raise FetchError(
                f"The address leads to {media_type(content_type)!r}; only web pages, "
                "plain text and Markdown are read."
            )
        data = await read_body(response, self._max_bytes)
        return Fetched(str(response.url), content_type or "text/html", data)

    def _open_client(self) -> httpx.AsyncClient:
        if self._client is None:
            client = httpx.AsyncClient(
                headers={
                    "User-Agent": self._user_agent,
                    "Accept": "text/html, application/xhtml+xml, text/markdown, text/plain",
                    # Only what read_body unpacks with a limit.
                    "Accept-Encoding": "gzip",
                },
                # Nothing of one page's visit is told to the next.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=httpx.Timeout(self._timeout, connect=min(_CONNECT_TIMEOUT, self._timeout)),
                follow_redirects=False,
                # A proxy would connect for us, past every check.
                trust_env=False,
            )
            self._client = httpx_ssrf_protection(
                client,
                check_globally_reachable=False,
                custom_validator=self._may_connect,
                dns_cache_ttl=self._timeout,
            )
        return self._client

    def _may_connect(self, host: str, address: IPAddress, port: int) -> bool:
        return (host, port) in self._allowed or is_public(address)


def _status_message(status: int) -> str:
    if status in _ADVICE:
        return f"HTTP {status}: {_ADVICE[status]}"
    if status >= _SERVER_ERROR:
        return f"HTTP {status}: the site has a problem; try again later."
    return f"HTTP {status}: the site did not give the page."
