"""Asks the owner of a data folder to carry out a command."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from bot.owner.protocol import (
    EVENT_BYTES,
    OwnerGoneError,
    OwnerSilentError,
    ProtocolError,
    Request,
    encode_request,
    parse_error,
    parse_progress,
    read_message,
)
from index.models import OnProgress

_CONNECT_SECONDS = 5.0


async def request_command(
    socket_path: str,
    request: Request,
    *,
    on_progress: OnProgress,
    on_notice: Callable[[str], None],
    silence_seconds: float = 30.0,
) -> dict[str, Any]:
    """What the owner that listens on ``socket_path`` answers.

    Leaving early, cancelled or killed, makes the owner drop the request.

    Raises:
        OwnerGoneError: nobody listens there, or the owner ended.
        OwnerSilentError: the owner gave no sign of life for ``silence_seconds``.
        CommandError: the owner could not do it; its own line.
    """
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_unix_connection(socket_path, limit=EVENT_BYTES)
            writer.write(encode_request(request))
            await writer.drain()
        while True:
            event = await _next_event(reader, silence_seconds)
            if event is None:
                raise OwnerGoneError("the owner closed the connection before it answered")
            if "result" in event:
                return dict(event["result"])
            if "error" in event:
                raise parse_error(event["error"])
            if "progress" in event:
                on_progress(parse_progress(event["progress"]))
            if "notice" in event:
                on_notice(str(event["notice"]))
    except (OSError, ProtocolError) as error:  # a timeout is an OSError, too
        raise OwnerGoneError(str(error) or "the owner does not answer") from error
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _next_event(
    reader: asyncio.StreamReader, silence_seconds: float
) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(silence_seconds):
            return await read_message(reader)
    except TimeoutError as error:
        raise OwnerSilentError(f"no sign of life for {silence_seconds:g} seconds") from error
