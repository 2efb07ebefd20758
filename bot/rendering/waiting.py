"""Where in the line a question stands, while somebody waits for its turn."""

from __future__ import annotations

from bot.rendering.parts import Card, Tone
from bot.rendering.text import shorten
from bot.speech import tr, tr_n

_QUESTION_LIMIT = 300


def render_waiting(before: int, question: str | None) -> Card:
    """How many questions come first; ``question`` is what the card begins with, if anything."""
    asked = shorten(question, _QUESTION_LIMIT - 4) if question else ""
    said = (
        tr_n("{count} question before yours", "{count} questions before yours", before)
        if before
        else tr("Yours is the next question")
    )
    return Card(tuple(filter(None, [asked and f"**{asked}**", f"-# {said} ..."])), Tone.WORKING)
