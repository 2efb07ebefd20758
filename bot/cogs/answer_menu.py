"""Answers a message of somebody, from the menu of messages: "Answer from the articles"."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.answering import NO_WORDS, AnswerDesk, Asking
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.permissions import explain_silence
from bot.cogs.question_text import has_words, read_question_of
from bot.cogs.workplace import Workplace
from bot.speech import mark, tr

ANSWER = "Answer from the articles"
OWN = mark("That is a message of mine. Choose somebody's question, or use “Follow-up” on it.")
EMPTY = mark("There is no text in that message that I could answer.")


class AnswerMenu(commands.Cog):
    """Answers a message for whoever chose it, and rings nobody."""

    def __init__(self, workplace: Workplace, answers: AnswerDesk) -> None:
        self._work = workplace
        self._answers = answers
        self._menu = app_commands.ContextMenu(
            name=ANSWER,
            callback=self.answer,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
        )

    async def cog_load(self) -> None:
        """Add the entry in the menu of messages."""
        self._work.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self._work.bot.tree.remove_command(ANSWER, type=discord.AppCommandType.message)

    async def answer(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer a message."""
        # The answer to a menu needs no permission to write; where the bot has none, a public one
        # is not wanted.
        is_unwanted = explain_silence(interaction.channel, interaction.app_permissions) is not None
        exchange = InteractionExchange(interaction, private=is_unwanted)
        async with self._work.errors.guard(exchange):
            await self._answers.settle(exchange, private=True if is_unwanted else None)
            user = self._work.bot.user
            text = read_question_of(message, user.id if user else 0)
            if (wrong := _find_wrong(message, text, user)) is not None:
                await exchange.say(tr(wrong))
                return
            asking = Asking(
                text,
                self._work.new_id(),
                asked_message_id=message.id,
                head=tr("In answer to {message}", message=message.jump_url),
            )
            await self._answers.answer(exchange, asking)


def _find_wrong(message: discord.Message, text: str, own: discord.ClientUser | None) -> str | None:
    """What keeps a message from being answered, as a sentence to translate."""
    if own is not None and message.author.id == own.id:
        return OWN
    if not message.content.strip():
        return EMPTY
    return None if has_words(text) else NO_WORDS
