"""What a card of ours shows, read back from it: only the bot can write its messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import discord

from bot.rendering.answer import UNDERSTOOD
from bot.rendering.lists import read_reason_line
from bot.rendering.reply_actions import QUOTES_ID
from bot.rendering.text import ELLIPSIS, unescape, without_isolates
from bot.speech import LANGUAGES, speaking, tr

_ANSWER_ID = re.compile(re.escape(QUOTES_ID) + r"([0-9a-f]{16})")
_QUESTION_LINES = 2
_SMALL = "-# "
_QUESTION = re.compile(r"\*\*(.+)\*\*")


def read_reason(message: discord.Message | None) -> str:
    """The reason that a card shows, "" if it shows none."""
    for text in iter_texts(message):
        for line in text.split("\n"):
            if (reason := read_reason_line(line)) is not None:
                return unescape(reason)
    return ""


def read_question(message: discord.Message | None) -> str:
    """The question that an answer begins with, as far as it is shown; "" if it is not.

    Rather as it was understood: so it can be asked again without its conversation.
    """
    lines = without_isolates(next(iter_texts(message), "")).split("\n")
    if lines[0].startswith(_SMALL) and len(lines) > 1 and not _understood(lines[0]):
        # Who shared it, or what it answers.
        lines = lines[1:]
    found = _QUESTION.fullmatch(lines[0])
    shown = found[1] if found and len(lines) <= _QUESTION_LINES else ""
    shown = _understood(lines[-1]) or shown
    return unescape(shown).removesuffix(ELLIPSIS).rstrip()


def _understood(line: str) -> str:
    """The question as it was understood, "" where the line does not say that.

    The card may have been sent in any language.
    """
    if not line.startswith(_SMALL):
        return ""
    for language in LANGUAGES:
        with speaking(language):
            opening = f"{_SMALL}{tr(UNDERSTOOD)} "
        if line.startswith(opening):
            return line.removeprefix(opening)
    return ""


def read_answer_id(message: discord.Message | None) -> str | None:
    """The id under which the quotes of an answer are kept; None without the button."""
    for component in _walk(message.components if message else ()):
        custom_id = getattr(component, "custom_id", None)
        found = _ANSWER_ID.fullmatch(custom_id) if isinstance(custom_id, str) else None
        if found:
            return found[1]
    return None


def iter_texts(message: discord.Message | None) -> Iterator[str]:
    """The texts of a message's cards, as they were written."""
    for component in _walk(message.components if message else ()):
        if isinstance(component, discord.TextDisplay):
            yield component.content


def _walk(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
