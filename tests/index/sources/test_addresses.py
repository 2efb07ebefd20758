from ipaddress import ip_address

import pytest

from index.sources.addresses import AllowedHosts, is_public, only_public_addresses


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::1.1.1.1"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:1.1.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "fd00:ec2::254",
    ],
)
def test_private_reserved_and_smuggled_addresses_are_not(address: str) -> None:
    assert not is_public(ip_address(address))


async def test_a_name_is_public_only_when_all_its_addresses_are() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return {
            "good.example": ["1.1.1.1", "2606:4700::1111"],
            "mixed.example": ["1.1.1.1", "::1"],
        }[host]

    assert await only_public_addresses("good.example", 443, resolve)
    assert not await only_public_addresses("mixed.example", 443, resolve)
    assert not await only_public_addresses("127.0.0.1", 443, resolve)


def test_allowed_hosts_mean_their_port_or_else_the_usual_two() -> None:
    allowed = AllowedHosts(["127.0.0.1:8080", "Intranet.example", "[::1]:9000", "[fd00::1]", "::2"])

    assert ("127.0.0.1", 8080) in allowed
    assert ("127.0.0.1", 80) not in allowed
    assert ("intranet.example", 443) in allowed
    assert ("INTRANET.example.", 80) in allowed
    assert ("intranet.example", 8080) not in allowed
    assert ("::1", 9000) in allowed
    assert ("fd00::1", 443) in allowed
    assert ("::2", 80) in allowed
