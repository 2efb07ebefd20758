"""What a card of ours shows, read back from it: only the bot can write its messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import discord

from bot.cogs.layout import QUOTES_ID
from bot.rendering.answer import UNDERSTOOD_MARK
from bot.rendering.lists import REASON_MARK
from bot.rendering.text import ELLIPSIS, unescape

_ANSWER_ID = re.compile(re.escape(QUOTES_ID) + r"([0-9a-f]{16})")
_QUESTION_LINES = 2
_QUESTION = re.compile(r"\*\*(.+)\*\*")


def read_reason(message: discord.Message | None) -> str:
    """The reason that a card shows, "" if it shows none."""
    for text in _texts(message):
        for line in text.split("\n"):
            if line.startswith(REASON_MARK):
                return unescape(line.removeprefix(REASON_MARK))
    return ""


def read_question(message: discord.Message | None) -> str:
    """The question that an answer begins with, as far as it is shown; "" if it is not.

    Rather as it was understood: so it can be asked again without its conversation.
    """
    lines = next(_texts(message), "").split("\n")
    found = _QUESTION.fullmatch(lines[0])
    shown = found[1] if found and len(lines) <= _QUESTION_LINES else ""
    if lines[-1].startswith(UNDERSTOOD_MARK):
        shown = lines[-1].removeprefix(UNDERSTOOD_MARK)
    return unescape(shown).removesuffix(ELLIPSIS).rstrip()


def read_answer_id(message: discord.Message | None) -> str | None:
    """The id under which the quotes of an answer are kept; None without the button."""
    for component in _walk(message.components if message else ()):
        custom_id = getattr(component, "custom_id", None)
        found = _ANSWER_ID.fullmatch(custom_id) if isinstance(custom_id, str) else None
        if found:
            return found[1]
    return None


def _texts(message: discord.Message | None) -> Iterator[str]:
    for component in _walk(message.components if message else ()):
        if isinstance(component, discord.TextDisplay):
            yield component.content


def _walk(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
