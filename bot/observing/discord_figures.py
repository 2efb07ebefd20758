"""Counts what happens between the bot and Discord, without touching how it is done."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from bot.observing.catalog import (
    ACK_SECONDS,
    DELIVERY_SECONDS,
    DISCORD_REQUESTS,
    DISCORD_SECONDS,
    GATEWAY_EVENTS,
    GATEWAY_LATENCY,
    RATE_LIMIT_SECONDS,
    RATE_LIMITS,
    SERVERS,
    SHARDS,
    SHARDS_CONNECTED,
    Figures,
)

Bot = commands.Bot | commands.AutoShardedBot
_CALLBACK = re.compile(r"/interactions/(\d{1,20})/[^/]+/callback\Z")
_TOO_MANY = 429
_SCOPES = frozenset({"user", "shared", "global"})
_MOST_OPEN = 2_000


class DiscordFigures:
    """Counts requests, acknowledgements and connections of one bot.

    Args:
        figures: Where they are counted.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        # When interactions came that are not acknowledged yet.
        self._received: OrderedDict[int, float] = OrderedDict()

    def attach(self, bot: Bot) -> None:
        """Watch this bot; call it before it logs in."""
        bot.http.http_trace = self._make_trace()
        bot.add_listener(self._on_interaction, "on_interaction")
        for event in ("connect", "ready", "resumed", "disconnect"):
            bot.add_listener(self._counter(event), f"on_{event}")

    def sample(self, bot: Bot) -> bool:
        """Note how the connection stands now; whether every shard is connected."""
        shards = _latencies(bot)
        connected = [latency for latency in shards if latency is not None]
        self._figures.set(SHARDS, float(len(shards)))
        self._figures.set(SHARDS_CONNECTED, float(len(connected)))
        # Before the first heartbeat it is infinite.
        self._figures.set(GATEWAY_LATENCY, max(filter(math.isfinite, connected), default=0.0))
        self._figures.set(SERVERS, float(len(bot.guilds)))
        return bot.is_ready() and 0 < len(shards) == len(connected)

    async def _on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self._received[interaction.id] = time.monotonic()
        if len(self._received) > _MOST_OPEN:
            self._received.popitem(last=False)
        age = time.time() - interaction.created_at.timestamp()
        self._figures.observe(DELIVERY_SECONDS, age)

    def _counter(self, event: str) -> Any:  # noqa: ANN401 - a listener of discord.py
        async def count() -> None:
            self._figures.add(GATEWAY_EVENTS, event)

        return count

    def _make_trace(self) -> aiohttp.TraceConfig:
        traced = aiohttp.TraceConfig()
        traced.on_request_start.append(self._start)
        traced.on_request_end.append(self._end)
        traced.on_request_exception.append(self._fail)
        return traced

    async def _start(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        __: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.began = time.monotonic()

    async def _end(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        response, now = params.response, time.monotonic()
        if response.status == 101:  # noqa: PLR2004 - the gateway's socket, not a request
            return
        self._figures.observe(DISCORD_SECONDS, now - context.began)
        self._figures.add(DISCORD_REQUESTS, _class_of(response.status))
        if response.status == _TOO_MANY:
            self._note_limit(response.headers)
        found = _CALLBACK.search(params.url.path)
        if found is not None and response.ok:
            received = self._received.pop(int(found[1]), None)
            if received is not None:
                self._figures.observe(ACK_SECONDS, now - received)

    async def _fail(
        self,
        _: aiohttp.ClientSession,
        __: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        if not isinstance(params.exception, asyncio.CancelledError):
            self._figures.add(DISCORD_REQUESTS, "error")

    def _note_limit(self, headers: Any) -> None:  # noqa: ANN401 - a mapping that knows no case
        scope = str(headers.get("X-RateLimit-Scope", ""))
        self._figures.add(RATE_LIMITS, scope if scope in _SCOPES else "unknown")
        try:
            seconds = float(headers.get("Retry-After", 0))
        except ValueError:
            return
        if math.isfinite(seconds) and seconds > 0:
            self._figures.add(RATE_LIMIT_SECONDS, by=seconds)


def _class_of(status: int) -> str:
    return "429" if status == _TOO_MANY else f"{status // 100}xx"


def _latencies(bot: Bot) -> list[float | None]:
    """The latency of each shard; None where it is not connected."""
    if isinstance(bot, discord.AutoShardedClient):
        shards = bot.shards.values()
        return [None if shard.is_closed() else shard.latency for shard in shards]
    socket = bot.ws
    return [bot.latency if socket is not None and socket.open else None]
