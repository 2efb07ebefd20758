"""What an owner and its clients say to each other: JSON, one message a line.

The client sends one request, ``{"command", "params", "version"}``. The owner
answers with events: ``{"progress": {...}}``, ``{"notice": "..."}`` and
``{"alive": true}`` while it works, then one ``{"result": {...}}`` or
``{"error": {"kind", "message"}}``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.errors import CommandError, FootnoteError, UnexpectedError
from index.models import Progress

REQUEST_BYTES = 4 * 1024 * 1024
EVENT_BYTES = 64 * 1024 * 1024
ALIVE_SECONDS = 2.0


class ProtocolError(Exception):
    """The other side sent something that is no message of ours."""


class OwnerGoneError(Exception):
    """The owner ended, or is ending, before it gave an answer."""


class OwnerSilentError(Exception):
    """The owner took the request and gives no sign of life any more."""


class ErrorKind(StrEnum):
    """What sort of failure an owner reports."""

    FAILED = "failed"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Request:
    """A command for the owner, from a client of the given version."""

    command: str
    params: Mapping[str, Any]
    version: str


def encode_message(message: Mapping[str, Any]) -> bytes:
    """One line. Plain ASCII, so that no character of a text can break it."""
    return json.dumps(message, ensure_ascii=True).encode("ascii") + b"\n"


def encode_request(request: Request) -> bytes:
    """A request as a line."""
    return encode_message(
        {
            "command": request.command,
            "params": dict(request.params),
            "version": request.version,
        }
    )


def encode_error(error: FootnoteError) -> bytes:
    """A failure as a line."""
    unexpected = isinstance(error, UnexpectedError)
    kind = ErrorKind.UNEXPECTED if unexpected else ErrorKind.FAILED
    return encode_message({"error": {"kind": kind, "message": str(error)}})


def encode_progress(progress: Progress) -> bytes:
    """How far a job is, as a line."""
    return encode_message({"progress": asdict(progress)})


async def read_message(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message; None when the other side closed.

    Raises:
        ProtocolError: the line is too long, cut off or no JSON object.
    """
    try:
        line = await reader.readline()
    except ValueError as error:
        raise ProtocolError("a message is too long") from error
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise ProtocolError("a message was cut off")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a message is no JSON") from error
    if not isinstance(message, dict):
        raise ProtocolError("a message is no JSON object")
    return message


def parse_request(message: Mapping[str, Any]) -> Request:
    """The request that a message holds.

    Raises:
        ProtocolError: it holds none.
    """
    command, params = message.get("command"), message.get("params", {})
    version = message.get("version")
    if not isinstance(command, str) or not isinstance(params, dict) or not isinstance(version, str):
        raise ProtocolError("the request lacks its command, parameters or version")
    return Request(command, params, version)


def parse_progress(value: object) -> Progress:
    """The progress that an event holds.

    Raises:
        ProtocolError: it holds none.
    """
    try:
        fields = dict(value)  # type: ignore[call-overload]  # checked by what it raises
        total = fields["total"]
        return Progress(
            str(fields["stage"]), int(fields["done"]), None if total is None else int(total)
        )
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ProtocolError("a progress event is incomplete") from error


def parse_error(value: object) -> CommandError:
    """The failure that an event holds."""
    if not isinstance(value, dict):
        raise ProtocolError("an error event is incomplete")
    message = str(value.get("message", "The owner of the data folder failed."))
    if value.get("kind") == ErrorKind.UNEXPECTED:
        return UnexpectedError(message)
    return CommandError(message)
