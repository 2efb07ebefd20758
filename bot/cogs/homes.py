"""Which server's articles are meant in private messages: one that the person belongs to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import discord
import structlog

from bot.cogs.exchange import SEND_FAILURES, Interaction, choose_language
from bot.cogs.members import Members
from bot.cogs.refusals import NotDone
from bot.policy import Person
from bot.rendering.actions import CHOICES_LIMIT
from bot.rendering.homes import Shared
from bot.rendering.text import shorten
from bot.speech import mark, tr
from bot.state.homes import HomeBook
from bot.state.servers import DEFAULT, ServerBook

_LOOKED_AT = CHOICES_LIMIT
_AT_ONCE = 5
_NAME_LIMIT = 100
_LIST_SECONDS = 2.0
_REPLY_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")

NONE_SHARED = mark(
    "I answer from the articles of a server that you and I are both in, and I find none that "
    "takes questions in private messages. Ask me in a server with `/ask`."
)
WHICH = mark("Please choose first whose articles I shall answer from: `/server`")
HAS_LEFT = mark("You are no longer a member of **{server}**, so I no longer answer from there.")
BOT_LEFT = mark("I am no longer in the server that you chose, so I cannot answer from there.")
SWITCHED_OFF = mark(
    "**{server}** takes no questions in private messages. Ask me there with `/ask`, or choose "
    "another server with `/server`."
)
NOT_A_MEMBER = mark("You are not a member of that server, or I am not.")
NOT_SURE = mark(
    "I could not look up whether you are a member of that server. Please try again in a moment."
)


@dataclass(frozen=True, slots=True)
class Home:
    """A server whose articles answer somebody in private, and who they are there.

    ``language`` is the one in which the bot speaks there.
    """

    guild_id: int
    name: str
    person: Person
    language: str


class NoHome(NotDone):
    """No server can be asked now.

    ``is_choice`` says that choosing one helps, ``was_chosen`` that one had been chosen.
    """

    def __init__(self, sentence: str, *, is_choice: bool = True, was_chosen: bool = True) -> None:
        super().__init__(sentence)
        self.is_choice = is_choice
        self.was_chosen = was_chosen


class KnowsServers(Protocol):
    """The bot, as far as its servers go."""

    @property
    def guilds(self) -> Sequence[discord.Guild]:
        """The servers it is in."""
        ...

    async def find_guild(self, guild_id: int) -> discord.Guild | None:
        """One of them, or one that another process of the bot looks after."""
        ...


@dataclass(frozen=True, slots=True)
class Sharing:
    """The servers that somebody may choose from; ``more`` says that there may be others."""

    shared: tuple[Shared, ...]
    more: bool = False


class DirectHomes:
    """Finds the server that somebody chose, and checks that they still belong to it.

    Args:
        bot: Its servers.
        homes: What people chose, and where they asked before.
        servers: Which servers take questions in private messages.
        members: Who belongs where.
    """

    def __init__(
        self,
        bot: KnowsServers,
        *,
        homes: HomeBook,
        servers: ServerBook,
        members: Members,
    ) -> None:
        self._bot = bot
        self._homes = homes
        self._servers = servers
        self._members = members
        self._log = structlog.get_logger(__name__)

    async def find(self, interaction: Interaction) -> tuple[int, Person]:
        """The server whose answer was pressed on, or else the one that the person chose.

        Raises:
            NoHome: neither can be asked now.
        """
        user_id = interaction.user.id
        pressed = await self._find_pressed(interaction)
        home = await (self.home_of(user_id) if pressed is None else self.enter(user_id, pressed))
        return home.guild_id, home.person

    async def chosen(self, user_id: int) -> int | None:
        """The server that somebody chose, whether or not they may still ask it."""
        return await self._homes.find(user_id)

    async def home_of(self, user_id: int) -> Home:
        """The server that somebody chose.

        Raises:
            NoHome: they chose none, or it cannot be asked now.
        """
        chosen = await self._homes.find(user_id)
        if chosen is None:
            raise NoHome(tr(WHICH), was_chosen=False)
        try:
            return await self.enter(user_id, chosen)
        except _Gone:
            await self._homes.forget(user_id)
            raise

    async def choose(self, user_id: int, guild_id: int) -> Home:
        """Keep a choice, if they belong there.

        Raises:
            NoHome: they do not, or it cannot be asked now.
        """
        try:
            home = await self.enter(user_id, guild_id)
        except _Gone as gone:
            # Whoever is no member learns nothing of the server, not even its name.
            raise NoHome(tr(NOT_A_MEMBER)) from gone
        await self._homes.choose(user_id, guild_id)
        return home

    async def enter(self, user_id: int, guild_id: int) -> Home:
        """Who somebody is in a server, as Discord says now.

        Raises:
            NoHome: they or the bot are no member, or it takes no private questions.
        """
        try:
            guild = await self._bot.find_guild(guild_id)
            if guild is None:
                raise _Gone(tr(BOT_LEFT))
            if guild.unavailable:
                raise NoHome(tr(NOT_SURE), is_choice=False)
            member = await self._members.find(guild, user_id)
        except SEND_FAILURES as error:
            self._log.warning("membership_unknown", guild=guild_id, cause=repr(error))
            raise NoHome(tr(NOT_SURE), is_choice=False) from error
        if member is None:
            raise _Gone(tr(HAS_LEFT, server=shorten(guild.name, _NAME_LIMIT)))
        rules = await self._servers.of(guild_id)
        if not rules.direct_messages:
            raise NoHome(tr(SWITCHED_OFF, server=shorten(guild.name, _NAME_LIMIT)))
        locale = guild.preferred_locale
        language = choose_language(rules, private=False, locale=None, guild_locale=locale)
        return Home(guild_id, guild.name, _describe(member), language)

    async def list_shared(self, user_id: int, text: str = "", *, most: int = _LOOKED_AT) -> Sharing:
        """The servers that somebody may choose from, where they asked before first.

        ``text`` is a part of their names. At most so many are looked at, so that there may be
        more; what Discord does not say in time is left out.
        """
        candidates = await self._find_candidates(user_id, text)
        looked_at = candidates[:most]
        belongs = await self._look_up(looked_at, user_id)
        found = [guild for guild in looked_at if belongs.get(guild.id)]
        return Sharing(
            tuple(Shared(guild.id, guild.name) for guild in found),
            more=len(candidates) > len(belongs),
        )

    async def _find_candidates(self, user_id: int, text: str) -> list[discord.Guild]:
        chosen = await self._homes.find(user_id)
        before = [*filter(None, [chosen]), *await self._homes.asked_before(user_id)]
        order = {guild_id: place for place, guild_id in reversed(list(enumerate(before)))}
        wanted = text.strip().casefold()
        here = {guild.id: guild for guild in self._bot.guilds}
        known = [*here.values(), *await self._find_elsewhere([b for b in before if b not in here])]
        fitting = [
            guild for guild in known if not guild.unavailable and wanted in guild.name.casefold()
        ]
        fitting.sort(key=lambda guild: (order.get(guild.id, len(before)), guild.name.casefold()))
        rules = await self._servers.all()
        return [guild for guild in fitting if rules.get(guild.id, DEFAULT).direct_messages]

    async def _find_elsewhere(self, guild_ids: Sequence[int]) -> list[discord.Guild]:
        """Those that other processes of the bot look after, as far as Discord says in time."""
        tasks = [asyncio.ensure_future(self._bot.find_guild(id_)) for id_ in guild_ids[:_AT_ONCE]]
        if not tasks:
            return []
        done, late = await asyncio.wait(tasks, timeout=_LIST_SECONDS / 4)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        found = [task.result() for task in tasks if task in done and task.exception() is None]
        return [guild for guild in found if guild is not None]

    async def _look_up(self, guilds: Sequence[discord.Guild], user_id: int) -> dict[int, bool]:
        """Where the person is a member and where not, as far as Discord says in time."""
        room = asyncio.Semaphore(_AT_ONCE)
        belongs: dict[int, bool] = {}

        async def look(guild: discord.Guild) -> None:
            async with room:
                try:
                    belongs[guild.id] = await self._members.find(guild, user_id) is not None
                except SEND_FAILURES as error:
                    self._log.warning("membership_unknown", guild=guild.id, cause=repr(error))

        tasks = [asyncio.create_task(look(guild)) for guild in guilds]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_LIST_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return belongs

    async def _find_pressed(self, interaction: Interaction) -> int | None:
        """The server whose articles gave the answer that was pressed on, if it was to them."""
        data: dict[str, Any] = dict(interaction.data or {})
        ids = _REPLY_ID.findall(str(data.get("custom_id", "")))
        return await self._homes.server_of(ids[0], interaction.user.id) if ids else None


class _Gone(NoHome):
    """The person or the bot is no member there."""


def _describe(member: discord.Member) -> Person:
    granted = member.guild_permissions
    return Person(
        id=member.id,
        manages_server=granted.manage_guild or granted.administrator,
        role_ids=frozenset(role.id for role in member.roles),
    )
