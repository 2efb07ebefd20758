"""Questions: ``/ask``, a mention in a channel, and what is written in private."""

from __future__ import annotations

import re
from collections import OrderedDict

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.cogs.answering import AnswerDesk, Asking
from bot.cogs.choices import offer_articles
from bot.cogs.exchange import Interaction, InteractionExchange, choose_language
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.settling import DirectMessages
from bot.cogs.workplace import Workplace
from bot.contract import QUESTION_CHARACTERS
from bot.policy import HELP
from bot.since import SINCE_EXAMPLES, read_since
from bot.speech import mark, speak, tr

NO_TIME = mark("I can't read “since” as a time. Write it like one of these: {examples}")
NOT_WRITABLE = mark("Discord does not let me write in {channel}, so I can't answer you there.")
_TALK = frozenset({discord.MessageType.default, discord.MessageType.reply})
_GIVEN_LIMIT = 300
_SINCE_LIMIT = 100
_TOLD_SECONDS = 3600.0
_TOLD_LIMIT = 1000


class AskCog(commands.Cog):
    """Receives questions and hands them to the answer desk."""

    def __init__(self, workplace: Workplace, answers: AnswerDesk, direct: DirectMessages) -> None:
        self._work = workplace
        self._answers = answers
        self._direct = direct
        self._told: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._log = structlog.get_logger(__name__)

    @app_commands.command(name="ask", description="Ask this server's articles")
    @app_commands.describe(
        question="What would you like to know?",
        article="Only from this article",
        since="Only from articles since then, such as 2024, March 2024, last week",
        private="Only you see the answer (default: as this server has it)",
    )
    async def ask(
        self,
        interaction: Interaction,
        question: app_commands.Range[str, 1, QUESTION_CHARACTERS[1]],
        article: app_commands.Range[str, 1, _GIVEN_LIMIT] | None = None,
        since: app_commands.Range[str, 1, _SINCE_LIMIT] | None = None,
        private: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Answer a slash command."""
        exchange = InteractionExchange(interaction, private=bool(private))
        async with self._work.errors.guard(exchange):
            if exchange.home is None and not await self._direct.find_home(exchange, question):
                return
            await self._answers.settle(exchange, private=private)
            day = read_since(since, self._work.now().date()) if since is not None else None
            if since is not None and day is None:
                await exchange.say(tr(NO_TIME, examples=tr(SINCE_EXAMPLES)))
                return
            asking = Asking(question, self._work.new_id(), article=article or "", since=day)
            await self._answers.answer(exchange, asking)

    @ask.autocomplete("article")
    async def offer_articles(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Articles whose title holds what is typed, for whoever may ask."""
        return await offer_articles(self._work.members, interaction, typed, self._work.service)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention; people write, bots and webhooks are not listened to."""
        if message.author.bot or message.webhook_id or message.type not in _TALK:
            return
        asked = self._read_question(message)
        if asked is None or not self._work.intake.is_first_time(message.id):
            return
        exchange = MessageExchange(message)
        async with self._work.errors.guard(exchange):
            await self._choose_language(message)
            if (reason := exchange.explain_silence()) is not None:
                await self._explain(exchange, message, reason)
                return
            try:
                await self._answer(exchange, message, asked)
            except discord.Forbidden:
                said = tr(NOT_WRITABLE, channel=f"<#{message.channel.id}>")
                await self._explain(exchange, message, said)
                raise

    async def _answer(self, exchange: MessageExchange, message: discord.Message, text: str) -> None:
        if message.guild is None:
            if not await self._direct.find_home(exchange, text):
                return
        elif not text:
            await exchange.say(tr(HELP))
            return
        asking = Asking(text, self._work.new_id(), show_question=False, asked_message_id=message.id)
        await self._answers.answer(exchange, asking)

    async def _choose_language(self, message: discord.Message) -> None:
        if message.guild is None:
            return
        rules = await self._work.stores.servers.of(message.guild.id)
        locale = message.guild.preferred_locale
        speak(choose_language(rules, private=False, locale=None, guild_locale=locale))

    async def _explain(
        self, exchange: MessageExchange, message: discord.Message, sentence: str
    ) -> None:
        """Tell the asker in private why nothing comes, once in a while for each channel."""
        self._log.info("may_not_write", channel=message.channel.id)
        key, now = (message.channel.id, message.author.id), self._work.now().timestamp()
        # A clock that was set back must not keep anybody in the dark for longer.
        if message.guild is None or 0 <= now - self._told.get(key, 0.0) < _TOLD_SECONDS:
            return
        self._told[key] = now
        self._told.move_to_end(key)
        if len(self._told) > _TOLD_LIMIT:
            self._told.popitem(last=False)
        await exchange.tell_asker(sentence)

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
