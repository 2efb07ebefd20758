"""What one entry of the manual says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from bot.speech import mark

_CHANGING = re.compile(r"\{[^{}]*\}")


class Who(Enum):
    """Who may use something."""

    ANYBODY = mark("everybody")
    MEMBERS = mark("whoever may ask")
    ASKER = mark("the asker")
    MODERATORS = mark("moderators")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, or buttons that belong together.

    Attributes:
        key: Names its page; it stays the same when the names change.
        names: What they are called: commands with a slash, buttons by their labels.
        who: Who may use them.
        what: What they do.
        looks: What one sees.
        is_button: Whether the names are labels, which are shown in the reader's language.
    """

    key: str
    names: tuple[str, ...]
    who: Who
    what: str
    looks: str
    is_button: bool = False

    @property
    def is_for_moderators(self) -> bool:
        """Whether only moderators have a use for it."""
        return self.who is Who.MODERATORS


def command(key: str, names: str, who: Who, what: str, looks: str) -> Entry:
    """An entry of commands, their names with commas between them."""
    return Entry(key, tuple(names.split(", ")), who, what, looks)


def buttons(key: str, names: str, who: Who, what: str, looks: str) -> Entry:
    """An entry of buttons and menus, their labels with bars between them."""
    return Entry(key, tuple(names.split(" | ")), who, what, looks, is_button=True)


def example(label: str) -> str:
    """A label with what changes in it left open: "Go back to edition …", "Open [1]"."""
    return _CHANGING.sub("…", label.replace("{numbers}", "[1]"))
