"""The bot as a whole: what it asks Discord for at the start, and that it ends well."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import simcord
from discord import app_commands

from bot.client import hash_commands
from bot.state.answers import AnswerLog
from bot.state.stores import Stores
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.discord_world import MakeBot, World

Entries = list[MutableMapping[str, Any]]


async def test_it_asks_for_no_privileged_intent_and_lets_nothing_ping(make_bot: MakeBot) -> None:
    bot = make_bot()

    assert not bot.intents.message_content
    assert not bot.intents.members
    assert not bot.intents.presences
    assert bot.allowed_mentions is not None
    allowed: Any = bot.allowed_mentions.to_dict()
    assert allowed == {"parse": []}


async def test_commands_are_synced_once_and_again_only_when_they_changed(world: World) -> None:
    assert len(world.sent("PUT", "/commands")) == 1

    await world.env.restart_bot(world.make_bot())
    assert len(world.sent("PUT", "/commands")) == 1

    changed = world.make_bot()
    changed.tree.add_command(_extra_command())
    await world.env.restart_bot(changed)
    assert len(world.sent("PUT", "/commands")) == 2


async def test_another_application_is_told_about_the_commands_too(
    world: World, stores: Stores
) -> None:
    known = await hash_commands(world.bot.tree)
    assert world.bot.application_id is not None

    assert await stores.command_hashes.read(world.bot.application_id) == known
    assert await stores.command_hashes.read(world.bot.application_id + 1) is None


async def test_a_failing_sync_is_logged_and_does_not_keep_the_bot_from_starting(
    make_bot: MakeBot, stores: Stores, logged: Entries
) -> None:
    env = simcord.Env(make_bot())
    env.inject_error("PUT", "/applications/*", status=500, times=None)
    await env.start()
    try:
        assert "commands_not_synced" in [e["event"] for e in logged]
        assert env.bot.is_ready()
        assert await stores.command_hashes.read(env.backend.application_id) is None
    finally:
        await env.shutdown()


async def test_old_answers_are_forgotten_at_the_start(make_bot: MakeBot, stores: Stores) -> None:
    old = AnswerLog(stores.answers._database, now=lambda: datetime.now(UTC) - timedelta(days=91))
    gone = await old.record(bridge_answer(), guild_id=1, channel_id=2)
    kept = await stores.answers.record(bridge_answer(), guild_id=1, channel_id=2)

    env = simcord.Env(make_bot())
    await env.start()
    await env.settle()
    await env.shutdown()

    assert await stores.answers.find(gone, guild_id=1) is None
    assert await stores.answers.find(kept, guild_id=1) is not None


async def test_stopping_disconnects_and_may_be_repeated(make_bot: MakeBot) -> None:
    bot = make_bot()
    env = simcord.Env(bot)
    await env.start()
    await bot.stop()
    await bot.stop()

    assert bot.is_closed()
    await env.shutdown()


async def test_an_error_in_an_event_ends_in_the_log(world: World, logged: Entries) -> None:
    async def broken() -> None:
        raise RuntimeError("the wheels came off")

    world.bot.add_listener(broken, "on_typing")
    await world.asker.typing(world.channel)
    world.bot.dispatch("typing")
    await world.env.settle()

    assert [str(e) for e in world.env.errors] == ["the wheels came off"]
    assert [e["event_name"] for e in logged if e["event"] == "event_failed"] == ["on_typing"]


async def test_a_command_that_the_bot_no_longer_knows_is_explained(world: World) -> None:
    world.bot.tree.remove_command("ask")

    result = await world.asker.slash(world.channel, "ask", question="When did it open?")

    assert result.ephemeral
    assert result.response is not None
    assert "I no longer know this command" in result.response.content
    assert len(world.env.errors) == 1  # simcord notes what the command tree was told


def _extra_command() -> app_commands.Command[Any, ..., None]:
    async def extra(interaction: Any) -> None:
        """Do nothing."""

    return app_commands.Command(name="extra", description="More", callback=extra)
