"""What is kept about somebody: theirs to see, to take along, and to have forgotten."""

from __future__ import annotations

import io
import json
import logging
import zipfile

import pytest
import simcord

from bot.cogs.privacy import _pack
from bot.naming import actor_of
from bot.state.feedback import Complaint
from bot.state.personal_rows import Subject
from bot.state.replies import Sending
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.discord_world import World, post_fake, text_of


async def remember(world: World, who: simcord.MemberActor, *, guild: int | None = None) -> str:
    where = guild or world.guild.id
    sending = Sending(where, world.channel.id, who.id, False, where)
    reply_id = await world.stores.replies.record(bridge_answer(), sending)
    await world.stores.feedback.vote(
        reply_id,
        guild_id=where,
        member_id=who.id,
        helpful=False,
        reason=Complaint.WRONG,
        text=f"said by {who.name}",
    )
    return reply_id


async def look(world: World, who: simcord.MemberActor) -> simcord.ResponseMessage:
    result = await who.slash(world.channel, "privacy")
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def read_file(message: simcord.ResponseMessage) -> bytes:
    (attachment,) = message.message.attachments
    return await attachment.read()


async def test_it_says_what_is_kept_and_for_how_long(world: World) -> None:
    await remember(world, world.asker)
    await remember(world, world.moderator)
    await world.stores.servers.change(world.guild.id, retention_days=14)
    text = text_of(await look(world, world.asker))

    assert "1 question with its answer" in text
    assert "1 vote or remark on answers" in text
    assert "deleted after 14 days" in text


async def test_who_never_asked_has_nothing_to_see(world: World) -> None:
    await remember(world, world.asker)
    text = text_of(await look(world, world.moderator))
    assert "Nothing at the moment." in text
    assert "Forget me" not in text


async def test_it_is_for_those_too_who_may_not_ask(world: World) -> None:
    await remember(world, world.asker)
    role = world.guild.create_role("Askers")
    await world.stores.servers.change(
        world.guild.id, ask_roles=(role.id,), ask_channels=(world.channel.id + 1,)
    )
    card = await look(world, world.asker)
    assert "1 question with its answer" in text_of(card)
    await world.asker.click(card, label="Forget me …")
    await world.asker.click(card, label="Yes, forget me")
    assert "I have forgotten you" in text_of(card)


async def test_the_export_holds_all_of_theirs_and_nothing_of_others(world: World) -> None:
    await remember(world, world.asker)
    await remember(world, world.moderator)
    card = await look(world, world.asker)
    result = await world.asker.click(card, label="Export")
    assert result.response is not None
    assert result.ephemeral

    found = json.loads(await read_file(result.response))
    assert found["person"] == str(world.asker.id)
    assert [each["question"] for each in found["questions"]] == ["When did the bridge open?"]
    assert [each["text"] for each in found["vote"]] == ["said by ann"]
    assert str(world.moderator.id) not in json.dumps(found)
    assert "1 question with its answer" in text_of(card)


async def test_forgetting_says_first_what_it_does_and_can_be_left(world: World) -> None:
    await remember(world, world.asker)
    card = await look(world, world.asker)
    await world.asker.click(card, label="Forget me …")
    assert "Messages stay in Discord" in text_of(card)
    assert "cannot be undone" in text_of(card)
    await world.asker.click(card, label="No, keep it")
    assert "1 question with its answer" in text_of(card)
    assert not (await world.stores.personal.summary(Subject(world.asker.id))).is_empty


async def test_who_is_forgotten_is_gone_here_and_only_they(world: World) -> None:
    await remember(world, world.asker)
    await remember(world, world.asker, guild=world.guild.id + 1)
    await remember(world, world.moderator)
    card = await look(world, world.asker)
    await world.asker.click(card, label="Forget me …")
    await world.asker.click(card, label="Yes, forget me")
    assert "I have forgotten you in this server." in text_of(card)

    here, there = world.guild.id, world.guild.id + 1
    summary = world.stores.personal.summary
    assert (await summary(Subject(world.asker.id, here))).is_empty
    assert not (await summary(Subject(world.asker.id, there))).is_empty
    assert not (await summary(Subject(world.moderator.id, here))).is_empty
    await world.env.restart_bot(world.make_bot())
    await world.asker.click(await _ask_again(world), label="Yes, forget me")
    assert (await summary(Subject(world.asker.id, here))).is_empty


async def _ask_again(world: World) -> simcord.ResponseMessage:
    await remember(world, world.asker)
    card = await look(world, world.asker)
    await world.asker.click(card, label="Forget me …")
    return card


async def test_a_press_forgets_the_one_who_presses_whoever_the_card_was_for(
    world: World,
) -> None:
    await remember(world, world.asker)
    await remember(world, world.moderator)
    fake = await post_fake(world, "footnote:privacy:forget")
    result = await world.moderator.click(fake, label="Press")

    assert result.ephemeral
    assert not (await world.stores.personal.summary(Subject(world.asker.id))).is_empty
    assert (await world.stores.personal.summary(Subject(world.moderator.id))).is_empty


async def test_the_bot_no_longer_knows_the_name(world: World) -> None:
    people = world.bot._work.people
    people._remember(world.guild.id, actor_of(world.asker.id), "ann")
    people._remember(world.guild.id, actor_of(world.moderator.id), "mo")
    card = await _ask_again(world)
    await world.asker.click(card, label="Yes, forget me")
    assert list(people._known.values()) == ["mo"]


async def test_in_a_private_message_it_is_about_all_servers(world: World) -> None:
    await remember(world, world.asker)
    await remember(world, world.asker, guild=world.guild.id + 1)
    await world.asker.send_dm("Hello?")
    result = await world.asker.user.slash("privacy")
    assert result.response is not None
    assert "2 questions with their answers" in text_of(result.response)
    await world.asker.user.click(result.response, label="Forget me …")
    await world.asker.user.click(result.response, label="Yes, forget me")

    assert "I have forgotten you in all servers." in text_of(result.response)
    assert (await world.stores.personal.summary(Subject(world.asker.id))).is_empty


def test_a_very_long_export_is_packed() -> None:
    found = {"questions": [{"question": "x" * 1000}] * 9000}
    name, content = _pack(found)
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("footnote-about-me.json")) == found


async def test_no_question_reaches_a_log(
    world: World,
    logged: list[dict[str, object]],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "xylophone-of-the-harbourmaster"
    await world.asker.slash(world.channel, "ask", question=f"Where is the {canary}?")
    await world.asker.slash(world.channel, "ask", question=f"Is the {canary} mine?", private=True)
    await world.asker.send(world.channel, f"<@{world.bot_id}> who plays the {canary}?")
    world.service.error = RuntimeError("broken")
    await world.asker.slash(world.channel, "ask", question=f"Why the {canary}?")
    world.service.error = None
    card = await look(world, world.asker)
    await world.asker.click(card, label="Export")

    assert len(world.service.asked) == 4
    assert logged
    assert canary not in repr(logged)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("discord", "simcord"))]
    assert canary not in repr(ours)
    assert canary not in "".join(capfd.readouterr())
