"""Worlds of places: channels that go, threads that close, messages that vanish, rights missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.fakes.discord_articles import WALL_QUESTION
from tests.fakes.discord_town import CHANGED_WALL, FERRY, UNKNOWN, WALL, Town, open_town
from tests.fakes.discord_world import World, text_of

RIGHT = "The wall will cost six million crowns, not four."


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as it:
        await it.configure(desk_channel=it.office.id)
        await it.add(WALL, FERRY)
        yield it


async def deny(town: Town, channel: simcord.ChannelHandle, **rights: bool) -> None:
    """Take rights from the bot in a channel."""
    assert town.bot.user is not None
    denied = discord.Permissions(**rights).value
    overwrite = Overwrite(town.bot.user.id, OverwriteType.MEMBER, allow=0, deny=denied)
    town.env.backend.set_overwrite(channel.id, overwrite)
    await town.settle()


async def delete_channel(town: Town, channel: simcord.ChannelHandle) -> None:
    town.env.backend.delete_channel(channel.id)
    await town.settle()


async def make_thread(town: Town) -> tuple[discord.Thread, simcord.ChannelHandle]:
    channel = town.bot.get_channel(town.news.id)
    assert isinstance(channel, discord.TextChannel)
    kind = discord.ChannelType.public_thread
    thread = await channel.create_thread(name="the wall", type=kind)
    (handle,) = town.news.threads
    return thread, handle


def detach(form: simcord.InteractionResult) -> simcord.InteractionResult:
    """Let a form be sent though the message whose button opened it is gone, as Discord does."""
    form._interaction.source_message_id = None
    return form


def last_dm(who: simcord.MemberActor) -> str:
    return text_of(who.user.dm_channel.last_message)


async def test_a_channel_that_was_configured_and_is_gone_stops_nothing(town: Town) -> None:
    answer = await town.ask()
    corner = town.guild.create_text_channel("corner")
    await town.configure(ask_channels=(corner.id, town.news.id), auto_channels=(corner.id,))
    await delete_channel(town, corner)
    await delete_channel(town, town.office)

    assert "four million" in text_of(await town.ask())
    proposed = await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    assert "A moderator reads it" in text_of(proposed.response)
    gap = await town.ask(UNKNOWN)
    told = await town.press(gap, "Tell the moderators", form={"text": ""})
    assert "The moderators see" in text_of(told.response)
    await town.add(CHANGED_WALL)

    room = town.guild.create_text_channel("room")
    listed = await town.moderator.slash(room, "articles")
    assert "1 correction to decide" in text_of(listed.response)
    panel = await town.moderator.slash(room, "config")
    assert text_of(panel.response).count("Something is wrong here") == 3
    assert "a deleted channel" in text_of(panel.response)
    gaps = await town.moderator.slash(room, "gaps")
    assert UNKNOWN in text_of(gaps.response)
    await delete_channel(town, town.news)
    away = await town.moderator.slash(room, "ask", question=WALL_QUESTION)
    assert "five million" in text_of(away.response)


async def test_an_answer_whose_channel_is_gone_is_still_looked_after(town: Town) -> None:
    answer = await town.ask()
    await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    await town.press(answer, "Not helpful", form={"reason": ["wrong"], "text": ""})
    await delete_channel(town, town.news)

    card = town.office.last_message
    assert card is not None
    approved = await town.press(card, "Approve", by=town.moderator)
    assert "**Approved** by mo" in text_of(town.office.last_message)
    assert "Something went wrong" not in text_of(approved.response)
    assert WALL_QUESTION in text_of(await town.use("feedback"))
    again = await town.ask(channel=town.office)
    assert "six million" in text_of(again)


@pytest.mark.parametrize("locked", [False, True])
async def test_an_answer_in_a_thread_that_was_closed_works_on(town: Town, locked: bool) -> None:
    thread, handle = await make_thread(town)
    await town.member.send(handle, f"{town.mention} {WALL_QUESTION}")
    answer = handle.last_message
    assert answer is not None
    private = await town.ask(private=True, channel=handle)
    await thread.edit(archived=True, locked=locked)
    await town.settle()

    quotes = await town.press(answer, "Show quotes")
    assert "**The work on the harbour wall" in text_of(quotes.response)
    helped = await town.press(answer, "Helpful")
    assert "Thank you" in text_of(helped.response)
    shared = await town.press(private, "Share")
    assert "Something went wrong" not in text_of(shared.response)
    await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    card = town.office.last_message
    assert card is not None
    await town.press(card, "Approve", by=town.moderator)
    assert "**Approved** by mo" in text_of(town.office.last_message)


async def test_a_question_that_is_deleted_takes_its_answer_and_its_buttons(town: Town) -> None:
    asked = await town.member.send(town.news, f"{town.mention} {WALL_QUESTION}")
    answer = town.news.last_message
    assert answer is not None
    opened = {label: await town.press(answer, label) for label in ("Follow-up", "Correct this")}
    await town.member.delete(asked)
    assert town.news.history() == []
    for form in opened.values():
        detach(form)

    on = await town.member.submit_modal(opened["Follow-up"], {"question": "And when?"})
    assert "Something went wrong" not in text_of(on.response)
    filled = {"right": RIGHT, "source": ""}
    corrected = await town.member.submit_modal(opened["Correct this"], filled)
    assert "Something went wrong" not in text_of(corrected.response)
    await town.add(CHANGED_WALL)
    assert "Mark those answers" not in "".join(map(text_of, town.office.history()))


async def test_messages_that_moderators_delete_leave_no_loose_ends(town: Town) -> None:
    answer, other = await town.ask(), await town.ask(UNKNOWN)
    form = detach(await town.press(answer, "Correct this"))
    await town.moderator.delete(answer)
    await town.moderator.delete(other)
    sent = await town.member.submit_modal(form, {"right": RIGHT, "source": ""})
    assert "Something went wrong" not in text_of(sent.response)

    card = town.office.last_message
    assert card is not None
    edit = detach(await town.press(card, "Edit and approve …", by=town.moderator))
    await town.moderator.delete(card)
    done = await town.moderator.submit_modal(edit, {"right": RIGHT})
    assert "Something went wrong" not in text_of(done.response)
    assert len(await town.service.notes(town.library)) == 1
    ferry = await town.ask("What does a return ticket for the night ferry cost?")
    await town.moderator.delete(ferry)
    await town.add((FERRY[0], FERRY[1].replace(b"nineteen", b"twenty")))
    changed = town.office.last_message
    if changed is not None and "Mark those answers" in text_of(changed):
        marked = await town.press(changed, "Mark those answers", by=town.moderator)
        assert "Something went wrong" not in text_of(marked.response)


async def test_without_embeds_threads_or_history_every_screen_is_the_same(town: Town) -> None:
    await deny(
        town,
        town.news,
        embed_links=True,
        create_public_threads=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
    )
    answer = await town.ask()
    assert "four million crowns. [1]" in text_of(answer)
    quotes = await town.press(answer, "Show quotes")
    assert "**The work on" in text_of(quotes.response)
    on = await town.press(answer, "Follow-up", form={"question": "And when does it begin?"})
    assert "September" in text_of(on.response)
    await town.member.send(town.news, f"{town.mention} {WALL_QUESTION}")
    assert "four million" in text_of(town.news.last_message)
    stats = await town.moderator.slash(town.news, "stats")
    assert "questions" in text_of(stats.response)
    private = await town.ask(private=True)
    await town.press(private, "Share")
    assert "Asked by ann" in text_of(town.news.last_message)


async def test_where_it_may_not_write_each_way_in_has_its_word(town: Town) -> None:
    said = await town.other.send(town.news, WALL_QUESTION)
    private = await town.ask(private=True)
    await deny(town, town.news, send_messages=True)

    await town.member.send(town.news, f"{town.mention} {WALL_QUESTION}")
    assert "“Send Messages”" in last_dm(town.member)
    menu = await town.member.context_menu(town.news, "Answer from the articles", said)
    assert menu.ephemeral
    assert "four million" in text_of(menu.response)
    checked = await town.member.context_menu(town.news, "Where does this come from?", said)
    assert checked.ephemeral
    shared = await town.press(private, "Share")
    assert "“Send Messages”" in text_of(shared.followups[0])
    assert len(town.news.history()) == 2
    panel = await town.use("config")
    await town.moderator.select(panel, ["ask_channels"], custom_id="footnote:config:open")
    await town.moderator.select(panel, [town.news], custom_id="footnote:config:pick:ask_channels")
    assert "**Send Messages**" in text_of(panel)


async def test_where_it_may_not_write_in_threads_or_see_the_desk_it_says_so(town: Town) -> None:
    _, thread = await make_thread(town)
    await deny(town, town.news, send_messages_in_threads=True)
    await deny(town, town.office, view_channel=True)

    await town.member.send(thread, f"{town.mention} {WALL_QUESTION}")
    assert "“Send Messages in Threads”" in last_dm(town.member)
    private = await town.ask(private=True, channel=thread)
    shared = await town.press(private, "Share")
    assert "“Send Messages in Threads”" in text_of(shared.followups[0])
    answer = await town.ask()
    sent = await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    assert "A moderator reads it" in text_of(sent.response)
    room = town.guild.create_text_channel("room")
    listed = await town.moderator.slash(room, "articles")
    assert "1 correction" in text_of(listed.response)


@pytest.mark.parametrize("ending", ["deleted", "shut", "left"])
async def test_a_place_that_goes_while_the_answer_is_made_breaks_nothing(
    world: World, ending: str
) -> None:
    corner = world.guild.create_text_channel("corner")
    released = world.hold()
    await world.asker.send(corner, f"<@{world.bot_id}> {WALL_QUESTION}")
    await world.moderator.slash(corner, "ask", question=WALL_QUESTION, private=True)
    if ending == "deleted":
        world.env.backend.delete_channel(corner.id)
    elif ending == "shut":
        denied = discord.Permissions(view_channel=True, send_messages=True).value
        overwrite = Overwrite(world.bot_id, OverwriteType.MEMBER, allow=0, deny=denied)
        world.env.backend.set_overwrite(corner.id, overwrite)
    else:
        world.guild.remove_member(world.asker)
    released.set()
    world.env._mark_mutation()
    await world.env.settle()

    world.service.before = None
    again = await world.moderator.slash(world.channel, "ask", question=WALL_QUESTION)
    assert "opened again" in text_of(again.response)
    assert world.bot.intake._running == {}
