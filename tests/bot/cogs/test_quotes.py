"""The "Show quotes" button: word for word, in its own server, after a restart too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord

from bot.cogs.quotes import FORGOTTEN, NOTHING_LEFT
from bot.rendering.reply_actions import QUOTES_ID
from bot.state.replies import Sending
from index.connections import Connection
from tests.fakes.discord_samples import BRIDGE, bridge_answer, quoting
from tests.fakes.discord_world import World, text_of

LABEL = "Show quotes"


async def _ask(world: World) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, "ask", question="When did the bridge open?")
    assert result.response is not None
    return result.response


async def test_the_button_shows_each_quote_to_the_one_who_pressed_it(world: World) -> None:
    answer = await _ask(world)
    result = await world.moderator.click(answer, label=LABEL)

    assert world.callbacks == [5, 5]
    assert result.ephemeral
    text = text_of(result.response)
    for number, citation in enumerate(bridge_answer().citations, start=1):
        assert f"[{number}] {citation.quote.title}" in text
        assert f"**{citation.quote.text}**" in text
    assert "10 June 2031" in text


async def test_the_button_still_works_after_a_restart(world: World) -> None:
    answer = await _ask(world)
    await world.env.restart_bot(world.make_bot())

    result = await world.asker.click(answer, label=LABEL)

    assert "> **The Tern Bridge opened again on Tuesday.**" in text_of(result.response)


async def test_the_button_of_another_server_shows_nothing(world: World) -> None:
    elsewhere = Sending(world.guild.id + 1, 1, 2, is_private=False, asked_in=world.guild.id + 1)
    stolen_id = await world.stores.replies.record(bridge_answer(), elsewhere)
    result = await _press(world, stolen_id)

    assert text_of(result) == FORGOTTEN
    assert world.service.read == []


async def test_an_answer_that_was_forgotten_says_so(world: World) -> None:
    answer = await _ask(world)
    await world.stores.replies.prune(world.guild.id, datetime.now(UTC) + timedelta(seconds=1))

    result = await world.asker.click(answer, label=LABEL)

    assert result.ephemeral
    assert text_of(result.response) == FORGOTTEN


async def test_a_quote_that_is_not_in_its_article_is_never_shown(world: World) -> None:
    answer = await _ask(world)
    world.service.texts[BRIDGE.version_id] = BRIDGE.text.replace("nine", "four")

    text = text_of((await world.asker.click(answer, label=LABEL)).response)

    assert "**The repair took" not in text
    assert "nine weeks" not in text.replace(BRIDGE.title, "")
    assert "Not shown, because it no longer stands in the article: [2]" in text
    assert "> **The Tern Bridge opened again on Tuesday.**" in text


async def test_an_article_version_that_is_no_longer_stored_keeps_its_proven_quote(
    world: World,
) -> None:
    answer = await _ask(world)
    world.service.texts.clear()

    text = text_of((await world.asker.click(answer, label=LABEL)).response)

    assert "> The Tern Bridge opened again on Tuesday." in text


async def test_when_no_quote_stands_any_more_the_numbers_are_named(world: World) -> None:
    answer = await _ask(world)
    world.service.texts = dict.fromkeys(world.service.texts, "")

    text = text_of((await world.asker.click(answer, label=LABEL)).response)

    assert text.endswith("[1], [2], [3]")
    assert NOTHING_LEFT not in text


async def test_hostile_quotes_show_the_same_characters_and_do_nothing(world: World) -> None:
    hostile = replace(
        BRIDGE, text="@everyone **look** [here](https://evil.example) <@1>\n# Big\n> q"
    )
    world.service.reply = quoting((hostile, hostile.text))
    world.service.texts[hostile.version_id] = hostile.text
    answer = await _ask(world)

    result = await world.asker.click(answer, label=LABEL)

    text = text_of(result.response)
    look = "@\u200beveryone \\*\\*look\\*\\* \\[here\\](https\\://evil.example) \\<@1>"
    assert f"> **{look}**\n> **\\# Big**\n> **\\> q**" in text
    assert result.response is not None
    assert result.response.message.mentions == []


async def test_quotes_too_long_for_one_message_go_on_in_the_next(world: World) -> None:
    articles = [
        replace(BRIDGE, id=f"a{n}", title=f"A{n}", text=f"Start{n} " + "word " * 700 + f"End{n}")
        for n in range(3)
    ]
    world.service.reply = quoting(*((article, article.text) for article in articles))
    world.service.texts = {article.version_id: article.text for article in articles}
    asked = await world.asker.slash(world.channel, "ask", question="When did it open?")

    result = await world.asker.click(asked.followups[-1], label=LABEL)

    cards = [text_of(m) for m in (result.response, *result.followups)]
    assert len(cards) > 1
    assert all(m.ephemeral for m in result.followups)
    for n in range(3):
        assert f"Start{n}" in "".join(cards)
        assert f"End{n}" in "".join(cards)


async def test_a_press_delivered_twice_is_answered_once(world: World) -> None:
    events: list[tuple[str, Mapping[str, Any]]] = []
    answer = await _ask(world)
    world.env.backend.subscribers.append(lambda event, payload: events.append((event, payload)))
    await world.asker.click(answer, label=LABEL)
    before = len(world.env.http_requests)

    (press,) = (payload for event, payload in events if event == "INTERACTION_CREATE")
    world.env.backend.emit("INTERACTION_CREATE", press)
    await world.env.settle()

    assert len(world.env.http_requests) == before


async def test_an_error_behind_the_button_is_told_with_an_id(world: World) -> None:
    answer = await _ask(world)

    async def fail(*_: object) -> str:
        raise RuntimeError("the wheels came off")

    world.service.text_of = fail  # type: ignore[method-assign, assignment]
    result = await world.asker.click(answer, label=LABEL)

    assert result.ephemeral
    assert "Something went wrong on my side. (`" in text_of(result.response)


async def test_sent_answers_are_not_kept_in_memory(world: World) -> None:
    for _ in range(3):
        await _ask(world)

    store = world.bot._connection._view_store
    assert list(store._views) == []
    assert list(store._synced_message_views) == []


async def test_a_label_of_superseded_articles_is_kept_with_the_quotes(world: World) -> None:
    answer = bridge_answer()
    world.service.reply = replace(
        answer,
        citations=tuple(
            replace(c, quote=replace(c.quote, superseded_by="Hours in August"))
            for c in answer.citations
        ),
    )
    sent = await _ask(world)
    result = await world.asker.click(sent, label=LABEL)

    assert "superseded by “Hours in August”" in text_of(result.response)


async def test_quotes_that_were_kept_before_there_were_labels_are_shown(world: World) -> None:
    kept_id = await world.stores.answers.record(
        bridge_answer(), guild_id=world.guild.id, channel_id=world.channel.id
    )

    def forget_labels(connection: Connection) -> None:
        (quotes,) = connection.execute("SELECT quotes FROM sent_answer").fetchone()
        old = [{k: v for k, v in q.items() if k != "superseded_by"} for q in json.loads(quotes)]
        connection.execute("UPDATE sent_answer SET quotes = ?", (json.dumps(old),))

    await world.stores.answers._database.write(forget_labels)

    assert "> **The Tern Bridge opened again on Tuesday.**" in text_of(await _press(world, kept_id))


async def test_quotes_of_answers_of_earlier_versions_are_shown(world: World) -> None:
    kept_id = await world.stores.answers.record(
        bridge_answer(), guild_id=world.guild.id, channel_id=world.channel.id
    )

    text = text_of(await _press(world, kept_id))

    assert "> **The Tern Bridge opened again on Tuesday.**" in text


async def test_a_quote_stands_bold_between_the_sentences_around_it(world: World) -> None:
    answer = await _ask(world)

    text = text_of((await world.moderator.click(answer, label=LABEL)).response)

    assert (
        "> The Tern Bridge opened again on Tuesday.\n>\n"
        "> **The repair took nine weeks and cost 41,000 crowns.** "
        "Carts may cross at walking pace until the new railing stands."
    ) in text
    assert "free trip" not in text


async def test_who_may_not_ask_sees_what_an_answer_rests_on(world: World) -> None:
    answer = await _ask(world)
    await world.stores.servers.change(world.guild.id, ask_roles=(1,))

    assert "> **The Tern" in text_of((await world.asker.click(answer, label=LABEL)).response)


async def _press(world: World, answer_id: str) -> simcord.ResponseMessage | None:
    """Press a button that stands in this server but asks for any answer's quotes."""
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label=LABEL, custom_id=QUOTES_ID + answer_id))
    view.stop()
    sent = await channel.send("fake", view=view, allowed_mentions=discord.AllowedMentions.none())
    return (await world.asker.click(sent, label=LABEL)).response
