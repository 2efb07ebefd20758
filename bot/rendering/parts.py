"""What rendering gives: messages as plain values, free of Discord's classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.rendering.text import measure

CARD_LIMIT = 4000
"""What the texts of one card may hold together, in UTF-16 units."""
NOTE_LIMIT = 2000
"""What the content of one plain message may hold."""


class Tone(Enum):
    """What a card is; it shows in its colour."""

    ANSWER = auto()
    REFUSAL = auto()


@dataclass(frozen=True, slots=True)
class Card:
    """One message: blocks of harmless markdown, parted by thin lines.

    ``answer_id`` asks for the button that shows the quotes of that answer.

    Raises:
        ValueError: Discord would not take it.
    """

    blocks: tuple[str, ...]
    tone: Tone
    answer_id: str | None = None

    def __post_init__(self) -> None:
        if not self.blocks or not all(block.strip() for block in self.blocks):
            raise ValueError("a card needs a text in every block")
        if self.length > CARD_LIMIT:
            raise ValueError(f"a card of {self.length} characters; {CARD_LIMIT} or fewer")

    @property
    def length(self) -> int:
        """All its texts together."""
        return sum(map(measure, self.blocks))

    @property
    def text(self) -> str:
        """Its blocks, one after the other."""
        return "\n".join(self.blocks)
