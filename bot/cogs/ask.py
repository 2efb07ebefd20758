"""Questions: ``/ask``, a mention in a channel, and a word to those who write in private."""

from __future__ import annotations

import re

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.cogs.answering import AnswerDesk, Asking
from bot.cogs.exchange import Interaction, InteractionExchange, choose_language
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.workplace import Workplace
from bot.contract import QUESTION_CHARACTERS
from bot.policy import HELP
from bot.speech import speak, tr

_TALK = frozenset({discord.MessageType.default, discord.MessageType.reply})


class AskCog(commands.Cog):
    """Receives questions and hands them to the answer desk."""

    def __init__(self, workplace: Workplace, answers: AnswerDesk) -> None:
        self._work = workplace
        self._answers = answers
        self._log = structlog.get_logger(__name__)

    @app_commands.command(name="ask", description="Ask this server's articles")
    @app_commands.describe(
        question="What would you like to know?",
        private="Only you see the answer (default: everybody does)",
    )
    async def ask(
        self,
        interaction: Interaction,
        question: app_commands.Range[str, 1, QUESTION_CHARACTERS[1]],
        private: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Answer a slash command."""
        exchange = InteractionExchange(interaction, private=bool(private))
        async with self._work.errors.guard(exchange):
            if exchange.home is not None:
                rules = await self._work.stores.servers.of(exchange.home)
                exchange.is_private = rules.private_by_default if private is None else private
                speak(
                    choose_language(
                        rules,
                        private=exchange.is_private,
                        locale=interaction.locale,
                        guild_locale=interaction.guild_locale,
                    )
                )
            await self._answers.answer(exchange, Asking(question, self._work.new_id()))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention; people write, bots and webhooks are not listened to."""
        if message.author.bot or message.webhook_id or message.type not in _TALK:
            return
        asked = self._read_question(message)
        if asked is None or not self._work.intake.is_first_time(message.id):
            return
        exchange = MessageExchange(message)
        if not exchange.can_answer():
            self._log.info("may_not_write", channel=message.channel.id)
            return
        async with self._work.errors.guard(exchange):
            if message.guild is not None:
                rules = await self._work.stores.servers.of(message.guild.id)
                locale = message.guild.preferred_locale
                speak(choose_language(rules, private=False, locale=None, guild_locale=locale))
            if message.guild is not None and not asked:
                await exchange.say(tr(HELP))
            else:
                asking = Asking(
                    asked, self._work.new_id(), show_question=False, asked_message_id=message.id
                )
                await self._answers.answer(exchange, asking)

    def _read_question(self, message: discord.Message) -> str | None:
        """What a message asks the bot; None where it does not speak to it."""
        if message.guild is None:
            return message.content
        # Its name has to stand there: a reply to the bot pings it too, and may be a mere thanks.
        user = self._work.bot.user
        own_name = re.compile(rf"<@!?{user.id if user else 0}>")
        if not own_name.search(message.content):
            return None
        return " ".join(own_name.sub(" ", message.content).split())
