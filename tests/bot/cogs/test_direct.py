"""Private messages: one server's articles, chosen by somebody who belongs to it."""

from __future__ import annotations

import discord
import pytest
import simcord

from bot.cogs.members import Members
from bot.cogs.ports import BotConfig
from bot.policy import ONLY_IN_SERVERS
from bot.state.replies import Sending
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.discord_world import World, text_of

ASKED = "When did the bridge open?"
DIRECT = BotConfig(direct_messages=True)
MENU = "footnote:home:choose"

pytestmark = pytest.mark.parametrize("config", [DIRECT])


@pytest.fixture
def mill(world: World) -> simcord.GuildHandle:
    """A second server that the asker is in."""
    guild = world.env.create_guild("The Mill")
    guild.create_text_channel("news")
    guild.add_member(world.asker.user)
    return guild


@pytest.fixture
def strange(world: World) -> simcord.GuildHandle:
    """A server of others."""
    return world.env.create_guild("The Locked Tower")


def last_said(world: World) -> str:
    return text_of(world.asker.user.dm_channel.last_message)


def forget_members(world: World) -> None:
    world.bot._members._known.clear()


async def choose(world: World, guild_id: int) -> simcord.InteractionResult:
    """Use the menu that was shown last."""
    message = world.asker.user.dm_channel.last_message
    assert message is not None
    result = await world.asker.user.select(message, [str(guild_id)], custom_id=MENU)
    assert isinstance(result, simcord.InteractionResult)
    return result


async def test_the_only_shared_server_is_chosen_by_itself_and_named(
    world: World, strange: simcord.GuildHandle
) -> None:
    await world.asker.send_dm(ASKED)

    assert "opened again" in last_said(world)
    assert "From the articles of The Quiet Harbour" in last_said(world)
    assert [library for library, _ in world.service.asked] == [world.library]
    assert await world.stores.homes.find(world.asker.id) == world.guild.id


async def test_who_shares_several_servers_chooses_one_and_the_question_is_answered_then(
    world: World, mill: simcord.GuildHandle, strange: simcord.GuildHandle
) -> None:
    await world.asker.send_dm(ASKED)
    shown = world.asker.user.dm_channel.last_message
    assert shown is not None
    options = [o.label for row in shown.components for o in options_of(row)]
    assert sorted(options) == ["The Mill", "The Quiet Harbour"]
    assert world.service.asked == []

    result = await choose(world, mill.id)

    assert "From the articles of The Mill" in text_of(result.response)
    assert [library for library, _ in world.service.asked] == [f"discord-{mill.id}"]
    assert world.service.asked[0][1].text == ASKED
    again = await world.asker.user.slash("ask", question="And the ferry?")
    assert "From the articles of The Mill" in text_of(again.response)


async def test_a_server_of_others_can_be_neither_chosen_nor_named(
    world: World, mill: simcord.GuildHandle, strange: simcord.GuildHandle
) -> None:
    by_id = await world.asker.user.slash("server", name=str(strange.id))
    by_name = await world.asker.user.slash("server", name="Tower")
    offered = await world.asker.user.autocomplete("server", "name", "t")

    for result in (by_id, by_name):
        assert "Tower" not in text_of(result.response)
    assert "You are not a member of that server" in text_of(by_id.response)
    assert {choice["name"] for choice in offered} == {"The Mill", "The Quiet Harbour"}
    assert await world.stores.homes.find(world.asker.id) is None


async def test_the_choice_is_changed_with_a_command(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, world.guild.id)
    shown = await world.asker.user.slash("server")
    assert "Which server's articles" in text_of(shown.response)
    changed = await world.asker.user.slash("server", name="mill")

    assert "From now on I answer you here from the articles of **The Mill**" in text_of(
        changed.response
    )
    await world.asker.send_dm(ASKED)
    assert [library for library, _ in world.service.asked] == [f"discord-{mill.id}"]


async def test_who_left_the_server_hears_so_and_chooses_anew(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, mill.id)
    mill.remove_member(world.asker.user)
    await world.asker.send_dm(ASKED)

    assert "You are no longer a member of **The Mill**" in last_said(world)
    assert "Which server's articles" in last_said(world)
    assert world.service.asked == []
    assert await world.stores.homes.find(world.asker.id) is None


async def test_who_left_between_choosing_and_asking_is_no_member_once_the_minutes_are_over(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, mill.id)
    await world.asker.send_dm(ASKED)
    mill.remove_member(world.asker.user)
    forget_members(world)
    again = await world.asker.user.slash("ask", question=ASKED)

    assert "no longer a member" in text_of(again.response)
    assert len(world.service.asked) == 1


async def test_a_server_that_the_bot_left_answers_nothing(world: World) -> None:
    await world.stores.homes.choose(world.asker.id, 42)
    await world.asker.send_dm(ASKED)

    assert "I am no longer in the server that you chose" in last_said(world)
    assert world.service.asked == []


async def test_who_shares_no_server_is_told_what_to_do(world: World) -> None:
    stranger = world.env.create_user("stranger")
    await stranger.send_dm(ASKED)

    assert "a server that you and I are both in" in text_of(stranger.dm_channel.last_message)
    assert world.service.asked == []


async def test_a_server_that_takes_no_private_questions_is_left_alone(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, mill.id)
    await world.stores.servers.change(mill.id, direct_messages=False)
    await world.asker.send_dm(ASKED)

    assert "**The Mill** takes no questions in private messages" in last_said(world)
    assert world.service.asked == []


async def test_roles_of_the_server_count_in_private_too_and_its_channels_do_not(
    world: World,
) -> None:
    readers = world.guild.create_role("Readers")
    await world.stores.servers.change(
        world.guild.id, ask_roles=(readers.id,), ask_channels=(world.channel.id,)
    )
    await world.asker.send_dm(ASKED)
    assert "only people with certain roles" in last_said(world)

    friend = world.guild.add_member(world.env.create_user("flo"), roles=[readers])
    await friend.send_dm(ASKED)
    assert "opened again" in text_of(friend.user.dm_channel.last_message)


async def test_who_lost_the_role_is_asked_for_it_once_the_minutes_are_over(world: World) -> None:
    readers = world.guild.create_role("Readers")
    await world.stores.servers.change(world.guild.id, ask_roles=(readers.id,))
    reader = world.guild.add_member(world.env.create_user("flo"), roles=[readers])
    await reader.send_dm(ASKED)
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    known = await guild.fetch_member(reader.id)
    await known.remove_roles(discord.Object(readers.id))
    forget_members(world)
    await reader.send_dm(ASKED)

    assert "only people with certain roles" in text_of(reader.user.dm_channel.last_message)
    assert len(world.service.asked) == 1


async def test_of_many_servers_a_menu_holds_25_and_a_name_finds_the_others(
    world: World,
) -> None:
    guilds = [world.env.create_guild(f"Town {number:02}") for number in range(27)]
    for guild in guilds:
        guild.add_member(world.asker.user)
    await world.asker.send_dm(ASKED)
    shown = world.asker.user.dm_channel.last_message
    assert shown is not None
    options = [o.value for row in shown.components for o in options_of(row)]

    assert len(options) == 25
    assert "There are more" in text_of(shown)
    assert str(guilds[26].id) not in options
    offered = await world.asker.user.autocomplete("server", "name", "town 26")
    assert [choice["value"] for choice in offered] == [str(guilds[26].id)]
    result = await world.asker.user.slash("server", name=str(guilds[26].id))
    assert "From the articles of Town 26" in text_of(result.response)


async def test_what_is_kept_about_somebody_is_shown_before_a_server_is_chosen(
    world: World, mill: simcord.GuildHandle
) -> None:
    shown = await world.asker.user.slash("privacy")

    assert "Which server" not in text_of(shown.response)
    assert "`/server`" not in text_of(shown.response)


async def test_what_was_asked_before_a_choice_is_forgotten_with_the_rest(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.replies.record(
        bridge_answer(), Sending(world.guild.id, 1, world.asker.id, True, None)
    )
    await world.asker.send_dm(ASKED)
    menu = world.asker.user.dm_channel.last_message
    assert menu is not None
    shown = (await world.asker.slash(world.channel, "privacy")).response
    assert shown is not None
    await world.asker.click(shown, label="Forget me …")
    await world.asker.click(shown, label="Yes, forget me")

    await world.asker.user.select(menu, [str(mill.id)], custom_id=MENU)

    assert world.service.asked == []


async def test_what_is_asked_in_private_is_no_gap_and_is_kept_as_private(world: World) -> None:
    await world.asker.send_dm(ASKED)

    (sent,) = await world.stores.replies.select("asker_id = ?", str(world.asker.id))
    assert sent.sending.is_private
    assert sent.sending.asked_in is None
    assert sent.sending.guild_id == world.guild.id
    assert world.service.recorded == []


async def test_quotes_of_a_private_answer_are_shown_after_another_server_was_chosen(
    world: World, mill: simcord.GuildHandle
) -> None:
    await world.stores.homes.choose(world.asker.id, world.guild.id)
    await world.asker.send_dm(ASKED)
    answer = world.asker.user.dm_channel.last_message
    assert answer is not None
    await world.stores.homes.choose(world.asker.id, mill.id)
    result = await world.asker.user.click(answer, label="Show quotes")

    assert "Tern Bridge" in text_of(result.response)
    assert {library for library, _ in world.service.read} == {world.library}


async def test_where_discord_does_not_say_who_belongs_nothing_is_answered(
    world: World,
) -> None:
    await world.stores.homes.choose(world.asker.id, world.guild.id)
    world.env.inject_error("GET", f"/guilds/{world.guild.id}/members/{world.asker.id}", status=403)
    await world.asker.send_dm(ASKED)

    assert "could not look up whether you are a member" in last_said(world)
    assert await world.stores.homes.find(world.asker.id) == world.guild.id
    assert world.service.asked == []


async def test_where_discord_says_half_nothing_is_chosen_by_itself(
    world: World, mill: simcord.GuildHandle
) -> None:
    path = f"/guilds/{mill.id}/members/{world.asker.id}"
    world.env.inject_error("GET", path, status=403)
    await world.asker.send_dm(ASKED)

    assert "Which server's articles" in last_said(world)
    assert "There are more" in last_said(world)
    assert await world.stores.homes.find(world.asker.id) is None


async def test_moderating_is_for_servers_alone(world: World) -> None:
    assert "gaps" not in world.moderator.user.available_commands()
    assert "server" not in world.asker.available_commands(world.channel)
    assert "server" in world.asker.user.available_commands()


async def test_where_the_operator_does_not_allow_it_there_is_one_friendly_line(
    world: World,
) -> None:
    world.bot._direct._homes = None
    await world.asker.send_dm(ASKED)

    assert last_said(world) == ONLY_IN_SERVERS


async def test_a_member_is_believed_for_some_minutes_and_a_stranger_for_seconds(
    world: World,
) -> None:
    moment = 0.0
    members = Members(clock=lambda: moment)
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    stranger = world.env.create_user("new")
    assert await members.find(guild, world.asker.id) is not None
    assert await members.find(guild, stranger.id) is None
    world.guild.add_member(stranger)
    world.guild.remove_member(world.asker)

    moment = 29.0
    assert await members.find(guild, world.asker.id) is not None
    assert await members.find(guild, stranger.id) is None
    moment = 31.0
    assert await members.find(guild, stranger.id) is not None
    moment = 301.0
    assert await members.find(guild, world.asker.id) is None


def options_of(component: object) -> list[discord.SelectOption]:
    found: list[discord.SelectOption] = list(getattr(component, "options", []))
    for child in getattr(component, "children", []):
        found += options_of(child)
    return found
