"""A web site on loopback: pages with ETags, redirects, feeds; it remembers what was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from aiohttp import web

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.models import Progress, ReadResult, Source, SourceKind
from index.reading import Reader
from index.sources import read_source
from index.sources.fetching import Fetcher

Handler = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]

USER_AGENT = "Footnote/0.1 (+https://e.org/bot)"
_SENTENCE = "The harbour master said that the new pier would open to everybody on Monday."


@dataclass
class Website:
    """What the site gives, by path; whatever it does not know is a 404, robots.txt too.

    ``seen`` holds all requests but those for robots.txt, which ``robots_seen`` counts.
    """

    url: str = ""
    routes: dict[str, Handler] = field(default_factory=dict)
    seen: list[web.Request] = field(default_factory=list)
    robots_seen: int = 0

    @property
    def host(self) -> str:
        """``host:port``, as the setting for allowed hosts takes it."""
        return self.url.removeprefix("http://")

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    def asked(self) -> list[str]:
        """The paths asked for since the last look, in order."""
        paths = [request.path_qs for request in self.seen]
        self.seen.clear()
        return paths

    def put(
        self,
        path: str,
        body: str | bytes = "",
        *,
        content_type: str = "text/html",
        etag: str | None = None,
        last_modified: str | None = None,
        status: int = 200,
    ) -> None:
        """A page; with a validator it answers 304 to whoever has it already."""
        tags = {"ETag": etag, "Last-Modified": last_modified}
        headers = {name: value for name, value in tags.items() if value}
        data = body.encode() if isinstance(body, str) else body

        def answer(request: web.Request) -> web.Response:
            has = request.headers
            if (etag and has.get("If-None-Match") == etag) or (
                last_modified and has.get("If-Modified-Since") == last_modified
            ):
                return web.Response(status=304, headers=headers)
            full = {"Content-Type": f"{content_type}; charset=utf-8", **headers}
            return web.Response(body=data, status=status, headers=full)

        self.routes[path] = answer

    def article(self, path: str, title: str, text: str = _SENTENCE, **more: Any) -> None:
        """A page with an article; ``canonical`` is the address it calls its own."""
        self.put(path, article_page(title, text, more.pop("canonical", None)), **more)

    def status(self, path: str, status: int, **headers: str) -> None:
        """A page that answers with nothing but a status; ``Retry_After`` names that header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.routes[path] = lambda _: web.Response(status=status, headers=named)

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.routes[path] = lambda _: web.Response(status=status, headers={"Location": to})

    def remove(self, path: str) -> None:
        """From now on a 404."""
        del self.routes[path]

    def sitemap(self, path: str, *pages: str | tuple[str, str]) -> None:
        """A sitemap of paths or addresses, each alone or with its lastmod."""
        self.put(path, sitemap_xml(self.url, *pages), content_type="application/xml")

    def feed(self, path: str, *items: str) -> None:
        """An RSS feed of items made by ``rss_item``."""
        body = f'<rss version="2.0"><channel><title>Feed</title>{"".join(items)}</channel></rss>'
        self.put(path, body, content_type="application/rss+xml")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the server calls."""
        if request.path == "/robots.txt":
            self.robots_seen += 1
        else:
            self.seen.append(request)
        handler = self.routes.get(request.path_qs) or self.routes.get(request.path)
        if handler is None:
            return web.Response(status=404)
        response = handler(request)
        return response if isinstance(response, web.StreamResponse) else await response


def article_page(title: str, text: str = _SENTENCE, canonical: str | None = None) -> str:
    """A page with one article."""
    link = f'<link rel="canonical" href="{escape(canonical)}">' if canonical else ""
    return (
        f"<html><head><title>{escape(title)}</title>{link}</head><body><article>"
        f"<h1>{escape(title)}</h1><p>{escape(text)}</p></article></body></html>"
    )


def sitemap_xml(base: str, *pages: str | tuple[str, str], root: str = "urlset") -> str:
    """A sitemap, or with ``root="sitemapindex"`` an index of sitemaps."""
    item = "url" if root == "urlset" else "sitemap"
    parts = []
    for page in pages:
        path, date = page if isinstance(page, tuple) else (page, None)
        address = path if "://" in path else f"{base}{path}"
        lastmod = f"<lastmod>{date}</lastmod>" if date else ""
        parts.append(f"<{item}><loc>{escape(address)}</loc>{lastmod}</{item}>")
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}<{root} xmlns="{namespace}">{"".join(parts)}</{root}>'


def rss_item(title: str, link: str | None = None, **fields: str) -> str:
    """An item of an RSS feed; ``fields`` are further elements with their text."""
    address = f"<link>{escape(link)}</link>" if link else ""
    more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<item><title>{escape(title)}</title>{address}{more}</item>"


@asynccontextmanager
async def serve_website(routes: dict[str, Handler] | None = None) -> AsyncIterator[Website]:
    """A site that runs on the test's own event loop."""
    site = Website(routes=dict(routes or {}))
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_fetcher(*sites: Website, **options: Any) -> AsyncIterator[Fetcher]:
    """A fetcher that may ask these sites, without pauses."""
    given = {"delay": 0.0, "retry_wait": 0.0, "allowed_hosts": [site.host for site in sites]}
    fetcher = Fetcher(**{"user_agent": USER_AGENT, **given, **options})
    try:
        yield fetcher
    finally:
        await fetcher.close()


class Visits:
    """A source on a loopback site that is read again and again, with what was known before.

    States are kept as a library keeps them: of what was read or seen, what is gone for the
    first time, and what could not be read.
    """

    def __init__(self, site: Website, reader: Reader, fetcher: Fetcher) -> None:
        self.site = site
        self.known: dict[str, EntryState] = {}
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.progress: list[Progress] = []
        self.reader = reader
        self.fetcher = fetcher

    async def read(
        self, kind: SourceKind, path: str, options: SourceOptions = EVERYTHING, **more: Any
    ) -> ReadResult:
        self.now += timedelta(hours=1)
        self.progress.clear()
        result = await read_source(
            Source(kind, f"{self.site.url}{path}"),
            options=options,
            known=self.known,
            reader=self.reader,
            fetcher=self.fetcher,
            on_progress=self.progress.append,
            clock=lambda: self.now,
            **more,
        )
        assert [s.article_id for s in result.read] == [a.id for a in result.articles]
        states = {s.key: s for s in (*result.read, *result.unchanged, *result.gone)}
        stays = set(self.known) if not result.lists_all else result.failed or frozenset()
        self.known = {k: s for k, s in self.known.items() if k in stays} | states
        return result

    def key(self, path: str) -> str:
        """The key of a page of the site."""
        return f"{self.site.url}{path}"
