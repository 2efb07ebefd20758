"""Holds somebody's message against the articles: the menu "Where does this come from?"."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.checked import CheckedMessage
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.ports import library_of
from bot.cogs.question_text import has_words
from bot.cogs.refusals import NotDone
from bot.cogs.shown import iter_texts
from bot.cogs.workplace import Workplace
from bot.rendering.checked import render_checked
from bot.speech import mark, tr

CHECK = "Where does this come from?"
EMPTY = mark("There is no text in that message that I could check, only a picture or a file.")
NO_WORDS = mark("I see no words in that message that I could check.")
# In a reply of ours: the question, a source with its link, what stands in small print.
_NO_CLAIM = re.compile(r"-#.*|\*\*.+\*\*|\[\[?\d{1,3}\].*|\[.+\]\(.+\)|[✅❌🔎].*")
_MOST_TEXTS = 60


class CheckMenu(commands.Cog):
    """Checks a message for whoever chose it; nobody else sees the result."""

    def __init__(self, workplace: Workplace) -> None:
        self._work = workplace
        self._service = workplace.service
        self._menu = app_commands.ContextMenu(
            name=CHECK,
            callback=self.check,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
        )

    async def cog_load(self) -> None:
        """Add the entry in the menu of messages."""
        self._work.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self._work.bot.tree.remove_command(CHECK, type=discord.AppCommandType.message)

    async def check(self, interaction: Interaction, message: discord.Message) -> None:
        """Check a message."""

        async def work(exchange: InteractionExchange) -> None:
            await exchange.show(render_checked(await self._check(exchange, message)))

        await self._work.members.serve(interaction, work)

    async def _check(
        self, exchange: InteractionExchange, message: discord.Message
    ) -> CheckedMessage:
        user = self._work.bot.user
        text = read_text(message, own_id=user.id if user else 0)
        if not text.strip():
            raise NotDone(tr(EMPTY))
        if not has_words(text):
            raise NotDone(tr(NO_WORDS))
        home = exchange.home or 0
        async with self._work.intake.turn(home):
            async with asyncio.timeout(self._work.config.answer_timeout):
                return await self._service.check_message(
                    library_of(home), text, self._work.new_id()
                )


def read_text(message: discord.Message, *, own_id: int) -> str:
    """What a message says: its text, what it forwards, its embeds and its cards.

    Of our own replies only the sentences, not the question and not the list of sources.
    """
    texts = list(_iter_texts(message))
    if message.author.id == own_id:
        lines = (line for text in texts for line in text.split("\n"))
        return "\n".join(line for line in lines if not _NO_CLAIM.fullmatch(line.strip()))
    return "\n".join(texts)


def _iter_texts(message: discord.Message) -> Iterator[str]:
    yield message.content
    for snapshot in message.message_snapshots:
        yield snapshot.content
    for embed in message.embeds[:_MOST_TEXTS]:
        yield embed.title or ""
        yield embed.description or ""
        for field in embed.fields:
            yield field.value or ""
    yield from iter_texts(message)
