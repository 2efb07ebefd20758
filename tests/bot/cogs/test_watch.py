"""After a publication: answers whose quotes stand no more are told, and marked if wanted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord

from bot.cogs.watch import NOTHING_LEFT, WatchCog
from bot.state.replies import State
from index.note_rows import Corrected, NoteInfo, Standing
from tests.fakes.discord_samples import BRIDGE, LIBRARY
from tests.fakes.discord_world import World, post_fake, text_of

REWRITTEN = replace(BRIDGE, text="The Tern Bridge stays closed for the summer.")
LONGER = replace(BRIDGE, text=BRIDGE.text + " A band played.")


@pytest.fixture
async def desk(world: World) -> simcord.ChannelHandle:
    channel = world.guild.create_text_channel("desk")
    await world.stores.servers.change(world.guild.id, desk_channel=channel.id)
    cog = world.bot.get_cog("WatchCog")
    assert isinstance(cog, WatchCog)
    cog._between = 0.0
    return channel


async def ask(world: World, **options: Any) -> Any:
    result = await world.asker.slash(world.channel, "ask", question="When did it open?", **options)
    return result.response


async def publish(world: World, *articles: Any) -> None:
    world.service.held = articles
    world.service.texts.update({each.version_id: each.text for each in articles})
    world.service.publications.tell(world.library)
    cog = world.bot.get_cog("WatchCog")
    assert isinstance(cog, WatchCog)
    assert cog._looking is not None
    await cog._looking
    await world.env.settle()


async def messages(world: World, channel: simcord.ChannelHandle) -> list[discord.Message]:
    real = world.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    return [message async for message in real.history(limit=20)]


async def shown(world: World, answer: Any) -> str:
    real = world.bot.get_channel(world.channel.id)
    assert isinstance(real, discord.TextChannel)
    return text_of(await real.fetch_message(answer.id))


def _id_of(message: discord.Message, verb: str) -> str:
    found = re.search(
        rf"footnote:watch:{verb}:[0-9a-f]+", str([c.to_dict() for c in message.components])
    )
    assert found is not None
    return found[0]


async def test_answers_whose_quote_is_gone_are_told_once(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await publish(world, REWRITTEN, LIBRARY)
    await publish(world, REWRITTEN, LIBRARY)

    (told,) = await messages(world, desk)
    text = text_of(told)
    assert "1 answer quotes an article that has changed since" in text
    assert "When did the bridge open?" in text
    assert f"/{world.guild.id}/{world.channel.id}/{answer.id}" in text
    assert f"“{BRIDGE.title}” no longer says:" in text


async def test_a_quote_that_still_stands_word_for_word_is_no_matter(
    world: World, desk: simcord.ChannelHandle
) -> None:
    await ask(world)
    await publish(world, LONGER, LIBRARY)

    assert await messages(world, desk) == []


async def test_private_and_old_answers_are_not_told(
    world: World, desk: simcord.ChannelHandle
) -> None:
    await ask(world, private=True)
    cog = world.bot.get_cog("WatchCog")
    assert isinstance(cog, WatchCog)
    await publish(world, REWRITTEN, LIBRARY)
    assert await messages(world, desk) == []

    world.service.held = (BRIDGE, LIBRARY)
    await ask(world)
    now = cog._work.now
    object.__setattr__(cog._work, "now", lambda: now() + timedelta(days=15))
    await publish(world, REWRITTEN, LIBRARY)
    assert await messages(world, desk) == []


async def test_those_answers_are_marked_and_pressing_again_does_nothing(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answers = [await ask(world) for _ in range(3)]
    await publish(world, LIBRARY)
    (told,) = await messages(world, desk)
    assert f"“{BRIDGE.title}” is no longer in the library:" in text_of(told)
    pressed = _id_of(told, "mark")
    done = await world.moderator.click(told, label="Mark those answers")

    assert "3 answers are marked." in text_of(done.response)
    for answer in answers:
        text = await shown(world, answer)
        assert text.startswith("**An article behind this answer has changed since.**")
        assert "> The Tern Bridge opened again" in text
    sent = await world.stores.replies.find_shown(answers[0].id, guild_id=world.guild.id)
    assert sent is not None
    assert sent.state is State.OUTDATED
    (card,) = await messages(world, desk)
    assert "3 answers are marked: their articles have changed." in text_of(card)
    edits = len(world.sent("PATCH", f"/channels/{world.channel.id}/messages"))
    old = await post_fake(world, pressed)
    again = await world.moderator.click(old, label="Press")
    assert text_of(again.response) == NOTHING_LEFT
    assert len(world.sent("PATCH", f"/channels/{world.channel.id}/messages")) == edits
    assert world.service.audited[-1][2] == "mark answers"


async def test_what_stands_again_is_not_marked(world: World, desk: simcord.ChannelHandle) -> None:
    answer = await ask(world)
    await publish(world, REWRITTEN, LIBRARY)
    (told,) = await messages(world, desk)
    world.service.held = (BRIDGE, LIBRARY)
    said = await world.moderator.click(told, label="Mark those answers")

    assert text_of(said.response) == NOTHING_LEFT
    assert "has changed since" not in await shown(world, answer)


async def test_they_can_be_left_as_they_are(world: World, desk: simcord.ChannelHandle) -> None:
    answer = await ask(world)
    await publish(world, REWRITTEN, LIBRARY)
    (told,) = await messages(world, desk)
    await world.moderator.click(told, label="Leave them")

    (card,) = await messages(world, desk)
    assert "1 answer was left as it is" in text_of(card)
    assert "has changed since" not in await shown(world, answer)
    await publish(world, LIBRARY)
    assert len(await messages(world, desk)) == 1


async def test_members_may_not_mark(world: World, desk: simcord.ChannelHandle) -> None:
    await ask(world)
    await publish(world, REWRITTEN, LIBRARY)
    (told,) = await messages(world, desk)
    said = await world.asker.click(told, label="Mark those answers")

    assert "Only people who may manage this server" in text_of(said.response)


async def test_a_note_whose_article_changed_asks_for_a_look(
    world: World, desk: simcord.ChannelHandle
) -> None:
    corrects = Corrected(BRIDGE.id, BRIDGE.version_id, BRIDGE.title, 0, 41, BRIDGE.text[:41])
    note = NoteInfo(
        "moderator-note:1",
        "5" * 32,
        f"Moderator note on “{BRIDGE.title}”",
        "It opened on Wednesday.",
        corrects,
        "discord:1",
        "discord:2",
        "2031-06-10T12:00:00+00:00",
        Standing.CHANGED,
        quote_stands=False,
    )
    world.service.untold = world.service.kept_notes = (note,)
    await publish(world, REWRITTEN, LIBRARY)

    (told,) = await messages(world, desk)
    assert "**Look again at a moderator note**" in text_of(told)
    kept = await world.moderator.click(told, label="Keep it")
    assert "Kept: it answers as before." in text_of(kept.response)


async def test_without_a_channel_nothing_is_posted_and_nothing_fails(world: World) -> None:
    await ask(world)
    before = len(world.sent("POST", "/messages"))
    await publish(world, REWRITTEN, LIBRARY)

    assert len(world.sent("POST", "/messages")) == before
