"""What the loopback Discord was asked over HTTP, and the faults it was told to show."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Upload:
    """A file: one the bot sent, or one a person gives to a command."""

    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass
class RecordedRequest:
    """One request. ``path`` is without the API's base, ``headers`` without the token.

    ``body`` is the JSON, or the ``payload_json`` part where files came along; ``at`` is
    monotonic seconds; ``status`` is what it was answered with, None while it is handled.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    files: tuple[Upload, ...] = ()
    at: float = field(default_factory=time.monotonic)
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


def json_response(body: Any, status: int = 200, **headers: str) -> web.Response:
    """JSON as Discord sends it: discord.py takes the type with a charset for plain text."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **headers},
    )


@dataclass
class Fault:
    """The next ``times`` requests of ``method`` whose path matches get ``status``.

    A ``status`` of 0 cuts the connection: before Discord has done anything, or, with
    ``is_done``, when it has done what it was asked and nobody hears of it.
    """

    method: str
    path: re.Pattern[str]
    status: int
    times: int = 1
    retry_after: float = 0.0
    code: int = 0
    is_global: bool = False
    is_done: bool = False

    def response(self) -> web.Response:
        """What Discord sends for it."""
        if self.status == web.HTTPTooManyRequests.status_code:
            body = {"message": "You are being rate limited.", "retry_after": self.retry_after}
            # discord.py takes a 429 without a Via header for a ban of the whole address.
            via = {"Via": "1.1 google", "Retry_After": str(self.retry_after)}
            return json_response({**body, "global": self.is_global}, 429, **via)
        body = {"message": f"{self.status}: fault", "code": self.code}
        return json_response(body, self.status)


async def record_request(request: web.Request, base: str) -> RecordedRequest:
    """Read a request whole."""
    body, files = None, []
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            # Nested multiparts do not occur in Discord's API.
            data = bytes(await part.read())  # type: ignore[union-attr]
            if part.name == "payload_json":  # type: ignore[union-attr]
                body = json.loads(data)
            else:
                files.append(Upload(part.filename or "", data))  # type: ignore[union-attr]
    elif request.can_read_body:
        body = await request.json()
    headers = {k: v for k, v in request.headers.items() if k.lower() != "authorization"}
    return RecordedRequest(
        method=request.method,
        path=request.path.removeprefix(base),
        query=dict(request.query),
        headers=headers,
        body=body,
        files=tuple(files),
    )
