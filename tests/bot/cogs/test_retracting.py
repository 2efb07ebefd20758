"""Deleting a question takes its answer with it, where the server wants that."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.answering.engine import COMPOSING, Underway
from bot.state.replies import State
from tests.fakes.discord_samples import BRIDGE, bridge_answer, quoting
from tests.fakes.discord_world import World, text_of

ASKED = "When did the bridge open?"
Entries = list[MutableMapping[str, Any]]


async def mention(world: World, text: str = ASKED) -> discord.Message:
    return await world.asker.send(world.channel, f"<@{world.bot_id}> {text}")


async def states(world: World) -> list[State]:
    kept = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    return [sent.state for sent in kept]


async def test_the_answer_goes_with_its_question_after_a_restart_too(world: World) -> None:
    asked = await mention(world)
    await world.env.restart_bot(world.make_bot())
    await world.asker.delete(asked)

    assert world.channel.history() == []
    assert await states(world) == [State.RETRACTED]


async def test_all_messages_of_a_long_answer_go(world: World) -> None:
    articles = [replace(BRIDGE, id=f"a{n}", text=f"Fact {n}. " + "word " * 250) for n in range(8)]
    world.service.reply = quoting(*((a, a.text.rstrip()) for a in articles))
    asked = await mention(world)
    assert len(world.channel.history()) == 4
    await world.asker.delete(asked)

    assert world.channel.history() == []


async def test_a_server_that_does_not_want_it_keeps_its_answers(world: World) -> None:
    await world.stores.servers.change(world.guild.id, retract=False)
    asked = await mention(world)
    await world.asker.delete(asked)

    assert "opened again" in text_of(world.channel.last_message)
    assert await states(world) == [State.STANDS]


async def test_a_purge_takes_all_answers_to_what_it_deletes(world: World) -> None:
    questions = [await mention(world), await mention(world)]
    kept = await mention(world)
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete_messages([discord.Object(each.id) for each in questions])
    await world.env.settle()

    assert len(world.channel.history()) == 2
    assert world.channel.history()[0].id == kept.id


async def test_an_answer_that_is_gone_already_is_no_trouble(world: World) -> None:
    asked = await mention(world)
    answer = world.channel.last_message
    assert answer is not None
    await answer.delete()
    await world.asker.delete(asked)

    assert await states(world) == [State.RETRACTED]


async def test_where_discord_refuses_it_ends_in_the_log(world: World, logged: Entries) -> None:
    asked = await mention(world)
    world.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50013, times=None)
    await world.asker.delete(asked)

    assert await states(world) == [State.STANDS]
    assert "not_retracted" in [entry["event"] for entry in logged]


async def test_other_messages_cost_nothing_but_a_look(world: World) -> None:
    said = await world.asker.send(world.channel, "hello")
    before = len(world.env.http_requests)
    await world.asker.delete(said)

    assert len(world.env.http_requests) == before


@pytest.mark.parametrize("shows_progress", [True, False])
async def test_an_answer_on_its_way_is_not_posted(world: World, *, shows_progress: bool) -> None:
    released = world.hold()
    asked = await mention(world)
    if shows_progress:
        world.service.on_underway(Underway(COMPOSING, bridge_answer(), 8))
        await world.env.advance_time(11)
        assert "Still writing" in text_of(world.channel.last_message)
    await world.asker.delete(asked)
    released.set()
    await world.env.settle()

    assert world.channel.history() == []
    assert await states(world) == []


async def test_one_on_its_way_is_posted_where_the_server_keeps_answers(world: World) -> None:
    await world.stores.servers.change(world.guild.id, retract=False)
    released = world.hold()
    asked = await mention(world)
    await world.asker.delete(asked)
    released.set()
    await world.env.settle()

    assert "opened again" in text_of(world.channel.last_message)


async def test_a_question_deleted_while_its_answer_is_sent_takes_it_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies, looked = world.stores.replies, asyncio.Event()
    record, find_asked = replies.record, replies.find_asked

    async def find(*given: Any, **named: Any) -> Any:
        found = await find_asked(*given, **named)
        looked.set()
        return found

    async def keep(*given: Any) -> str:
        reply_id = await record(*given)
        gone = {"id": str(asked.id), "channel_id": str(world.channel.id)}
        world.env.backend.emit("MESSAGE_DELETE", {**gone, "guild_id": str(world.guild.id)})
        await world.env.external_wait(looked.wait(), reason="the deletion is looked into")
        return reply_id

    monkeypatch.setattr(replies, "record", keep)
    monkeypatch.setattr(replies, "find_asked", find)
    released = world.hold()
    asked = await mention(world)
    released.set()
    await world.env.settle()
    await asyncio.sleep(0.1)
    await world.env.settle()

    assert [message.id for message in world.channel.history()] == [asked.id]
    assert await states(world) == [State.RETRACTED]


async def test_what_only_its_asker_sees_stays(world: World) -> None:
    await world.stores.servers.change(world.guild.id, private_by_default=True)
    asked = await world.moderator.send(world.channel, ASKED)
    result = await world.asker.context_menu(world.channel, "Answer from the articles", asked)
    await world.moderator.delete(asked)

    assert "opened again" in text_of(result.response)
    assert world.sent("DELETE", "/messages/") == []
