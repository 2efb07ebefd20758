"""Decides which addresses on the network a page may be fetched from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Networks with IPv6 alone reach IPv4 sites through this prefix.
_NAT64 = IPv6Network("64:ff9b::/96")
_USUAL_PORTS = (80, 443)


def is_public(address: IPAddress) -> bool:
    """Whether an address lies in the public internet.

    IPv6 forms that carry an IPv4 address inside (mapped, 6to4, Teredo) are refused.
    """
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        if address not in _GLOBAL_UNICAST or address.sixtofour or address.scope_id:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """All addresses a name has, by the system's resolver.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class AllowedHosts:
    """Hosts an operator lets through although they are private, as ``host`` or ``host:port``.

    Without a port an entry means ports 80 and 443; an IPv6 address stands in brackets.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._allowed = frozenset(pair for entry in entries for pair in _parse(entry))

    def __contains__(self, place: tuple[str, int]) -> bool:
        host, port = place
        return (host.lower().rstrip("."), port) in self._allowed


def _parse(entry: str) -> list[tuple[str, int]]:
    text = entry.strip().lower()
    host, colon, port = text.rpartition(":")
    if colon and port.isdecimal() and (":" not in host or host.endswith("]")):
        return [(host.strip("[]"), int(port))]
    return [(text.strip("[]"), usual) for usual in _USUAL_PORTS]


async def only_public_addresses(host: str, port: int, resolve: Resolve) -> bool:
    """Whether everything ``host`` stands for is public; also for an address in numbers.

    Raises:
        OSError: the name has no address.
    """
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    addresses = await resolve(host, port)
    return all(is_public(ip_address(address)) for address in addresses)
