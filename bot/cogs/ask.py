"""Questions: ``/ask``, a mention in a channel, and a word to those who write in private."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.answering.models import Question
from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import Exchange, Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.ports import Answers, BotConfig, library_of
from bot.cogs.records import Records
from bot.cogs.screen import AnswerScreen
from bot.contract import QUESTION_CHARACTERS
from bot.policy import HELP, Decision, check_question, may_ask
from bot.rendering.answer import render_reply

_TALK = frozenset({discord.MessageType.default, discord.MessageType.reply})


class AskCog(commands.Cog):
    """Receives questions, decides, asks the service, and shows the reply."""

    def __init__(
        self,
        bot: commands.Bot,
        *,
        service: Answers,
        records: Records,
        intake: Intake,
        errors: ErrorDesk,
        config: BotConfig,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._bot = bot
        self._service = service
        self._records = records
        self._intake = intake
        self._errors = errors
        self._config = config
        self._new_id = new_id
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
        private: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Answer a slash command."""
        exchange = InteractionExchange(interaction, private=private)
        async with self._errors.guard(exchange):
            await self._answer(exchange, question, show_question=True)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention; people write, bots and webhooks are not listened to."""
        if message.author.bot or message.webhook_id or message.type not in _TALK:
            return
        asked = self._read_question(message)
        if asked is None or not self._intake.is_first_time(message.id):
            return
        exchange = MessageExchange(message)
        if not exchange.can_answer():
            self._log.info("may_not_write", channel=message.channel.id)
            return
        async with self._errors.guard(exchange):
            if message.guild is not None and not asked:
                await exchange.say(HELP)
            else:
                await self._answer(exchange, asked, show_question=False)

    def _read_question(self, message: discord.Message) -> str | None:
        """What a message asks the bot; None where it does not speak to it."""
        if message.guild is None:
            return message.content
        # Its name has to stand there: a reply to the bot pings it too, and may be a mere thanks.
        own_name = re.compile(rf"<@!?{self._bot.user.id if self._bot.user else 0}>")
        if not own_name.search(message.content):
            return None
        return " ".join(own_name.sub(" ", message.content).split())

    async def _answer(self, exchange: Exchange, text: str, *, show_question: bool) -> None:
        guild_id = exchange.place.guild_id
        decision = self._decide(exchange, text)
        if not decision.allowed or guild_id is None:
            await exchange.say(decision.sentence)
            return
        history = self._records.turns_before(exchange)
        question = Question(text=text.strip(), id=self._new_id(), history=history)
        with self._intake.working(exchange):
            async with exchange.waiting():
                asked = question.text if show_question else None
                screen = AnswerScreen(exchange, question=asked, config=self._config)
                async with screen.shown(), asyncio.timeout(self._config.answer_timeout):
                    reply = await self._service.ask(library_of(guild_id), question, screen.note)
                answer_id = await self._records.keep_quotes(reply, exchange)
                cards = render_reply(
                    reply,
                    answer_id=answer_id,
                    show_question=show_question,
                    for_moderator=exchange.person.manages_server,
                )
                await exchange.show(cards)
            await self._records.keep_reply(reply, exchange)
        self._log.info("replied", id=question.id, guild=guild_id, answered=answer_id is not None)

    def _decide(self, exchange: Exchange, text: str) -> Decision:
        """All that is asked before a question is taken on; the first "no" counts."""
        for decision in (
            may_ask(exchange.place, exchange.person),
            check_question(text),
            self._intake.may_enter(exchange.person.id),
        ):
            if not decision.allowed:
                return decision
        return decision
