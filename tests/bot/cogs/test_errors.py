"""The error desk itself: it never raises, whatever Discord does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.cogs.errors import BROKEN, NOT_HERE, SLOW, ErrorDesk
from bot.policy import Person, Place
from bot.rendering.parts import Card
from index.errors import SourceError, StoreError, VectorStoreError

Entries = list[MutableMapping[str, Any]]


def server_error(status: int) -> discord.DiscordServerError:
    """What discord.py raises in the end for an answer such as 502."""
    response = Mock(status=status, reason="Bad Gateway")
    return discord.DiscordServerError(response, "bad gateway")


class DeafExchange:
    """Notes what is said; saying it raises ``failure`` if there is one."""

    place = Place(guild_id=1)
    home: int | None = 1
    person = Person(id=2)
    channel_id = 3
    in_thread = False
    is_private = False
    is_resolved = False
    shown_ids = ()
    waiting_place = None

    def __init__(self, failure: Exception | None = None) -> None:
        self.said: list[str] = []
        self._failure = failure

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        yield

    async def update(self, card: Card) -> None:
        raise NotImplementedError

    async def show(self, cards: Sequence[Card]) -> None:
        raise NotImplementedError

    async def withdraw(self) -> None:
        raise NotImplementedError

    async def say(self, sentence: str) -> None:
        self.said.append(sentence)
        if self._failure is not None:
            raise self._failure


@pytest.mark.parametrize(
    "failure",
    [
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(),
        TimeoutError(),
        discord.ClientException("closed"),
    ],
)
async def test_when_the_asker_cannot_be_told_the_log_has_it(
    failure: Exception, logged: Entries
) -> None:
    await ErrorDesk(new_id=lambda: "0badcafe").report(DeafExchange(failure), ValueError("x"))

    assert [entry["event"] for entry in logged] == ["failed", "could_not_tell"]
    assert {entry["id"] for entry in logged} == {"0badcafe"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SourceError("The page *is* empty. See /srv/data/x.md"), "The page \\*is\\* empty. See …"),
        (
            SourceError("https://news.example:8443/feed is empty."),
            "https\\://news.example:8443/feed is empty.",
        ),
        (
            StoreError("The database db.internal:5432/footnote did not answer within 10 s."),
            "The database … did not answer within 10 s.",
        ),
        (VectorStoreError("Is http://10.0.0.7:8000 running?"), "Is … running?"),
        (StoreError("The backup of 10:15 is damaged."), "The backup of 10:15 is damaged."),
        (SourceError(""), BROKEN),
        (TimeoutError(), SLOW),
        (app_commands.CheckFailure(), NOT_HERE),
        (KeyError("secret"), BROKEN),
    ],
)
async def test_each_error_has_its_line_and_an_id(error: Exception, said: str) -> None:
    exchange = DeafExchange()
    await ErrorDesk().report(exchange, error)

    (line,) = exchange.said
    assert line.startswith(said)
    assert re.search(r" \(`[0-9a-f]{8}`\)$", line)
    assert "secret" not in line


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (aiohttp.ServerDisconnectedError(), BROKEN),
        (ConnectionResetError(), BROKEN),
        (discord.RateLimited(3600.0), SLOW),
        (server_error(502), BROKEN),
    ],
)
async def test_trouble_of_discords_own_is_a_line_in_the_log_and_no_traceback(
    error: Exception, said: str, logged: Entries
) -> None:
    exchange = DeafExchange()
    await ErrorDesk().report(exchange, error)

    (line,), (entry,) = exchange.said, logged
    assert line.startswith(said)
    assert entry["log_level"] == "warning"
    assert "exc_info" not in entry


async def test_the_cause_of_an_error_stands_in_the_log(logged: Entries) -> None:
    error = SourceError("The file cannot be read.")
    error.__cause__ = OSError("disk on fire")
    await ErrorDesk().report(DeafExchange(), error)

    assert "disk on fire" in str(logged[0]["cause"])
    assert logged[0]["guild"] == 1
