"""A town in a Discord in memory, over the real service: two servers, their people, their places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord

from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig, library_of
from bot.cogs.watch import WatchCog
from bot.service import FootnoteService
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from index.errors import FootnoteIndexError
from tests.fakes.discord_articles import ARTICLES, WALL_QUESTION
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_world import INTERVAL, PATIENCE, Said, text_of

WALL, FERRY = ((name, ARTICLES[name].encode()) for name in ("harbour-wall.md", "ferry.md"))
CHANGED_WALL = (WALL[0], WALL[1].replace(b"four million", b"five million"))
UNKNOWN = "Who won the chess tournament in the old mill?"
"""A question that no article of the town answers."""
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
"""The day on which the simulation begins, which is the bot's today."""


class Town:
    """Ostmere: a library, a member, a moderator, channels; and next to it a server of others.

    Attributes:
        locale: The language that people have set in Discord.
    """

    def __init__(
        self, env: simcord.Env, service: FootnoteService, stores: Stores, config: BotConfig
    ) -> None:
        self.env = env
        self.service = service
        self.stores = stores
        self.config = config
        self.locale = "en-US"
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.guild = env.create_guild("Ostmere")
        manage = discord.Permissions(manage_guild=True, manage_messages=True)
        self.keepers = self.guild.create_role("Keepers", permissions=manage)
        self.readers = self.guild.create_role("Readers")
        self.moderator = self.guild.add_member(env.create_user("mo"), roles=[self.keepers])
        self.member = self.guild.add_member(env.create_user("ann"), roles=[self.readers])
        self.other = self.guild.add_member(env.create_user("bob"))
        self.news = self.guild.create_text_channel("news")
        self.office = self.guild.create_text_channel("office")
        self.elsewhere = env.create_guild("Farmouth")
        self.stranger = self.elsewhere.add_member(env.create_user("eve"))
        self.strangers_chief = self.elsewhere.add_member(
            env.create_user("max"), roles=[self.elsewhere.create_role("Chiefs", permissions=manage)]
        )
        self.square = self.elsewhere.create_text_channel("square")
        self._listen()

    @property
    def bot(self) -> FootnoteBot:
        """The bot that runs now."""
        assert isinstance(self.env.bot, FootnoteBot)
        return self.env.bot

    @property
    def library(self) -> str:
        """The name of the town's library."""
        return library_of(self.guild.id)

    @property
    def mention(self) -> str:
        """The bot's name as it is typed in a message."""
        assert self.bot.user is not None
        return f"<@{self.bot.user.id}>"

    async def add(
        self, *files: tuple[str, bytes], guild: simcord.GuildHandle | None = None
    ) -> None:
        """Publish files in the library of the town, or of another server."""
        library = library_of((guild or self.guild).id)
        await self.service.add_uploads(library, files, actor=f"discord:{self.moderator.id}")
        await self.env.settle()
        # The bot looks for what the publication put in doubt by itself, a moment later.
        watch = self.bot.get_cog("WatchCog")
        assert isinstance(watch, WatchCog)
        if watch._looking is not None:
            await asyncio.wait([watch._looking])
        await self.env.settle()

    async def add_golden(self, question: str) -> None:
        """Keep a golden question about the article that answers it."""
        found = await self.service.find_articles(self.library, "", 1)
        with suppress(FootnoteIndexError):
            await self.service.add_golden(self.library, question, found[0][0], actor="test")

    async def ask(
        self,
        question: str = WALL_QUESTION,
        *,
        by: simcord.MemberActor | None = None,
        channel: simcord.ChannelHandle | None = None,
        **options: object,
    ) -> simcord.ResponseMessage:
        """The reply to ``/ask``."""
        asker = by or self.member
        result = await asker.slash(channel or self.news, "ask", question=question, **options)
        assert result.response is not None
        return result.response

    async def press(
        self,
        card: Said,
        label: str,
        *,
        by: simcord.MemberActor | None = None,
        form: Mapping[str, object] | None = None,
    ) -> simcord.InteractionResult:
        """Press a button, and fill in the form that it opens."""
        who = by or self.member
        result = await who.click(card, label=label)
        if form is None:
            return result
        assert result.modal is not None, text_of(result.response)
        return await who.submit_modal(result, dict(form))

    async def use(
        self, name: str, *, by: simcord.MemberActor | None = None, **options: object
    ) -> simcord.ResponseMessage:
        """The reply to a moderator's command, given in the office."""
        result = await (by or self.moderator).slash(self.office, name, **options)
        assert result.response is not None
        return result.response

    async def use_anyhow(self, who: simcord.MemberActor, name: str, **options: object) -> str:
        """What somebody is told whom an override lets see a command that is not for them."""
        root = self.env.backend.find_command(name.split(maxsplit=1)[0], None, type=1)
        assert root is not None
        who_guild = self.guild if who.guild.id == self.guild.id else self.elsewhere
        who_guild.set_command_permissions(int(root["id"]), {who: True})
        channel = self.news if who.guild.id == self.guild.id else self.square
        return text_of((await who.slash(channel, name, **options)).response)

    async def configure(self, **settings: Any) -> None:
        """Set something for the town, as ``/config`` does."""
        await self.stores.servers.change(self.guild.id, **settings)

    async def fetch(self, message: Said, channel: simcord.ChannelHandle | None = None) -> str:
        """What a message says by now."""
        real = self.env.bot.get_channel((channel or self.news).id)
        assert isinstance(real, discord.TextChannel | discord.Thread)
        return text_of(await real.fetch_message(message.id))

    async def lose_role(self, who: simcord.MemberActor, role: simcord.RoleHandle) -> None:
        """Somebody takes a role from a member."""
        self.env.backend.remove_member_role(self.guild.id, who.id, role.id)
        await self.settle()

    async def settle(self) -> None:
        """Let the bot hear of what was done to the simulation behind its back."""
        self.env._mark_mutation()
        await self.env.settle()

    async def restart(self) -> None:
        """A new bot over the same files."""
        await self.env.restart_bot(self.make_bot())

    def make_bot(self) -> FootnoteBot:
        """A bot over the same service and stores."""
        return FootnoteBot(
            service=self.service.without_waiting(),
            stores=self.stores,
            config=self.config,
            now=lambda: STARTED,
        )

    async def deliver_again(self) -> int:
        """Deliver the last interaction once more; how many requests the bot makes then."""
        before = len(self.env.http_requests)
        event, payload = next(e for e in reversed(self.events) if e[0] == "INTERACTION_CREATE")
        self.env.backend.emit(event, payload)
        await self.env.settle()
        return len(self.env.http_requests) - before

    def _listen(self) -> None:
        emit = self.env.backend.emit

        def speaking(event: str, payload: Any, *args: Any, **kwargs: Any) -> Any:
            if event == "INTERACTION_CREATE" and isinstance(payload, dict):
                payload["locale"] = self.locale
            return emit(event, payload, *args, **kwargs)

        self.env.backend.emit = speaking  # type: ignore[method-assign]
        self.env.backend.subscribers.append(lambda event, it: self.events.append((event, it)))


@asynccontextmanager
async def open_town(folder: Path, config: BotConfig | None = None) -> AsyncIterator[Town]:
    """The town for one test; every request that the bot made is checked at the end."""
    settings = Settings(data=folder / "data")
    settings.data.mkdir()
    async with open_service(settings, on_notice=lambda _: None) as service:
        stores = Stores(service._libraries.database)
        await stores.open()
        # The simulation waits for timers of up to five seconds.
        config = replace(config or BotConfig(), answer_patience=PATIENCE, answer_interval=INTERVAL)
        bot = FootnoteBot(
            service=service.without_waiting(), stores=stores, config=config, now=lambda: STARTED
        )
        env = simcord.Env(bot, settle_timeout=60.0)
        await env.start()
        yield Town(env, service, stores, config)
        await env.shutdown()
        if unseen := env.errors_since(env._errors_acknowledged):
            raise ExceptionGroup("the bot let errors escape", unseen)  # type: ignore[type-var]
        problems = [find_problems(r.method, r.path, r.json) for r in env.http_requests]
        assert [found for found in problems if found] == []
