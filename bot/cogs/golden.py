"""``/golden``, and "Keep as golden question" on an answer of the bot."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.choices import Pairs, find_article, offer, offer_articles
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.jobs import JobRunner, Outcome
from bot.cogs.moderation import ModeratorDesk
from bot.cogs.people import People
from bot.cogs.ports import Service
from bot.cogs.quotes import find_sent
from bot.cogs.refusals import NotDone
from bot.cogs.shown import read_answer_id, read_question
from bot.contract import QUESTION_CHARACTERS, parse_question_text
from bot.rendering.actions import (
    CHOICE_LIMIT,
    CHOICES_LIMIT,
    Choice,
    Form,
    Menu,
    TextField,
    action_id,
)
from bot.rendering.golden import render_checks, render_forgotten, render_golden, render_kept
from bot.rendering.lists import page_of
from bot.rendering.text import plain_line
from bot.speech import mark, tr, tr_n
from bot.state.answers import SentAnswer
from bot.state.stores import Stores
from index.models import OnProgress

KEEP = mark("Keep as golden question")
NOT_MINE = mark("That is no answer of mine. Use this on an answer with a “Show quotes” button.")
FORGOTTEN = mark(
    "I no longer know what this answer cited. Ask the question again, or use `/golden add`."
)
_QUESTION = "question"
_GIVEN_LIMIT = 300


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class GoldenCog(
    commands.GroupCog,
    group_name="golden",
    group_description="Questions that must keep their answer",
):
    """Questions whose answers must cite their articles before anything is published."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        *,
        service: Service,
        stores: Stores,
        desk: ModeratorDesk,
        runner: JobRunner,
        people: People,
        actions: ActionDesk,
    ) -> None:
        self._bot = bot
        self._service = service
        self._stores = stores
        self._desk = desk
        self._runner = runner
        self._people = people
        self._menu = app_commands.ContextMenu(
            name=KEEP,
            callback=self.keep,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
        )
        self._menu.default_permissions = discord.Permissions(manage_guild=True)
        actions.on("golden", "page", self._press_page)
        actions.on("golden", "check", self._press_check)
        actions.on("golden", "keep", self._press_keep)

    async def cog_load(self) -> None:
        """Add what a group of commands cannot hold: the entry in the menu of messages."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self._bot.tree.remove_command(KEEP, type=discord.AppCommandType.message)

    @app_commands.command(name="add", description="Keep a question and the article it must cite")
    @app_commands.describe(question="The question", article="The article its answer must cite")
    async def add(
        self,
        interaction: Interaction,
        question: app_commands.Range[str, QUESTION_CHARACTERS[0], QUESTION_CHARACTERS[1]],
        article: app_commands.Range[str, 1, _GIVEN_LIMIT],
    ) -> None:
        """Keep a question."""

        async def work(exchange: InteractionExchange) -> None:
            article_id, _ = await find_article(self._service, exchange.library, article)
            await self._add(exchange, question, article_id)

        await self._desk.serve(interaction, work)

    @app_commands.command(name="list", description="The golden questions")
    async def show_all(self, interaction: Interaction) -> None:
        """List the golden questions."""
        await self._desk.serve(interaction, lambda exchange: self._list(exchange, 0))

    @app_commands.command(name="remove", description="Forget a golden question")
    @app_commands.describe(question="The golden question")
    async def remove(
        self, interaction: Interaction, question: app_commands.Range[str, 1, _GIVEN_LIMIT]
    ) -> None:
        """Forget a question."""
        await self._desk.serve(interaction, lambda exchange: self._remove(exchange, question))

    @add.autocomplete("article")
    async def offer_articles(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Articles by what was typed."""
        return await offer_articles(self._desk, interaction, typed, self._service)

    @remove.autocomplete("question")
    async def offer_questions(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The golden questions."""

        async def find(library: str) -> Pairs:
            golden = await self._service.golden(library)
            return [(f"{each.key} · {each.question}", str(each.key)) for each in golden]

        return await offer(self._desk, interaction, typed, find)

    async def keep(self, interaction: Interaction, message: discord.Message) -> None:
        """Open a form that keeps the question of an answer."""

        async def give() -> Form:
            answer_id = read_answer_id(message)
            if message.author != self._bot.user or answer_id is None:
                raise NotDone(tr(NOT_MINE))
            answer = await find_sent(self._stores, answer_id, interaction.guild_id or 0)
            if answer is None or not answer.quotes:
                raise NotDone(tr(FORGOTTEN))
            return make_form(answer, read_question(message))

        await self._desk.open_form(interaction, give)

    async def _press_keep(self, exchange: InteractionExchange, press: Press) -> None:
        answer = await find_sent(self._stores, press.argument, exchange.home or 0)
        cited = _cited(answer) if answer else []
        number = int(press.value) if press.value.isdecimal() else 0
        if number >= len(cited):
            raise NotDone(tr(FORGOTTEN))
        await self._add(exchange, press.fields.get(_QUESTION, ""), cited[number][0])

    async def _add(self, exchange: InteractionExchange, question: str, article_id: str) -> None:
        try:
            text = parse_question_text(question)
        except ValueError as error:
            raise NotDone(str(error)) from error
        golden = await self._service.add_golden(
            exchange.library, text, article_id, actor=exchange.actor
        )
        await exchange.show([render_kept(golden)])

    async def _list(self, exchange: InteractionExchange, page: int) -> None:
        golden = await self._service.golden(exchange.library)
        actors = (each.added_by for each in page_of(golden, page))
        names = await self._people.names(exchange.interaction, actors)
        await exchange.show([render_golden(golden, names, page)])

    async def _press_page(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list(exchange, press.page)

    async def _press_check(self, exchange: InteractionExchange, _: Press) -> None:
        async def work(on_progress: OnProgress) -> Outcome:
            checks = await self._service.check_golden(exchange.library, on_progress=on_progress)
            failing = sum(not check.passes for check in checks)
            summary = tr_n(
                "{count} golden question checked, {failing} failing.",
                "{count} golden questions checked, {failing} failing.",
                len(checks),
                failing=failing,
            )
            return Outcome((render_checks(checks),), summary)

        await self._runner.run(exchange, tr("Asking the golden questions"), work, is_job=False)

    async def _remove(self, exchange: InteractionExchange, given: str) -> None:
        golden = await self._service.golden(exchange.library)
        wanted = given.strip()
        found = [each for each in golden if wanted in {str(each.key), each.question}]
        if not found:
            raise NotDone(tr("There is no such golden question. `/golden list` shows them."))
        gone = await self._service.remove_golden(
            exchange.library, found[0].key, actor=exchange.actor
        )
        await exchange.show([render_forgotten(gone)])


def make_form(answer: SentAnswer, question: str) -> Form:
    """The form that keeps a question with one of the articles that its answer cites."""
    cited = _cited(answer)[:CHOICES_LIMIT]
    choices = tuple(
        Choice(
            plain_line(title or article_id, CHOICE_LIMIT) or tr("Untitled article"),
            str(number),
            chosen=not number,
        )
        for number, (article_id, title) in enumerate(cited)
    )
    field = TextField(
        _QUESTION,
        tr("The question"),
        hint=tr("As it should be asked before each publication; complete it if it was cut"),
        value=plain_line(question, QUESTION_CHARACTERS[1]),
        limit=QUESTION_CHARACTERS[1],
        required=True,
        several_lines=True,
    )
    menu = Menu("article", tr("The article that it must cite"), choices)
    return Form(action_id("golden", "keep", answer.id), tr(KEEP), (field,), menu)


def _cited(answer: SentAnswer) -> list[tuple[str, str]]:
    """The articles of an answer with their titles, in order, each once."""
    titles: dict[str, str] = {}
    for quote in answer.quotes:
        titles.setdefault(quote.article_id, quote.title)
    return [*titles.items()]
