"""What keeps the bot, or a member, from writing somewhere, in words."""

from __future__ import annotations

import discord

from bot.speech import mark, tr

VIEW = mark("View Channel")
SEND = mark("Send Messages")
SEND_IN_THREADS = mark("Send Messages in Threads")
_LACKING = mark("I may not write here: I lack the permission “{permission}” in this channel.")
_LACKING_IN = mark("I may not write in {channel}: I lack the permission “{permission}” there.")
_LOCKED = mark("I may not write here: this thread is locked.")
_ASK_MODERATOR = mark("A moderator can change that.")


def find_missing(channel: object, permissions: discord.Permissions) -> str | None:
    """The permission that is missing for a message there, as Discord calls it in English."""
    in_thread = isinstance(channel, discord.Thread)
    if not permissions.view_channel:
        return VIEW
    if in_thread:
        return None if permissions.send_messages_in_threads else SEND_IN_THREADS
    return None if permissions.send_messages else SEND


def explain_silence(
    channel: object, permissions: discord.Permissions, *, named: bool = False
) -> str | None:
    """Why the bot may not write there and who can change it; None where it may.

    Args:
        channel: Where.
        permissions: What the bot may do there.
        named: Whether the channel is named, for who reads it elsewhere.
    """
    if isinstance(channel, discord.Thread) and channel.locked and not permissions.manage_threads:
        return f"{tr(_LOCKED)} {tr(_ASK_MODERATOR)}"
    missing = find_missing(channel, permissions)
    if missing is None:
        return None
    if named:
        place = f"<#{getattr(channel, 'id', 0)}>"
        said = tr(_LACKING_IN, channel=place, permission=tr(missing))
    else:
        said = tr(_LACKING, permission=tr(missing))
    return f"{said} {tr(_ASK_MODERATOR)}"
