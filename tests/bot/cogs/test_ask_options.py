"""The options of ``/ask``, and questions that look unlike others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import discord
import pytest

from bot.answering.engine import SEARCHING, Underway
from bot.cogs.answering import NO_WORDS
from tests.fakes.discord_samples import BRIDGE, LIBRARY, quoting
from tests.fakes.discord_world import World, text_of, use_as_outsider

ASKED = "When did the bridge open?"


async def test_an_article_that_is_chosen_is_the_only_one_that_answers(world: World) -> None:
    choices = await world.asker.autocomplete(world.channel, "ask", "article", "bridge")
    (choice,) = [each for each in choices if each["name"] == BRIDGE.title]
    await world.asker.slash(world.channel, "ask", question=ASKED, article=choice["value"])

    assert world.service.asked[0][1].article_id == BRIDGE.id


async def test_a_title_that_is_typed_will_do(world: World) -> None:
    await world.asker.slash(world.channel, "ask", question=ASKED, article=LIBRARY.title)

    assert world.service.asked[0][1].article_id == LIBRARY.id


async def test_an_article_that_is_not_there_gets_a_clear_word(world: World) -> None:
    result = await world.asker.slash(world.channel, "ask", question=ASKED, article="the moon")

    assert "There is no such article" in text_of(result.response)
    assert world.service.asked == []


async def test_titles_are_offered_to_whoever_may_ask_and_to_nobody_else(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))

    assert await world.asker.autocomplete(world.channel, "ask", "article", "") == []
    assert await world.moderator.autocomplete(world.channel, "ask", "article", "") != []


async def test_at_most_twenty_five_titles_of_a_hundred_characters_are_offered(
    world: World,
) -> None:
    world.service.articles = {f"a{n}": f"𝒳 {n} " + "long " * 60 for n in range(60)}
    choices = await world.asker.autocomplete(world.channel, "ask", "article", "long")

    assert len(choices) == 25
    assert all(len(each["name"].encode("utf-16-le")) // 2 <= 100 for each in choices)


@pytest.mark.parametrize(
    ("given", "day"), [("2024", date(2024, 1, 1)), ("2031-06-10", date(2031, 6, 10))]
)
async def test_since_is_read_as_a_day(world: World, given: str, day: date) -> None:
    await world.asker.slash(world.channel, "ask", question=ASKED, since=given)

    assert world.service.asked[0][1].since == day


async def test_a_time_that_cannot_be_read_gets_examples(world: World) -> None:
    result = await world.asker.slash(world.channel, "ask", question=ASKED, since="soonish")

    assert result.ephemeral
    assert "2024, March 2024, 2024-05-01" in text_of(result.response)
    assert world.service.asked == []


async def test_a_server_may_answer_privately_unless_told_otherwise(world: World) -> None:
    await world.stores.servers.change(world.guild.id, private_by_default=True)

    assert (await world.asker.slash(world.channel, "ask", question=ASKED)).ephemeral
    loud = await world.asker.slash(world.channel, "ask", question=ASKED, private=False)
    assert not loud.ephemeral
    # What was asked privately is nobody's gap.
    assert len(world.service.recorded) == 1


@pytest.mark.parametrize("text", ["🐟🐟🐟", "<:fish:123456789012345678>", "👩‍🚒 👍🏽", "?!"])
async def test_a_question_without_words_gets_a_clear_line(world: World, text: str) -> None:
    result = await world.asker.slash(world.channel, "ask", question=text)
    await world.asker.send(world.channel, f"<@{world.bot_id}> {text}")

    assert result.ephemeral
    assert text_of(result.response) == NO_WORDS
    assert text_of(world.channel.last_message) == NO_WORDS
    assert world.service.asked == []


async def test_a_question_from_right_to_left_is_asked_and_shown_as_it_is(world: World) -> None:
    asked = "متى فُتح الجسر؟"
    world.hold()
    result = await world.asker.slash(world.channel, "ask", question=asked)

    assert world.service.asked[0][1].text == asked
    world.service.on_underway(Underway(SEARCHING))
    await world.env.advance_time(11)
    assert text_of(result.response).startswith(f"**\u2068{asked}\u2069**")


async def test_without_the_embed_permission_the_answer_is_the_same(world: World) -> None:
    assert world.bot.user is not None
    bare = world.guild.create_text_channel(
        "bare",
        overwrites={
            world.bot.user: discord.PermissionOverwrite(embed_links=False, attach_files=False)
        },
    )
    await world.asker.send(bare, f"<@{world.bot_id}> {ASKED}")

    assert "opened again on Tuesday. [1]" in text_of(bare.last_message)


async def test_a_member_without_the_role_is_told_so(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))

    assert "certain roles" in text_of(await use_as_outsider(world, "ask", question=ASKED))


@pytest.mark.parametrize("code", [50027, 10015])
async def test_an_answer_outlives_the_token_of_its_command(world: World, code: int) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=401, code=code, times=None)
    await world.asker.slash(world.channel, "ask", question=ASKED)

    answer = world.channel.last_message
    assert "opened again on Tuesday. [1]" in text_of(answer)
    assert answer is not None
    quotes = await world.moderator.click(answer, label="Helpful")
    assert quotes.ephemeral


async def test_a_private_answer_outlives_its_token_in_private_messages(world: World) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await world.asker.slash(world.channel, "ask", question=ASKED, private=True)

    (told,) = world.asker.user.dm_channel.history()
    assert "opened again on Tuesday. [1]" in text_of(told)
    assert "Open [1]" in text_of(told)
    assert "Show quotes" not in text_of(told)
    assert all("opened" not in text_of(message) for message in world.channel.history())


async def test_a_locked_thread_is_told_in_private(world: World) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    made = await channel.create_thread(name="old", type=discord.ChannelType.public_thread)
    (thread,) = world.channel.threads
    world.env.inject_error("POST", f"/channels/{made.id}/messages", status=403, code=50083)
    await world.asker.send(thread, f"<@{world.bot_id}> {ASKED}")

    (told,) = world.asker.user.dm_channel.history()
    assert f"does not let me write in <#{made.id}>" in text_of(told)


async def test_a_channel_that_is_gone_meanwhile_ends_in_the_log(world: World) -> None:
    released = world.hold()
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    world.env.inject_error("POST", "/channels/*/messages", status=404, code=10003, times=None)
    released.set()
    await world.env.settle()

    assert len(world.sent("POST", "/messages")) == 1


async def test_every_message_of_a_reply_is_noted_in_order(world: World) -> None:
    articles = [replace(BRIDGE, id=f"a{n}", text=f"Fact {n}. " + "word " * 250) for n in range(8)]
    world.service.reply = quoting(*((a, a.text.rstrip()) for a in articles))
    await world.asker.slash(world.channel, "ask", question=ASKED)
    (sent,) = await world.stores.replies.select("guild_id = ?", str(world.guild.id))

    shown = [message.id for message in world.channel.history()]
    assert len(shown) == 3
    assert sent.message_ids == tuple(shown)
    for message_id in shown:
        found = await world.stores.replies.find_shown(message_id, guild_id=world.guild.id)
        assert found == sent
