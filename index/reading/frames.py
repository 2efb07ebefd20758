"""The frames that go to the reading process and back: a length, then that many bytes."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")
LENGTH_SIZE = _LENGTH.size
# A text of 2,000,000 characters takes at most 12 bytes each as ASCII JSON.
MAX_FRAME = 32_000_000


def pack(payload: bytes) -> bytes:
    """A frame holding ``payload``."""
    return _LENGTH.pack(len(payload)) + payload


def pack_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """A frame holding ``value`` as JSON."""
    return pack(json.dumps(value).encode())


def unpack_length(head: bytes) -> int:
    """The length that a frame's first bytes announce.

    Raises:
        ValueError: it is longer than any frame we send.
    """
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes is too long")
    return int(length)


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's payload, or None when the other side has closed the stream."""
    head = stream.read(LENGTH_SIZE)
    if len(head) < LENGTH_SIZE:
        return None
    length = unpack_length(head)
    payload = stream.read(length)
    return payload if len(payload) == length else None
