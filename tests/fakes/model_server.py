"""Providers of language models on loopback: four wire formats, and all that goes wrong there."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]


def sse(data: Body | str, event: str | None = None) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode()


class OpenAIWire:
    kind, path, content_type = "openai-like", "/v1", "text/event-stream"

    def begin(self, body: Body) -> list[bytes]:
        return [self._chunk({"role": "assistant", "content": ""})]

    def text(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def end(self, body: Body, usage: tuple[int, int], finish: str = "stop") -> list[bytes]:
        chunks = [self._chunk({}, finish)]
        if (body.get("stream_options") or {}).get("include_usage"):
            counted = dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))
            total = {**counted, "total_tokens": sum(usage)}
            chunks.append(sse({**self._frame([]), "usage": total}))
        return [*chunks, sse("[DONE]")]

    def error(self, message: str) -> Body:
        return {"error": {"message": message, "type": "some_error", "code": None}}

    def error_inside(self, message: str) -> bytes:
        return sse(self.error(message))

    def garbage(self) -> bytes:
        return b'data: {"choices": [{"delta": \n\n'

    def schema_of(self, body: Body) -> Any:
        return (body.get("response_format") or {}).get("json_schema", {}).get("schema")

    def length_of(self, body: Body) -> Any:
        return body.get("max_tokens")

    def _chunk(self, delta: Body, finish: str | None = None) -> bytes:
        return sse(self._frame([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def _frame(self, choices: list[Body]) -> Body:
        return {
            "id": "c-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": choices,
        }


class OllamaWire:
    kind, path, content_type = "ollama", "", "application/x-ndjson"

    def begin(self, body: Body) -> list[bytes]:
        return []

    def text(self, text: str) -> bytes:
        return self._line({"message": {"role": "assistant", "content": text}, "done": False})

    def end(self, body: Body, usage: tuple[int, int], finish: str = "stop") -> list[bytes]:
        counted = dict(zip(("prompt_eval_count", "eval_count"), usage, strict=True))
        empty = {"role": "assistant", "content": ""}
        return [self._line({"message": empty, "done": True, "done_reason": finish, **counted})]

    def error(self, message: str) -> Body:
        return {"error": message}

    def error_inside(self, message: str) -> bytes:
        return self._line({"error": message})

    def garbage(self) -> bytes:
        return b'{"message": {"role"\n'

    def schema_of(self, body: Body) -> Any:
        return body.get("format")

    def length_of(self, body: Body) -> Any:
        return body["options"].get("num_predict")

    def _line(self, data: Body) -> bytes:
        return json.dumps({"model": "m", **data}).encode() + b"\n"


class AnthropicWire:
    kind, path, content_type = "anthropic", "", "text/event-stream"

    def begin(self, body: Body) -> list[bytes]:
        message: Body = {
            "id": "m-1",
            "type": "message",
            "role": "assistant",
            "content": [],
            "model": "m",
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 11, "output_tokens": 1},
        }
        block = {"type": "text", "text": ""}
        return [
            self._event("message_start", message=message),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        ]

    def text(self, text: str) -> bytes:
        delta = {"type": "text_delta", "text": text}
        return self._event("content_block_delta", index=0, delta=delta)

    def end(self, body: Body, usage: tuple[int, int], finish: str = "end_turn") -> list[bytes]:
        delta = {"stop_reason": finish, "stop_sequence": None}
        counted = dict(zip(("input_tokens", "output_tokens"), usage, strict=True))
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=delta, usage=counted),
            self._event("message_stop"),
        ]

    def error(self, message: str) -> Body:
        return {"type": "error", "error": {"type": "some_error", "message": message}}

    def error_inside(self, message: str) -> bytes:
        return sse(self.error(message), "error")

    def garbage(self) -> bytes:
        return b'event: content_block_delta\ndata: {"type": "content_bl\n\n'

    def schema_of(self, body: Body) -> Any:
        return (body.get("output_config") or {}).get("format", {}).get("schema")

    def length_of(self, body: Body) -> Any:
        return body.get("max_tokens")

    def _event(self, kind: str, **more: Any) -> bytes:
        return sse({"type": kind, **more}, kind)


class GoogleWire:
    kind, path, content_type = "google", "", "text/event-stream"

    def begin(self, body: Body) -> list[bytes]:
        return []

    def text(self, text: str) -> bytes:
        return sse({"candidates": [self._candidate(text)], "modelVersion": "m"})

    def end(self, body: Body, usage: tuple[int, int], finish: str = "STOP") -> list[bytes]:
        names = ("promptTokenCount", "candidatesTokenCount")
        counted = {**dict(zip(names, usage, strict=True)), "totalTokenCount": sum(usage)}
        last = {**self._candidate(""), "finishReason": finish}
        return [sse({"candidates": [last], "usageMetadata": counted})]

    def error(self, message: str) -> Body:
        return {"error": {"code": 500, "message": message, "status": "INTERNAL"}}

    def error_inside(self, message: str) -> bytes:
        return sse(self.error(message))

    def garbage(self) -> bytes:
        return b'data: {"candidates": [{"content"\n\n'

    def schema_of(self, body: Body) -> Any:
        return body["generationConfig"].get("responseJsonSchema")

    def length_of(self, body: Body) -> Any:
        return body["generationConfig"].get("maxOutputTokens")

    def _candidate(self, text: str) -> Body:
        return {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}


Wire = OpenAIWire | OllamaWire | AnthropicWire | GoogleWire
WIRES: tuple[Wire, ...] = (OpenAIWire(), OllamaWire(), AnthropicWire(), GoogleWire())
Behaviour = Callable[["ModelServer", web.Request, Body], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    path: str
    headers: dict[str, str]
    body: Body


@dataclass
class ModelServer:
    """Does what it is told, one behaviour a request; the last one stays."""

    wire: Wire
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    next: deque[Behaviour] = field(default_factory=deque)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.wire.path}"

    def will(self, *behaviours: Behaviour) -> None:
        self.next = deque(behaviours)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.path, headers, body))
        behaviour = self.next.popleft() if len(self.next) > 1 else self.next[0]
        return await behaviour(self, request, body)

    async def open(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": self.wire.content_type})
        await response.prepare(request)
        return response

    async def wait_until_left(self, request: web.Request) -> None:
        """Until the client closed the connection."""
        while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        self.left.set()


@asynccontextmanager
async def serve_model(wire: Wire) -> AsyncIterator[ModelServer]:
    server = ModelServer(wire)
    app = web.Application(client_max_size=2**24)
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def says(*texts: str, usage: tuple[int, int] = (11, 7), finish: str | None = None) -> Behaviour:
    """A whole reply."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        ended = {"finish": finish} if finish else {}
        wire = server.wire
        end = wire.end(body, usage, **ended)
        return await _send(
            server, request, [*wire.begin(body), *(wire.text(t) for t in texts), *end]
        )

    return behave


def sends(*chunks: bytes) -> Behaviour:
    """These bytes and a clean end."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        return await _send(server, request, chunks)

    return behave


def begins(*texts: str, then: bytes | None = None) -> Behaviour:
    """The beginning of a reply, perhaps something strange, and a clean end."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        wire = server.wire
        chunks = [*wire.begin(body), *(wire.text(t) for t in texts)]
        return await _send(server, request, [*chunks, then] if then else chunks)

    return behave


def fails(status: int, message: str = "it failed", **headers: str) -> Behaviour:
    """An error instead of a reply."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(server.wire.error(message), status=status, headers=named)

    return behave


def hangs(*texts: str, headers: bool = True) -> Behaviour:
    """The beginning of a reply, or of its headers, and nothing more until the client leaves."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": server.wire.content_type})
        if headers:
            await response.prepare(request)
            for chunk in [*server.wire.begin(body), *(server.wire.text(t) for t in texts)]:
                await response.write(chunk)
        await server.wait_until_left(request)
        return response

    return behave


def repeats(text: str, *, pause: float = 0.0) -> Behaviour:
    """The same text again and again until the client leaves."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        response = await server.open(request)
        try:
            for chunk in server.wire.begin(body):
                await response.write(chunk)
            while True:
                await response.write(server.wire.text(text))
                await asyncio.sleep(pause)
        except ConnectionError:
            server.left.set()
        return response

    return behave


def breaks(*texts: str) -> Behaviour:
    """The beginning of a reply, and then the connection is gone."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        response = await server.open(request)
        for chunk in [*server.wire.begin(body), *(server.wire.text(t) for t in texts)]:
            await response.write(chunk)
        await asyncio.sleep(0.05)  # so that what was written arrives first
        assert request.transport is not None
        request.transport.abort()
        return response

    return behave


def lingers(*texts: str) -> Behaviour:
    """A whole reply on a connection that the server does not close."""

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        response = await server.open(request)
        wire = server.wire
        chunks = [*wire.begin(body), *(wire.text(t) for t in texts), *wire.end(body, (11, 7))]
        for chunk in chunks:
            await response.write(chunk)
        await server.wait_until_left(request)
        return response

    return behave


def refuses_unless(takes: Callable[[Body], bool], status: int, then: Behaviour) -> Behaviour:
    """``then`` for the requests that it takes, else an error."""
    no = fails(status, "unknown field")

    async def behave(server: ModelServer, request: web.Request, body: Body) -> web.StreamResponse:
        return await (then if takes(body) else no)(server, request, body)

    return behave


async def _send(
    server: ModelServer, request: web.Request, chunks: Sequence[bytes]
) -> web.StreamResponse:
    response = await server.open(request)
    try:
        for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        server.left.set()
    return response
