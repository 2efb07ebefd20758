"""Sends to Discord within a time limit, and again where the connection broke."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import structlog

T = TypeVar("T")
SEND_SECONDS = 60.0
"""What one message may take, waiting for Discord's rate limits included."""
_PAUSES = (0.3, 1.0)


async def send_surely(send: Callable[[], Awaitable[T]]) -> T:
    """What ``send`` gives; where the connection breaks it is called again, twice at most.

    It must do no harm twice: an edit, a deletion, or a message with a nonce, which Discord
    posts once. What Discord answers with an error status is the library's to try again.

    Raises:
        TimeoutError: it took too long.
        aiohttp.ClientError: Discord cannot be reached.
        discord.DiscordException: Discord refused it.
    """
    async with asyncio.timeout(SEND_SECONDS):
        for pause in _PAUSES:
            try:
                return await send()
            except TimeoutError:
                raise
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
                log = structlog.get_logger(__name__)
                log.info("discord_connection_broke", cause=type(error).__name__)
            await asyncio.sleep(pause)
        return await send()


async def send_once(send: Callable[[], Awaitable[T]]) -> T:
    """What ``send`` gives, which would do harm twice.

    Raises:
        TimeoutError: it took too long.
        aiohttp.ClientError: Discord cannot be reached, and may have got it or not.
        discord.DiscordException: Discord refused it.
    """
    async with asyncio.timeout(SEND_SECONDS):
        return await send()
