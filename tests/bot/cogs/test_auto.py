"""Automatic answers: sure, late enough for people to come first, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.answering.models import Reason
from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig
from bot.rendering.automatic import UNASKED
from bot.state.personal_rows import Subject
from bot.state.replies import State
from bot.state.stores import Stores
from tests.fakes.discord_posts import make_thread, post_in_forum
from tests.fakes.discord_samples import refusal
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE, MakeBot, World, text_of

TITLE = "When did the bridge open?"
WAIT = 21.0
READING = BotConfig(reads_content=True)
# The simulation begins on this day.
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def make_bot(service: ScriptedService, stores: Stores, config: BotConfig) -> MakeBot:
    unhurried = replace(config, answer_patience=PATIENCE, answer_interval=INTERVAL)

    def make() -> FootnoteBot:
        return FootnoteBot(service=service, stores=stores, config=unhurried, now=lambda: STARTED)

    return make


@pytest.fixture
async def forum(world: World) -> simcord.ChannelHandle:
    forum = world.guild.create_forum_channel("help")
    await world.stores.servers.change(world.guild.id, auto_channels=(forum.id, world.channel.id))
    return forum


def said_in(channel: simcord.ChannelHandle, world: World) -> list[str]:
    return [text_of(m) for m in channel.history() if m.author.id == world.bot_id]


async def test_a_new_post_is_answered_after_a_while_with_its_sources_and_says_by_whom(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await post_in_forum(world, forum, world.asker, TITLE, "It is about the *old* one.")
    await world.env.advance_time(15)
    assert said_in(thread, world) == []
    await world.env.advance_time(WAIT)

    (said,) = said_in(thread, world)
    assert UNASKED in said
    assert "The Tern Bridge opened again on Tuesday. [1]" in said
    assert "gullmarrow.example/news/tern-bridge" in said
    assert "Not helpful" in said
    ((library, question),) = world.service.asked
    assert (library, question.text, question.careful) == (world.library, TITLE, True)
    (body,) = world.sent("POST", f"/channels/{thread.id}/messages")
    assert body["message_reference"]["message_id"] == thread.id
    assert body["allowed_mentions"]["parse"] == []


async def test_what_is_not_sure_stays_unsaid_and_is_kept_as_a_gap(
    world: World, forum: simcord.ChannelHandle
) -> None:
    world.service.reply = refusal(Reason.NOT_SUPPORTED)
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []
    assert [library for library, _ in world.service.recorded] == [world.library]
    (kept,) = await world.stores.replies.select("1 = 1")
    assert kept.state is State.UNSHOWN


async def test_what_stayed_unsaid_is_theirs_to_see_and_to_have_forgotten(
    world: World, forum: simcord.ChannelHandle
) -> None:
    world.service.reply = refusal(Reason.NOTHING_FOUND, asked=TITLE)
    await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)

    whose = Subject(world.asker.id, world.guild.id)
    (question,) = (await world.stores.personal.export(whose))["questions"]
    assert question["question"] == TITLE
    stats = await world.stores.stats.of(world.guild.id, days=7)
    assert stats.days[-1].refused == 0
    await world.stores.personal.forget(whose)
    assert (await world.stores.personal.summary(whose)).is_empty


async def test_an_error_stays_unsaid(world: World, forum: simcord.ChannelHandle) -> None:
    world.service.error = RuntimeError("the wheels came off")
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []


async def test_where_a_person_has_replied_the_bot_keeps_out(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.asker.send(thread, "Anybody?")
    await world.moderator.send(thread, "On Tuesday.")
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []
    assert world.service.asked == []


async def test_a_person_who_replied_while_the_bot_saw_nothing_is_found_there(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    world.env.backend.create_message(thread.id, world.moderator.id, "On Tuesday.", broadcast=False)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []


async def test_a_person_who_replies_while_the_answer_is_made_comes_first(
    world: World, forum: simcord.ChannelHandle
) -> None:
    released = world.hold()
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)
    await world.moderator.send(thread, "On Tuesday.")
    released.set()
    await world.env.settle()

    assert len(world.service.asked) == 1
    assert said_in(thread, world) == []
    assert await world.stores.replies.select("1 = 1") == ()


async def test_other_bots_are_no_helpers_and_the_poster_is_none(
    world: World, forum: simcord.ChannelHandle
) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await robot.send(thread, "Welcome!")
    await world.asker.send(thread, "Please!")
    await world.env.advance_time(WAIT)

    assert len(said_in(thread, world)) == 1


async def test_posts_of_bots_are_left_alone(world: World, forum: simcord.ChannelHandle) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    thread = await post_in_forum(world, forum, robot, TITLE)
    empty = await make_thread(world, robot, TITLE)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == said_in(empty, world) == []
    assert world.service.asked == []


async def test_a_post_that_names_the_bot_is_answered_once(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await post_in_forum(world, forum, world.asker, "Bridge", f"<@{world.bot_id}> {TITLE}")
    await world.env.advance_time(WAIT)

    (said,) = said_in(thread, world)
    assert UNASKED not in said
    assert len(world.service.asked) == 1


async def test_a_post_that_names_the_bot_is_not_asked_twice_while_its_answer_is_made(
    world: World, forum: simcord.ChannelHandle
) -> None:
    object.__setattr__(world.bot.config, "answer_patience", 10 * WAIT)
    released = world.hold()
    thread = await post_in_forum(world, forum, world.asker, "Bridge", f"<@{world.bot_id}> {TITLE}")
    await world.env.advance_time(WAIT)

    assert len(world.service.asked) == 1
    released.set()
    await world.env.settle()
    assert len(said_in(thread, world)) == 1


@pytest.mark.parametrize("change", ["deleted", "first", "archived", "locked", "off", "shut"])
async def test_what_is_gone_or_closed_by_then_is_left_alone(
    world: World, forum: simcord.ChannelHandle, change: str
) -> None:
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    known = world.bot.get_channel(thread.id)
    assert isinstance(known, discord.Thread)
    if change == "deleted":
        world.env.backend.delete_channel(thread.id)
    elif change == "first":
        world.env.backend.delete_message(thread.id, thread.id)
    elif change == "archived":
        await known.edit(archived=True)
    elif change == "locked":
        await known.edit(locked=True)
    elif change == "off":
        await world.stores.servers.change(world.guild.id, auto_channels=())
    else:
        deny = discord.Permissions(send_messages_in_threads=True).value
        everyone = Overwrite(target_id=world.guild.id, type=OverwriteType.ROLE, allow=0, deny=deny)
        world.env.backend.set_overwrite(forum.id, everyone)
        own = replace(everyone, target_id=world.bot_id, type=OverwriteType.MEMBER)
        world.env.backend.set_overwrite(forum.id, own)
    await world.env.advance_time(WAIT)

    assert world.service.asked == []
    assert world.sent("POST", f"/channels/{thread.id}/messages") == []


async def test_channels_that_were_not_chosen_are_left_alone(
    world: World, forum: simcord.ChannelHandle
) -> None:
    other = world.guild.create_forum_channel("chat")
    await post_in_forum(world, other, world.asker, TITLE)
    await world.env.advance_time(WAIT)

    assert world.service.asked == []


async def test_a_thread_of_its_own_is_answered_and_one_made_by_the_bot_is_not(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await make_thread(world, world.asker, TITLE)
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    own = await channel.create_thread(name=TITLE, type=discord.ChannelType.public_thread)
    await world.env.advance_time(WAIT)

    assert len(said_in(thread, world)) == 1
    assert world.sent("POST", f"/channels/{own.id}/messages") == []


async def test_a_thread_that_somebody_else_made_from_a_message_has_a_helper_already(
    world: World, forum: simcord.ChannelHandle
) -> None:
    asked = await world.asker.send(world.channel, TITLE)
    helped = await make_thread(world, world.moderator, "Bridge", message_id=asked.id)
    again = await world.asker.send(world.channel, TITLE)
    own = await make_thread(world, world.asker, "Bridge opening date", message_id=again.id)
    await world.env.advance_time(WAIT)

    assert said_in(helped, world) == []
    assert len(said_in(own, world)) == 1


async def test_who_may_not_ask_is_not_answered_unasked_either(
    world: World, forum: simcord.ChannelHandle
) -> None:
    readers = world.guild.create_role("Readers")
    await world.stores.servers.change(world.guild.id, ask_roles=(readers.id,))
    reader = world.guild.add_member(world.env.create_user("flo"), roles=[readers])
    refused = await post_in_forum(world, forum, world.asker, TITLE)
    allowed = await post_in_forum(world, forum, reader, TITLE)
    await world.env.advance_time(WAIT)

    assert said_in(refused, world) == []
    assert len(said_in(allowed, world)) == 1


async def test_who_left_meanwhile_is_not_answered(
    world: World, forum: simcord.ChannelHandle
) -> None:
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    world.guild.remove_member(world.asker)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []


@pytest.mark.parametrize("config", [BotConfig(auto_limit=2)])
async def test_a_server_has_so_many_in_an_hour_and_not_more(
    world: World, forum: simcord.ChannelHandle
) -> None:
    threads = [await post_in_forum(world, forum, world.asker, TITLE) for _ in range(2)]
    late = await post_in_forum(world, forum, world.moderator, TITLE)
    await world.env.advance_time(WAIT)

    assert [len(said_in(thread, world)) for thread in (*threads, late)] == [1, 1, 0]


async def test_a_pause_between_questions_is_not_spent_by_an_automatic_answer(
    world: World, forum: simcord.ChannelHandle
) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=3600)
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)
    assert len(said_in(thread, world)) == 1

    result = await world.asker.slash(world.channel, "ask", question=TITLE)
    assert "opened again" in text_of(result.response)


async def test_an_old_thread_that_the_bot_is_shown_is_not_new(
    world: World, forum: simcord.ChannelHandle
) -> None:
    object.__setattr__(world.bot._work, "now", lambda: STARTED + timedelta(hours=1))
    thread = await post_in_forum(world, forum, world.asker, TITLE)
    await world.env.advance_time(WAIT)

    assert said_in(thread, world) == []


async def test_without_the_intent_plain_messages_are_not_looked_at(
    world: World, forum: simcord.ChannelHandle
) -> None:
    await world.asker.send(world.channel, TITLE)
    await world.env.advance_time(WAIT)

    assert world.service.asked == []


@pytest.mark.parametrize("reads", [True, False])
def test_the_intent_is_asked_for_only_where_it_is_set(
    service: ScriptedService, stores: Stores, reads: bool
) -> None:
    config = BotConfig(reads_content=reads)
    bot = FootnoteBot(service=service, stores=stores, config=config)

    assert bot.intents.message_content is reads
    assert not bot.intents.members
    assert not bot.intents.presences


@pytest.mark.parametrize("config", [READING])
async def test_with_the_intent_a_question_in_a_chosen_channel_is_answered_by_a_reply(
    world: World, forum: simcord.ChannelHandle
) -> None:
    asked = await world.asker.send(world.channel, TITLE)
    await world.env.advance_time(WAIT)

    answer = world.channel.last_message
    assert answer is not None
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    assert UNASKED in text_of(answer)


@pytest.mark.parametrize("config", [READING])
async def test_with_the_intent_what_a_post_says_is_asked_too(
    world: World, forum: simcord.ChannelHandle
) -> None:
    body = "Hello all!\n> old\nHow long did the repair take? Thank you."
    await post_in_forum(world, forum, world.asker, "Tern Bridge", body)
    await world.env.advance_time(WAIT)

    ((_, question),) = world.service.asked
    assert question.text == "Tern Bridge: How long did the repair take?"


@pytest.mark.parametrize("config", [READING])
async def test_talk_and_questions_to_somebody_are_left_alone(
    world: World, forum: simcord.ChannelHandle
) -> None:
    first = await world.moderator.send(world.channel, "The bridge is open.")
    await world.asker.send(world.channel, "Since when is it open then?", reply_to=first)
    await world.asker.send(world.channel, f"<@{world.moderator.id}> when did it open again?")
    await world.asker.send(world.channel, "really?")
    webhook = world.guild.create_webhook(world.channel)
    await webhook.send(TITLE)
    await world.env.advance_time(WAIT)

    assert world.service.asked == []


@pytest.mark.parametrize("config", [READING])
async def test_where_people_talk_after_a_question_the_bot_keeps_out(
    world: World, forum: simcord.ChannelHandle
) -> None:
    await world.asker.send(world.channel, TITLE)
    await world.moderator.send(world.channel, "On Tuesday.")
    await world.env.advance_time(WAIT)

    assert world.service.asked == []


async def test_what_waits_is_ended_with_the_bot(world: World, forum: simcord.ChannelHandle) -> None:
    await post_in_forum(world, forum, world.asker, TITLE)
    await world.bot.finish_work()
    await world.env.advance_time(WAIT)

    assert world.service.asked == []
