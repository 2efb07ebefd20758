"""Serves the owner's socket: carries out what other processes hand over."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.errors import CommandError, FootnoteError, UnexpectedError
from bot.owner.protocol import (
    ALIVE_SECONDS,
    REQUEST_BYTES,
    ProtocolError,
    Request,
    encode_error,
    encode_message,
    encode_progress,
    parse_request,
    read_message,
)
from index.models import OnProgress, Progress

Handle = Callable[[str, Mapping[str, Any], OnProgress], Awaitable[dict[str, Any]]]

_REQUEST_SECONDS = 10.0
_WRITE_SECONDS = 30.0
_EVENT_INTERVAL = 0.1
_AT_ONCE = 16
_MOST_CLIENTS = 64
_KEPT_NOTICES = 20


class RequestServer:
    """Answers clients on a listening socket, from ``start`` until ``drain`` or ``abort``.

    ``handle`` may wait until the owner is ready; connected clients see that it is alive.
    """

    def __init__(self, handle: Handle, *, version: str, owner: str) -> None:
        self._handle = handle
        self._version = version
        self._owner = owner
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._outboxes: set[_Outbox] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._log = structlog.get_logger(__name__)

    async def start(self, listener: socket.socket) -> None:
        """Take clients from now on."""
        self._server = await asyncio.start_unix_server(
            self._serve, sock=listener, limit=REQUEST_BYTES
        )

    def notify(self, notice: str) -> None:
        """Tell all who wait for an answer."""
        for outbox in self._outboxes:
            outbox.add_notice(notice)

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._connections)

    async def drain(self) -> None:
        """Take no more clients, and finish what was accepted."""
        self._stop_listening()
        while self._connections:
            await asyncio.wait(self._connections)

    async def abort(self) -> None:
        """Take no more clients, and drop what was accepted; their clients try elsewhere."""
        self._stop_listening()
        for connection in self._connections:
            connection.cancel()
        while self._connections:
            await asyncio.wait(self._connections)

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs each client in a task
        has_room = len(self._connections) < _MOST_CLIENTS
        self._connections.add(task)
        try:
            if has_room:
                await self._answer_client(reader, writer)
            else:
                await self._turn_away(writer)
        except (OSError, ProtocolError) as error:
            self._log.debug("a client of the data folder left", reason=str(error))
        except asyncio.CancelledError:
            # Cancelled by abort(): asyncio would report a task that ends cancelled.
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async with asyncio.timeout(_REQUEST_SECONDS):
            message = await read_message(reader)
        if message is None:
            return
        outbox = _Outbox(asyncio.get_running_loop())
        work = asyncio.create_task(self._carry_out(message, outbox))
        # A client sends nothing after its request, so whatever comes next is its end.
        leaving = asyncio.create_task(reader.read(1))
        sending = asyncio.create_task(outbox.send_events(writer))
        self._outboxes.add(outbox)
        try:
            await asyncio.wait({work, leaving, sending}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return
            await _stop(sending)
            outbox.flush(writer)
            writer.write(work.result())
            async with asyncio.timeout(_WRITE_SECONDS):
                await writer.drain()
        finally:
            self._outboxes.discard(outbox)
            await _stop(work, leaving, sending)

    async def _turn_away(self, writer: asyncio.StreamWriter) -> None:
        writer.write(
            encode_error(
                CommandError(
                    f"{self._owner} serves {_MOST_CLIENTS} other commands already. Try again "
                    "when some of them have ended."
                )
            )
        )
        async with asyncio.timeout(_WRITE_SECONDS):
            await writer.drain()

    async def _carry_out(self, message: Mapping[str, Any], outbox: _Outbox) -> bytes:
        """The line that ends the conversation."""
        try:
            request = parse_request(message)
            self._check_version(request)
            async with self._slots:
                result = await self._handle(request.command, request.params, outbox.set_progress)
            return encode_message({"result": result})
        except FootnoteError as error:
            return encode_error(error)
        except ProtocolError as error:
            return encode_error(CommandError(f"The owner of the data folder was sent {error}."))
        except Exception as error:  # noqa: BLE001 - a client's request must not end the owner
            self._log.exception("a command for another process failed")
            return encode_error(
                UnexpectedError(
                    f"{self._owner} met an unexpected {type(error).__name__}; see its log."
                )
            )

    def _check_version(self, request: Request) -> None:
        if request.version != self._version:
            raise CommandError(
                f"The data folder is in use by {self._owner} of version {self._version}, and this "
                f"is version {request.version}. Stop that one, or use the same version."
            )


class _Outbox:
    """What a client is told while it waits: the latest progress, notices, signs of life."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changed = asyncio.Event()
        self._progress: Progress | None = None
        self._notices: list[str] = []

    def set_progress(self, progress: Progress) -> None:
        """May be called from any thread; what nobody has sent yet is replaced."""
        self._progress = progress
        self._wake()

    def add_notice(self, notice: str) -> None:
        """May be called from any thread."""
        self._notices = [*self._notices, notice][-_KEPT_NOTICES:]
        self._wake()

    async def send_events(self, writer: asyncio.StreamWriter) -> None:
        """Send until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            if not self.flush(writer):
                writer.write(encode_message({"alive": True}))
            async with asyncio.timeout(_WRITE_SECONDS):
                await writer.drain()
            await asyncio.sleep(_EVENT_INTERVAL)

    def flush(self, writer: asyncio.StreamWriter) -> bool:
        """Write what has not been sent yet; False when there is nothing."""
        progress, self._progress = self._progress, None
        notices, self._notices = self._notices, []
        if progress is not None:
            writer.write(encode_progress(progress))
        for notice in notices:
            writer.write(encode_message({"notice": notice}))
        return progress is not None or bool(notices)

    def _wake(self) -> None:
        # The job may outlive the loop by a moment when the owner is interrupted.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed.set)


async def _stop(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
