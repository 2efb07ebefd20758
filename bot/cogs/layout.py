"""Cards as Discord's components."""

from __future__ import annotations

import discord
from discord import ui

from bot.rendering.parts import Card, Tone

QUOTES_ID = "footnote:quotes:"
QUOTES_LABEL = "Show quotes"
_COLOURS = {Tone.ANSWER: discord.Colour(0x3B7DD8), Tone.REFUSAL: discord.Colour(0xC98A1B)}


def build_view(card: Card) -> ui.LayoutView:
    """The card as a view that is ready to be sent and listens to nothing.

    Its button is answered by ``QuotesButton``, which knows it by its id alone, after a
    restart too.
    """
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=_COLOURS[card.tone])
    for number, block in enumerate(card.blocks):
        if number:
            container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(block))
    if card.answer_id is not None:
        button: ui.Button[ui.LayoutView] = ui.Button(
            label=QUOTES_LABEL, custom_id=QUOTES_ID + card.answer_id
        )
        container.add_item(ui.ActionRow(button))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    # A stopped view is not kept by the library; live ones would pile up, one an answer.
    view.stop()
    return view
