"""An answer that no longer stands as it was sent: what is said in front of it."""

from __future__ import annotations

from bot.answering.models import Answer
from bot.rendering.actions import Button, action_id
from bot.rendering.dates import moment
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.sources import FULL, TIGHT, write_sources
from bot.rendering.text import measure, quote_lines, shorten, shorten_lines
from bot.speech import mark, tr

OUTDATED = mark("**An article behind this answer has changed since.**")
_QUESTION_LIMIT = 300
_NOTE_LIMIT = 600
_SOURCES_LIMIT = 1600
_RESERVE = 200


def render_corrected(answer: Answer, reply_id: str, *, text: str, at: str) -> Card:
    """An answer that a moderator put right; ``at`` is when (UTC, ISO 8601), ``text`` the note."""
    said = tr("**Corrected by a moderator** on {date}", date=moment(at, "D"))
    return _render(answer, reply_id, f"{said}\n{quote_lines(shorten_lines(text, _NOTE_LIMIT))}")


def render_outdated(answer: Answer, reply_id: str) -> Card:
    """An answer that quotes what its article no longer says."""
    hint = tr("Ask again to see what the articles say now.")
    return _render(answer, reply_id, f"{tr(OUTDATED)}\n-# {hint}")


def render_pointer(card: Card) -> Card:
    """What stands in the other messages of a long answer that was marked: the mark alone."""
    below = tr("The whole answer, with its sources, stands in the last of its messages.")
    return Card((card.blocks[0], f"-# {below}"), card.tone)


def _render(answer: Answer, reply_id: str, said: str) -> Card:
    asked = shorten(answer.question.text, _QUESTION_LIMIT) or tr("A question without words")
    question = f"**{asked}**"
    sources = write_sources(answer.citations, FULL)
    if measure(sources) > _SOURCES_LIMIT:
        sources = write_sources(answer.citations, TIGHT)
    while measure(sources) > _SOURCES_LIMIT:
        sources = sources.rpartition("\n")[0]
    before = tr("What I answered before:")
    room = CARD_LIMIT - _RESERVE - sum(map(measure, (said, question, sources, before)))
    old = quote_lines(shorten(answer.text, max(room, 100)))
    blocks = (said, question, f"-# {before}\n{old}", sources)
    show = Button(tr("Show quotes"), action_id("quotes", reply_id))
    return Card(tuple(filter(None, blocks)), Tone.WARNING, actions=(show,))
