"""From a question in Discord to the reply that is shown: one way for all who ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from bot.answering.models import Answer, Question, Reply, Turn
from bot.cogs.choices import FindsArticles, find_article
from bot.cogs.exchange import Exchange, InteractionExchange, choose_language
from bot.cogs.intake import Intake
from bot.cogs.ports import Answers, BotConfig, library_of
from bot.cogs.question_text import has_words
from bot.cogs.records import Records
from bot.cogs.refusals import NotDone
from bot.cogs.retracting import Retractor
from bot.cogs.screen import AnswerScreen
from bot.observing.observer import Asked, Observer, name_question
from bot.policy import ALLOWED, Decision, Place, check_question, may_ask, may_moderate
from bot.rendering.answer import render_reply
from bot.rendering.automatic import label_automatic
from bot.rendering.homes import name_server
from bot.rendering.parts import Card
from bot.rendering.reply_actions import Shown
from bot.speech import mark, speak, tr
from bot.state.replies import Sending
from bot.state.servers import DEFAULT, ServerBook, ServerSettings

NO_WORDS = mark(
    "I see no words in that. Ask me in a sentence, and I look it up in this server's articles."
)


class AnswersAndFinds(Answers, FindsArticles, Protocol):
    """The service, as far as questions go."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, and how.

    Attributes:
        text: The question as it was written.
        id: The question's own id.
        show_question: Whether the reply begins with it.
        asked_message_id: The message that asked, if one did.
        article: The only article that may answer, as it was chosen or typed; "" for any.
        article_id: The same by its id, where it is known.
        since: The first day on which an article that may answer was published.
        history: What it goes on from; None: as the place tells.
        head: A harmless line that the reply begins with.
        still_wanted: Set where nobody asked the bot: only a sure answer is shown, and only if
            this says at the end that it is still wanted.
    """

    text: str
    id: str
    show_question: bool = True
    asked_message_id: int | None = None
    article: str = ""
    article_id: str | None = None
    since: date | None = None
    history: tuple[Turn, ...] | None = None
    head: str = ""
    still_wanted: Callable[[], bool] | None = None

    @property
    def is_automatic(self) -> bool:
        """Whether the bot answers by itself."""
        return self.still_wanted is not None


class AnswerDesk:
    """Decides, asks the service, keeps what is to be kept, and shows the reply.

    Args:
        service: Answers.
        records: What replies leave behind.
        retractor: Knows which questions were deleted meanwhile.
        intake: Whether there is room.
        servers: What each server allows.
        config: Limits.
        name_server: What a server is called, "" where that is not known.
        observer: Follows questions; None: one that writes the log only.
    """

    def __init__(
        self,
        *,
        service: AnswersAndFinds,
        records: Records,
        retractor: Retractor,
        intake: Intake,
        servers: ServerBook,
        config: BotConfig,
        name_server: Callable[[int], str] = lambda _: "",
        observer: Observer | None = None,
    ) -> None:
        self._service = service
        self._records = records
        self._retractor = retractor
        self._intake = intake
        self._servers = servers
        self._config = config
        self._name_server = name_server
        self._observer = observer or Observer()

    async def answer(self, exchange: Exchange, asking: Asking) -> None:
        """Answer somebody, or say why not."""
        name_question(asking.id, _private_texts(asking))
        with self._observer.question(asking.id, guild=exchange.home) as asked:
            await self._answer(exchange, asking, asked)

    async def _answer(self, exchange: Exchange, asking: Asking, asked: Asked) -> None:
        home = exchange.home
        decision = await self._decide(exchange, asking)
        if not decision.allowed or home is None:
            asked.end_as("declined", decision.why)
            await exchange.say(decision.sentence)
            return
        try:
            await self._work(exchange, asking, home, asked)
        except NotDone as why:
            asked.end_as("declined", "not_done")
            await exchange.say(str(why))

    async def _work(self, exchange: Exchange, asking: Asking, home: int, asked: Asked) -> None:
        with (
            self._cooling_down(home, exchange, asking),
            self._intake.working(exchange),
            self._retractor.watching(asking.asked_message_id) as watch,
        ):
            async with exchange.waiting():
                reply = await self._reply(exchange, asking)
                asked.note_reply(reply)
                if not _may_show(reply, asking):
                    asked.end_as("dropped", "not_wanted")
                    await self._records.keep_gap(reply, _sending(exchange, asking))
                    return
                if not exchange.is_private and await self._retractor.is_withdrawn(watch, home):
                    asked.end_as("dropped", "deleted")
                    await exchange.withdraw()
                    return
                with self._observer.stage("keep"):
                    reply_id = await self._records.keep(reply, _sending(exchange, asking))
                    rules = await self._servers.of(home)
                with self._observer.stage("show"):
                    await exchange.show(self._render(reply, reply_id, exchange, asking, rules))
            await self._records.keep_shown(reply, reply_id, exchange)
            if watch.is_gone and asking.asked_message_id is not None:
                # It was deleted while the reply was on its way to Discord.
                await self._retractor.take_back(home, asking.asked_message_id)
        asked.facts["kept"] = reply_id is not None

    async def settle(self, exchange: InteractionExchange, *, private: bool | None) -> None:
        """Settle whether others see the answer, and in which language the bot speaks."""
        interaction = exchange.interaction
        rules = await self._servers.of(exchange.home) if exchange.home is not None else DEFAULT
        # In private messages nobody else could see it.
        if interaction.guild_id is not None:
            exchange.is_private = rules.private_by_default if private is None else private
        speak(
            choose_language(
                rules,
                private=exchange.is_private or interaction.guild_id is None,
                locale=interaction.locale,
                guild_locale=interaction.guild_locale,
            )
        )

    def _render(
        self,
        reply: Reply,
        reply_id: str | None,
        exchange: Exchange,
        asking: Asking,
        rules: ServerSettings,
    ) -> tuple[Card, ...]:
        cards = render_reply(
            reply,
            shown=Shown(
                reply_id,
                is_private=exchange.is_private,
                in_server=exchange.place.guild_id is not None,
            ),
            show_question=asking.show_question,
            for_moderator=may_moderate(exchange.place, exchange.person, rules).allowed,
            head=asking.head,
        )
        if asking.is_automatic:
            return label_automatic(cards)
        is_direct = exchange.place.guild_id is None
        return name_server(cards, self._name_server(exchange.home or 0)) if is_direct else cards

    @contextmanager
    def _cooling_down(self, home: int, exchange: Exchange, asking: Asking) -> Iterator[None]:
        """Count the pause until the next question from now on; what breaks off costs none."""
        if asking.is_automatic:
            yield
            return
        self._intake.start_cooldown(home, exchange.person.id)
        try:
            yield
        except BaseException:
            self._intake.forgive_cooldown(home, exchange.person.id)
            raise

    async def _reply(self, exchange: Exchange, asking: Asking) -> Reply:
        history = asking.history
        if history is None:
            history = await self._records.turns_before(exchange)
        library = library_of(exchange.home or 0)
        article_id = asking.article_id
        if asking.article:
            article_id, _ = await find_article(self._service, library, asking.article)
        question = Question(
            text=asking.text.strip(),
            id=asking.id,
            history=history,
            careful=asking.is_automatic,
            article_id=article_id,
            since=asking.since,
        )
        shown = question.text if asking.show_question else None
        screen = AnswerScreen(exchange, question=shown, config=self._config)
        began = time.perf_counter()
        async with screen.shown(), self._intake.turn(exchange.home or 0, screen.note_place):
            self._observer.note_stage("wait", time.perf_counter() - began)
            async with asyncio.timeout(self._config.answer_timeout):
                return await self._service.ask(library, question, screen.note)

    async def _decide(self, exchange: Exchange, asking: Asking) -> Decision:
        """All that is asked before a question is taken on; the first "no" counts."""
        home = exchange.home
        rules = await self._servers.of(home) if home is not None else DEFAULT
        # Who was found to be a member of their server is as one who asks there.
        is_direct = home is not None and exchange.place.guild_id is None
        place = Place(home, any_channel=True) if is_direct else exchange.place
        # Who moderates tries things out.
        is_free = asking.is_automatic or may_moderate(place, exchange.person, rules).allowed
        for why, decision in (
            ("not_allowed", may_ask(place, exchange.person, rules)),
            ("length", check_question(asking.text)),
            ("no_words", _check_words(asking.text)),
            (
                "busy",
                self._intake.may_enter(
                    exchange.person.id, guild_id=home, cooldown=0 if is_free else rules.cooldown
                ),
            ),
        ):
            if not decision.allowed:
                return replace(decision, why=decision.why or why)
        return decision


def _private_texts(asking: Asking) -> tuple[str, ...]:
    """What somebody wrote and was told, none of which belongs into a log."""
    turns = asking.history or ()
    before = (text for turn in turns for text in (turn.question, turn.answer))
    return (asking.text, asking.article, *before)


def _check_words(text: str) -> Decision:
    return ALLOWED if has_words(text) else Decision(allowed=False, sentence=tr(NO_WORDS))


def _may_show(reply: Reply, asking: Asking) -> bool:
    """Whether the reply goes to people: what nobody asked for, only if it is one they want."""
    if asking.still_wanted is None:
        return True
    return isinstance(reply, Answer) and asking.still_wanted()


def _sending(exchange: Exchange, asking: Asking) -> Sending:
    return Sending(
        guild_id=exchange.home or 0,
        channel_id=exchange.channel_id,
        asker_id=exchange.person.id,
        # In private messages nobody else sees it either.
        is_private=exchange.is_private or exchange.place.guild_id is None,
        asked_in=exchange.place.guild_id,
        asked_message_id=asking.asked_message_id,
    )
