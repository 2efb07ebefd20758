"""Whom somebody chose in a menu of members, from what Discord says of them with the choice."""

from __future__ import annotations

from typing import Any

import discord

from bot.cogs.exchange import Interaction
from bot.policy import Person


def describe_chosen(interaction: Interaction, chosen: str) -> Person | None:
    """The member who was chosen; None for bots, and for who is no member of this server."""
    data: dict[str, Any] = dict(interaction.data or {})
    resolved = data.get("resolved") or {}
    member = (resolved.get("members") or {}).get(chosen)
    user = (resolved.get("users") or {}).get(chosen) or {}
    if member is None or user.get("bot") or not chosen.isdecimal():
        return None
    role_ids = frozenset(map(int, member.get("roles") or ()))
    granted = discord.Permissions(int(member.get("permissions") or 0))
    owner = None
    if interaction.guild is not None:
        owner = interaction.guild.owner_id
        for role in filter(None, map(interaction.guild.get_role, role_ids)):
            granted |= role.permissions
    return Person(
        id=int(chosen),
        manages_server=granted.manage_guild or granted.administrator or int(chosen) == owner,
        role_ids=role_ids,
    )
