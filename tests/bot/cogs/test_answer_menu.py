"""The menu entry "Answer from the articles" on somebody's message."""

from __future__ import annotations

import discord
import pytest

from bot.answering.engine import SEARCHING, Underway
from bot.cogs.answer_menu import ANSWER, EMPTY, OWN
from bot.cogs.answering import NO_WORDS
from tests.fakes.discord_world import World, text_of

ASKED = "When did the bridge open?"


async def test_a_message_is_answered_publicly_with_a_link_and_no_ping(world: World) -> None:
    asked = await world.moderator.send(world.channel, ASKED)
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    assert world.callbacks == [5]
    assert not result.ephemeral
    text = text_of(result.response)
    assert text.startswith(f"-# In answer to {asked.jump_url}\n**{ASKED}**")
    assert "opened again on Tuesday. [1]" in text
    assert result.response is not None
    assert result.response.message.mentions == []
    (sent,) = await world.stores.replies.find_asked(asked.id, guild_id=world.guild.id)
    assert sent.sending.asker_id == world.asker.id


async def test_its_buttons_work_after_a_restart(world: World) -> None:
    asked = await world.moderator.send(world.channel, ASKED)
    answer = (await world.asker.context_menu(world.channel, ANSWER, asked)).response
    assert answer is not None
    await world.env.restart_bot(world.make_bot())

    quotes = await world.moderator.click(answer, label="Show quotes")
    assert "**The Tern Bridge opened again on Tuesday.**" in text_of(quotes.response)
    opened = await world.moderator.click(answer, label="Follow-up")
    assert opened.modal is not None
    assert opened.modal["components"][0]["component"]["placeholder"] == ASKED


async def test_the_text_of_others_is_shown_harmless_and_asked_without_markup(
    world: World,
) -> None:
    said = f"<@{world.bot_id}> who is <@{world.asker.id}>, @everyone? **[x](https://evil.example)**"
    asked = await world.moderator.send(world.channel, said)
    before = len(world.service.asked)
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    question = world.service.asked[before][1].text
    assert question == "who is @ann, @everyone? **[x](https://evil.example)**"
    text = text_of(result.response)
    assert "<@" not in text
    assert "@everyone" not in text
    assert "](https://evil.example" not in text


@pytest.mark.parametrize("text", ["🐟🐟 🎣", "<:fish:1234567890>", ":fish:", "?!?!", "...."])
async def test_a_message_without_words_gets_a_clear_line(world: World, text: str) -> None:
    asked = await world.moderator.send(world.channel, text)
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    assert result.ephemeral
    assert text_of(result.response) == NO_WORDS
    assert world.service.asked == []


async def test_a_picture_alone_gets_a_clear_line(world: World) -> None:
    asked = await world.moderator.send(world.channel, "", attachments=[("cat.png", b"png")])
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    assert result.ephemeral
    assert text_of(result.response) == EMPTY


async def test_a_message_that_is_too_long_gets_a_clear_line(world: World) -> None:
    asked = await world.moderator.send(world.channel, "why " * 400)
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    assert result.ephemeral
    assert "characters long" in text_of(result.response)


async def test_an_answer_of_the_bot_is_not_answered_again(world: World) -> None:
    await world.asker.slash(world.channel, "ask", question=ASKED)
    answer = world.channel.last_message
    assert answer is not None
    result = await world.asker.context_menu(world.channel, ANSWER, answer)

    assert result.ephemeral
    assert text_of(result.response) == OWN


async def test_where_the_bot_may_not_write_only_the_one_who_chose_it_sees_the_answer(
    world: World,
) -> None:
    assert world.bot.user is not None
    quiet = world.guild.create_text_channel(
        "quiet",
        overwrites={world.bot.user: discord.PermissionOverwrite(send_messages=False)},
    )
    asked = await world.moderator.send(quiet, ASKED)
    result = await world.asker.context_menu(quiet, ANSWER, asked)

    assert result.ephemeral
    assert "opened again" in text_of(result.response)


async def test_a_server_that_is_private_by_default_is_so_here(world: World) -> None:
    await world.stores.servers.change(world.guild.id, private_by_default=True)
    asked = await world.moderator.send(world.channel, ASKED)

    assert (await world.asker.context_menu(world.channel, ANSWER, asked)).ephemeral


async def test_who_may_not_ask_is_told(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))
    asked = await world.moderator.send(world.channel, ASKED)
    result = await world.asker.context_menu(world.channel, ANSWER, asked)

    assert result.ephemeral
    assert "certain roles" in text_of(result.response)
    assert world.service.asked == []


async def test_while_it_takes_long_it_shows_how_far_it_is(world: World) -> None:
    asked = await world.moderator.send(world.channel, ASKED)
    released = world.hold()
    result = await world.asker.context_menu(world.channel, ANSWER, asked)
    world.service.on_underway(Underway(SEARCHING))
    await world.env.advance_time(11)

    assert text_of(result.response) == f"**{ASKED}**\n-# Searching the articles ..."
    released.set()
    await world.env.settle()
    assert "opened again" in text_of(result.response)


async def test_a_choice_delivered_twice_is_answered_once(world: World) -> None:
    asked = await world.moderator.send(world.channel, ASKED)
    events = []
    world.env.backend.subscribers.append(lambda event, payload: events.append((event, payload)))
    await world.asker.context_menu(world.channel, ANSWER, asked)
    before = len(world.env.http_requests)
    (chosen,) = (payload for event, payload in events if event == "INTERACTION_CREATE")
    world.env.backend.emit("INTERACTION_CREATE", chosen)
    await world.env.settle()

    assert len(world.env.http_requests) == before


async def test_deleting_the_message_meanwhile_takes_the_answer_with_it(world: World) -> None:
    asked = await world.moderator.send(world.channel, ASKED)
    released = world.hold()
    await world.asker.context_menu(world.channel, ANSWER, asked)
    await world.moderator.delete(asked)
    released.set()
    await world.env.settle()

    assert world.channel.history() == []
