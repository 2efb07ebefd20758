"""The menu "Where does this come from?" on messages of all kinds."""

from __future__ import annotations

import discord
import pytest
import simcord

from bot.cogs.check import CHECK, EMPTY, NO_WORDS
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.discord_world import World, text_of


async def _check(world: World, message: discord.Message) -> str:
    result = await world.asker.context_menu(world.channel, CHECK, message)
    assert result.ephemeral
    return text_of(result.response)


def _checks(world: World) -> tuple[tuple[str, str], ...]:
    return world.service.messages_checked


async def test_a_message_is_checked_in_its_servers_library_and_only_the_asker_sees_it(
    world: World,
) -> None:
    said = await world.moderator.send(world.channel, "The bridge opened again on Tuesday.")
    text = await _check(world, said)

    assert _checks(world) == ((world.library, "The bridge opened again on Tuesday."),)
    assert "**Supported**" in text
    assert "> The Tern Bridge opened again on Tuesday." in text
    assert "Tern Bridge opens again after nine weeks" in text


async def test_our_own_answer_is_read_from_its_card_without_question_and_sources(
    world: World,
) -> None:
    world.service.reply = bridge_answer()
    shown = await world.asker.slash(world.channel, "ask", question="When did the bridge open?")
    answer = await _fetch(world, shown)
    await _check(world, answer)

    ((_, text),) = _checks(world)
    assert "opened again" in text
    assert "When did the bridge open" not in text
    assert "Gullmarrow Lantern" not in text
    assert "gullmarrow.example" not in text


async def _fetch(world: World, shown: simcord.InteractionResult) -> discord.Message:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await anext(channel.history(limit=1))


@pytest.mark.parametrize(
    ("content", "line"), [("😀 😀", NO_WORDS), ("<:gull:123456789012345678>", NO_WORDS)]
)
async def test_what_has_no_words_gets_a_clear_line(world: World, content: str, line: str) -> None:
    said = await world.moderator.send(world.channel, content)

    assert await _check(world, said) == line
    assert _checks(world) == ()


async def test_a_message_of_questions_says_that_nothing_is_claimed(world: World) -> None:
    said = await world.moderator.send(world.channel, "When does the bridge open?")

    assert "no statement" in await _check(world, said)


async def test_a_failure_is_told_and_named(world: World) -> None:
    world.service.check_error = RuntimeError("no")
    said = await world.moderator.send(world.channel, "The bridge opened again on Tuesday.")

    assert "**" not in await _check(world, said)


async def test_a_text_that_would_ping_pings_nobody(world: World) -> None:
    said = await world.moderator.send(world.channel, "The bridge opened. @here it cost 5 crowns.")
    await _check(world, said)

    for body in world.sent("PATCH", "/messages/@original") + world.sent("POST", "/callback"):
        assert "@here" not in str(body).replace("@\u200bhere", "")


def test_the_menu_has_a_name_that_discord_takes() -> None:
    assert 1 <= len(CHECK) <= 32
    assert EMPTY
