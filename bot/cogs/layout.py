"""Cards and forms as Discord's components."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.rendering.actions import Button, Form, Menu, Style, TextField
from bot.rendering.parts import Card, Tone

QUOTES_ID = "footnote:quotes:"
QUOTES_LABEL = "Show quotes"
_COLOURS = {
    Tone.ANSWER: discord.Colour(0x3B7DD8),
    Tone.REFUSAL: discord.Colour(0xC98A1B),
    Tone.PLAN: discord.Colour(0x5A6B7B),
    Tone.WORKING: discord.Colour(0x3B7DD8),
    Tone.DONE: discord.Colour(0x2F8F5B),
    Tone.WARNING: discord.Colour(0xC0392B),
}
_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.MAIN: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}
_LINES = {True: discord.TextStyle.paragraph, False: discord.TextStyle.short}


def build_view(card: Card) -> ui.LayoutView:
    """The card as a view that is ready to be sent and listens to nothing.

    Its buttons are answered by ``QuotesButton`` and ``ActionItem``, which know them by
    their ids alone, after a restart too.
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
    for row in card.rows:
        container.add_item(ui.ActionRow(*map(_build_action, row)))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    # A stopped view is not kept by the library; live ones would pile up, one an answer.
    view.stop()
    return view


def build_modal(form: Form) -> ui.Modal:
    """The form as a window that is ready to be shown; what is sent is read by its id alone."""
    modal = ui.Modal(title=form.title, custom_id=form.id, timeout=None)
    for field in form.fields:
        modal.add_item(_build_field(field))
    if form.menu is not None:
        modal.add_item(ui.Label(text=form.menu.placeholder, component=_build_menu(form.menu)))
    modal.stop()
    return modal


def _build_action(action: Button | Menu) -> ui.Item[Any]:
    if isinstance(action, Menu):
        return _build_menu(action)
    return ui.Button(
        label=action.label,
        custom_id=action.id,
        style=_STYLES[action.style],
        disabled=action.disabled,
    )


def _build_menu(menu: Menu) -> ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=choice.label,
            value=choice.value,
            description=choice.description or None,
            default=choice.chosen,
        )
        for choice in menu.choices
    ]
    return ui.Select(custom_id=menu.id, placeholder=menu.placeholder, options=options)


def _build_field(field: TextField) -> ui.Label[Any]:
    given: ui.TextInput[Any] = ui.TextInput(
        custom_id=field.id,
        style=_LINES[field.several_lines],
        default=field.value or None,
        required=field.required,
        max_length=field.limit,
    )
    return ui.Label(text=field.label, description=field.hint or None, component=given)
