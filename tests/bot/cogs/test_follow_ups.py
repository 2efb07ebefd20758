"""The buttons "Follow-up" and "Ask differently": a form, and an answer that goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import discord
import pytest
import simcord

from bot.answering.engine import SEARCHING, Underway
from bot.answering.models import Question, Reason, Reply
from bot.cogs.follow_ups import FORGOTTEN
from bot.state.replies import Sending
from tests.fakes.discord_samples import BRIDGE, quoting, refusal
from tests.fakes.discord_world import World, post_fake, text_of

ASKED = "When did the bridge open?"
NEXT = "And what did it cost?"


@pytest.fixture(autouse=True)
def answer_as_asked(world: World) -> None:
    """Let every reply be about the question that was put."""

    def reply(question: Question) -> Reply:
        if "nobody knows" in question.text:
            return replace(refusal(Reason.NOT_SUPPORTED, BRIDGE), question=question)
        return replace(
            quoting((BRIDGE, "The Tern Bridge opened again on Tuesday.")), question=question
        )

    world.service.reply_to = reply


async def ask(world: World, text: str = ASKED, **options: object) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, "ask", question=text, **options)
    assert result.response is not None
    return result.response


async def follow(
    world: World, pressed: simcord.ResponseMessage | discord.Message, text: str = NEXT, **given: str
) -> simcord.InteractionResult:
    opened = await world.asker.click(pressed, label=given.get("label", "Follow-up"))
    assert opened.modal is not None
    return await world.asker.submit_modal(opened, {"question": text})


async def restart(world: World) -> None:
    """A new bot that remembers nothing but what is written down."""
    world.stores.conversations.drop(*world.stores.conversations._talks.copy())
    await world.env.restart_bot(world.make_bot())


def history(world: World) -> list[str]:
    return [turn.question for turn in world.service.asked[-1][1].history]


async def test_the_form_names_the_question_and_the_answer_goes_on_from_it(world: World) -> None:
    answer = await ask(world)
    opened = await world.asker.click(answer, label="Follow-up")

    assert opened.modal is not None
    (label,) = opened.modal["components"]
    assert label["component"]["placeholder"] == ASKED
    assert label["component"]["max_length"] == 1000
    result = await world.asker.submit_modal(opened, {"question": NEXT})

    assert world.service.asked[-1][1].text == NEXT
    assert history(world) == [ASKED]
    assert not result.ephemeral
    assert text_of(result.response).startswith(f"**{NEXT}**")
    assert result.response is not None
    assert result.response.id != answer.id
    # The answer that was pressed stays as it was.
    assert text_of(world.channel.history()[0]).startswith(f"**{ASKED}**")


async def test_it_goes_on_and_on_and_after_a_restart_too(world: World) -> None:
    first = await ask(world)
    second = (await follow(world, first)).response
    assert second is not None
    await restart(world)

    await follow(world, second, "Who says so?")

    assert history(world) == [ASKED, NEXT]


async def test_what_is_private_stays_private(world: World) -> None:
    answer = await ask(world, private=True)
    result = await follow(world, answer)

    assert result.ephemeral
    assert world.channel.history() == []
    assert history(world) == [ASKED]


async def test_a_refusal_offers_to_ask_differently(world: World) -> None:
    answer = await ask(world, "nobody knows")
    result = await follow(world, answer, label="Ask differently")

    assert "opened again" in text_of(result.response)
    assert world.service.asked[-1][1].history[0].answer == ""


async def test_it_keeps_to_the_article_and_the_time_that_were_asked_about(world: World) -> None:
    answer = await ask(world, article=BRIDGE.id, since="March 2031")
    await follow(world, answer)

    asked = world.service.asked[-1][1]
    assert (asked.article_id, asked.since) == (BRIDGE.id, date(2031, 3, 1))


async def test_an_answer_to_a_mention_is_gone_on_from_by_anybody(world: World) -> None:
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    answer = world.channel.last_message
    assert answer is not None
    opened = await world.moderator.click(answer, label="Follow-up")

    assert opened.modal is not None
    assert opened.modal["components"][0]["component"]["placeholder"] == ASKED
    await world.moderator.submit_modal(opened, {"question": NEXT})
    assert history(world) == [ASKED]


async def test_an_answer_that_was_forgotten_says_so(world: World) -> None:
    answer = await ask(world)
    opened = await world.asker.click(answer, label="Follow-up")
    await world.stores.replies._database.write(
        lambda connection: connection.execute("DELETE FROM reply").rowcount
    )
    result = await world.asker.submit_modal(opened, {"question": NEXT})

    assert result.ephemeral
    assert text_of(result.response) == FORGOTTEN
    assert len(world.service.asked) == 1


async def test_who_lost_the_role_meanwhile_is_told(world: World) -> None:
    answer = await ask(world)
    opened = await world.asker.click(answer, label="Follow-up")
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))

    result = await world.asker.submit_modal(opened, {"question": NEXT})
    again = await world.asker.click(answer, label="Follow-up")

    assert "certain roles" in text_of(result.response)
    assert "certain roles" in text_of(again.response)
    assert len(world.service.asked) == 1


@pytest.mark.parametrize("text", ["x", "🐟🐟🐟", "<:fish:123456>"])
async def test_what_is_no_question_gets_a_clear_word(world: World, text: str) -> None:
    answer = await ask(world)
    result = await follow(world, answer, text)

    assert result.ephemeral
    assert "short" in text_of(result.response) or "no words" in text_of(result.response)
    assert len(world.service.asked) == 1


async def test_a_slow_follow_up_shows_how_far_it_is(world: World) -> None:
    answer = await ask(world)
    released = world.hold()
    result = await follow(world, answer)
    world.service.on_underway(Underway(SEARCHING))
    await world.env.advance_time(11)

    assert text_of(result.response) == f"**{NEXT}**\n-# Searching the articles ..."
    released.set()
    await world.env.settle()
    assert "opened again" in text_of(result.response)


async def test_in_a_thread_what_was_asked_by_button_is_part_of_its_conversation(
    world: World,
) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="bridge", type=discord.ChannelType.public_thread)
    (thread,) = world.channel.threads
    await world.asker.send(thread, f"<@{world.bot_id}> {ASKED}")
    assert thread.last_message is not None
    await follow(world, thread.last_message)
    await restart(world)
    await world.asker.send(thread, f"<@{world.bot_id}> Who says so?")

    assert history(world) == [ASKED, NEXT]


async def test_a_reply_to_an_answer_goes_on_from_it_after_a_restart(world: World) -> None:
    await ask(world)
    answer = world.channel.last_message
    await restart(world)

    await world.asker.send(world.channel, f"<@{world.bot_id}> {NEXT}", reply_to=answer)

    assert history(world) == [ASKED]


async def test_nothing_goes_on_from_an_answer_that_was_taken_back(world: World) -> None:
    asked = await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    world.env.inject_error("DELETE", "/channels/*/messages/*", status=404, code=10008)
    answer = world.channel.last_message
    await world.asker.delete(asked)
    await restart(world)
    await world.asker.send(world.channel, f"<@{world.bot_id}> {NEXT}", reply_to=answer)

    assert history(world) == []


async def test_nobody_goes_on_from_what_somebody_else_asked_in_private(world: World) -> None:
    await ask(world, private=True)
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))
    fake = await post_fake(world, f"footnote:follow:ask:{sent.id}")
    result = await world.moderator.click(fake, label="Press")

    assert result.modal is None
    assert text_of(result.response) == FORGOTTEN


async def test_an_answer_of_another_server_is_no_beginning(world: World) -> None:
    elsewhere = Sending(world.guild.id + 1, 1, world.asker.id, False, world.guild.id + 1)
    kept = await world.stores.replies.record(quoting((BRIDGE, BRIDGE.text)), elsewhere)
    fake = await post_fake(world, f"footnote:follow:ask:{kept}")
    result = await world.asker.click(fake, label="Press")

    assert text_of(result.response) == FORGOTTEN
