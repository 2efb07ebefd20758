"""Questions that go on from those before them: in a thread, or as a reply to an answer."""

from __future__ import annotations

import discord
import simcord

from bot.answering.models import Question, Reason, Reply, Turn
from tests.fakes.discord_samples import BRIDGE, bridge_answer, refusal
from tests.fakes.discord_world import World, text_of

ASKED = "When did the bridge open?"
NEXT = "And what did it cost?"


async def make_thread(world: World, name: str = "bridge") -> simcord.ChannelHandle:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name=name, type=discord.ChannelType.public_thread)
    return next(thread for thread in world.channel.threads if thread.name == name)


async def mention(world: World, channel: simcord.ChannelHandle, text: str, **given: object) -> None:
    await world.asker.send(channel, f"<@{world.bot_id}> {text}", **given)  # type: ignore[arg-type]


def answer_as_asked(world: World) -> None:
    """Let every reply be about the question that was put."""

    def reply(question: Question) -> Reply:
        if "nobody knows" in question.text:
            return refusal(Reason.NOT_SUPPORTED, BRIDGE, asked=question.text)
        made = bridge_answer()
        return type(made)(
            question=question,
            edition=made.edition,
            sentences=made.sentences,
            citations=made.citations,
            passages=made.passages,
            model=made.model,
        )

    world.service.reply_to = reply


def history(world: World) -> list[str]:
    """The questions that the last one came after."""
    return [turn.question for turn in world.service.asked[-1][1].history]


async def test_in_a_thread_a_mention_goes_on_from_what_was_said_there(world: World) -> None:
    answer_as_asked(world)
    thread = await make_thread(world)
    for text in ("one?", "two? nobody knows", "three?", "four?", "five?", "six?"):
        await mention(world, thread, text)

    turns = world.service.asked[-1][1].history
    assert [turn.question for turn in turns] == ["two? nobody knows", "three?", "four?", "five?"]
    assert turns[0] == Turn("two? nobody knows", "")
    assert "opened again on Tuesday. [1]" in turns[1].answer


async def test_in_a_channel_every_mention_begins_anew(world: World) -> None:
    await mention(world, world.channel, ASKED)
    await mention(world, world.channel, NEXT)

    assert history(world) == []


async def test_a_reply_to_an_answer_goes_on_from_that_answer(world: World) -> None:
    answer_as_asked(world)
    await mention(world, world.channel, ASKED)
    first = world.channel.last_message
    await mention(world, world.channel, "Something else?")
    await mention(world, world.channel, NEXT, reply_to=first)

    assert history(world) == [ASKED]
    await mention(world, world.channel, "And then?", reply_to=world.channel.last_message)
    assert history(world) == [ASKED, NEXT]
    # The first answer was replied to twice: each goes its own way.
    await mention(world, world.channel, "Who says so?", reply_to=first)
    assert history(world) == [ASKED]


async def test_a_reply_to_the_answer_of_a_command_goes_on_from_it(world: World) -> None:
    answer_as_asked(world)
    await world.asker.slash(world.channel, "ask", question=ASKED)
    await mention(world, world.channel, NEXT, reply_to=world.channel.last_message)

    assert history(world) == [ASKED]


async def test_a_reply_to_anything_else_begins_anew(world: World) -> None:
    said = await world.moderator.send(world.channel, "The bridge is open!")
    await mention(world, world.channel, ASKED, reply_to=said)

    assert history(world) == []


async def test_threads_never_mix(world: World) -> None:
    answer_as_asked(world)
    first, second = await make_thread(world, "one"), await make_thread(world, "two")
    await mention(world, first, "first?")
    await mention(world, second, "second?")
    await mention(world, first, NEXT)

    assert history(world) == ["first?"]
    await mention(world, world.channel, NEXT)
    assert history(world) == []


async def test_a_command_in_a_thread_begins_anew_and_can_be_gone_on_from(world: World) -> None:
    answer_as_asked(world)
    thread = await make_thread(world)
    await mention(world, thread, "one?")
    await world.asker.slash(thread, "ask", question=ASKED)
    assert history(world) == []
    await mention(world, thread, NEXT)

    assert history(world) == ["one?", ASKED]


async def test_what_was_asked_privately_is_gone_on_from_by_nobody(world: World) -> None:
    answer_as_asked(world)
    thread = await make_thread(world)
    await world.asker.slash(thread, "ask", question=ASKED, private=True)
    await mention(world, thread, NEXT)

    assert history(world) == []
    assert "opened again" in text_of(thread.last_message)
