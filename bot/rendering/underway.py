"""How far an answer is, while somebody waits for it."""

from __future__ import annotations

from bot.answering.engine import COMPOSING, SEARCHING, Underway
from bot.rendering.answer import render_unfinished, write_question
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line, shorten
from bot.speech import tr, tr_n

_STAGE_LIMIT = 100


def render_underway(underway: Underway, *, question: str | None) -> Card:
    """What is done so far: the sentences that are checked, or else the stage.

    ``question`` is what the card begins with, if anything.
    """
    if underway.partial is not None:
        return render_unfinished(underway.partial, show_question=question is not None)
    asked = write_question(question) if question else ""
    stage = f"-# {shorten(describe_stage(underway), _STAGE_LIMIT)} ..."
    return Card(tuple(filter(None, [asked, stage])), Tone.WORKING)


def describe_stage(underway: Underway) -> str:
    """The stage in words for people, such as "Reading 8 passages"."""
    if underway.stage == SEARCHING:
        return tr("Searching the articles")
    if underway.stage == COMPOSING and underway.partial is not None:
        return tr_n(
            "Writing the answer, {count} sentence so far",
            "Writing the answer, {count} sentences so far",
            len(underway.partial.sentences),
        )
    if underway.stage == COMPOSING and underway.passages:
        return tr_n("Reading {count} passage", "Reading {count} passages", underway.passages)
    stage = plain_line(underway.stage, _STAGE_LIMIT)
    return stage[:1].upper() + stage[1:] or tr("Working on it")
