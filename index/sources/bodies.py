"""Reads a response's body, unpacked by ourselves so that a small bomb cannot fill memory."""

from __future__ import annotations

import zlib

import httpx

from index.errors import FetchError

_GZIP_OR_ZLIB = 47


async def read_body(response: httpx.Response, max_bytes: int, *, cut: bool = False) -> bytes:
    """The unpacked body of a streamed response; ``cut`` takes only the beginning of a large one.

    Raises:
        FetchError: larger than ``max_bytes``, packed in an unknown way, or damaged.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        unpack = None
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
    else:
        raise FetchError("The site packs the page in a way that was not asked for.")
    body = bytearray()
    async for chunk in response.aiter_raw():
        room = max_bytes + 1 - len(body)
        try:
            body += unpack.decompress(chunk, room) if unpack else chunk[:room]
        except zlib.error as exc:
            raise FetchError("The page arrived damaged; try again.") from exc
        if len(body) > max_bytes and cut:
            return bytes(body[:max_bytes])
        if len(body) > max_bytes:
            raise FetchError(f"The page is larger than {max_bytes / 1_000_000:g} MB.")
    if unpack is not None and not unpack.eof:
        raise FetchError("The page arrived incomplete; try again.")
    return bytes(body)
