"""Answers /health, /ready and /metrics, in a thread and a loop of its own.

So they answer while everything is still loading, and when the bot's own loop hangs:
that is when somebody looks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot import __version__
from bot.errors import CommandError
from bot.observing.readiness import Readiness

Render = Callable[[str], tuple[bytes, str]]
"""The figures as bytes with their content type, for an Accept header."""

_START_SECONDS = 10.0
_STOP_SECONDS = 2.0
_LONGEST_LINE = 4_096


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """What the server does at most.

    Attributes:
        connections: Open at once, but for a few that come in the same moment.
        patience: Seconds that a connection may take to ask, and again to ask for more.
        alive: Seconds without a sign of life after which the process counts as dead.
    """

    connections: int = 64
    patience: float = 10.0
    alive: float = 60.0


class HealthServer:
    """Says how the process is, to whoever may reach it.

    Args:
        readiness: What keeps it from answering.
        silence: Seconds since the bot's loop last gave a sign of life.
        render: The figures.
        limits: What is done at most.
    """

    def __init__(
        self,
        readiness: Readiness,
        *,
        silence: Callable[[], float],
        render: Render,
        limits: HealthLimits | None = None,
    ) -> None:
        self._readiness = readiness
        self._silence = silence
        self._render = render
        self._limits = limits or HealthLimits()
        # Connections that owe us a request, and what will close them.
        self._owing: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}
        self._log = structlog.get_logger(__name__)

    @contextmanager
    def serving(self, host: str, port: int) -> Iterator[int]:
        """Listen inside of the context; gives the port, which the system chooses for 0.

        Raises:
            CommandError: the address cannot be listened on.
        """
        listening: Future[int] = Future()
        loop = asyncio.new_event_loop()
        ended = asyncio.Event()
        thread = threading.Thread(
            target=loop.run_until_complete,
            args=(self._serve(host, port, listening, ended),),
            name="health",
            daemon=True,
        )
        thread.start()
        try:
            yield self._await_port(listening, host, port)
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join(_STOP_SECONDS)
            if not thread.is_alive():
                loop.close()

    def _await_port(self, listening: Future[int], host: str, port: int) -> int:
        try:
            return listening.result(_START_SECONDS)
        except (OSError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or str(error) or "it takes too long"
            raise CommandError(
                f"Health cannot be answered on {host} port {port} ({reason}). Stop what uses it, "
                "or choose another with FOOTNOTE_HEALTH_LISTEN."
            ) from error

    async def _serve(
        self, host: str, port: int, listening: Future[int], ended: asyncio.Event
    ) -> None:
        server = web.Server(
            self._answer,
            access_log=None,
            logger=_mute_logger(),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            keepalive_timeout=self._limits.patience,
        )
        loop = asyncio.get_running_loop()

        def take_connection() -> asyncio.BaseProtocol:
            if len(server.connections) >= self._limits.connections:
                return _TurnAway()
            connection = server()
            patience = self._limits.patience
            self._owing[connection] = loop.call_later(patience, self._hang_up, connection)
            return connection

        try:
            listener = await loop.create_server(take_connection, host, port)
        except OSError as error:
            listening.set_exception(error)
            return
        listening.set_result(listener.sockets[0].getsockname()[1])
        await ended.wait()
        listener.close()
        for waiting in self._owing.values():
            waiting.cancel()
        await server.shutdown(_STOP_SECONDS / 2)

    def _hang_up(self, connection: web.RequestHandler) -> None:
        self._owing.pop(connection, None)
        connection.force_close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if (waiting := self._owing.pop(request.protocol, None)) is not None:
            waiting.cancel()
        try:
            response = self._respond(request)
        except Exception:  # noqa: BLE001 - the outer edge
            self._log.exception("health_not_answered")
            response = _say(500, {"status": "failed"})
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Server"] = "Footnote"
        return response

    def _respond(self, request: web.BaseRequest) -> web.Response:
        known = {"/health": self._health, "/ready": self._ready, "/metrics": self._metrics}
        respond = known.get(request.path)
        if respond is None:
            return _say(404, {"status": "there is /health, /ready and /metrics"})
        if request.method not in {"GET", "HEAD"}:
            return _say(405, {"status": "only GET"}, Allow="GET, HEAD")
        return respond(request)

    def _health(self, _: web.BaseRequest) -> web.Response:
        silence = round(self._silence(), 1)
        if silence > self._limits.alive:
            return _say(503, {"status": "hangs", "silent_seconds": silence})
        return _say(200, {"status": "alive", "version": __version__})

    def _ready(self, _: web.BaseRequest) -> web.Response:
        reasons = dict(self._readiness.reasons)
        return _say(503 if reasons else 200, {"ready": not reasons, "reasons": reasons})

    def _metrics(self, request: web.BaseRequest) -> web.Response:
        body, content_type = self._render(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


class _TurnAway(asyncio.Protocol):
    """Closes a connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _say(status: int, what: dict[str, object], **headers: str) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(what).encode() + b"\n",
        headers={"Content-Type": "application/json", **headers},
    )


def _mute_logger() -> logging.Logger:
    """For what the HTTP library says of requests that are none."""
    logger = logging.getLogger(f"{__name__}.mute")
    logger.disabled = True
    return logger
