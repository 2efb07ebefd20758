"""A small world of Discord in memory around the real bot, and how to read what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
import simcord

from bot.client import FootnoteBot
from bot.state.stores import Stores
from tests.fakes.discord_service import ScriptedService

PATIENCE, INTERVAL = 10.0, 8.0
"""Seconds until somebody who waits for an answer is shown how far it is, and from then on."""
MakeBot = Callable[..., FootnoteBot]
Said = discord.Message | simcord.ResponseMessage


@dataclass
class World:
    """One server with a channel, somebody who asks, and a moderator."""

    env: simcord.Env
    service: ScriptedService
    stores: Stores
    make_bot: MakeBot
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    asker: simcord.MemberActor
    moderator: simcord.MemberActor

    @property
    def bot(self) -> FootnoteBot:
        """The bot that runs now."""
        assert isinstance(self.env.bot, FootnoteBot)
        return self.env.bot

    @property
    def bot_id(self) -> int:
        """The bot's own id."""
        assert self.bot.user is not None
        return self.bot.user.id

    @property
    def library(self) -> str:
        """The name of the server's library."""
        return f"discord-{self.guild.id}"

    @property
    def callbacks(self) -> list[int]:
        """The types of the bot's first responses to interactions: 4 a message, 5 thinking."""
        requests = self.env.http_requests
        return [r.json["type"] for r in requests if r.json and r.path.endswith("/callback")]

    def sent(self, method: str, path_part: str) -> list[Any]:
        """The bodies of the bot's requests of that method whose path holds that part."""
        requests = self.env.http_requests
        return [r.json for r in requests if r.method == method and path_part in r.path]

    def hold(self) -> asyncio.Event:
        """Make the service wait for the event before it goes on."""
        released = asyncio.Event()

        async def before() -> None:
            await self.env.external_wait(released.wait(), reason="the test holds the service")

        self.service.before = before
        return released


def make_world(
    env: simcord.Env, service: ScriptedService, stores: Stores, make_bot: MakeBot
) -> World:
    """The server and its people."""
    guild = env.create_guild("The Quiet Harbour")
    keepers = guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
    return World(
        env=env,
        service=service,
        stores=stores,
        make_bot=make_bot,
        guild=guild,
        channel=guild.create_text_channel("news"),
        asker=guild.add_member(env.create_user("ann")),
        moderator=guild.add_member(env.create_user("mo"), roles=[keepers]),
    )


def text_of(message: Said | None) -> str:
    """All that a reader sees of a message, cards included."""
    assert message is not None
    components: list[Any] = [
        component.to_dict() if isinstance(component, discord.Component) else component
        for component in message.components
    ]
    return "\n".join(filter(None, [message.content, *_texts(components)]))


async def use_as_outsider(
    world: World, name: str, **options: object
) -> simcord.ResponseMessage | None:
    """Use a command as the asker, whom an override of the server lets see it."""
    root = world.env.backend.find_command(name.split(maxsplit=1)[0], None, type=1)
    assert root is not None
    world.guild.set_command_permissions(int(root["id"]), {world.asker: True})
    return (await world.asker.slash(world.channel, name, **options)).response


async def post_fake(world: World, *custom_ids: str) -> discord.Message:
    """A message of the bot in the channel, with buttons of these ids."""
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    for custom_id in custom_ids:
        view.add_item(discord.ui.Button(label="Press", custom_id=custom_id))
    view.stop()
    return await channel.send("fake", view=view, allowed_mentions=discord.AllowedMentions.none())


def _texts(components: object) -> list[str]:
    found: list[str] = []
    for component in components if isinstance(components, list) else []:
        found += [component[key] for key in ("content", "label") if component.get(key)]
        found += _texts(component.get("components"))
    return found
