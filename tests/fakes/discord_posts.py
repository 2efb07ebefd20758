"""Forum posts and threads of members, which the simulation itself lets only the bot make."""

from __future__ import annotations

import simcord

from tests.fakes.discord_world import World

_THREAD_STARTER = 21


def thread_of(world: World, thread_id: int) -> simcord.ChannelHandle:
    """A thread of the server, by its id."""
    handle = type(world.channel)
    return handle(world.env, world.guild, world.env.backend.channels[thread_id])


async def post_in_forum(
    world: World,
    forum: simcord.ChannelHandle,
    author: simcord.MemberActor,
    title: str,
    body: str = "I could not find it anywhere.",
) -> simcord.ChannelHandle:
    """A forum post as Discord delivers it: the thread, then its first message of the same id."""
    backend = world.env.backend
    first = backend.prepare_message(forum.id, author.id, body)
    thread = backend.create_thread(forum.id, title, author.id, broadcast=False)
    first.id = first.channel_id = thread.id
    backend.commit_message(first, broadcast=False)
    backend.announce_thread_create(thread)
    backend.announce_message_create(first)
    await _settle(world)
    return thread_of(world, thread.id)


async def make_thread(
    world: World, owner: simcord.MemberActor, title: str, *, message_id: int | None = None
) -> simcord.ChannelHandle:
    """A thread in the world's channel, of its own or made from a message."""
    backend = world.env.backend
    thread = backend.create_thread(
        world.channel.id, title, owner.id, message_id=message_id, broadcast=False
    )
    backend.announce_thread_create(thread)
    if message_id is not None:
        start = backend.prepare_message(thread.id, owner.id, "none")
        start.content = ""
        start.type = _THREAD_STARTER
        start.reference = {
            "type": 0,
            "message_id": str(message_id),
            "channel_id": str(world.channel.id),
            "guild_id": str(world.guild.id),
        }
        backend.commit_message(start)
    await _settle(world)
    return thread_of(world, thread.id)


async def _settle(world: World) -> None:
    world.env._mark_mutation()
    await world.env.settle()
