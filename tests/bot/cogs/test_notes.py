"""Corrections: who may propose, who decides, and what becomes of the answer that was wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
import pytest
import simcord

from bot.cogs.notes import FORGOTTEN, THANKS, TOO_MANY
from bot.state.corrections import OPEN_LIMIT, Proposal, Verdict
from bot.state.replies import State
from index.errors import StoreError
from index.note_rows import NoteInfo, Standing
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import BRIDGE
from tests.fakes.discord_world import World, post_fake, text_of

RIGHT = "The bridge opened on Wednesday, not on Tuesday."


@pytest.fixture
async def desk(world: World) -> simcord.ChannelHandle:
    channel = world.guild.create_text_channel("desk")
    await world.stores.servers.change(world.guild.id, desk_channel=channel.id)
    return channel


async def ask(world: World) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, "ask", question="When did it open?")
    assert result.response is not None
    return result.response


async def propose(
    world: World, answer: Any, text: str = RIGHT, who: simcord.MemberActor | None = None
) -> Any:
    actor = who or world.asker
    form = await actor.click(answer, label="Correct this")
    return await actor.submit_modal(form, {"right": text, "source": "I was there."})


async def card_of(world: World, desk: simcord.ChannelHandle) -> discord.Message:
    channel = world.bot.get_channel(desk.id)
    assert isinstance(channel, discord.TextChannel)
    return await anext(channel.history(limit=1))


async def shown(world: World, answer: Any) -> str:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return text_of(await channel.fetch_message(answer.id))


async def waiting(world: World) -> tuple[Proposal, ...]:
    return await world.stores.corrections.open_ones(world.guild.id)


async def test_a_proposal_reaches_the_desk_with_its_whole_story(
    world: World, desk: simcord.ChannelHandle
) -> None:
    said = await propose(world, await ask(world))
    assert text_of(said.response) == THANKS
    assert said.ephemeral

    text = text_of(await card_of(world, desk))
    for part in (
        "ann",
        RIGHT,
        "How they know: I was there.",
        "When did the bridge open?",
        BRIDGE.title,
    ):
        assert part in text
    assert "Approve: this text answers from now on" in text
    assert [body["allowed_mentions"] for body in world.sent("POST", f"{desk.id}/messages")] == [
        {"parse": []}
    ]


async def test_an_approved_one_becomes_a_note_and_marks_the_old_answer(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer)
    card = await card_of(world, desk)
    done = await world.moderator.click(card, label="Approve")

    ((library, draft, actor, reason),) = world.service.drafts
    assert (library, draft.text, reason) == (world.library, RIGHT, "I was there.")
    assert draft.corrects.article_id == BRIDGE.id
    assert draft.corrects.quote in BRIDGE.text
    assert draft.title == f"Moderator note on “{BRIDGE.title}”"
    assert draft.author == f"discord:{world.asker.id}"
    assert actor == f"discord:{world.moderator.id}"
    assert "The old answer is marked as corrected." in text_of(done.response)
    # All of it stands on the card above.
    assert RIGHT not in text_of(done.response)
    old = await shown(world, answer)
    assert old.startswith("**Corrected by a moderator** on <t:")
    assert f"> {RIGHT}" in old
    assert "> The Tern Bridge opened again" in old
    assert BRIDGE.title in old
    assert "Show quotes" in old
    after = text_of(await card_of(world, desk))
    assert "**Approved** by mo" in after
    assert "Edit and approve" not in after


async def test_two_who_approve_at_once_make_one_note(
    world: World, desk: simcord.ChannelHandle
) -> None:
    await propose(world, await ask(world))
    (proposal,) = await waiting(world)
    message = await post_fake(world, f"footnote:note:approve:{proposal.id}")
    await world.moderator.click(message, label="Press")
    again = await world.moderator.click(message, label="Press")

    assert text_of(again.response) == "This correction is approved already."
    assert len(world.service.drafts) == 1


async def test_what_cannot_be_published_stays_open(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer)
    world.service.note_error = StoreError("The disk is full.")
    await world.moderator.click(await card_of(world, desk), label="Approve")

    assert [each.verdict for each in await waiting(world)] == [Verdict.OPEN]
    assert "Corrected by a moderator" not in await shown(world, answer)


async def test_a_moderator_may_word_it_anew(world: World, desk: simcord.ChannelHandle) -> None:
    await propose(world, await ask(world), "it was wendsday i think")
    form = await world.moderator.click(await card_of(world, desk), label="Edit and approve …")
    await world.moderator.submit_modal(form, {"right": RIGHT})

    assert [draft.text for _, draft, _, _ in world.service.drafts] == [RIGHT]
    assert RIGHT in text_of(await card_of(world, desk))


async def test_a_declined_one_changes_nothing_and_says_why(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer)
    form = await world.moderator.click(await card_of(world, desk), label="Decline …")
    await world.moderator.submit_modal(form, {"reason": "It was *Tuesday*."})

    text = text_of(await card_of(world, desk))
    assert "**Declined** by mo" in text
    assert "It was \\*Tuesday\\*." in text
    assert world.service.drafts == []
    assert "Corrected by a moderator" not in await shown(world, answer)
    assert world.service.audited[-1][2:] == ("note decline", BRIDGE.title, "It was *Tuesday*.")


async def test_a_member_cannot_decide(world: World, desk: simcord.ChannelHandle) -> None:
    await propose(world, await ask(world))
    card = await card_of(world, desk)
    for label in ("Approve", "Edit and approve …", "Decline …"):
        said = await world.asker.click(card, label=label)
        assert "Only people who may manage this server" in text_of(said.response)
    assert world.service.drafts == []


async def test_without_a_channel_it_waits_in_the_list_of_articles(world: World) -> None:
    await propose(world, await ask(world))
    listed = await world.moderator.slash(world.channel, "articles")
    assert listed.response is not None
    await world.moderator.click(listed.response, label="1 correction to decide")
    (proposal,) = await waiting(world)
    await world.moderator.select(listed.response, [proposal.id])
    await world.moderator.click(listed.response, label="Approve")

    assert "**Approved** by mo" in text_of(listed.response)
    assert len(world.service.drafts) == 1


async def test_another_server_neither_sees_nor_decides(
    world: World, desk: simcord.ChannelHandle
) -> None:
    await propose(world, await ask(world))
    (proposal,) = await waiting(world)
    other = world.env.create_guild("Elsewhere")
    manage = other.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
    stranger = other.add_member(world.env.create_user("eve"), roles=[manage])
    channel = other.create_text_channel("desk")
    real = world.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    for verb in ("approve", "edit", "open"):
        view.add_item(
            discord.ui.Button(label=verb, custom_id=f"footnote:note:{verb}:{proposal.id}")
        )
    view.stop()
    message = await real.send("fake", view=view)
    for verb in ("approve", "edit", "open"):
        said = await stranger.click(message, label=verb)
        assert text_of(said.response) == "I no longer know this correction."
    assert world.service.drafts == []


async def test_a_member_may_not_flood_the_moderators(
    world: World, desk: simcord.ChannelHandle
) -> None:
    for _ in range(OPEN_LIMIT):
        await propose(world, await ask(world))
    said = await propose(world, await ask(world))

    assert text_of(said.response) == TOO_MANY
    assert len(await waiting(world)) == OPEN_LIMIT


async def test_who_proposes_again_changes_what_waits(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer, "It was on Thursday, I believe.")
    await propose(world, answer, RIGHT)

    assert [each.text for each in await waiting(world)] == [RIGHT]
    text = text_of(await card_of(world, desk))
    assert RIGHT in text
    assert "Thursday" not in text
    assert len(world.sent("POST", f"{desk.id}/messages")) == 1


async def test_of_a_forgotten_answer_nothing_can_be_corrected(world: World) -> None:
    message = await post_fake(world, "footnote:note:write:0123456789abcdef")
    said = await world.asker.click(message, label="Press")

    assert text_of(said.response) == FORGOTTEN


async def test_a_note_is_made_though_the_answer_was_deleted(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer)
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await (await channel.fetch_message(answer.id)).delete()
    done = await world.moderator.click(await card_of(world, desk), label="Approve")

    assert len(world.service.drafts) == 1
    assert "The old answer is not there any more" in text_of(done.response)


async def test_it_goes_on_after_a_restart(world: World, desk: simcord.ChannelHandle) -> None:
    answer = await ask(world)
    await propose(world, answer)
    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(await card_of(world, desk), label="Approve")

    assert len(world.service.drafts) == 1
    assert "Corrected by a moderator" in await shown(world, answer)


async def test_hostile_texts_neither_ping_nor_break_the_cards(
    world: World, desk: simcord.ChannelHandle
) -> None:
    answer = await ask(world)
    await propose(world, answer, HOSTILE[:900])
    card = await card_of(world, desk)
    await world.moderator.click(card, label="Approve")

    for text in (text_of(await card_of(world, desk)), await shown(world, answer)):
        assert "@everyone" not in text
        assert "](https://evil.example" not in text
        assert "\u202e" not in text


async def test_the_state_of_the_answer_is_noted(world: World, desk: simcord.ChannelHandle) -> None:
    answer = await ask(world)
    await propose(world, answer)
    await world.moderator.click(await card_of(world, desk), label="Approve")

    sent = await world.stores.replies.find_shown(answer.id, guild_id=world.guild.id)
    assert sent is not None
    assert sent.state is State.CORRECTED


async def note_of(world: World, desk: simcord.ChannelHandle) -> NoteInfo:
    await propose(world, await ask(world))
    await world.moderator.click(await card_of(world, desk), label="Approve")
    (note,) = world.service.kept_notes
    return note


async def test_a_note_is_kept_edited_and_retired(world: World, desk: simcord.ChannelHandle) -> None:
    note = await note_of(world, desk)
    world.service.kept_notes = (replace(note, standing=Standing.GONE, quote_stands=False),)
    message = await post_fake(world, f"footnote:note:card:{note.id}")
    card = (await world.moderator.click(message, label="Press")).response
    assert "is no longer in the library" in text_of(card)
    assert card is not None

    await world.moderator.click(card, label="Keep it")
    assert "Kept: it answers as before." in text_of(card)
    form = await world.moderator.click(card, label="Edit …")
    await world.moderator.submit_modal(form, {"right": "It opened on Friday after all."})
    assert "Changed: it answers so from now on." in text_of(card)
    assert world.service.kept_notes[0].text == "It opened on Friday after all."
    await world.moderator.click(card, label="Retire …")
    assert "Retire this note?" in text_of(card)
    await world.moderator.click(card, label="Retire it")
    assert await world.service.notes(world.library) == ()
    gone = await world.moderator.click(message, label="Press")
    assert "There is no such note any more" in text_of(gone.response)
