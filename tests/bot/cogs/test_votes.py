"""The buttons "Helpful" and "Not helpful": one vote a member, and why."""

from __future__ import annotations

import simcord

from bot.cogs.votes import FORGOTTEN, SORRY, SORRY_CHANGED, THANKS, THANKS_CHANGED
from bot.state.feedback import Complaint, Counts, Vote
from tests.fakes.discord_world import World, post_fake, text_of


async def ask(world: World, **options: object) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, "ask", question="When?", **options)
    assert result.response is not None
    return result.response


async def votes(world: World) -> tuple[Vote, ...]:
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    return await world.stores.feedback.votes(sent.id, guild_id=world.guild.id)


async def test_helpful_is_noted_and_thanked_for_in_private(world: World) -> None:
    answer = await ask(world)
    result = await world.asker.click(answer, label="Helpful")

    assert result.ephemeral
    assert text_of(result.response) == THANKS
    (vote,) = await votes(world)
    assert (vote.member_id, vote.helpful) == (world.asker.id, True)


async def test_not_helpful_asks_why_and_keeps_it(world: World) -> None:
    answer = await ask(world)
    opened = await world.moderator.click(answer, label="Not helpful")

    assert opened.modal is not None
    reasons, text = opened.modal["components"]
    assert [each["value"] for each in reasons["component"]["options"]] == list(Complaint)
    assert text["component"]["required"] is False
    result = await world.moderator.submit_modal(
        opened, {"reason": ["out_of_date"], "text": "  It is @everyone wrong.  "}
    )

    assert result.ephemeral
    assert text_of(result.response) == SORRY
    (vote,) = await votes(world)
    assert (vote.helpful, vote.reason) == (False, Complaint.OUT_OF_DATE)
    assert vote.text == "It is @everyone wrong."


async def test_the_text_may_be_left_out(world: World) -> None:
    opened = await world.asker.click(await ask(world), label="Not helpful")
    await world.asker.submit_modal(opened, {"reason": ["missing"]})

    (vote,) = await votes(world)
    assert (vote.reason, vote.text) == (Complaint.MISSING, "")


async def test_voting_again_changes_the_vote_after_a_restart_too(world: World) -> None:
    answer = await ask(world)
    await world.asker.click(answer, label="Helpful")
    await world.env.restart_bot(world.make_bot())
    opened = await world.asker.click(answer, label="Not helpful")
    result = await world.asker.submit_modal(opened, {"reason": ["wrong"]})
    assert text_of(result.response) == SORRY_CHANGED
    back = await world.asker.click(answer, label="Helpful")

    assert text_of(back.response) == THANKS_CHANGED
    assert [vote.helpful for vote in await votes(world)] == [True]


async def test_each_member_has_a_vote(world: World) -> None:
    answer = await ask(world)
    await world.asker.click(answer, label="Helpful")
    await world.asker.click(answer, label="Helpful")
    await world.moderator.click(answer, label="Helpful")

    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    counts = await world.stores.feedback.counts(sent.id, guild_id=world.guild.id)
    assert counts == Counts(helpful=2)


async def test_a_private_answer_can_be_voted_on(world: World) -> None:
    result = await world.asker.click(await ask(world, private=True), label="Helpful")

    assert text_of(result.response) == THANKS
    # What was answered stays where it is.
    assert len(await votes(world)) == 1


async def test_who_may_not_ask_may_not_vote(world: World) -> None:
    answer = await ask(world)
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))
    result = await world.asker.click(answer, label="Helpful")

    assert "certain roles" in text_of(result.response)
    assert await votes(world) == ()


async def test_an_answer_of_another_server_is_not_voted_on(world: World) -> None:
    await ask(world)
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    other = world.env.create_guild("The Far Shore")
    channel = other.create_text_channel("news")
    stranger = other.add_member(world.env.create_user("sam"))
    there = World(**{**vars(world), "guild": other, "channel": channel, "asker": stranger})
    fake = await post_fake(there, f"footnote:vote:helpful:{sent.id}")
    result = await stranger.click(fake, label="Press")

    assert text_of(result.response) == FORGOTTEN
    assert await votes(world) == ()
