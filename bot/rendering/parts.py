"""What rendering gives: messages as plain values, free of Discord's classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.rendering.actions import Action, Button, LinkButton
from bot.rendering.text import measure

CARD_LIMIT = 4000
"""What the texts of one card may hold together, in UTF-16 units."""
NOTE_LIMIT = 2000
"""What the content of one plain message may hold."""
ROW_LIMIT = 5
"""How many buttons stand side by side."""
_COMPONENTS_LIMIT = 40
DESCRIPTION_LIMIT = 1024
"""What the description of a picture may hold."""
_FILE_NAME = re.compile(r"[a-z0-9-]{1,80}\.[a-z]{2,5}")


class Tone(Enum):
    """What a card is; it shows in its colour."""

    ANSWER = auto()
    REFUSAL = auto()
    PLAN = auto()
    WORKING = auto()
    DONE = auto()
    WARNING = auto()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a card; a picture is shown in it, under its first block.

    ``description`` is what a screen reader says of a picture.

    Raises:
        ValueError: Discord would not take it.
    """

    name: str
    content: bytes
    description: str = ""
    is_picture: bool = False

    def __post_init__(self) -> None:
        if not _FILE_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for a file")
        if measure(self.description) > DESCRIPTION_LIMIT:
            raise ValueError(f"a description of {measure(self.description)} characters")


@dataclass(frozen=True, slots=True)
class Card:
    """One message: blocks of harmless markdown, parted by thin lines.

    ``actions`` come below the blocks, buttons side by side; those that open pages have rows
    of their own.

    Raises:
        ValueError: Discord would not take it.
    """

    blocks: tuple[str, ...]
    tone: Tone
    actions: tuple[Action, ...] = ()
    attachment: Attachment | None = None

    def __post_init__(self) -> None:
        if not self.blocks or not all(block.strip() for block in self.blocks):
            raise ValueError("a card needs a text in every block")
        if self.length > CARD_LIMIT:
            raise ValueError(f"a card of {self.length} characters; {CARD_LIMIT} or fewer")
        if self._components > _COMPONENTS_LIMIT:
            raise ValueError(f"a card of {self._components} components")

    @property
    def rows(self) -> tuple[tuple[Action, ...], ...]:
        """The actions as they stand: a menu by itself, buttons side by side."""
        rows: list[list[Action]] = []
        for action in self.actions:
            last = rows[-1] if rows else []
            joins = isinstance(action, Button | LinkButton) and last
            if joins and type(last[0]) is type(action) and len(last) < ROW_LIMIT:
                last.append(action)
            else:
                rows.append([action])
        return tuple(map(tuple, rows))

    @property
    def _components(self) -> int:
        buttons = len(self.rows) + len(self.actions)
        buttons += 2 * (self.attachment is not None)
        return 2 * len(self.blocks) + buttons

    @property
    def length(self) -> int:
        """All its texts together."""
        return sum(map(measure, self.blocks))

    @property
    def text(self) -> str:
        """Its blocks, one after the other."""
        return "\n".join(self.blocks)
