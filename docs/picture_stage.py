"""The stage on which pictures are taken: the real bot in a Discord in memory, and its people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import discord
import simcord

from bot.answering.models import Answer, Refusal, Reply
from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig, Service
from bot.state.stores import Stores
from index.sqlite_database import SqliteDatabase
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE
from tests.fakes.kept_replies import Clock

NOW = datetime(2031, 6, 10, 18, tzinfo=UTC)
# The card of a job is drawn twice, then it stands still: the stage's clock runs ahead.
CONFIG = BotConfig(
    progress_interval=8.0,
    token_lifetime=9.0,
    answer_patience=PATIENCE,
    answer_interval=INTERVAL,
    answer_timeout=3600.0,
)
Viewer = simcord.MemberActor | simcord.UserHandle
Shown = simcord.InteractionResult


@dataclass
class Stage:
    """A server with a channel, a moderator and a member, and who looks where in the end.

    Attributes:
        viewer: Whose view the picture is.
        place: Where they look.
        form: What opened a form that is shown above all, if anything did.
        go_on: Set when the picture is taken; what a scene holds up waits for it.
    """

    env: simcord.Env
    stores: Stores
    clock: Clock
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    moderator: simcord.MemberActor
    member: simcord.MemberActor
    viewer: Viewer
    place: simcord.ChannelHandle
    form: Shown | None = None
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def bot(self) -> FootnoteBot:
        """The bot that runs."""
        if not isinstance(self.env.bot, FootnoteBot):
            raise TypeError("another bot runs")
        return self.env.bot

    async def use(self, name: str, **options: object) -> Shown:
        """Use a command as the moderator."""
        return await self.moderator.slash(self.channel, name, **options)

    async def ask(self, service: ScriptedService, reply: Reply, **options: object) -> Shown:
        """Ask as the member what the reply answers; the picture is the member's view."""
        service.reply = reply
        self.viewer = self.member
        question = reply.question.text
        return await self.member.slash(self.channel, "ask", question=question, **options)

    async def press(self, shown: Shown, label: str) -> Shown:
        """Press a button of the first card that was shown, as who looks."""
        if shown.response is None:
            raise RuntimeError("the bot showed nothing")
        return await self._actor.click(shown.response, label=label)

    async def choose(self, shown: Shown, value: str, menu: str) -> Shown:
        """Choose from a menu of the first card that was shown, as who looks."""
        if shown.response is None:
            raise RuntimeError("the bot showed nothing")
        return await self._actor.select(shown.response, [value], custom_id=menu)

    async def last_message(self) -> discord.Message:
        """The newest message where the viewer looks."""
        channel = self.bot.get_channel(self.place.id)
        if not isinstance(channel, discord.TextChannel):
            raise TypeError("no text channel")
        return await anext(channel.history(limit=1))

    @property
    def _actor(self) -> simcord.MemberActor:
        if not isinstance(self.viewer, simcord.MemberActor):
            raise TypeError("nobody of the server looks")
        return self.viewer


Scene = Callable[[Stage, ScriptedService], Awaitable[None]]


def asked_as(reply: Reply, question: str) -> Answer | Refusal:
    """The same reply to another question."""
    return replace(reply, question=replace(reply.question, text=question))


@asynccontextmanager
async def open_stage(
    service: Service, folder: Path, config: BotConfig = CONFIG
) -> AsyncIterator[Stage]:
    """The real bot around a service, in a Discord in memory."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - nobody waits
    database = SqliteDatabase(folder / "answers.db")
    clock = Clock(NOW)
    stores = Stores(database, now=clock)
    await stores.open()
    bot = FootnoteBot(service=service, stores=stores, config=config, now=clock)
    world = simcord.run(bot, settle_timeout=60.0)
    backend = world._env.backend  # noqa: SLF001 - it has no other way
    backend.bot_user.name = "Footnote"
    backend.clock._epoch = NOW  # noqa: SLF001 - nor for its calendar
    async with world as env:
        guild = env.create_guild("The Quiet Harbour")
        keepers = guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
        channel = guild.create_text_channel("questions")
        moderator = guild.add_member(env.create_user("Ann"), roles=[keepers])
        member = guild.add_member(env.create_user("Ben"))
        yield Stage(env, stores, clock, guild, channel, moderator, member, moderator, channel)
    await database.close()
