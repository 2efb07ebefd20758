"""robots.txt, pauses between requests, and trying again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise

import httpx
import pytest
from aiohttp import web

from index.errors import FetchError
from index.sources.answers import retry_after, validator
from index.sources.failures import Refused, SiteDown
from index.sources.fetching import Fetcher
from index.sources.pace import Pace
from index.sources.robots import RobotsFiles
from tests.fakes.website import Website, open_fetcher, serve_website


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with serve_website() as site:
        site.article("/a", "The pier")
        site.article("/b", "The quay")
        yield site


@pytest.fixture
async def fetcher(site: Website) -> AsyncIterator[Fetcher]:
    async with open_fetcher(site) as fetcher:
        yield fetcher


async def test_a_page_that_robots_txt_forbids_is_not_asked_for(
    site: Website, fetcher: Fetcher
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /a\n", content_type="text/plain")

    with pytest.raises(Refused, match=r"The robots\.txt of 127\.0\.0\.1 forbids programs"):
        await fetcher.fetch(f"{site.url}/a")
    await fetcher.fetch(f"{site.url}/b")

    assert site.asked() == ["/b"]


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ("User-agent: Footnote\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: footnote\nAllow: /", True),
        ("User-agent: bot\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\nAllow: /a$", True),
        ("\ufeffUser-agent: *\nDisallow: /*a", False),
        ("<html>We have no robots.txt</html>", True),
        ("Disallow: /", True),
        ("User-agent: *\nDisallow:", True),
        ("#" * 600_000 + "\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /" + "\n#" * 600_000, False),
    ],
)
async def test_the_rules_for_our_own_name_count_and_the_file_is_read_up_to_a_size(
    rules: str, may: bool, site: Website, fetcher: Fetcher
) -> None:
    site.put("/robots.txt", rules, content_type="text/plain")
    if may:
        await fetcher.fetch(f"{site.url}/a")
    else:
        with pytest.raises(Refused, match=r"robots\.txt"):
            await fetcher.fetch(f"{site.url}/a")


async def test_robots_txt_is_asked_once_an_hour(site: Website) -> None:
    asked: list[str] = []
    now = 0.0

    async def get(address: str) -> bytes:
        asked.append(address)
        await asyncio.sleep(0)
        return b"User-agent: *\nCrawl-delay: 3"

    robots = RobotsFiles(user_agent="Footnote/1", get=get, now=lambda: now)
    url = httpx.URL("https://e.org/x/y?z")
    first, second = await asyncio.gather(robots.require(url), robots.require(url))
    now = 3_599.0
    await robots.require(url)

    assert (first, second) == (3.0, 3.0)
    assert asked == ["https://e.org/robots.txt"]
    now = 3_601.0
    await robots.require(url)
    assert len(asked) == 2


async def test_a_long_crawl_delay_is_shortened() -> None:
    async def get(_: str) -> bytes:
        return b"User-agent: *\nCrawl-delay: 86400"

    robots = RobotsFiles(user_agent="Footnote/1", get=get)
    assert await robots.require(httpx.URL("https://e.org/")) == 10.0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_site_without_robots_txt_allows_everything(
    status: int, site: Website, fetcher: Fetcher
) -> None:
    site.status("/robots.txt", status)
    await fetcher.fetch(f"{site.url}/a")
    await fetcher.fetch(f"{site.url}/b")

    assert site.robots_seen == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_robots_txt_that_cannot_be_had_forbids_for_now_but_says_so(
    status: int, site: Website, fetcher: Fetcher
) -> None:
    site.status("/robots.txt", status)
    with pytest.raises(SiteDown, match=r"cannot be read, .* try again later") as caught:
        await fetcher.fetch(f"{site.url}/a")
    seen = site.robots_seen
    with pytest.raises(SiteDown):
        await fetcher.fetch(f"{site.url}/b")

    assert "forbids" not in str(caught.value)
    assert site.robots_seen == seen
    assert site.asked() == []


async def test_a_robots_txt_that_cannot_be_had_is_not_waited_for_by_each_page(
    site: Website,
) -> None:
    site.status("/robots.txt", 500)
    async with asyncio.timeout(10), open_fetcher(site, retry_wait=30.0) as fetcher:
        with pytest.raises(SiteDown):
            await fetcher.fetch(f"{site.url}/a")


async def test_robots_txt_is_followed_through_redirects_but_not_to_private_places(
    site: Website, fetcher: Fetcher
) -> None:
    site.redirect("/robots.txt", "/rules.txt")
    site.put("/rules.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    with pytest.raises(Refused, match=r"robots\.txt"):
        await fetcher.fetch(f"{site.url}/a")

    site.redirect("/robots.txt", "http://169.254.169.254/")
    async with open_fetcher(site) as other:
        await other.fetch(f"{site.url}/a")


async def test_a_redirect_to_another_host_asks_that_hosts_robots_txt(site: Website) -> None:
    async with serve_website() as other, open_fetcher(site, other) as fetcher:
        other.put("/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
        other.article("/there", "There")
        site.redirect("/here", f"{other.url}/there")
        with pytest.raises(Refused, match=r"robots\.txt"):
            await fetcher.fetch(f"{site.url}/here")

        assert other.asked() == []


async def test_an_operator_may_read_own_sites_without_robots_txt(site: Website) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    async with open_fetcher(site, respect_robots=False) as fetcher:
        await fetcher.fetch(f"{site.url}/a")

    assert site.robots_seen == 0


async def test_one_host_is_asked_one_request_at_a_time_and_others_meanwhile() -> None:
    pace = Pace(0.0)
    inside: list[str] = []
    most: dict[str, int] = {}
    together = asyncio.Event()

    async def visit(host: str) -> None:
        async with pace.turn(host):
            inside.append(host)
            most[host] = max(most.get(host, 0), inside.count(host))
            if len(set(inside)) == 2:
                together.set()
            await together.wait()
            await asyncio.sleep(0)
            inside.remove(host)

    await asyncio.gather(*(visit(host) for host in ("a", "a", "a", "b")))

    assert most == {"a": 1, "b": 1}


async def test_a_pause_lies_between_two_requests_to_one_host() -> None:
    pace = Pace(0.05)
    now = asyncio.get_running_loop().time
    started: list[float] = []
    for _ in range(3):
        async with pace.turn("a", 0.1):
            started.append(now())

    gaps = [later - earlier for earlier, later in pairwise(started)]
    assert all(gap >= 0.09 for gap in gaps)


async def test_the_pauses_of_forgotten_hosts_take_no_memory() -> None:
    pace = Pace(0.0)
    for number in range(1_500):
        async with pace.turn(f"host-{number}"):
            pass

    assert len(pace._hosts) <= 1_000


async def test_a_site_that_stumbles_is_tried_again(site: Website, fetcher: Fetcher) -> None:
    page = site.routes["/a"]
    answers = iter([503, 502])

    def stumble(request: web.Request) -> web.StreamResponse:
        status = next(answers, None)
        response = web.Response(status=status) if status else page(request)
        assert isinstance(response, web.StreamResponse)
        return response

    site.routes["/a"] = stumble
    fetched = await fetcher.fetch(f"{site.url}/a")

    assert fetched.status == 200
    assert site.asked() == ["/a", "/a", "/a"]


@pytest.mark.parametrize(
    ("status", "tries"), [(429, 3), (502, 3), (503, 3), (504, 3), (404, 1), (403, 1), (500, 1)]
)
async def test_three_tries_at_most_and_one_where_more_are_of_no_use(
    status: int, tries: int, site: Website, fetcher: Fetcher
) -> None:
    site.status("/a", status)
    with pytest.raises(FetchError, match=f"HTTP {status}"):
        await fetcher.fetch(f"{site.url}/a")

    assert site.asked() == ["/a"] * tries


async def test_a_retry_after_is_waited_for(site: Website, fetcher: Fetcher) -> None:
    times: list[float] = []
    page = site.routes["/a"]

    def busy(request: web.Request) -> web.StreamResponse:
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            return web.Response(status=429, headers={"Retry-After": "1"})
        response = page(request)
        assert isinstance(response, web.StreamResponse)
        return response

    site.routes["/a"] = busy
    await fetcher.fetch(f"{site.url}/a")

    assert times[1] - times[0] >= 0.95


async def test_a_long_retry_after_is_not_waited_for(site: Website, fetcher: Fetcher) -> None:
    site.status("/a", 503, Retry_After="86400")
    with pytest.raises(SiteDown, match="try again later"):
        await fetcher.fetch(f"{site.url}/a")

    assert site.asked() == ["/a"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:30", 30.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 5000, 999_999_999.0),
        ("Sun, 99 Nov 99999 12:00:30 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


async def test_an_unchanged_page_is_told_by_its_validators(site: Website, fetcher: Fetcher) -> None:
    date = "Sun, 22 Nov 2026 12:00:00 GMT"
    site.article("/a", "The pier", etag='W/"v1"')
    site.article("/b", "The quay", last_modified=date)
    first = await fetcher.fetch(f"{site.url}/a")
    assert (first.status, first.etag, first.is_unchanged) == (200, 'W/"v1"', False)

    again = await fetcher.fetch(f"{site.url}/a", etag=first.etag)
    by_date = await fetcher.fetch(f"{site.url}/b", last_modified=date)
    other = await fetcher.fetch(f"{site.url}/a", etag='"v0"')

    assert (again.status, again.data, again.etag) == (304, b"", 'W/"v1"')
    assert (by_date.status, by_date.last_modified) == (304, date)
    assert other.status == 200


async def test_a_validator_goes_to_its_own_address_only(site: Website, fetcher: Fetcher) -> None:
    # The same tag at two addresses: sent on, it would call a page unchanged that was never seen.
    site.article("/new", "The quay", etag='"1"')
    site.redirect("/old", "/new")
    fetched = await fetcher.fetch(f"{site.url}/old", etag='"1"', last_modified="yesterday")

    assert fetched.status == 200
    assert (fetched.etag, fetched.last_modified) == (None, None)
    assert site.seen[0].headers["If-None-Match"] == '"1"'
    assert "If-None-Match" not in site.seen[1].headers
    assert "If-Modified-Since" not in site.seen[1].headers


async def test_a_304_that_nobody_asked_for_is_an_error(site: Website, fetcher: Fetcher) -> None:
    site.status("/a", 304)
    with pytest.raises(FetchError, match="HTTP 304"):
        await fetcher.fetch(f"{site.url}/a")


@pytest.mark.parametrize("value", ["", "x" * 501, "a\nb", "ü", "a\x7f", None])
def test_a_validator_that_cannot_be_sent_back_is_dropped(value: str | None) -> None:
    assert validator(value) is None


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_marked_so(
    status: int, site: Website, fetcher: Fetcher
) -> None:
    site.status("/a", status)
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(f"{site.url}/a")

    assert caught.value.is_gone


async def test_a_body_of_two_gigabytes_is_cut_off(site: Website, fetcher: Fetcher) -> None:
    sent = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(
            headers={"Content-Type": "text/html", "Content-Length": str(2 * 1024**3)}
        )
        await response.prepare(request)
        block = b"x" * 1_000_000
        while sent < 2 * 1024**3:
            await response.write(block)
            sent += len(block)
        return response

    site.routes["/a"] = pour
    with pytest.raises(FetchError, match="larger than 10 MB"):
        await fetcher.fetch(f"{site.url}/a")

    assert sent < 50_000_000
