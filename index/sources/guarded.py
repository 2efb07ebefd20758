"""Opens connections to the public internet, and to nowhere else.

Every request is checked twice: before anything is opened (scheme, credentials, port,
all addresses of the name), and by httpx-secure at the moment of connecting, for names
that resolve to something else a second later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from index.errors import FetchError
from index.reading.cleaning import clean_line, clean_url
from index.sources.addresses import (
    AllowedHosts,
    IPAddress,
    Resolve,
    is_public,
    only_public_addresses,
)
from index.sources.failures import Refused, SiteDown

_ALLOWING = "FOOTNOTE_FETCH_ALLOW_HOSTS lets it through, if it is yours."
_PRIVATE = f"The address leads to a private network, which is refused. {_ALLOWING}"
_NOT_PUBLIC_URL = "This is not an http(s) address of a public page."
_CONNECT_TIMEOUT = 10.0


class GuardedClient:
    """Sends single GET requests; follows no redirect and keeps no cookie.

    Args:
        user_agent: says honestly who asks.
        timeout: seconds for each wait inside a request.
        allowed_hosts: ``host`` or ``host:port`` that may be asked although private.
        ports: the ports of other hosts that are asked.
        resolve: how names become addresses for the check before connecting.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: float,
        allowed_hosts: Sequence[str],
        ports: Sequence[int],
        resolve: Resolve,
    ) -> None:
        self._user_agent = user_agent
        self._timeout = timeout
        self._allowed = AllowedHosts(allowed_hosts)
        self._ports = tuple(ports)
        self._resolve = resolve
        self._client: httpx.AsyncClient | None = None

    async def check(self, url: str) -> httpx.URL:
        """The address, when it may be asked.

        Raises:
            Refused: it may not.
            FetchError: there is no such site.
        """
        if clean_url(url) is None:
            raise Refused(_NOT_PUBLIC_URL)
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL as exc:
            raise Refused(_NOT_PUBLIC_URL) from exc
        host = target.raw_host.decode("ascii").strip("[]")
        port = target.port or (443 if target.scheme == "https" else 80)
        if (host, port) in self._allowed:
            return target
        if port not in self._ports:
            usual = " and ".join(map(str, self._ports))
            raise Refused(
                f"Pages are fetched from ports {usual} only, not from {port}. {_ALLOWING}"
            )
        try:
            public = await only_public_addresses(host, port, self._resolve)
        except (OSError, UnicodeError, ValueError) as exc:
            raise FetchError(
                f"The site {clean_line(host, 100)!r} was not found; check the address."
            ) from exc
        if not public:
            raise Refused(_PRIVATE)
        return target

    @asynccontextmanager
    async def get(
        self, target: httpx.URL, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        """The response to a checked address, its body not yet read.

        Raises:
            Refused: the name led elsewhere at the moment of connecting.
            SiteDown: no connection, or no answer in time.
            FetchError: what came is no HTTP.
        """
        client = self._open()
        request = client.build_request("GET", target, headers=dict(headers))
        try:
            response = await client.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()
        except SSRFProtectionError as exc:
            raise Refused(_PRIVATE) from exc
        except httpx.TimeoutException as exc:
            raise SiteDown("The site did not answer in time; try again later.") from exc
        except httpx.ConnectError as exc:
            raise SiteDown("The site could not be reached; check the address.") from exc
        except httpx.InvalidURL as exc:
            raise Refused(_NOT_PUBLIC_URL) from exc
        except httpx.HTTPError as exc:
            raise FetchError(f"The page could not be fetched ({type(exc).__name__}).") from exc

    async def close(self) -> None:
        """Closes open connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            client = httpx.AsyncClient(
                headers={
                    "User-Agent": self._user_agent,
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
