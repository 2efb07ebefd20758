"""``/help`` and the manual that it and README show."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
import simcord
from discord import app_commands

from bot.cogs.ports import BotConfig
from bot.rendering.actions import CHOICES_LIMIT, action_id
from bot.rendering.help import render_page
from bot.rendering.manual import ENTRIES, TABLE_BEGIN, TABLE_END, write_table
from bot.rendering.manual_members import MEMBER_ENTRIES
from bot.rendering.manual_moderators import MODERATOR_ENTRIES
from bot.speech import LANGUAGES, speaking
from tests.fakes.discord_world import World, text_of, use_as_outsider
from tests.fakes.labels import find_labels

_README = Path(__file__).parents[3] / "README.md"
_PAGE, _MORE = action_id("help", "page"), action_id("help", "more")


@pytest.fixture
def config() -> BotConfig:
    # With every command that there may be.
    return BotConfig(direct_messages=True)


async def _help(world: World, actor: simcord.MemberActor) -> simcord.ResponseMessage:
    result = await actor.slash(world.channel, "help")
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_the_first_page_says_how_to_ask_what_marks_mean_and_what_is_kept(
    world: World,
) -> None:
    text = text_of(await _help(world, world.asker))

    assert "`/ask`" in text
    assert "[1]" in text
    assert "`/privacy`" in text
    assert len(text) < 1200


async def test_every_member_entry_has_a_page_and_a_way_back(world: World) -> None:
    card = await _help(world, world.asker)
    for entry in MEMBER_ENTRIES:
        await world.asker.select(card, [entry.key], custom_id=_PAGE)
        text = text_of(card)
        assert entry.what in text
        assert f"**Who may:** {entry.who.value}" in text
        assert entry.looks in text
    await world.asker.click(card, label="First page")
    assert "How to ask" in text_of(card)


async def test_moderators_have_a_menu_of_their_own_and_members_have_not(world: World) -> None:
    card = await _help(world, world.moderator)
    await world.moderator.select(card, ["config"], custom_id=_MORE)
    assert "`/config`" in text_of(card)

    card = await _help(world, world.asker)
    with pytest.raises(simcord.SetupError):
        await world.asker.select(card, ["config"], custom_id=_MORE)


async def test_who_may_not_ask_is_helped_all_the_same(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_roles=(1,), ask_channels=(2,))

    assert "How to ask" in text_of(await _help(world, world.asker))
    assert "How to ask" in text_of(await use_as_outsider(world, "help"))


async def test_help_is_there_in_private_messages(world: World) -> None:
    user = world.env.create_user("joe")
    world.guild.add_member(user)
    result = await user.slash("help")

    assert "How to ask" in text_of(result.response)


async def test_pages_work_after_a_restart(world: World) -> None:
    card = await _help(world, world.asker)
    await world.env.restart_bot(world.make_bot())
    await world.asker.select(card, ["ask"], custom_id=_PAGE)

    assert "Asks the articles." in text_of(card)


def test_the_menus_hold_every_page_in_every_language() -> None:
    assert max(len(MEMBER_ENTRIES), len(MODERATOR_ENTRIES)) <= CHOICES_LIMIT
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)
    for language in LANGUAGES:
        with speaking(language):
            for entry in ENTRIES:
                assert render_page(entry.key, moderates=True) is not None
    assert render_page("nothing", moderates=True) is None


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "… correction to decide"), ("fr", "… correction à décider")],
)
def test_a_label_that_bends_with_a_number_is_shown_in_the_readers_language(
    language: str, label: str
) -> None:
    with speaking(language):
        page = render_page("note", moderates=True)

    assert page is not None
    assert page.text.startswith(f"### {label}, ")


async def test_the_manual_names_every_command_and_no_other(world: World) -> None:
    written = {n for entry in ENTRIES for n in entry.names if n.startswith("/")}
    commands = {
        f"/{command.qualified_name}"
        for command in world.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }

    assert commands == written


async def test_the_manual_names_every_entry_in_the_menus_of_messages(world: World) -> None:
    written = {name for entry in ENTRIES for name in entry.names}
    menus = world.bot.tree.get_commands(type=discord.AppCommandType.message)

    assert {menu.name for menu in menus} <= written


def test_the_manual_names_every_button() -> None:
    written = {name for entry in ENTRIES for name in entry.names if entry.is_button}
    missing = {label: where for label, where in find_labels().items() if label not in written}

    assert missing == {}, "add them to bot/rendering/manual_members.py or manual_moderators.py"


def test_readme_holds_the_table_of_the_manual() -> None:
    readme = _README.read_text(encoding="utf-8")
    begin, end = readme.find(TABLE_BEGIN), readme.find(TABLE_END)
    shown = readme[begin : end + len(TABLE_END)] if 0 <= begin < end else ""

    assert shown == write_table(), (
        "README.md does not hold the table of commands as the manual has it: put the output of "
        "`python -m bot.rendering.manual` in its place."
    )
