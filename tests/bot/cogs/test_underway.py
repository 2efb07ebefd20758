"""Long answers in Discord: shown while they are made, and final in the end whatever happens."""

from __future__ import annotations

import pytest
import simcord

from bot.answering.engine import COMPOSING, SEARCHING, Underway
from bot.policy import RESTARTING
from tests.fakes.discord_samples import BRIDGE, quoting
from tests.fakes.discord_world import INTERVAL, PATIENCE, World, text_of

ASKED = "When did the bridge open?"
PARTIAL = quoting((BRIDGE, "The ferry runs its last free trip on Sunday."))


async def see_partial(world: World) -> None:
    """Let a stage and then a part of the answer be shown."""
    world.service.on_underway(Underway(SEARCHING))
    await world.env.advance_time(PATIENCE + 0.1)
    world.service.on_underway(Underway(COMPOSING, PARTIAL, 8))
    await world.env.advance_time(INTERVAL + 0.1)


async def test_a_slash_command_shows_what_is_written_and_then_the_answer(world: World) -> None:
    released = world.hold()
    shown = await world.asker.slash(world.channel, "ask", question=ASKED)
    await see_partial(world)

    text = text_of(shown.response)
    assert text.startswith(f"**{ASKED}**")
    assert "last free trip on Sunday. [1]" in text
    assert "Still writing" in text
    assert "Show quotes" not in text
    released.set()
    await world.env.settle()

    text = text_of(shown.response)
    assert "opened again on Tuesday. [1]" in text
    assert "Still writing" not in text
    assert "Show quotes" in text
    assert shown.followups == []
    assert len(world.sent("PATCH", "/messages/@original")) == 3


async def test_a_mention_is_answered_in_the_reply_that_showed_how_far_it_was(world: World) -> None:
    released = world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    world.service.on_underway(Underway(SEARCHING))
    await world.env.advance_time(PATIENCE + 0.1)

    assert text_of(world.channel.last_message) == "-# Searching the articles ..."
    await see_partial(world)
    assert "Still writing" in text_of(world.channel.last_message)
    released.set()
    await world.env.settle()

    answer = world.channel.last_message
    assert "opened again on Tuesday. [1]" in text_of(answer)
    assert len(world.sent("POST", "/messages")) == 1
    for body in world.sent("PATCH", "/messages/"):
        assert body["allowed_mentions"]["parse"] == []


async def test_a_quick_answer_is_one_message_and_no_edit(world: World) -> None:
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")

    assert len(world.sent("POST", "/messages")) == 1
    assert world.sent("PATCH", "/messages/") == []


async def test_a_message_that_is_deleted_meanwhile_does_not_take_the_answer_with_it(
    world: World,
) -> None:
    released = world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    await see_partial(world)
    unfinished = world.channel.last_message
    assert unfinished is not None
    await unfinished.delete()
    released.set()
    await world.env.settle()

    answer = world.channel.last_message
    assert answer is not None
    assert answer.id != unfinished.id
    assert "opened again on Tuesday. [1]" in text_of(answer)


async def test_the_answer_to_a_command_comes_anew_where_its_message_was_deleted(
    world: World,
) -> None:
    released = world.hold()
    shown = await world.asker.slash(world.channel, "ask", question=ASKED)
    await see_partial(world)
    unfinished = world.channel.last_message
    assert unfinished is not None
    await unfinished.delete()
    released.set()
    await world.env.settle()

    (answer,) = shown.followups
    assert "opened again on Tuesday. [1]" in text_of(answer)


async def test_where_edits_fail_for_a_while_the_answer_comes_all_the_same(world: World) -> None:
    released = world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=400, times=None)
    await see_partial(world)
    released.set()
    await world.env.settle()

    assert "opened again on Tuesday. [1]" in text_of(world.channel.last_message)


async def test_where_the_bot_is_shut_out_meanwhile_it_tries_no_new_message(world: World) -> None:
    released = world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    await see_partial(world)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=None)
    released.set()
    await world.env.settle()

    assert len(world.sent("POST", f"/channels/{world.channel.id}/messages")) == 1
    (told,) = world.asker.user.dm_channel.history()
    assert f"Discord does not let me write in <#{world.channel.id}>" in text_of(told)


@pytest.mark.parametrize("is_command", [True, False])
async def test_what_goes_wrong_is_said_in_place_of_what_was_shown(
    world: World, *, is_command: bool
) -> None:
    released = world.hold()
    if is_command:
        await world.asker.slash(world.channel, "ask", question=ASKED)
    else:
        await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    await see_partial(world)
    world.service.error = RuntimeError("the wheels came off")
    released.set()
    await world.env.settle()

    said = text_of(world.channel.last_message)
    assert "went wrong" in said
    assert "Still writing" not in said


async def test_too_late_is_said_in_place_of_what_was_shown(world: World) -> None:
    world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    await see_partial(world)
    await world.env.advance_time(121)

    assert "took too long" in text_of(world.channel.last_message)
    assert len(world.sent("POST", "/messages")) == 1


async def test_closing_replaces_what_was_shown(world: World) -> None:
    world.hold()
    shown: list[simcord.InteractionResult] = [
        await world.asker.slash(world.channel, "ask", question=ASKED)
    ]
    await see_partial(world)
    await world.bot.intake.close(grace=0.01)

    assert text_of(shown[0].response) == RESTARTING
