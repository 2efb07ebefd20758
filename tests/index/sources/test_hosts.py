"""A site that keeps failing is left alone, and the others are not."""

from __future__ import annotations

import pytest

from index.errors import FetchError
from index.sources.failures import ComeBackLater, SiteDown
from index.sources.hosts import HostBreakers
from tests.fakes.website import open_fetcher, serve_website


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(hosts: HostBreakers, host: str, error: type[Exception] = SiteDown) -> None:
    with pytest.raises(error), hosts.watching(host):
        raise error("It did not answer.")


async def test_a_site_that_fails_six_times_is_asked_no_more_and_its_other_pages_fail_at_once() -> (
    None
):
    async with serve_website() as site, open_fetcher(site) as fetcher:
        for path in ("/a", "/b", "/c"):
            site.status(path, 503)
        for path in ("/a", "/b"):
            with pytest.raises(SiteDown, match="HTTP 503"):
                await fetcher.fetch(f"{site.url}{path}")
        assert len(site.asked()) == 6

        with pytest.raises(SiteDown, match=r"^The site '127\.0\.0\.1' failed several times"):
            await fetcher.fetch(f"{site.url}/c")

        assert site.asked() == []


async def test_a_site_that_asks_for_patience_or_misses_a_page_is_no_site_that_fails() -> None:
    async with serve_website() as site, open_fetcher(site) as fetcher:
        site.article("/a", "The pier")
        site.status("/slow", 429)
        site.status("/broken", 500)
        for path in ("/slow", "/broken", "/missing") * 3:
            with pytest.raises(FetchError):
                await fetcher.fetch(f"{site.url}{path}")

        assert (await fetcher.fetch(f"{site.url}/a")).status == 200


def test_after_a_rest_one_request_tries_and_its_success_opens_the_site_to_all() -> None:
    clock = Clock()
    hosts = HostBreakers(clock=clock)
    for _ in range(6):
        fail(hosts, "e.org")
    with pytest.raises(SiteDown, match="try again in 60 s"):
        hosts.require("e.org")
    clock.now += 60

    hosts.require("e.org")
    with (
        hosts.watching("e.org"),
        pytest.raises(SiteDown, match="left alone"),
        hosts.watching("e.org"),
    ):
        raise AssertionError("only one may try")

    with hosts.watching("e.org"), hosts.watching("e.org"):
        pass


def test_one_sites_failures_are_not_anothers() -> None:
    hosts = HostBreakers(clock=Clock())
    for _ in range(6):
        fail(hosts, "e.org")
        fail(hosts, "f.org", ComeBackLater)

    hosts.require("f.org")
    with hosts.watching("f.org"):
        pass


def test_the_breakers_of_forgotten_sites_take_no_memory() -> None:
    hosts = HostBreakers(clock=Clock())
    for number in range(1_200):
        fail(hosts, f"{number}.org")

    assert len(hosts.snapshots()) == 1_000


def test_no_name_of_a_site_reaches_a_metric() -> None:
    hosts = HostBreakers(clock=Clock())
    fail(hosts, "secret-intranet.example")

    assert {snapshot.name for snapshot in hosts.snapshots()} == {"fetcher"}
