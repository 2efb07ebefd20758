"""What an answer says that nobody asked the bot for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.rendering.parts import CARD_LIMIT, Card
from bot.rendering.text import measure
from bot.speech import mark, tr

UNASKED = mark("Automatic answer from the articles. A person may know more.")


def label_automatic(cards: Sequence[Card]) -> tuple[Card, ...]:
    """The cards of an answer, the first one beginning with how it came about."""
    said = f"-# {tr(UNASKED)}"
    first = cards[0]
    if first.length + measure(said) > CARD_LIMIT:
        return (Card((said,), first.tone), *cards)
    return (replace(first, blocks=(said, *first.blocks)), *cards[1:])
