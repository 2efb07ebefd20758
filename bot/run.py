"""Runs the Discord bot until a signal or an error that trying again does not mend."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import aiohttp
import discord

from bot.client import FootnoteBot

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_AUTHENTICATION_FAILED = 4004
_LAST_WAIT = 2.0
BAD_LOGIN = (
    "Discord does not accept the token. Copy it anew from the Bot page of your application "
    "into DISCORD_TOKEN."
)
MISSING_INTENT = (
    "Discord refuses an intent that Footnote asks for. Switch it on under Privileged Gateway "
    "Intents on the Bot page of your application."
)


async def run_bot(bot: FootnoteBot, token: str, *, errors: TextIO | None = None) -> int:
    """Log in, stay connected until SIGINT or SIGTERM, end cleanly.

    Returns:
        The exit code: 0 after a signal, 1 if it could not run; one line on ``errors``
        (standard error) then says why.
    """
    stop = asyncio.Event()
    with _signals_set(stop):
        running = asyncio.create_task(_connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await bot.stop()
            stopping.cancel()
            if not await _ends_soon(running):
                running.cancel()
    if stop.is_set():
        # Asked to stop, it did; what else went wrong on the way out is no news.
        await asyncio.gather(running, return_exceptions=True)
        return 0
    problem = await running
    if problem is None:
        return 0
    print(problem, file=errors or sys.stderr)
    return 1


async def _connect(bot: FootnoteBot, token: str) -> str | None:
    """Be connected; a sentence if that cannot be."""
    try:
        await bot.login(token)
        await bot.connect()
    except (discord.HTTPException, discord.ConnectionClosed, discord.DiscordException) as error:
        return _explain(error)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"Discord cannot be reached: {error}. Check the network and start again."
    return None


def _explain(error: discord.DiscordException) -> str:
    if isinstance(error, discord.LoginFailure):
        return BAD_LOGIN
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return MISSING_INTENT
    if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
        return BAD_LOGIN
    if isinstance(error, discord.DiscordServerError):
        return f"Discord has trouble of its own ({error.status}). Start again in a few minutes."
    return f"Discord ended the connection: {error}."


async def _ends_soon(running: asyncio.Task[str | None]) -> bool:
    done, _ = await asyncio.wait({running}, timeout=_LAST_WAIT)
    return bool(done)


@contextmanager
def _signals_set(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    handled = []
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            continue  # Windows: Ctrl+C ends the loop as it does elsewhere
        handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
