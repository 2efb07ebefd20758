"""The HTTP server of the reader: reads only, bounded in every way, and says nothing of itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.errors import CommandError
from bot.reader.desk import Access, ReadingDesk, Say, Written
from bot.reader.negotiation import choose_language, read_known_tags, takes_gzip
from index.errors import StoreError

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LONGEST_ADDRESS = 2_048
_LONGEST_LINE = 8_190
_RETRY_SECONDS = "5"
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What the server does at most.

    Attributes:
        pages: Made at once.
        connections: Open at once.
        seconds: For a page.
        patience: Seconds that a new connection may take to ask for its first page.
    """

    pages: int = 16
    connections: int = 200
    seconds: float = 15.0
    patience: float = 20.0


class ReaderServer:
    """Serves the pages of a reading desk.

    Args:
        desk: Makes the pages.
        prefix: The path of the public address, "" or "/articles": a proxy may leave it on.
        limits: What is done at most.
    """

    def __init__(
        self, desk: ReadingDesk, *, prefix: str = "", limits: ReaderLimits | None = None
    ) -> None:
        self._desk = desk
        self._prefixes = {"", prefix.rstrip("/")}
        self._limits = limits or ReaderLimits()
        self._at_work = 0
        # Connections that have not asked for anything yet, and what will close them.
        self._silent: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}
        self._log = structlog.get_logger(__name__)

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen on an address; gives the port, which the system chooses for 0.

        Raises:
            CommandError: the address cannot be listened on.
        """
        runner = web.AppRunner(
            self._make_app(),
            # Neither an address nor a signature is written down.
            access_log=None,
            logger=_mute_logger(),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            keepalive_timeout=15.0,
            shutdown_timeout=_STOP_SECONDS,
        )
        await runner.setup()
        try:
            listening = await self._listen(runner, host, port)
            try:
                yield listening.sockets[0].getsockname()[1]
            finally:
                listening.close()
                for waiting in self._silent.values():
                    waiting.cancel()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
        server = runner.server
        assert server is not None  # noqa: S101 - it was set up

        loop = asyncio.get_running_loop()

        def take_connection() -> asyncio.BaseProtocol:
            if len(server.connections) >= self._limits.connections:
                return _TurnAway()
            connection = server()
            self._silent[connection] = loop.call_later(
                self._limits.patience, self._hang_up, connection
            )
            return connection

        try:
            return await loop.create_server(take_connection, host, port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                f"The reader cannot listen on {host} port {port} ({reason}). Stop what uses it, or "
                "choose another with FOOTNOTE_READER_LISTEN."
            ) from error

    def _hang_up(self, connection: web.RequestHandler) -> None:
        self._silent.pop(connection, None)
        connection.force_close()

    def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=1)
        for prefix in self._prefixes:
            app.router.add_get(prefix + "/", self._home)
            app.router.add_get(prefix + "/robots.txt", self._robots)
            app.router.add_get(prefix + "/favicon.ico", self._no_icon)
            app.router.add_get(prefix + "/{library}/{version}", self._article)
        return app

    async def _article(self, request: web.Request) -> web.StreamResponse:
        where = request.match_info
        written = await self._desk.open(
            where["library"], where["version"], request.query, choose_language(request)
        )
        return self._send(request, written)

    async def _home(self, request: web.Request) -> web.StreamResponse:
        return self._say(request, Say.HOME)

    async def _robots(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    async def _no_icon(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=204, headers={"Cache-Control": "public, max-age=604800"})

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """The outer edge: a bounded number of requests, each in bounded time, always a page."""
        if (waiting := self._silent.pop(request.protocol, None)) is not None:
            waiting.cancel()
        if self._at_work >= self._limits.pages:
            return self._harden(self._busy(request))
        self._at_work += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                response = await self._handle(request, handler)
        except web.HTTPMethodNotAllowed:
            response = self._say(request, Say.NOT_ALLOWED)
            response.headers["Allow"] = "GET, HEAD"
        except web.HTTPException:
            response = self._say(request, Say.NOT_FOUND)
        except (TimeoutError, StoreError) as error:
            self._log.warning("no page in time", reason=str(error) or type(error).__name__)
            response = self._busy(request)
        except Exception:  # noqa: BLE001 - the outer edge: whoever reads must get a page
            self._log.exception("a page failed")
            response = self._say(request, Say.FAILED)
        finally:
            self._at_work -= 1
        return self._harden(response)

    async def _handle(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if len(request.raw_path) > _LONGEST_ADDRESS:
            return self._say(request, Say.TOO_LONG)
        return await handler(request)

    def _busy(self, request: web.Request) -> web.StreamResponse:
        response = self._say(request, Say.BUSY)
        response.headers["Retry-After"] = _RETRY_SECONDS
        return response

    def _say(self, request: web.Request, what: Say) -> web.StreamResponse:
        return self._send(request, self._desk.say(what, choose_language(request)))

    def _send(self, request: web.Request, written: Written) -> web.StreamResponse:
        packed = takes_gzip(request)
        tag = written.tag.replace('"', "")
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": written.access.value,
            "Vary": "Accept-Encoding, Accept-Language",
        }
        if written.access is not Access.NOT_AT_ALL:
            headers["ETag"] = f'"{tag}-gzip"' if packed else written.tag
        if written.access is not Access.PUBLIC:
            headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        if "ETag" in headers and tag in read_known_tags(request):
            return web.Response(status=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        body = written.packed if packed else written.body
        return web.Response(status=written.status, body=body, headers=headers)

    def _harden(self, response: web.StreamResponse) -> web.StreamResponse:
        response.headers.update(
            {
                "Content-Security-Policy": self._desk.policy,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Permissions-Policy": "browsing-topics=()",
                "Server": "Footnote",
            }
        )
        return response


class _TurnAway(asyncio.Protocol):
    """Closes a connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _mute_logger() -> logging.Logger:
    """For what the HTTP library says of requests that are none: only passers-by make those."""
    logger = logging.getLogger(f"{__name__}.mute")
    logger.disabled = True
    return logger
