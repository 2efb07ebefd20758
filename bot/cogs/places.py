"""Where somebody speaks to the bot, and who they are there, as Discord says it."""

from __future__ import annotations

from typing import Any

import discord

from bot.policy import Person, Place


def describe_interaction(interaction: discord.Interaction[Any]) -> tuple[Place, Person]:
    """Where and who, from what Discord says in the interaction itself."""
    guild_id = interaction.guild_id
    is_member = guild_id is not None and interaction.client.get_guild(guild_id) is not None
    granted = interaction.permissions
    person = Person(
        id=interaction.user.id,
        manages_server=guild_id is not None and (granted.manage_guild or granted.administrator),
        role_ids=roles_of(interaction.user),
    )
    place = Place(guild_id, is_member, channels_of(interaction.channel, interaction.channel_id))
    return place, person


def roles_of(user: object) -> frozenset[int]:
    """The roles that Discord says a member has now; none outside of servers."""
    return (
        frozenset(role.id for role in user.roles)
        if isinstance(user, discord.Member)
        else frozenset()
    )


def channels_of(channel: object, channel_id: int | None) -> tuple[int, ...]:
    """A channel, the one its thread belongs to, and their category, as far as known."""
    parent = getattr(channel, "parent_id", None)
    category = getattr(channel, "category_id", None)
    if category is None:
        category = getattr(getattr(channel, "parent", None), "category_id", None)
    return tuple(found for found in (channel_id, parent, category) if found)
