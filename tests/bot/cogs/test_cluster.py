"""One of two processes of a bot: it runs shard 0, and direct messages come to it alone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import simcord
from discord.http import HTTPClient

from bot.client import FootnoteBot
from bot.cluster import Shards
from bot.cluster_guilds import GuildsElsewhere
from bot.cogs.ports import BotConfig
from bot.state.servers import ServerBook
from bot.state.stores import Stores
from index.connections import Connection
from index.sqlite_database import SqliteDatabase
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE, MakeBot, World, text_of

ASKED = "When did the bridge open?"


@pytest.fixture
def make_bot(service: ScriptedService, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> MakeBot:
    async def get_bot_gateway(_: HTTPClient) -> tuple[int, str, dict[str, int]]:
        return 2, "wss://gateway.invalid", {"max_concurrency": 1}

    # The simulation has no such route.
    monkeypatch.setattr(HTTPClient, "get_bot_gateway", get_bot_gateway)
    config = BotConfig(direct_messages=True, answer_patience=PATIENCE, answer_interval=INTERVAL)

    def make() -> FootnoteBot:
        return FootnoteBot(
            service=service, stores=stores, config=replace(config), shards=Shards((0,), 2)
        )

    return make


@pytest.fixture
def here(world: World) -> simcord.GuildHandle:
    """A server whose events come to this process; the asker is no member."""
    return world.env.create_guild("The Light", shard_id=0)


@pytest.fixture
def there(world: World) -> simcord.GuildHandle:
    """A server of the other process, with the asker."""
    guild = world.env.create_guild("The Mill", shard_id=1)
    guild.add_member(world.asker.user)
    return guild


def last_said(world: World) -> str:
    return text_of(world.asker.user.dm_channel.last_message)


async def test_only_events_of_its_own_shards_come_to_a_process(
    world: World, here: simcord.GuildHandle, there: simcord.GuildHandle
) -> None:
    assert world.bot.get_guild(here.id) is not None
    assert world.bot.get_guild(there.id) is None
    assert (world.bot.has_guild(here.id), world.bot.has_guild(there.id)) == (True, False)


async def test_a_private_question_is_answered_from_a_server_of_another_process(
    world: World, there: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, there.id)

    await world.asker.send_dm(ASKED)

    assert "opened again" in last_said(world)
    assert "From the articles of The Mill" in last_said(world)
    assert [library for library, _ in world.service.asked] == [f"discord-{there.id}"]


async def test_a_server_of_another_process_where_one_is_no_member_answers_nothing(
    world: World,
) -> None:
    strange = world.env.create_guild("The Locked Tower", shard_id=1)
    await world.stores.homes.choose(world.asker.id, strange.id)

    await world.asker.send_dm(ASKED)

    assert "opened again" not in last_said(world)
    assert world.service.asked == []


async def test_servers_of_other_processes_where_somebody_asked_before_can_be_chosen(
    world: World, there: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, there.id)

    offered = await world.asker.user.autocomplete("server", "name", "mil")

    assert [choice["name"] for choice in offered] == ["The Mill"]


async def test_servers_of_other_processes_are_not_taken_for_left(
    world: World, here: simcord.GuildHandle, there: simcord.GuildHandle, database: SqliteDatabase
) -> None:
    gone = 2 << 22
    for guild_id in (here.id, there.id, gone):
        await world.stores.servers.change(guild_id, cooldown=5)

    await world.bot._note_servers()

    def read(connection: Connection) -> list[str]:
        return [row[0] for row in connection.execute("SELECT guild_id FROM left_server")]

    assert await database.read(read) == [str(gone)]


async def test_what_a_publication_elsewhere_puts_in_doubt_is_left_to_who_can_tell_it(
    world: World, there: simcord.GuildHandle, here: simcord.GuildHandle
) -> None:
    cog = world.bot.get_cog("WatchCog")
    assert cog is not None

    cog._hear(f"discord-{there.id}")  # type: ignore[attr-defined]
    assert cog._waiting == set()  # type: ignore[attr-defined]
    cog._hear(f"discord-{here.id}")  # type: ignore[attr-defined]
    assert cog._waiting == {f"discord-{here.id}"}  # type: ignore[attr-defined]


async def test_a_server_that_was_left_while_there_was_no_session_is_forgotten(
    world: World, here: simcord.GuildHandle
) -> None:
    kept = world.env.create_guild("The Dock", shard_id=0)
    assert world.bot.user is not None
    user = {"id": world.bot.user.id, "username": "bot", "discriminator": "0", "avatar": None}
    listed = [{"id": str(kept.id), "unavailable": True}]

    ready: Any = {"user": user, "guilds": listed, "shard": [0, 2], "session_id": "new"}
    world.bot._connection.parse_ready(ready)

    assert world.bot.get_guild(here.id) is None
    assert world.bot.get_guild(kept.id) is not None


async def test_without_a_setting_a_process_runs_every_shard_that_discord_advises(
    make_bot: MakeBot, service: ScriptedService, stores: Stores
) -> None:
    bot = FootnoteBot(service=service, stores=stores, shards=None)
    env = simcord.Env(bot, shard_count=2)
    await env.start()
    guilds = [env.create_guild("The Light", shard_id=number) for number in range(2)]

    assert (bot.shard_count, bot.shard_ids) == (2, None)
    assert all(bot.get_guild(guild.id) is not None for guild in guilds)
    assert all(bot.has_guild(guild.id) for guild in guilds)
    await env.shutdown()


async def test_a_server_of_another_process_is_asked_for_once_a_minute() -> None:
    now, asked = [0.0], []

    async def fetch(guild_id: int) -> Any:
        asked.append(guild_id)
        return SimpleNamespace(id=guild_id)

    elsewhere = GuildsElsewhere(fetch, clock=lambda: now[0])
    for _ in range(3):
        assert (await elsewhere.find(7)).id == 7  # type: ignore[union-attr]
    assert asked == [7]

    now[0] = 61.0
    await elsewhere.find(7)

    assert asked == [7, 7]


async def test_what_another_process_sets_counts_at_the_next_question(
    database: SqliteDatabase, stores: Stores
) -> None:
    here, there = (ServerBook(database, is_shared=True) for _ in range(2))
    assert (await here.of(7)).cooldown == 0

    await there.change(7, cooldown=30)

    assert (await here.of(7)).cooldown == 30
