"""What Discord says of a server, as far as its settings need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import discord

from bot.cogs.ports import BotConfig
from bot.rendering.actions import ChannelSort
from bot.rendering.config_settings import Kind, Right, Setting
from bot.rendering.config_values import Surroundings
from bot.state.spending import Budget

_TYPES = {
    discord.ChannelType.text: ChannelSort.TEXT,
    discord.ChannelType.news: ChannelSort.NEWS,
    discord.ChannelType.forum: ChannelSort.FORUM,
    discord.ChannelType.voice: ChannelSort.VOICE,
    discord.ChannelType.category: ChannelSort.CATEGORY,
}


def look_around(
    guild: discord.Guild, config: BotConfig, budget: Budget | None, *, manages: bool
) -> Surroundings:
    """The server as it is at this moment, for who may or may not manage it."""
    names = {channel.id: f"#{channel.name}" for channel in guild.channels}
    names |= {role.id: f"@{role.name.removeprefix('@')}" for role in guild.roles}
    return Surroundings(
        everyone=guild.id,
        channels=_Channels(guild),
        roles=frozenset(role.id for role in guild.roles),
        names=names,
        manages=manages,
        retention_days=config.answer_retention // timedelta(days=1),
        allows_direct=config.direct_messages,
        budget=budget,
    )


def takes(setting: Setting, guild: discord.Guild, chosen: int) -> bool:
    """Whether a channel or role that was chosen is one that the setting takes."""
    if setting.kind is Kind.ROLES:
        return guild.get_role(chosen) is not None
    channel = guild.get_channel(chosen)
    return channel is not None and _TYPES.get(channel.type) in setting.sorts


class _Channels(Mapping[int, frozenset[Right]]):
    """What the bot may not do in each channel, worked out for those that are asked about."""

    def __init__(self, guild: discord.Guild) -> None:
        self._channels = {channel.id: channel for channel in guild.channels}

    def __getitem__(self, channel_id: int) -> frozenset[Right]:
        return _lacking(self._channels[channel_id])

    def __iter__(self) -> Iterator[int]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def __contains__(self, channel_id: object) -> bool:
        return channel_id in self._channels


def _lacking(channel: discord.abc.GuildChannel) -> frozenset[Right]:
    """What the bot may not do there."""
    granted = channel.permissions_for(channel.guild.me)
    rights = {
        Right.VIEW: granted.view_channel,
        Right.SEND: granted.send_messages,
        Right.SEND_IN_THREADS: granted.send_messages_in_threads,
        Right.HISTORY: granted.read_message_history,
    }
    if isinstance(channel, discord.ForumChannel):
        # It answers in posts, which are threads, and opens none itself.
        del rights[Right.SEND]
    if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        del rights[Right.SEND_IN_THREADS]
    return frozenset(right for right, has in rights.items() if not has)
