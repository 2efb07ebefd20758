"""Questions in Discord, as the one who asks meets them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import discord
import pytest
import simcord

from bot.answering.errors import AnsweringError
from bot.answering.models import Reason
from bot.cogs.ports import BotConfig
from bot.policy import HELP, ONLY_IN_SERVERS, RESTARTING
from index.errors import StoreError
from tests.fakes.discord_samples import BRIDGE, LIBRARY, quoting, refusal
from tests.fakes.discord_world import World, text_of

Entries = list[MutableMapping[str, Any]]
ASKED = "When did the bridge open?"


async def test_a_question_is_deferred_then_answered_with_its_sources(world: World) -> None:
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert world.callbacks == [5]
    assert not result.ephemeral
    text = text_of(result.response)
    assert "The Tern Bridge opened again on Tuesday. [1]" in text
    assert "[[1]](https://gullmarrow.example/news/tern-bridge#:~:text=" in text
    assert "The Gullmarrow Lantern · 10 June 2031" in text
    assert "Show quotes" in text
    assert [library for library, _ in world.service.asked] == [world.library]


async def test_a_private_question_is_answered_for_the_asker_only(world: World) -> None:
    result = await world.asker.slash(world.channel, "ask", question=ASKED, private=True)

    assert result.ephemeral
    assert "opened again" in text_of(result.response)
    assert world.channel.history() == []


async def test_a_mention_is_answered_by_a_reply_that_rings_nobody(world: World) -> None:
    asked = await world.asker.send(world.channel, f"<@{world.bot.user.id}>  {ASKED}")  # type: ignore[union-attr]

    answer = world.channel.last_message
    assert answer is not None
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    assert "opened again on Tuesday" in text_of(answer)
    assert world.service.asked[0][1].text == ASKED
    assert any(r.path.endswith("/typing") for r in world.env.http_requests)
    (body,) = world.sent("POST", f"/channels/{world.channel.id}/messages")
    assert body["allowed_mentions"]["parse"] == []
    assert not body["allowed_mentions"].get("replied_user")


async def test_a_mention_in_a_thread_is_answered_there(world: World) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="bridge", type=discord.ChannelType.public_thread)
    (thread,) = world.channel.threads

    await world.asker.send(thread, f"<@{world.bot_id}> {ASKED}")

    assert "opened again on Tuesday" in text_of(thread.last_message)
    assert world.channel.history() == [] or "opened" not in text_of(world.channel.last_message)


@pytest.mark.parametrize("text", ["", "   "])
async def test_a_mention_without_a_question_gets_a_word_of_help(world: World, text: str) -> None:
    await world.asker.send(world.channel, f"<@{world.bot_id}>{text}")

    assert text_of(world.channel.last_message) == HELP
    assert world.service.asked == []


async def test_talk_that_does_not_name_the_bot_is_left_alone(world: World) -> None:
    await world.asker.slash(world.channel, "ask", question=ASKED)
    answer = world.channel.last_message
    assert answer is not None
    before = len(world.env.http_requests)

    await world.asker.send(world.channel, "thanks!", reply_to=answer)
    await world.asker.send(world.channel, "When does the ferry go?")

    assert len(world.env.http_requests) == before


async def test_bots_and_webhooks_are_not_listened_to(world: World) -> None:
    other = world.guild.add_member(world.env.create_user("robot", bot=True))
    webhook = world.guild.create_webhook(world.channel)

    await other.send(world.channel, f"<@{world.bot_id}> {ASKED}")
    await webhook.send(f"<@{world.bot_id}> {ASKED}")

    assert world.service.asked == []
    assert world.sent("POST", "/messages") == []


async def test_direct_messages_get_one_friendly_line(world: World) -> None:
    await world.asker.send_dm(ASKED)
    result = await world.asker.user.slash("ask", question=ASKED)

    assert text_of(world.asker.user.dm_channel.history()[0]) == ASKED
    assert text_of(world.asker.user.dm_channel.history()[1]) == ONLY_IN_SERVERS
    assert text_of(result.response) == ONLY_IN_SERVERS
    assert world.service.asked == []


@pytest.mark.parametrize("text", ["?", " x "])
async def test_a_question_of_one_character_gets_a_clear_word(world: World, text: str) -> None:
    result = await world.asker.slash(world.channel, "ask", question=text)

    assert result.ephemeral
    assert "2 characters or more" in text_of(result.response)


async def test_a_mention_of_five_thousand_characters_gets_a_clear_word(world: World) -> None:
    await world.asker.send(world.channel, f"<@{world.bot_id}> " + "why " * 450)

    assert "1,799 characters long" in text_of(world.channel.last_message)
    assert world.service.asked == []


async def test_discord_itself_refuses_more_than_a_thousand_characters(world: World) -> None:
    with pytest.raises(simcord.OptionError):
        await world.asker.slash(world.channel, "ask", question="x" * 1001)


async def test_an_interaction_delivered_twice_is_answered_once(world: World) -> None:
    events: list[tuple[str, Mapping[str, Any]]] = []
    world.env.backend.subscribers.append(lambda event, payload: events.append((event, payload)))
    await world.asker.slash(world.channel, "ask", question=ASKED)
    before = len(world.env.http_requests)

    (interaction,) = (payload for event, payload in events if event == "INTERACTION_CREATE")
    world.env.backend.emit("INTERACTION_CREATE", interaction)
    await world.env.settle()

    assert len(world.env.http_requests) == before
    assert len(world.service.asked) == 1


async def test_a_message_delivered_twice_is_answered_once(world: World) -> None:
    asked = await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")

    world.bot.dispatch("message", asked)
    await world.env.settle()

    assert len(world.service.asked) == 1


async def test_where_the_bot_may_not_write_it_says_so_in_private_once(world: World) -> None:
    silent = world.guild.create_text_channel(
        "silent",
        overwrites={world.bot.user: discord.PermissionOverwrite(send_messages=False)},  # type: ignore[dict-item]
    )
    await world.asker.send(silent, f"<@{world.bot_id}> {ASKED}")
    await world.asker.send(silent, f"<@{world.bot_id}> {ASKED}")

    assert world.service.asked == []
    assert len(silent.history()) == 2
    (told,) = world.asker.user.dm_channel.history()
    assert text_of(told) == (
        f"I may not write in <#{silent.id}>: I lack the permission “Send Messages” there. "
        "A moderator can change that."
    )


async def test_a_channel_that_refuses_the_reply_is_asked_once(
    world: World, logged: Entries
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)

    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")

    assert len(world.sent("POST", f"/channels/{world.channel.id}/messages")) == 1
    assert [entry["event"] for entry in logged if entry["event"] == "discord_refused"]


async def test_without_the_history_permission_the_answer_comes_without_a_reference(
    world: World,
) -> None:
    channel = world.guild.create_text_channel(
        "no-history",
        overwrites={world.bot.user: discord.PermissionOverwrite(read_message_history=False)},  # type: ignore[dict-item]
    )
    await world.asker.send(channel, f"<@{world.bot_id}> {ASKED}")

    answer = channel.last_message
    assert "opened again" in text_of(answer)
    assert answer is not None
    assert answer.reference is None


async def test_a_long_answer_goes_on_in_more_cards_each_with_its_sources(world: World) -> None:
    articles = [
        replace(BRIDGE, id=f"a{n}", title=f"Article {n}", text=f"Fact {n}. " + "word " * 250)
        for n in range(8)
    ]
    world.service.reply = quoting(*((a, a.text.rstrip()) for a in articles))

    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    cards = [text_of(m) for m in (result.response, *result.followups)]
    assert len(cards) == 3
    for card in cards:
        shown = {n for n in range(1, 9) if f"Fact {n - 1}." in card}
        assert shown
        assert all(f"Article {n - 1}](" in card for n in shown)
    assert "Show quotes" not in "".join(cards[:-1])
    assert "Show quotes" in cards[-1]


async def test_a_refusal_says_why_names_the_closest_articles_and_what_to_do(world: World) -> None:
    world.service.reply = refusal(Reason.NOT_SUPPORTED, BRIDGE, BRIDGE, LIBRARY)

    result = await world.asker.slash(world.channel, "ask", question="Who won?")

    text = text_of(result.response)
    assert "rather say so than guess" in text
    assert text.count(f"[{BRIDGE.title}](https://gullmarrow.example/news/tern-bridge)") == 1
    assert "June 2031" in text
    assert "Try other words" in text
    assert "/index add" not in text
    assert "Show quotes" not in text


async def test_a_moderator_is_also_told_how_to_fill_the_gap(world: World) -> None:
    world.service.reply = refusal(Reason.NOTHING_FOUND)

    result = await world.moderator.slash(world.channel, "ask", question="Who won?")

    assert "`/index add`" in text_of(result.response)


async def test_who_moderates_by_a_role_is_told_it_too(world: World) -> None:
    world.service.reply = refusal(Reason.NOTHING_FOUND)
    helpers = world.guild.create_role("Helpers")
    helper = world.guild.add_member(world.env.create_user("hal"), roles=[helpers])
    before = await helper.slash(world.channel, "ask", question="Who won?")
    await world.stores.servers.change(world.guild.id, moderator_roles=(helpers.id,))
    after = await helper.slash(world.channel, "ask", question="Who won?")

    assert "`/index add`" not in text_of(before.response)
    assert "`/index add`" in text_of(after.response)


async def test_an_empty_library_says_how_articles_get_in(world: World) -> None:
    world.service.reply = refusal(Reason.LIBRARY_EMPTY)

    result = await world.asker.slash(world.channel, "ask", question="Who won?")

    assert "A moderator can add articles with `/index add`" in text_of(result.response)


async def test_hostile_articles_and_questions_neither_ping_nor_break_the_layout(
    world: World,
) -> None:
    hostile = replace(
        BRIDGE,
        title="](https://evil.example) @everyone <@1> ```\n# Big",
        text="@everyone see [here](https://evil.example) <@1> <#2> </x:3> ||s|| ```\n> q",
        publisher="**@here** \u202egnp",
        published_at="`<t:0>`",
    )
    world.service.reply = quoting((hostile, hostile.text), asked="# <@1> ||@everyone||")

    result = await world.asker.slash(world.channel, "ask", question="# <@1> ||@everyone||")

    text = text_of(result.response)
    assert "@everyone" not in text
    assert "@here" not in text
    assert "](https://evil.example" not in text
    assert "\u202e" not in text
    assert "\n# " not in text
    assert result.response is not None
    assert result.response.message.mentions == []
    assert not result.response.message.mention_everyone


@pytest.mark.parametrize("config", [BotConfig(questions_per_person=1)])
async def test_who_asks_faster_than_answers_come_is_asked_to_wait(world: World) -> None:
    released = world.hold()
    first = await world.asker.slash(world.channel, "ask", question=ASKED)
    second = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert second.ephemeral
    assert "still working" in text_of(second.response)
    released.set()
    await world.env.settle()
    assert "opened again" in text_of(first.response)
    third = await world.asker.slash(world.channel, "ask", question=ASKED)
    assert "opened again" in text_of(third.response)


async def test_an_answer_that_takes_too_long_is_given_up_with_a_word(world: World) -> None:
    world.hold()
    result = await world.asker.slash(world.channel, "ask", question=ASKED)
    await world.env.advance_time(121)

    assert "took too long" in text_of(result.response)


async def test_an_unexpected_error_gives_the_asker_an_id_that_stands_in_the_log(
    world: World, logged: Entries
) -> None:
    world.service.error = RuntimeError("the wheels came off")
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    said = text_of(result.response)
    assert "wheels" not in said
    (error_id,) = re.findall(r"\(`([0-9a-f]{8})`\)", said)
    (entry,) = [e for e in logged if e.get("id") == error_id]
    assert entry["log_level"] == "error"
    assert entry["exc_info"] is world.service.error


async def test_an_error_with_a_sentence_says_it_without_paths_of_the_machine(
    world: World, logged: Entries
) -> None:
    world.service.error = StoreError("The disk is full. (/srv/footnote/footnote.db: full)")
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")

    said = text_of(world.channel.last_message)
    assert "The disk is full." in said
    assert "/srv" not in said
    assert any("/srv/footnote" in str(e.get("cause")) for e in logged)


async def test_an_error_of_the_engine_says_its_own_sentence(world: World) -> None:
    class ModelAway(AnsweringError):
        user_message = "I can't reach my *model* right now."

    world.service.error = ModelAway("socket closed")
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert "I can't reach my \\*model\\* right now." in text_of(result.response)
    assert "socket" not in text_of(result.response)


async def test_an_interaction_that_expired_ends_in_the_log_only(
    world: World, logged: Entries
) -> None:
    world.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await world.asker.slash(world.channel, "ask", question=ASKED)

    assert world.service.asked == []
    assert world.callbacks == [5]
    assert [e["event"] for e in logged if e["event"] != "question_ended"] == ["discord_refused"]


async def test_a_failing_second_card_is_told_privately_and_leaves_the_first(world: World) -> None:
    articles = [replace(BRIDGE, id=f"a{n}", text=f"Fact {n}. " + "word " * 500) for n in range(2)]
    world.service.reply = quoting(*((a, a.text.rstrip()) for a in articles))
    world.env.inject_error("POST", "/webhooks/*", status=500)

    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert "Fact 0." in text_of(result.response)
    (told,) = result.followups
    assert told.ephemeral
    assert "went wrong" in text_of(told)


async def test_an_answer_that_cannot_be_kept_comes_without_the_button(world: World) -> None:
    async def fail(*_: object, **__: object) -> str:
        raise StoreError("The disk is full.")

    world.stores.replies.record = fail  # type: ignore[method-assign]
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert "opened again" in text_of(result.response)
    assert "Show quotes" not in text_of(result.response)


async def test_no_question_stands_in_any_log(
    world: World, logged: Entries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    canary = "canary-4711-question"
    await world.asker.slash(world.channel, "ask", question=canary)
    world.service.error = RuntimeError("broken")
    await world.asker.slash(world.channel, "ask", question=canary)
    await world.asker.send(world.channel, f"<@{world.bot_id}> {canary}")

    assert len(world.service.asked) == 3
    assert canary not in str(logged)
    assert canary not in caplog.text


async def test_closing_refuses_new_questions_and_lets_running_answers_finish(
    world: World,
) -> None:
    released = world.hold()
    slow = await world.asker.slash(world.channel, "ask", question=ASKED)

    closing = asyncio.create_task(world.bot.intake.close(grace=8.0))
    await asyncio.sleep(0)
    late = await world.moderator.slash(world.channel, "ask", question=ASKED)
    released.set()
    await closing

    assert text_of(late.response) == RESTARTING
    assert "opened again" in text_of(slow.response)


async def test_what_cannot_finish_before_the_end_is_told_to_ask_again(world: World) -> None:
    world.hold()
    slow = await world.asker.slash(world.channel, "ask", question=ASKED)
    await world.asker.send(world.channel, f"<@{world.bot_id}> {ASKED}")

    await world.bot.intake.close(grace=0.01)

    assert text_of(slow.response) == RESTARTING
    assert text_of(world.channel.last_message) == RESTARTING
    assert len(world.service.asked) == 2
