"""From a question in Discord to the reply that is shown: one way for all who ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from bot.answering.models import Question, Reply
from bot.cogs.exchange import Exchange
from bot.cogs.intake import Intake
from bot.cogs.ports import Answers, BotConfig, library_of
from bot.cogs.records import Records
from bot.cogs.screen import AnswerScreen
from bot.policy import Decision, Place, check_question, may_ask
from bot.rendering.answer import render_reply
from bot.state.replies import Sending
from bot.state.servers import DEFAULT, ServerBook


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, and how.

    Attributes:
        text: The question as it was written.
        id: The question's own id.
        show_question: Whether the reply begins with it.
        asked_message_id: The message that asked, if one did.
    """

    text: str
    id: str
    show_question: bool = True
    asked_message_id: int | None = None


class AnswerDesk:
    """Decides, asks the service, keeps what is to be kept, and shows the reply.

    Args:
        service: Answers.
        records: What replies leave behind.
        intake: Whether there is room.
        servers: What each server allows.
        config: Limits.
    """

    def __init__(
        self,
        *,
        service: Answers,
        records: Records,
        intake: Intake,
        servers: ServerBook,
        config: BotConfig,
    ) -> None:
        self._service = service
        self._records = records
        self._intake = intake
        self._servers = servers
        self._config = config
        self._log = structlog.get_logger(__name__)

    async def answer(self, exchange: Exchange, asking: Asking) -> None:
        """Answer somebody, or say why not."""
        decision = await self._decide(exchange, asking.text)
        if not decision.allowed or exchange.home is None:
            await exchange.say(decision.sentence)
            return
        with self._intake.working(exchange):
            async with exchange.waiting():
                reply = await self._reply(exchange, asking)
                reply_id = await self._records.keep(reply, _sending(exchange, asking))
                cards = render_reply(
                    reply,
                    answer_id=reply_id,
                    show_question=asking.show_question,
                    for_moderator=exchange.person.manages_server,
                )
                await exchange.show(cards)
            await self._records.keep_shown(reply, reply_id, exchange)
        self._log.info("replied", id=asking.id, guild=exchange.home, kept=reply_id is not None)

    async def _reply(self, exchange: Exchange, asking: Asking) -> Reply:
        history = self._records.turns_before(exchange)
        question = Question(text=asking.text.strip(), id=asking.id, history=history)
        shown = question.text if asking.show_question else None
        screen = AnswerScreen(exchange, question=shown, config=self._config)
        async with screen.shown(), asyncio.timeout(self._config.answer_timeout):
            return await self._service.ask(library_of(exchange.home or 0), question, screen.note)

    async def _decide(self, exchange: Exchange, text: str) -> Decision:
        """All that is asked before a question is taken on; the first "no" counts."""
        home = exchange.home
        rules = await self._servers.of(home) if home is not None else DEFAULT
        # Who was found to be a member of their server is as one who asks there.
        is_direct = home is not None and exchange.place.guild_id is None
        place = Place(home) if is_direct else exchange.place
        for decision in (
            may_ask(place, exchange.person, rules),
            check_question(text),
            self._intake.may_enter(exchange.person.id),
        ):
            if not decision.allowed:
                return decision
        return decision


def _sending(exchange: Exchange, asking: Asking) -> Sending:
    return Sending(
        guild_id=exchange.home or 0,
        channel_id=exchange.channel_id,
        asker_id=exchange.person.id,
        is_private=exchange.is_private,
        asked_in=exchange.place.guild_id,
        asked_message_id=asking.asked_message_id,
    )
