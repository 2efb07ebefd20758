"""A proxy of ours before a server on loopback: it may ask for a key, or keep everybody waiting."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

_REFUSAL = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 20\r\n"
    b"Connection: close\r\n\r\n<h1>Not for you</h1>"
)


@dataclass
class Gatekeeper:
    """Passes connections on.

    Attributes:
        port: Where the server behind it listens.
        key: What the Authorization header of a connection's first request must hold.
        stalls: Whether it takes requests and gives nothing back.
        heads: The first request of each connection.
    """

    port: int
    key: str | None = None
    stalls: bool = False
    heads: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Let every connection go."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head.decode())
            if self.key is not None and f"Bearer {self.key}\r\n" not in head.decode():
                writer.write(_REFUSAL)
                await writer.drain()
            else:
                await self._pass_on(head, reader, writer)
        writer.close()
        self._tasks.discard(task)

    async def _pass_on(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self.port)
        behind_writer.write(head)
        try:
            await asyncio.gather(
                self._copy(reader, behind_writer), self._copy(behind_reader, writer)
            )
        finally:
            behind_writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            while self.stalls:  # noqa: ASYNC110 - a test sets it whenever it likes
                await asyncio.sleep(0.02)
            writer.write(data)
            await writer.drain()
        writer.close()
