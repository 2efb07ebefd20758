"""What a message asks, read from its text; a text of others is never trusted."""

from __future__ import annotations

import re

import discord

_CUSTOM_EMOJI = re.compile(r"<a?:\w+:\d+>")
_MARKUP = re.compile(r"<(?:@[!&]?|#|/[^:<>]+:|id:|t:)[^<>\s]*>")
_SHORTCODE = re.compile(r":[a-z0-9_+-]{2,32}:")


def has_words(text: str) -> bool:
    """Whether there is a letter or a number in it, emoji and mentions aside."""
    bare = _SHORTCODE.sub(" ", _MARKUP.sub(" ", _CUSTOM_EMOJI.sub(" ", text)))
    return any(char.isalnum() for char in bare)


def read_question_of(message: discord.Message, own_id: int) -> str:
    """The text of somebody's message as a question: names for mentions, none of the bot."""
    own_name = re.compile(rf"<@!?{own_id}>")
    named = message.clean_content if message.content else ""
    if own_name.search(message.content):
        # Without its name the rest reads as it was meant.
        own = message.guild.me if message.guild is not None else None
        for name in {own.display_name, own.name} if own is not None else ():
            named = named.replace(f"@{name}", " ")
        named = own_name.sub(" ", named)
    return " ".join(_CUSTOM_EMOJI.sub(" ", named).replace("\u200b", "").split())
