"""The bot forgets in time: what is too old, and servers that it left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.state.replies import Sending
from index.connections import Connection
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.discord_world import World


async def keep_old(world: World, *, days: int, guild: int | None = None) -> str:
    """An answer that was sent some days ago."""
    where = guild or world.guild.id
    sending = Sending(where, world.channel.id, world.asker.id, False, where)
    reply_id = await world.stores.replies.record(bridge_answer(), sending)
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")

    def work(connection: Connection) -> None:
        connection.execute("UPDATE reply SET created_at = ? WHERE id = ?", (at, reply_id))

    await world.stores.replies._database.write(work)
    return reply_id


async def left(world: World) -> set[str]:
    """The servers that the bot knows that it left."""

    def work(connection: Connection) -> set[str]:
        return {row[0] for row in connection.execute("SELECT guild_id FROM left_server")}

    return await world.stores.replies._database.read(work)


async def test_what_is_older_than_the_server_keeps_it_is_forgotten_daily(world: World) -> None:
    await world.stores.servers.change(world.guild.id, retention_days=10)
    old = await keep_old(world, days=11)
    new = await keep_old(world, days=9)
    await world.env.restart_bot(world.make_bot())
    await world.env.settle()

    find = world.stores.replies.find
    assert await find(old, guild_id=world.guild.id) is None
    assert await find(new, guild_id=world.guild.id) is not None


async def test_a_server_that_the_bot_left_is_noted_and_forgiven_on_return(world: World) -> None:
    elsewhere = world.guild.id + 1
    await keep_old(world, days=1, guild=elsewhere)
    await keep_old(world, days=1)
    await world.env.restart_bot(world.make_bot())
    await world.env.settle()
    assert await left(world) == {str(elsewhere)}

    await world.stores.retention.note_here([elsewhere, world.guild.id])
    assert await left(world) == set()


async def test_leaving_a_server_is_noted_at_once(world: World) -> None:
    await keep_old(world, days=1)
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    world.bot._connection._remove_guild(guild)
    await world.bot.on_guild_remove(guild)
    assert await left(world) == {str(world.guild.id)}
