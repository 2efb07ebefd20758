"""``/config``: what is shown, who may change what, and how a change is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord

from bot.cogs import config as cog
from bot.rendering.actions import action_id
from bot.rendering.config import MANAGERS_ONLY
from bot.rendering.config_settings import SETTINGS
from bot.speech import LANGUAGES
from bot.state.server_changes import Change, ChangeBook
from bot.state.servers import DEFAULT, ServerSettings
from bot.state.spending import Budget, Limit, Spent
from index.database import Database
from tests.fakes.discord_world import World, post_fake, text_of, use_as_outsider


async def _open(world: World, key: str = "") -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, "config")
    assert result.ephemeral
    card = result.response
    assert card is not None
    if key:
        await world.moderator.select(card, [key], custom_id=action_id("config", "open"))
    return card


async def _now(world: World) -> ServerSettings:
    return await world.stores.servers.of(world.guild.id)


async def _confirm(world: World, card: simcord.ResponseMessage) -> None:
    await world.moderator.click(card, label="Confirm")


def _id(*parts: str) -> str:
    return action_id("config", *parts)


async def test_the_panel_says_of_every_setting_what_it_is_and_means(world: World) -> None:
    text = text_of(await _open(world))

    for setting in SETTINGS:
        assert f"**{setting.title}**" in text
        assert f"-# {setting.meaning}" in text
    assert "**Channels where I answer**: every channel" in text
    assert "**How long I remember**: 90 days, as whoever runs me set it" in text


async def test_numbers_are_no_channels_that_are_gone(world: World) -> None:
    await world.stores.servers.change(
        world.guild.id, cooldown=60, day_tokens=5000, retention_days=30
    )
    assert "Something is wrong" not in text_of(await _open(world))
    for key in ("cooldown", "day_tokens", "retention_days"):
        assert "no longer exist" not in text_of(await _open(world, key))


async def test_channels_are_set_only_after_they_were_shown_and_confirmed(world: World) -> None:
    forum = world.guild.create_forum_channel("help")
    card = await _open(world, "ask_channels")
    await world.moderator.select(
        card, [world.channel, forum], custom_id=_id("pick", "ask_channels")
    )

    assert f"Now: every channel\nThen: <#{world.channel.id}> <#{forum.id}>" in text_of(card)
    assert (await _now(world)).ask_channels == ()

    await _confirm(world, card)

    assert (await _now(world)).ask_channels == (world.channel.id, forum.id)
    assert "**Channels where I answer** is set" in text_of(card)
    assert world.service.noted == (
        (
            world.library,
            (
                f"Channels where I answer: every channel -> #news ({world.channel.id}), "
                f"#help ({forum.id})"
            ),
            f"discord:{world.moderator.id}",
        ),
    )


async def test_what_is_set_is_chosen_already_and_the_list_can_be_cleared(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_channels=(world.channel.id,))
    card = await _open(world, "ask_channels")
    shown = world.sent("PATCH", "/messages/@original")[-1]
    assert {"id": world.channel.id, "type": "channel"} in _find_all(shown, "default_values")

    await world.moderator.click(card, label="Clear the list …")
    await _confirm(world, card)

    assert (await _now(world)).ask_channels == ()


async def test_choosing_nothing_in_the_menu_clears_the_list_too(world: World) -> None:
    await world.stores.servers.change(world.guild.id, ask_channels=(world.channel.id,))
    card = await _open(world, "ask_channels")
    await world.moderator.select(card, [], custom_id=_id("pick", "ask_channels"))
    await _confirm(world, card)

    assert (await _now(world)).ask_channels == ()


async def test_roles_may_be_chosen_and_everybody_means_no_limit(world: World) -> None:
    helpers = world.guild.create_role("Helpers")
    card = await _open(world, "ask_roles")
    await world.moderator.select(card, [helpers], custom_id=_id("pick", "ask_roles"))
    await _confirm(world, card)
    assert (await _now(world)).ask_roles == (helpers.id,)

    card = await _open(world, "ask_roles")
    everyone = world.guild.default_role
    await world.moderator.select(card, [everyone, helpers], custom_id=_id("pick", "ask_roles"))
    assert "Then: everybody" in text_of(card)
    await _confirm(world, card)

    assert (await _now(world)).ask_roles == ()


async def test_not_everybody_can_be_made_a_moderator(world: World) -> None:
    card = await _open(world, "moderator_roles")
    everyone = world.guild.default_role
    result = await world.moderator.select(
        card, [everyone], custom_id=_id("pick", "moderator_roles")
    )

    assert text_of(result.followups[-1]) == cog.EVERYBODY


@pytest.fixture
async def keeper(world: World) -> simcord.MemberActor:
    """Moderates by a role that the server named, and may not manage the server."""
    role = world.guild.create_role("Librarians")
    await world.stores.servers.change(world.guild.id, moderator_roles=(role.id,))
    actor = world.guild.add_member(world.env.create_user("kit"), roles=[role])
    root = world.env.backend.find_command("config", None, type=1)
    assert root is not None
    world.guild.set_command_permissions(int(root["id"]), {actor: True})
    return actor


async def test_who_moderates_by_a_role_may_set_everything_but_who_moderates(
    world: World, keeper: simcord.MemberActor
) -> None:
    card = (await keeper.slash(world.channel, "config")).response
    assert card is not None
    await keeper.select(card, ["retract"], custom_id=_id("open"))
    await keeper.click(card, label="Turn off …")
    await keeper.click(card, label="Confirm")
    assert not (await _now(world)).retract

    await keeper.select(card, ["moderator_roles"], custom_id=_id("open"))
    assert MANAGERS_ONLY in text_of(card)
    fake = await post_fake(world, _id("clear", "moderator_roles"))
    result = await keeper.click(fake, custom_id=_id("clear", "moderator_roles"))
    assert text_of(result.response) == MANAGERS_ONLY


@pytest.mark.parametrize("key", ["public", "retention_days"])
async def test_who_moderates_by_a_role_neither_publishes_nor_wipes(
    world: World, keeper: simcord.MemberActor, key: str
) -> None:
    card = (await keeper.slash(world.channel, "config")).response
    assert card is not None
    await keeper.select(card, [key], custom_id=_id("open"))

    assert MANAGERS_ONLY in text_of(card)
    assert "Turn on" not in text_of(card)
    assert "Give a number" not in text_of(card)


async def test_what_a_manager_began_nobody_else_confirms(
    world: World, keeper: simcord.MemberActor
) -> None:
    change = Change("moderator_roles", (await _now(world)).moderator_roles, ())
    token = await world.stores.changes.keep(world.guild.id, world.moderator.id, change)
    fake = await post_fake(world, _id("confirm", token))
    result = await keeper.click(fake, custom_id=_id("confirm", token))

    assert text_of(result.response) == cog.EXPIRED
    assert (await _now(world)).moderator_roles


async def test_who_may_no_longer_manage_the_server_cannot_confirm_who_moderates(
    world: World, keeper: simcord.MemberActor
) -> None:
    # Begun while they could, by the same person.
    change = Change("moderator_roles", (await _now(world)).moderator_roles, ())
    token = await world.stores.changes.keep(world.guild.id, keeper.id, change)
    fake = await post_fake(world, _id("confirm", token))
    result = await keeper.click(fake, custom_id=_id("confirm", token))

    assert text_of(result.response) == MANAGERS_ONLY
    assert (await _now(world)).moderator_roles


async def test_who_lost_the_role_meanwhile_cannot_confirm(
    world: World, keeper: simcord.MemberActor
) -> None:
    card = (await keeper.slash(world.channel, "config")).response
    assert card is not None
    await keeper.select(card, ["retract"], custom_id=_id("open"))
    await keeper.click(card, label="Turn off …")
    await world.stores.servers.change(world.guild.id, moderator_roles=())
    result = await keeper.click(card, label="Confirm")

    assert "Only people who may manage this server" in text_of(result.response)
    assert (await _now(world)).retract


async def test_a_change_of_another_server_means_nothing_here(world: World) -> None:
    other = world.env.create_guild("Elsewhere")
    change = Change("retract", True, False)
    token = await world.stores.changes.keep(other.id, world.moderator.id, change)
    fake = await post_fake(world, _id("confirm", token))
    result = await world.moderator.click(fake, custom_id=_id("confirm", token))

    assert text_of(result.response) == cog.EXPIRED
    assert (await world.stores.servers.of(other.id)) == DEFAULT


async def test_a_stranger_sees_no_panel(world: World) -> None:
    shown = await use_as_outsider(world, "config")

    assert "Only people who may manage this server" in text_of(shown)


async def test_a_change_is_confirmed_after_a_restart(world: World) -> None:
    card = await _open(world, "private_by_default")
    await world.moderator.click(card, label="Turn on …")
    await world.env.restart_bot(world.make_bot())
    await _confirm(world, card)

    assert (await _now(world)).private_by_default


async def test_private_messages_say_where_the_operator_does_not_allow_them(world: World) -> None:
    text = text_of(await _open(world))

    assert "**Private messages**: on, but whoever runs me does not allow it" in text


async def test_cancelling_changes_nothing(world: World) -> None:
    card = await _open(world, "direct_messages")
    await world.moderator.click(card, label="Turn off …")
    await world.moderator.click(card, label="Cancel")

    assert cog.CANCELLED in text_of(card)
    assert await _now(world) == DEFAULT


async def test_what_somebody_else_changed_meanwhile_is_shown_anew(world: World) -> None:
    card = await _open(world, "ask_channels")
    await world.moderator.select(card, [world.channel], custom_id=_id("pick", "ask_channels"))
    other = world.guild.create_text_channel("other")
    await world.stores.servers.change(world.guild.id, ask_channels=(other.id,))
    await _confirm(world, card)

    assert cog.CHANGED_MEANWHILE in text_of(card)
    assert f"Now: <#{other.id}>\nThen: <#{world.channel.id}>" in text_of(card)
    assert (await _now(world)).ask_channels == (other.id,)
    await _confirm(world, card)
    assert (await _now(world)).ask_channels == (world.channel.id,)


async def test_what_is_deleted_is_named_and_taken_out(world: World) -> None:
    await world.stores.servers.change(world.guild.id, auto_channels=(world.channel.id, 77))
    card = await _open(world)
    assert "Something is wrong here" in text_of(card)
    await world.moderator.select(card, ["auto_channels"], custom_id=_id("open"))

    assert f"Now: <#{world.channel.id}> a deleted channel (`77`)" in text_of(card)
    assert "1 of these no longer exists." in text_of(card)
    shown = world.sent("PATCH", "/messages/@original")[-1]
    assert _find_all(shown, "default_values") == [{"id": world.channel.id, "type": "channel"}]
    await world.moderator.click(card, label="Take out the deleted …")
    await _confirm(world, card)

    assert (await _now(world)).auto_channels == (world.channel.id,)


async def test_a_channel_that_the_bot_cannot_write_in_names_what_is_missing(world: World) -> None:
    me = world.guild.me
    assert me is not None
    silent = world.guild.create_text_channel(
        "silent",
        overwrites={
            world.guild.default_role: discord.PermissionOverwrite(
                send_messages=False, read_message_history=False
            )
        },
    )
    card = await _open(world, "auto_channels")
    await world.moderator.select(card, [silent], custom_id=_id("pick", "auto_channels"))

    missing = "**Send Messages**, **Read Message History**"
    assert f"I lack a permission in <#{silent.id}>: {missing}." in text_of(card)


async def test_in_a_forum_the_bot_need_not_be_allowed_to_open_posts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum = world.guild.create_forum_channel("help")
    granted = discord.Permissions.all()
    granted.update(send_messages=False)
    monkeypatch.setattr(discord.ForumChannel, "permissions_for", lambda *_: granted)
    card = await _open(world, "auto_channels")
    await world.moderator.select(card, [forum], custom_id=_id("pick", "auto_channels"))

    assert f"Then: <#{forum.id}>" in text_of(card)
    assert "I lack a permission" not in text_of(card)


async def test_the_language_takes_hold_at_once(world: World) -> None:
    card = await _open(world, "language")
    await world.moderator.select(card, ["de"], custom_id=_id("choose", "language"))
    assert "Now: as Discord is set\nThen: Deutsch" in text_of(card)
    await _confirm(world, card)

    assert (await _now(world)).language == "de"


async def test_recency_is_kept_with_the_library(world: World) -> None:
    card = await _open(world, "recency")
    await world.moderator.select(card, ["mild"], custom_id=_id("choose", "recency"))
    assert "Then: mild: what an article gains by being new halves every 365 days" in text_of(card)
    await _confirm(world, card)

    assert str(world.service.preferred) == "mild"
    assert world.service.called == ["recency"]


@pytest.mark.parametrize(
    ("key", "written", "kept"),
    [
        ("cooldown", "90", 90),
        ("retention_days", "30", 30),
        ("day_tokens", "1,000,000", 1_000_000),
        ("day_tokens", "0", 0),
    ],
)
async def test_numbers_are_written_in_a_form(
    world: World, key: str, written: str, kept: int
) -> None:
    card = await _open(world, key)
    form = await world.moderator.click(card, label="Give a number …")
    await world.moderator.submit_modal(form, {"number": written})
    await _confirm(world, card)

    assert getattr(await _now(world), key) == kept


async def test_an_empty_number_leaves_it_to_whoever_runs_the_bot(world: World) -> None:
    await world.stores.servers.change(world.guild.id, retention_days=7)
    card = await _open(world, "retention_days")
    form = await world.moderator.click(card, label="Give a number …")
    await world.moderator.submit_modal(form, {})
    await _confirm(world, card)

    assert (await _now(world)).retention_days is None


async def test_half_lives_are_written_as_days(world: World) -> None:
    card = await _open(world, "recency")
    form = await world.moderator.click(card, label="Give a number of days …")
    await world.moderator.submit_modal(form, {"number": "45"})
    await _confirm(world, card)

    assert world.service.preferred.half_life_days == 45


@pytest.mark.parametrize("written", ["-1", "1.5", "many", "0x10", "86401", "٣"])
async def test_what_is_no_number_in_bounds_is_refused_with_the_bounds(
    world: World, written: str
) -> None:
    card = await _open(world, "cooldown")
    form = await world.moderator.click(card, label="Give a number …")
    result = await world.moderator.submit_modal(form, {"number": written})

    assert "from 0 to 86,400" in text_of(result.followups[-1])
    assert await _now(world) == DEFAULT


async def test_the_budget_shows_what_is_used_and_which_limit_holds(world: World) -> None:
    world.service.model_budget = Budget(Spent(tokens=1234), Limit(tokens=50_000))
    assert "50,000 tokens a day, as whoever runs me set it; used today: 1,234" in text_of(
        await _open(world)
    )
    await world.stores.servers.change(world.guild.id, day_tokens=2000)
    assert "2,000 tokens a day; used today: 1,234" in text_of(await _open(world))
    await world.stores.servers.change(world.guild.id, day_tokens=90_000)
    assert "50,000 tokens a day, as whoever runs me" in text_of(await _open(world))


async def test_articles_become_public_after_a_warning(world: World) -> None:
    card = await _open(world, "public")
    await world.moderator.click(card, label="Turn on …")
    assert "Anybody on the internet can then read every article" in text_of(card)
    await _confirm(world, card)

    assert await world.service.is_public(world.library)


async def test_a_menu_that_was_made_up_is_not_believed(world: World) -> None:
    for custom_id in (_id("turn", "guild_id", "on"), _id("pick", "nothing"), _id("confirm", "x")):
        fake = await post_fake(world, custom_id)
        result = await world.moderator.click(fake, custom_id=custom_id)
        assert text_of(result.response)
    assert await _now(world) == DEFAULT


async def test_the_panel_fits_with_everything_set_in_every_language(world: World) -> None:
    channels = tuple(world.guild.create_text_channel(f"c{n}").id for n in range(24))
    roles = tuple(world.guild.create_role(f"r{n}").id for n in range(25))
    world.service.model_budget = Budget(Spent(tokens=10**9), Limit())
    for language in LANGUAGES:
        await world.stores.servers.change(
            world.guild.id,
            ask_channels=(*channels, 1234567890123456789),
            auto_channels=(*channels, 1234567890123456789),
            ask_roles=roles,
            moderator_roles=(*roles[:-1], 1234567890123456789),
            desk_channel=1234567890123456789,
            language=language,
            cooldown=86400,
            retention_days=3650,
            day_tokens=1_000_000_000,
        )
        card = await _open(world)
        assert "1234567890123456789" in text_of(card)
        for setting in SETTINGS:
            await _open(world, setting.key)


async def test_a_change_is_good_once_and_for_an_hour(database: Database) -> None:
    time = [datetime(2031, 6, 10, tzinfo=UTC)]
    book = ChangeBook(database, now=lambda: time[0])
    await book.open()
    change = Change("ask_channels", (), (1, 2))
    token = await book.keep(1, 2, change)
    assert await book.take(token, 1, 2) == change
    assert await book.take(token, 1, 2) is None

    token = await book.keep(1, 2, change)
    time[0] += timedelta(hours=1, seconds=1)
    assert await book.take(token, 1, 2) is None


async def test_one_change_of_a_setting_waits_for_each_moderator(database: Database) -> None:
    book = ChangeBook(database)
    await book.open()
    older = await book.keep(1, 2, Change("retract", True, False))
    newer = await book.keep(1, 2, Change("retract", True, False))
    other = await book.keep(1, 3, Change("retract", True, False))

    assert await book.take(older, 1, 2) is None
    assert await book.take(newer, 1, 2) is not None
    assert await book.take(other, 1, 3) is not None


def _find_all(payload: object, key: str) -> list[object]:
    """Everything under that key, wherever it is in a payload."""
    found: list[object] = []
    if isinstance(payload, dict):
        for name, value in payload.items():
            found += value if name == key else _find_all(value, key)
    elif isinstance(payload, list):
        for each in payload:
            found += _find_all(each, key)
    return found
