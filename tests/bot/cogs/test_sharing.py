"""The button "Share" on a private answer."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
import simcord

from bot.answering.models import Question, Reply
from bot.cogs.sharing import ALREADY, FORGOTTEN, MARKED, SHARED
from bot.state.replies import State
from tests.fakes.discord_samples import BRIDGE, bridge_answer, quoting
from tests.fakes.discord_world import World, post_fake, text_of

ASKED = "When did the bridge open?"


async def ask(
    world: World, channel: simcord.ChannelHandle | None = None, **options: object
) -> simcord.InteractionResult:
    place = channel or world.channel
    return await world.asker.slash(place, "ask", question=ASKED, **{"private": True, **options})


async def share(world: World, shown: simcord.InteractionResult) -> simcord.InteractionResult:
    last = [shown.response, *shown.followups][-1]
    assert last is not None
    return await world.asker.click(last, label="Share")


async def test_it_posts_the_answer_with_its_sources_and_the_name_of_the_asker(
    world: World,
) -> None:
    shown = await ask(world)
    assert "Correct this" not in text_of(shown.response)
    result = await share(world, shown)

    posted = world.channel.last_message
    assert posted is not None
    text = text_of(posted)
    assert text.startswith(f"-# Asked by ann\n**{ASKED}**")
    assert "opened again on Tuesday. [1]" in text
    assert "[[1]](https://gullmarrow.example/news/tern-bridge#:~:text=" in text
    assert posted.mentions == []
    for label in ("Show quotes", "Helpful", "Not helpful", "Follow-up", "Correct this"):
        assert label in text
    assert "Share" not in text
    assert "Shared" in text_of(shown.response)
    assert [text_of(each) for each in result.followups] == [SHARED]
    assert all(each.ephemeral for each in result.followups)


async def test_it_is_shared_once_after_a_restart_too(world: World) -> None:
    shown = await ask(world)
    assert shown.response is not None
    kept = shown.response.components
    await share(world, shown)
    await world.env.restart_bot(world.make_bot())
    share_id = next(each for each in _ids(kept) if ":share:" in each)
    again = await world.asker.click(await post_fake(world, share_id), label="Press")

    assert text_of(again.response) == ALREADY
    assert len([m for m in world.channel.history() if "opened again" in text_of(m)]) == 1


async def test_the_buttons_of_the_shared_answer_work(world: World) -> None:
    await share(world, await ask(world))
    await world.env.restart_bot(world.make_bot())
    posted = world.channel.last_message
    assert posted is not None

    quotes = await world.moderator.click(posted, label="Show quotes")
    assert "**The Tern Bridge opened again on Tuesday.**" in text_of(quotes.response)
    assert (await world.moderator.click(posted, label="Helpful")).ephemeral
    opened = await world.moderator.click(posted, label="Follow-up")
    await world.moderator.submit_modal(opened, {"question": "And then?"})
    assert [turn.question for turn in world.service.asked[-1][1].history] == [ASKED]


async def test_what_was_asked_in_private_before_is_not_shared(world: World) -> None:
    def reply(question: Question) -> Reply:
        return replace(bridge_answer(), question=question)

    world.service.reply_to = reply
    first = await ask(world)
    assert first.response is not None
    opened = await world.asker.click(first.response, label="Follow-up")
    second = await world.asker.submit_modal(opened, {"question": "And what did it cost?"})
    await share(world, second)
    posted = world.channel.last_message
    assert posted is not None
    opened = await world.moderator.click(posted, label="Follow-up")
    await world.moderator.submit_modal(opened, {"question": "Who says so?"})

    turns = world.service.asked[-1][1].history
    assert [turn.question for turn in turns] == ["And what did it cost?"]


async def test_only_the_one_who_asked_shares(world: World) -> None:
    shown = await ask(world)
    assert shown.response is not None
    share_id = next(each for each in _ids(shown.response.components) if ":share:" in each)
    result = await world.moderator.click(await post_fake(world, share_id), label="Press")

    assert text_of(result.response) == FORGOTTEN
    assert len(world.channel.history()) == 1


async def test_a_public_answer_offers_no_share_and_a_forged_one_does_nothing(world: World) -> None:
    shown = await ask(world, private=False)
    assert "Share" not in text_of(shown.response)
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    fake = await post_fake(world, f"footnote:share:post:{sent.id}")

    assert text_of((await world.asker.click(fake, label="Press")).response) == FORGOTTEN


async def test_what_was_marked_since_is_not_shared(world: World) -> None:
    shown = await ask(world)
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    await world.stores.replies.set_state(sent.id, State.OUTDATED)
    result = await share(world, shown)

    assert [text_of(each) for each in result.followups] == [MARKED]
    assert world.channel.history() == []


@pytest.mark.parametrize("whose", ["bot", "member"])
async def test_where_one_may_not_write_the_permission_is_named(world: World, whose: str) -> None:
    assert world.bot.user is not None
    barred = world.bot.user if whose == "bot" else world.asker
    quiet = world.guild.create_text_channel(
        "quiet",
        overwrites={barred: discord.PermissionOverwrite(send_messages=False)},
    )
    result = await share(world, await ask(world, quiet))

    assert quiet.history() == []
    (said,) = result.followups
    assert said.ephemeral
    assert "“Send Messages”" in text_of(said)


async def test_in_a_thread_the_permission_for_threads_counts(world: World) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="bridge", type=discord.ChannelType.public_thread)
    (thread,) = world.channel.threads
    await share(world, await ask(world, thread))

    assert "Asked by ann" in text_of(thread.last_message)


async def test_what_fails_can_be_tried_again(world: World) -> None:
    shown = await ask(world)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    failed = await share(world, shown)
    assert "Discord does not let me write here" in text_of(failed.followups[-1])
    # Nobody has seen it: it is on no moderator's list.
    states = [sent.state for sent in await world.stores.replies.select("NOT is_private")]
    assert states == [State.UNSHOWN]

    await share(world, shown)
    assert "Asked by ann" in text_of(world.channel.last_message)


async def test_a_long_answer_is_shared_whole(world: World) -> None:
    articles = [
        replace(BRIDGE, id=f"a{n}", title=f"Article {n}", text=f"Fact {n}. " + "word " * 250)
        for n in range(8)
    ]
    world.service.reply = quoting(*((a, a.text.rstrip()) for a in articles))
    shown = await ask(world)
    assert len(shown.followups) == 2
    await share(world, shown)

    posted = [text_of(message) for message in world.channel.history()]
    assert len(posted) == 3
    assert sum("Asked by ann" in text for text in posted) == 1
    (sent,) = await world.stores.replies.select(
        "guild_id = ? AND NOT is_private", str(world.guild.id)
    )
    assert sent.message_ids == tuple(message.id for message in world.channel.history())


async def test_a_hostile_name_rings_nobody(world: World) -> None:
    member = world.guild.add_member(world.env.create_user("@everyone **<@1>**"))
    world.asker = member
    await share(world, await ask(world))

    text = text_of(world.channel.last_message)
    assert "@everyone" not in text
    assert "\\*\\*\\<@1>\\*\\*" in text


def _ids(components: list[dict[str, object]]) -> list[str]:
    found: list[str] = []
    for component in components:
        if isinstance(component.get("custom_id"), str):
            found.append(str(component["custom_id"]))
        inner = component.get("components")
        found += _ids(inner) if isinstance(inner, list) else []
    return found
