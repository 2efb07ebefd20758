from __future__ import annotations

import asyncio
import gzip
import re
from dataclasses import replace
from urllib.parse import urljoin

import aiohttp
import pytest
import structlog

from bot.reader.server import ReaderLimits
from bot.reader.shelf import Door, Shelf
from index.errors import StoreError
from index.models import Article
from index.sqlite_database import SqliteDatabase
from tests.fakes.libraries import Opened, article
from tests.fakes.reader import Reader, serve_reader

BRIDGE = Article(
    "bridge",
    "The <old> bridge",
    "The bridge opened on Tuesday. Cars have to wait until June.\n\nThe ferry ends on Sunday.",
    published_at="2025-04-29",
)
QUOTE = "Cars have to wait until June."
ENDED = "This link has ended"
"""Everything that must not be opened looks like this."""


async def test_a_signed_link_opens_the_article_at_the_quote(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    status, html = await reader.get(reader.link(BRIDGE, QUOTE))

    assert status == 200
    assert "The &lt;old&gt; bridge</h1>" in html
    assert f">{QUOTE}</mark>" in html


async def test_the_same_is_said_of_all_that_must_not_be_opened(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    await reader.publish(BRIDGE, library="other")
    link = reader.link(BRIDGE, QUOTE)
    plain = link.partition("?")[0]
    other = Article("none", "None", "It was never stored. " + QUOTE)
    refused = [
        plain,
        plain + "?s=30&e=59",
        link.replace("/paper/", "/other/"),
        link.replace("/paper/", "/nobody/"),
        link.replace(BRIDGE.version_id, "0" * 32),
        link.replace("s=30", "s=0"),
        link.replace("&x=", "&p=3&x="),
        re.sub("k=(.)", lambda found: "k=" + ("A" if found[1] == "_" else "_"), link),
        re.sub(r"x=\d+", "x=99999999999", link),
        re.sub(r"x=\d+", "x=0", link),
        reader.link(other, QUOTE),
        reader.base + "/paper/bridge",
        reader.base + "/paper/%00",
    ]
    answers = {await reader.get(url) for url in refused}

    assert len(answers) == 1
    ((status, html),) = answers
    assert status == 403
    assert ENDED in html


async def test_a_link_ends(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    link = reader.link(BRIDGE, QUOTE)
    reader.clock.pass_days(30)
    assert (await reader.get(link))[0] == 200
    reader.clock.pass_days(1)
    status, html = await reader.get(link)

    assert (status, ENDED in html) == (403, True)


async def test_links_on_a_signed_page_open_and_end_with_it(reader: Reader) -> None:
    newer = replace(BRIDGE, text="News. " + BRIDGE.text)
    await reader.publish(BRIDGE)
    link = reader.link(BRIDGE, QUOTE)
    await reader.publish(newer)
    _, html = await reader.get(link)
    (found,) = re.findall(r'<a href="([^"]+)">Open the newest version', html)
    follow = urljoin(link, found.replace("&amp;", "&"))

    status, newest = await reader.get(follow)
    assert status == 200
    assert newer.version_id in follow
    assert f">{QUOTE}</mark>" in newest
    reader.clock.pass_days(31)
    assert (await reader.get(follow))[0] == 403


async def test_all_parts_of_a_long_article_can_be_turned_through(reader: Reader) -> None:
    text = "\n\n".join(f"Paragraph {n} is about the bridge." for n in range(9_000))
    long = Article("long", "Long", text)
    assert len(text) > 300_000
    await reader.publish(long)
    url = reader.link(long, "Paragraph 0 is about")
    read = ""
    while url:
        status, html = await reader.get(url)
        assert status == 200
        assert len(html.encode()) < 50_000
        (shown,) = re.findall("<article[^>]*>(.*?)</article>", html, re.DOTALL)
        read += re.sub("<[^>]+>", "", shown)
        later = re.findall(r'<a href="([^"]+)" rel="next"', html)
        url = urljoin(url, later[0].replace("&amp;", "&")) if later else ""

    assert read == text


async def test_a_public_library_is_open_and_may_be_cached(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    await reader.opened.libraries.settings("paper").set_public(True, actor="mod")
    url = f"{reader.base}/paper/{BRIDGE.version_id}?s=30&e=59"
    async with reader.http.get(url) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"].startswith("public")
        assert "X-Robots-Tag" not in response.headers
        tag = response.headers["ETag"]
        assert f">{QUOTE}</mark>" in await response.text()
    async with reader.http.get(url, headers={"If-None-Match": tag}) as again:
        assert again.status == 304
        assert again.headers["ETag"] == tag
        assert await again.read() == b""
    await reader.opened.libraries.settings("paper").set_public(False, actor="mod")
    assert (await reader.get(url))[0] == 403


async def test_what_left_a_public_library_is_open_to_answers_only(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    await reader.opened.libraries.settings("paper").set_public(True, actor="mod")
    other = article("ferry", "It ends.")
    library = reader.opened.libraries.library("paper")
    await reader.publish(other)
    await library.remove_source(1, actor="mod")

    assert (await reader.get(f"{reader.base}/paper/{BRIDGE.version_id}"))[0] == 403
    status, html = await reader.get(reader.link(BRIDGE, QUOTE))
    assert status == 200
    assert "no longer in the library" in html


async def test_what_somebody_took_out_is_shown_to_nobody(reader: Reader) -> None:
    await reader.publish(BRIDGE, article("ferry", "It ends."))
    await reader.opened.libraries.library("paper").remove(["bridge"], actor="mod")
    status, html = await reader.get(reader.link(BRIDGE, QUOTE))

    assert status == 410
    assert QUOTE not in html
    assert "no longer in the library" in html


async def test_a_change_shows_at_once_though_pages_are_kept(reader: Reader) -> None:
    await reader.publish(BRIDGE, article("new", "Other."))
    link = reader.link(BRIDGE, QUOTE)
    assert "Superseded" not in (await reader.get(link))[1]
    await reader.opened.libraries.decisions("paper").supersede("bridge", by="new", actor="mod")

    assert "Superseded" in (await reader.get(link))[1]


async def test_every_answer_has_the_headers_that_keep_it_harmless(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    urls = [reader.link(BRIDGE, QUOTE), reader.base + "/", reader.base + "/x/y", reader.base + "/x"]
    for url in [*urls, reader.base + "/robots.txt", reader.base + "/favicon.ico"]:
        async with reader.http.get(url) as response:
            headers, html = response.headers, await response.text()
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "Footnote"
        assert "<script" not in html
        assert " style=" not in html


async def test_a_signed_page_is_kept_by_nobody_else(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    async with reader.http.get(reader.link(BRIDGE, QUOTE)) as response:
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert response.headers["X-Robots-Tag"].startswith("noindex")


async def test_head_has_the_headers_alone_and_other_methods_are_refused(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    link = reader.link(BRIDGE, QUOTE)
    async with reader.http.head(link) as head, reader.http.get(link) as got:
        assert head.status == 200
        assert await head.read() == b""
        assert head.headers["ETag"] == got.headers["ETag"]
        assert int(head.headers["Content-Length"]) > 1_000
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        async with reader.http.request(method, link, data=b"x" * 100) as response:
            assert response.status == 405
            assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip, br", True), ("gzip;q=0.5", True), ("gzip;q=0", False), ("br", False), ("", False)],
)
async def test_a_page_is_packed_for_who_unpacks_it(
    reader: Reader, accepts: str, packed: bool
) -> None:
    await reader.publish(BRIDGE)
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        headers = {"Accept-Encoding": accepts}
        async with http.get(reader.link(BRIDGE, QUOTE), headers=headers) as response:
            body = await response.read()
            assert (response.headers.get("Content-Encoding") == "gzip") is packed
            assert "Accept-Encoding" in response.headers["Vary"]
    assert QUOTE in (gzip.decompress(body) if packed else body).decode()


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("it, fr;q=0.8", "fr"),
        ("en, es", "en"),
        ("es;q=0", "en"),
        ("?;q=x", "en"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    reader: Reader, accepts: str, language: str
) -> None:
    _, html = await reader.get(reader.base + "/", **{"Accept-Language": accepts})

    assert f'<html lang="{language}">' in html


async def test_robots_are_sent_away_and_nothing_is_listed(reader: Reader) -> None:
    await reader.publish(BRIDGE)
    await reader.opened.libraries.settings("paper").set_public(True, actor="mod")

    assert await reader.get(reader.base + "/robots.txt") == (200, "User-agent: *\nDisallow: /\n")
    for path in ("/paper", "/paper/", "/index.html", "/a/b/c", "//", "/.git/config/x"):
        status, html = await reader.get(reader.base + path)
        assert status == 404, path
        assert BRIDGE.version_id not in html
    assert BRIDGE.version_id not in (await reader.get(reader.base + "/"))[1]


async def test_an_address_that_is_too_long_is_refused(reader: Reader) -> None:
    status, html = await reader.get(f"{reader.base}/paper/{'a' * 5_000}")

    assert status == 414
    assert "aaaa" not in html
    async with reader.http.get(f"{reader.base}/paper/{'a' * 10_000}") as response:
        assert response.status == 400
        assert response.content_type == "text/plain"


async def test_a_path_before_the_address_may_be_left_on_by_the_proxy(opened: Opened) -> None:
    async with serve_reader(opened, prefix="/articles") as reader:
        await reader.publish(BRIDGE)
        link = reader.link(BRIDGE, QUOTE)
        before = link.replace("/paper/", "/articles/paper/")

        assert (await reader.get(link))[0] == (await reader.get(before))[0] == 200


async def test_more_readers_than_there_is_room_for_are_asked_to_come_again(opened: Opened) -> None:
    async with (
        serve_reader(opened, limits=ReaderLimits(pages=0)) as reader,
        reader.http.get(reader.base + "/") as response,
    ):
        assert response.status == 503
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Too many people" in await response.text()


async def test_connections_over_the_limit_are_closed_and_others_served(opened: Opened) -> None:
    async with serve_reader(opened, limits=ReaderLimits(connections=2)) as reader:
        port = int(reader.base.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        try:
            held[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(5):
                answer = await held[0][0].readline()
                ends = [await reading.read(1) for reading, _ in held[2:]]
        finally:
            for _, writing in held:
                writing.close()

    assert answer == b"HTTP/1.1 200 OK\r\n"
    assert ends == [b"", b""]


async def test_a_connection_that_asks_for_nothing_is_closed_and_one_that_asked_is_kept(
    opened: Opened,
) -> None:
    async with serve_reader(opened, limits=ReaderLimits(patience=0.2)) as reader:
        port = int(reader.base.rpartition(":")[2])
        asking, silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        try:
            async with asyncio.timeout(5):
                asking[1].write(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
                await asking[0].readuntil(b"Disallow: /\n")
                silent[1].write(b"GET / HTTP/1.1\r\nHost: ")
                end = await silent[0].read()
                asking[1].write(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
                again = await asking[0].readline()
        finally:
            asking[1].close()
            silent[1].close()

    assert end == b""
    assert again == b"HTTP/1.1 200 OK\r\n"


class BrokenShelf(Shelf):
    """Fails when a page is asked for."""

    def __init__(self, database: SqliteDatabase, error: Exception) -> None:
        super().__init__(database)
        self._error = error

    async def door(self, library: str) -> Door:
        raise self._error


@pytest.mark.parametrize(
    ("error", "expected"),
    [(StoreError("The disk is full."), 503), (TimeoutError(), 503), (RuntimeError("oops"), 500)],
)
async def test_a_failure_gives_a_page_and_no_address_in_the_log(
    opened: Opened, error: Exception, expected: int
) -> None:
    shelf = BrokenShelf(SqliteDatabase(opened.folder / "footnote.db"), error)
    async with serve_reader(opened, shelf=shelf) as reader:
        link = reader.link(BRIDGE, QUOTE)
        with structlog.testing.capture_logs() as logs:
            status, html = await reader.get(link)

    assert status == expected
    assert "again" in html
    assert "oops" not in html
    assert len(logs) == 1
    assert BRIDGE.version_id not in str(logs)
    assert link.rpartition("k=")[2][:43] not in str(logs)
