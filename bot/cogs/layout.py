"""Cards and forms as Discord's components."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.rendering.actions import (
    Action,
    ChannelMenu,
    ChannelSort,
    Form,
    LinkButton,
    Menu,
    RoleMenu,
    Style,
    TextField,
    UserMenu,
)
from bot.rendering.parts import Attachment, Card, Tone

_COLOURS = {
    Tone.ANSWER: discord.Colour(0x3B7DD8),
    Tone.REFUSAL: discord.Colour(0xC98A1B),
    Tone.PLAN: discord.Colour(0x5A6B7B),
    Tone.WORKING: discord.Colour(0x3B7DD8),
    Tone.DONE: discord.Colour(0x2F8F5B),
    Tone.WARNING: discord.Colour(0xC0392B),
}
# By this a message is known as unfinished, also to a process that did not send it.
_UNFINISHED_ID = 900_001
_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.MAIN: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}
_SORTS = {
    ChannelSort.TEXT: discord.ChannelType.text,
    ChannelSort.NEWS: discord.ChannelType.news,
    ChannelSort.FORUM: discord.ChannelType.forum,
    ChannelSort.VOICE: discord.ChannelType.voice,
    ChannelSort.CATEGORY: discord.ChannelType.category,
}
_LINES = {True: discord.TextStyle.paragraph, False: discord.TextStyle.short}


def build_view(card: Card) -> ui.LayoutView:
    """The card as a view that is ready to be sent and listens to nothing.

    Its buttons are answered by ``QuotesButton`` and ``ActionItem``, which know them by
    their ids alone, after a restart too.
    """
    container: ui.Container[ui.LayoutView] = ui.Container(
        accent_colour=_COLOURS[card.tone],
        id=_UNFINISHED_ID if card.tone is Tone.WORKING else None,
    )
    for number, block in enumerate(card.blocks):
        if number:
            container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(block))
        if number == 0 and card.attachment is not None and card.attachment.is_picture:
            container.add_item(_build_picture(card.attachment))
    if card.attachment is not None and not card.attachment.is_picture:
        container.add_item(ui.File(f"attachment://{card.attachment.name}"))
    for row in card.rows:
        container.add_item(ui.ActionRow(*map(_build_action, row)))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    # A stopped view is not kept by the library; live ones would pile up, one an answer.
    view.stop()
    return view


def is_unfinished(components: Sequence[discord.Component]) -> bool:
    """Whether a message shows a card that was to be replaced by another one."""
    return any(getattr(component, "id", None) == _UNFINISHED_ID for component in components)


def build_modal(form: Form) -> ui.Modal:
    """The form as a window that is ready to be shown; what is sent is read by its id alone."""
    modal = ui.Modal(title=form.title, custom_id=form.id, timeout=None)
    parts = [_build_field(field) for field in form.fields]
    if form.menu is not None:
        label: ui.Label[Any] = ui.Label(
            text=form.menu.placeholder, component=_build_menu(form.menu)
        )
        parts.insert(0 if form.menu_first else len(parts), label)
    for part in parts:
        modal.add_item(part)
    modal.stop()
    return modal


def build_files(card: Card) -> list[discord.File]:
    """What is uploaded with the card; made anew for each time that it is sent."""
    given = card.attachment
    if given is None:
        return []
    content = io.BytesIO(given.content)
    return [discord.File(content, given.name, description=given.description or None)]


def _build_picture(picture: Attachment) -> ui.Item[Any]:
    media = f"attachment://{picture.name}"
    item = discord.MediaGalleryItem(media, description=picture.description or None)
    return ui.MediaGallery(item)


def _build_action(action: Action) -> ui.Item[Any]:
    if isinstance(action, Menu):
        return _build_menu(action)
    if isinstance(action, ChannelMenu | RoleMenu):
        return _build_picker(action)
    if isinstance(action, UserMenu):
        return ui.UserSelect(custom_id=action.id, placeholder=action.placeholder)
    if isinstance(action, LinkButton):
        return ui.Button(label=action.label, url=action.url)
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


def _build_picker(menu: ChannelMenu | RoleMenu) -> ui.Item[Any]:
    """A menu whose entries Discord knows: the server's channels, or its roles."""
    if isinstance(menu, ChannelMenu):
        return ui.ChannelSelect(
            custom_id=menu.id,
            placeholder=menu.placeholder,
            channel_types=[_SORTS[sort] for sort in menu.sorts],
            default_values=[
                discord.SelectDefaultValue.from_channel(discord.Object(i)) for i in menu.chosen
            ],
            min_values=0,
            max_values=menu.most,
        )
    return ui.RoleSelect(
        custom_id=menu.id,
        placeholder=menu.placeholder,
        default_values=[
            discord.SelectDefaultValue.from_role(discord.Object(i)) for i in menu.chosen
        ],
        min_values=0,
        max_values=menu.most,
    )


def _build_field(field: TextField) -> ui.Label[Any]:
    given: ui.TextInput[Any] = ui.TextInput(
        custom_id=field.id,
        style=_LINES[field.several_lines],
        default=field.value or None,
        placeholder=field.placeholder or None,
        required=field.required,
        max_length=field.limit,
    )
    return ui.Label(text=field.label, description=field.hint or None, component=given)
