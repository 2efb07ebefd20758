"""Runs the Discord bot until a signal or an error that trying again does not mend."""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

import aiohttp
import discord

from bot.client import FootnoteBot
from bot.signals import signals_set

_AUTHENTICATION_FAILED = 4004
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
    with signals_set(stop):
        running = asyncio.create_task(_connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await bot.finish_work()
            stopping.cancel()
            # Its reader first: while that waits, the library closes with code 4000, which
            # leaves the session open and the bot shown as online.
            running.cancel()
            (outcome,) = await asyncio.gather(running, return_exceptions=True)
            await bot.stop()
    if stop.is_set():
        return 0  # asked to stop, it did
    if isinstance(outcome, BaseException):
        raise outcome
    if outcome is None:
        return 0
    print(outcome, file=errors or sys.stderr)
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
