import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp import web

from index.errors import FetchError
from index.sources.bodies import read_body
from index.sources.fetching import Fetched
from tests.fakes.website import Handler, Website, open_fetcher, serve_website


class Bytes(httpx.AsyncByteStream):
    """A body that arrives in one piece."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data


async def fetch(url: str, site: Website, **options: Any) -> Fetched:
    async with open_fetcher(site, **options) as fetcher:
        return await fetcher.fetch(url)


def html(body: str = "<p>Hello</p>", **kwargs: Any) -> web.Response:
    return web.Response(text=body, content_type="text/html", **kwargs)


def redirect(location: str, status: int = 302) -> Handler:
    return lambda _: web.Response(status=status, headers={"Location": location})


async def test_a_page_is_fetched_with_its_type_and_an_honest_name() -> None:
    async with serve_website({"/a": lambda _: html("<p>ü</p>", charset="utf-8")}) as site:
        fetched = await fetch(f"{site.url}/a?b=c", site)

    assert fetched.url_final == f"{site.url}/a?b=c"
    assert fetched.content_type == "text/html; charset=utf-8"
    assert fetched.data == "<p>ü</p>".encode()
    assert site.seen[0].headers["User-Agent"] == "Footnote/0.1 (+https://e.org/bot)"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(status: int) -> None:
    async with serve_website({"/a": redirect("/b", status), "/b": lambda _: html()}) as site:
        fetched = await fetch(f"{site.url}/a", site)

    assert fetched.url_final == f"{site.url}/b"


async def test_a_redirect_loop_ends() -> None:
    async with serve_website({"/a": redirect("/b"), "/b": redirect("/a")}) as site:
        with pytest.raises(FetchError, match="redirects more than 5 times"):
            await fetch(f"{site.url}/a", site)

    assert len(site.seen) == 6


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.1/", "private network, which is refused"),
        ("http://127.0.0.1:1/", "ports 80 and 443 only, not from 1"),
        ("http://169.254.169.254/latest/meta-data/", "private network"),
        ("//[::1]/", "private network"),
        ("http://localhost/", "private network"),
        ("file:///etc/passwd", "not an http"),
        ("http://u:p@127.0.0.1/", "not an http"),
        ("ftp://127.0.0.1/", "not an http"),
        ("http://[::1/", "not an http|could not be fetched"),
    ],
)
async def test_every_redirect_is_checked_anew(location: str, message: str) -> None:
    async with serve_website({"/a": redirect(location)}) as site:
        with pytest.raises(FetchError, match=message):
            await fetch(f"{site.url}/a", site)

    assert len(site.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.31.255.255/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/",
        "http://2852039166/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://127.0.0.1:22/",
        "http://1.1.1.1:6379/",
        "http://user@1.1.1.1/",
        "http://user:pass@1.1.1.1/",
        "http://1.1.1.1:80@127.0.0.1/",
        "http://127.0.0.1\\@1.1.1.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://[::1%25lo]/",
        "file:///etc/passwd",
        "ftp://1.1.1.1/a",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:///a",
        "http://",
        "//1.1.1.1/",
        "1.1.1.1",
        "",
        "http://1.1.1.1\r\nHost: x/",
    ],
)
async def test_addresses_that_are_not_public_pages_are_refused_before_connecting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever would be opened now, to any place, fails the test.
    async def open_nothing(*args: object, **kwargs: object) -> None:
        pytest.fail(f"a connection was opened for {url}")

    monkeypatch.setattr("anyio.connect_tcp", open_nothing)
    monkeypatch.setattr("httpx_secure.connect_tcp", open_nothing)
    async with open_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(url)

    assert "refused" in str(caught.value) or "not" in str(caught.value)


async def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("xn--mnchen-3ya.example", 443)
        return ["93.184.216.34", "192.168.0.7"]

    async with open_fetcher(resolve=resolve) as fetcher:
        with pytest.raises(FetchError, match="private network"):
            await fetcher.fetch("https://münchen.example/")


async def test_a_name_that_changes_its_address_after_the_check_is_refused_at_connecting() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34"]

    async with (
        serve_website({"/": lambda _: html("secret")}) as site,
        open_fetcher(resolve=resolve, ports=[site.port]) as fetcher,
    ):
        with pytest.raises(FetchError, match="private network"):
            await fetcher.fetch(f"http://localhost:{site.port}/")

    assert site.seen == []


async def test_a_name_that_does_not_exist_is_a_clear_error() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with open_fetcher(resolve=resolve) as fetcher:
        with pytest.raises(FetchError, match=r"'gull\.example' was not found; check the address"):
            await fetcher.fetch("https://gull.example/")


async def test_a_site_that_is_down_is_a_clear_error() -> None:
    async with serve_website({}) as site:
        pass
    with pytest.raises(FetchError, match="could not be reached"):
        await fetch(f"{site.url}/", site)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "HTTP 404: there is no such page"),
        (403, "HTTP 403"),
        (418, "HTTP 418"),
        (503, "later"),
    ],
)
async def test_a_status_is_told_with_what_to_do(status: int, message: str) -> None:
    async with serve_website({"/": lambda _: html("x", status=status)}) as site:
        with pytest.raises(FetchError, match=message):
            await fetch(f"{site.url}/", site)


async def test_other_content_is_refused_by_its_type() -> None:
    async with serve_website(
        {"/": lambda _: web.Response(body=b"GIF89a", content_type="image/gif")}
    ) as site:
        with pytest.raises(FetchError, match="leads to 'image/gif'; only web pages"):
            await fetch(f"{site.url}/", site)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_packed_pages_are_unpacked(encoding: str) -> None:
    body = b"<p>Packed</p>" * 1000
    page = html()
    page.body = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    page.headers["Content-Encoding"] = encoding
    async with serve_website({"/": lambda _: page}) as site:
        assert (await fetch(f"{site.url}/", site)).data == body


@pytest.mark.parametrize(
    ("encoding", "body", "message"),
    [
        ("gzip", gzip.compress(b"\0" * 50_000_000, mtime=0), "larger than 0.1 MB"),
        ("gzip", b"no gzip at all", "damaged"),
        ("gzip", gzip.compress(b"abc" * 1000, mtime=0)[:-12], "incomplete"),
        ("br", b"x", "packs the page"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "packs the page"),
        ("identity", b"x" * 100_001, "larger than 0.1 MB"),
    ],
)
async def test_bombs_and_broken_bodies_are_refused(
    encoding: str, body: bytes, message: str
) -> None:
    page = web.Response(body=body, content_type="text/html", headers={"Content-Encoding": encoding})
    async with serve_website({"/": lambda _: page}) as site:
        with pytest.raises(FetchError, match=message):
            await fetch(f"{site.url}/", site, max_bytes=100_000)


async def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Bytes(bomb))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger"):
            await read_body(response, 100_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


async def test_a_body_without_end_is_cut_off() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)

    async with serve_website({"/": endless}) as site:
        with pytest.raises(FetchError, match=r"larger than 0\.2 MB"):
            await fetch(f"{site.url}/", site, max_bytes=200_000)


async def test_a_page_that_drips_in_is_given_up() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    async with serve_website({"/": drip}) as site:
        with pytest.raises(FetchError, match="try again later"):
            await fetch(f"{site.url}/", site, timeout=0.3)


async def test_cookies_of_one_page_are_not_sent_to_the_next() -> None:
    async with (
        serve_website({"/": lambda _: html(headers={"Set-Cookie": "id=1"})}) as site,
        open_fetcher(site) as fetcher,
    ):
        await fetcher.fetch(f"{site.url}/")
        await fetcher.fetch(f"{site.url}/")

    assert "Cookie" not in site.seen[1].headers


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with serve_website({"/": lambda _: html()}) as site:
        assert (await fetch(f"{site.url}/", site)).data


async def test_garbage_instead_of_http_is_a_clear_error() -> None:
    async def garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(garbage, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchError, match="could not be fetched"):
            await fetch(f"http://127.0.0.1:{port}/", Website(f"http://127.0.0.1:{port}"))
