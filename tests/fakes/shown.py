"""Cards, forms and texts as plain text: all that a person would see of them, and every id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from bot.rendering.actions import (
    Action,
    Button,
    ChannelMenu,
    Choice,
    Form,
    LinkButton,
    Menu,
    RoleMenu,
    Style,
    TextField,
    UserMenu,
)
from bot.rendering.parts import Card

Shown = Card | Form | str | tuple["Card | Action", ...]
Sample = Callable[[], Shown]
"""Renders something; it is called where it is looked at, never at import."""


def show(it: Shown) -> str:
    """What is written into a file of approved texts, and read from it again."""
    if isinstance(it, str):
        return it
    if isinstance(it, tuple):
        return "\n\n=====\n\n".join(
            show(each) if isinstance(each, Card) else _act(each) for each in it
        )
    return "\n".join(_card(it) if isinstance(it, Card) else _form(it))


def _card(card: Card) -> Iterator[str]:
    yield f"{card.tone.name} card of {card.length}"
    for block in card.blocks:
        yield f"---\n{block}"
    for row in card.rows:
        yield "---"
        yield from map(_act, row)
    if card.attachment is not None:
        file = card.attachment
        picture = "picture" if file.is_picture else "file"
        yield f"---\n{picture} {file.name}, {len(file.content)} bytes: {file.description}"


def _form(form: Form) -> Iterator[str]:
    yield f"FORM {form.id}: {form.title}"
    yield from map(_field, form.fields)
    if form.menu is not None:
        yield _act(form.menu)
        yield f"menu first: {form.menu_first}"


def _field(text: TextField) -> str:
    return "\n".join(f"  {each.name}: {getattr(text, each.name)!r}" for each in fields(text))


def _act(action: Action) -> str:
    match action:
        case Button():
            style = "" if action.style is Style.PLAIN else f" {action.style.name}"
            off = " (disabled)" if action.disabled else ""
            return f"[{action.label}] {action.id}{style}{off}"
        case LinkButton():
            return f"[{action.label}] -> {action.url}"
        case Menu():
            lines = [f"menu {action.id}: {action.placeholder}", *map(_choice, action.choices)]
            return "\n".join(lines)
        case ChannelMenu():
            sorts = " ".join(sort.name for sort in action.sorts)
            return f"channels {action.id}: {action.placeholder} | {sorts} | {_picks(action)}"
        case RoleMenu():
            return f"roles {action.id}: {action.placeholder} | {_picks(action)}"
        case UserMenu():
            return f"member {action.id}: {action.placeholder}"


def _choice(choice: Choice) -> str:
    sign = "*" if choice.chosen else "-"
    described = f" | {choice.description}" if choice.description else ""
    return f"  {sign} {choice.label} = {choice.value}{described}"


def _picks(menu: ChannelMenu | RoleMenu) -> str:
    return f"{menu.chosen} of {menu.most}"
