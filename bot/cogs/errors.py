"""The one place where errors of the Discord bot end: the asker gets a line, the log the cause.

In this order: errors with a sentence for people; checks that did not pass; what Discord
no longer wants to hear about; what Discord does not let the bot do; everything else.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import Enum, auto

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.answering.errors import AnsweringError
from bot.cogs.exchange import (
    SEND_FAILURES,
    Exchange,
    Interaction,
    InteractionExchange,
)
from bot.cogs.message_exchange import MessageExchange
from bot.rendering.text import name_commands, shorten
from bot.speech import mark, tr
from index.errors import EmbeddingError, FootnoteIndexError, StoreError, VectorStoreError

_SENTENCE_LIMIT = 600
# Codes of Discord: unknown webhook or interaction, already acknowledged, invalid webhook token.
_TOO_LATE = frozenset({10015, 10062, 40060, 50027})
# Unknown channel or message, no access, no permission, archived thread, no history to reply to.
_SHUT_OUT = frozenset({10003, 10008, 50001, 50013, 50083, 160002})
_PATH = re.compile(r"(?<![\w:/.])/(?:[^\s:;,()]+/)+[^\s:;,()]*")
# A server of the operator's, such as db.internal:5432/footnote; not the time of day.
_ADDRESS = re.compile(
    r"(?<![\w.-])(?:\w+://)?(?:[A-Za-z][\w.-]*|\d+(?:\.\d+){3}|\[[\da-fA-F:]+\]):\d{2,5}(?:/[\w.-]*)?"
)

SLOW = mark("That took too long, so I stopped. Please try again in a minute.")
NOT_POSSIBLE = mark("Discord does not let me write here. A moderator can look at my permissions.")
UNKNOWN_COMMAND = mark(
    "I no longer know this command. Please reload Discord (Ctrl+R) and try again."
)
NOT_HERE = mark("You can't use this here.")
BROKEN = mark("Something went wrong on my side.")


class _Kind(Enum):
    EXPECTED = auto()
    TOO_LATE = auto()
    SHUT_OUT = auto()
    UNEXPECTED = auto()


_KNOWN: Mapping[type[Exception] | tuple[type[Exception], ...], tuple[_Kind, str]] = {
    (TimeoutError, discord.RateLimited): (_Kind.EXPECTED, SLOW),
    # Discord's own trouble, or the network's, which trying again did not mend.
    (aiohttp.ClientError, ConnectionError): (_Kind.EXPECTED, BROKEN),
    (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch): (
        _Kind.EXPECTED,
        UNKNOWN_COMMAND,
    ),
    (app_commands.CheckFailure, app_commands.TransformerError): (_Kind.EXPECTED, NOT_HERE),
    discord.InteractionResponded: (_Kind.TOO_LATE, ""),
}


class ErrorDesk:
    """Says what went wrong, under an id that also stands in the log. Never raises."""

    def __init__(self, *, new_id: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self._new_id = new_id
        self._log = structlog.get_logger(__name__)

    @asynccontextmanager
    async def guard(self, exchange: Exchange) -> AsyncIterator[None]:
        """End here whatever goes wrong in an exchange."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the outer edge
            await self.report(exchange, error)

    async def report(self, exchange: Exchange, error: Exception) -> None:
        """Tell the asker in a line and the log in full."""
        error_id = self._new_id()
        kind, sentence = _describe(error)
        self._write(error_id, kind, error, guild=exchange.place.guild_id)
        # Where Discord refused a message in a channel, one more would be refused as well.
        if kind is _Kind.TOO_LATE or (
            kind is _Kind.SHUT_OUT and isinstance(exchange, MessageExchange)
        ):
            return
        try:
            await exchange.say(f"{sentence} (`{error_id}`)")
        except SEND_FAILURES as failed:
            self._log.warning("could_not_tell", id=error_id, cause=repr(failed))

    async def report_interaction(self, interaction: Interaction, error: Exception) -> None:
        """The same for an error that no exchange guards, of the command tree or a button."""
        await self.report(InteractionExchange(interaction, private=True), error)

    def report_event(self, event: str) -> None:
        """Log an error of an event that nobody waits for; call it while handling the error."""
        self._log.error("event_failed", id=self._new_id(), event_name=event, exc_info=True)

    def _write(self, error_id: str, kind: _Kind, error: Exception, **where: int | None) -> None:
        cause = _cause_of(error)
        if kind is _Kind.UNEXPECTED:
            self._log.error("failed", id=error_id, **where, exc_info=cause)
        elif kind is _Kind.EXPECTED:
            self._log.warning("failed", id=error_id, **where, cause=_tell(cause))
        else:
            self._log.info("discord_refused", id=error_id, **where, cause=_tell(cause))


def _describe(error: Exception) -> tuple[_Kind, str]:
    error = _cause_of(error)
    if (sentence := _own_sentence(error)) is not None:
        return _Kind.EXPECTED, sentence
    if isinstance(error, discord.HTTPException):
        return _describe_refusal(error)
    known = (said for kinds, said in _KNOWN.items() if isinstance(error, kinds))
    kind, sentence = next(known, (_Kind.UNEXPECTED, BROKEN))
    return kind, tr(sentence) if sentence else ""


def _describe_refusal(error: discord.HTTPException) -> tuple[_Kind, str]:
    if error.code in _TOO_LATE:
        return _Kind.TOO_LATE, ""
    if error.code in _SHUT_OUT or isinstance(error, discord.Forbidden):
        return _Kind.SHUT_OUT, tr(NOT_POSSIBLE)
    if isinstance(error, discord.DiscordServerError):
        return _Kind.EXPECTED, tr(BROKEN)
    return _Kind.UNEXPECTED, tr(BROKEN)


def _cause_of(error: Exception) -> Exception:
    original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    return original if isinstance(original, Exception) else error


def _own_sentence(error: Exception) -> str | None:
    """The sentence that an error of ours carries for people, without the operator's addresses."""
    if isinstance(error, StoreError | VectorStoreError | EmbeddingError):
        said = _ADDRESS.sub("…", str(error))
    elif isinstance(error, FootnoteIndexError):
        said = str(error)
    elif isinstance(error, AnsweringError):
        said = error.user_message
    else:
        return None
    return shorten(_PATH.sub("…", name_commands(said)), _SENTENCE_LIMIT) or tr(BROKEN)


def _tell(error: Exception) -> str:
    """The error and what caused it, in one line."""
    chain = [repr(error)]
    cause = error.__cause__
    while cause is not None and len(chain) < 5:  # noqa: PLR2004 - a cycle must not hold us
        chain.append(repr(cause))
        cause = cause.__cause__
    return " <- ".join(chain)
