"""Buttons, menus and forms of cards: each press goes to what was registered for its id.

Nothing is remembered between showing a card and a press on it, so cards work after a
restart. Whoever presses is checked again: a card may have been seen by others.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import discord
from discord import ui
from discord.ext import commands

from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.intake import Intake
from bot.cogs.moderation import ModeratorDesk
from bot.rendering.actions import Form

FORGOTTEN = "I no longer know this button. Please use the command again."
_ID = re.compile(
    r"footnote:(?!quotes:)(?P<subject>[a-z]+):(?P<verb>[a-z]+)(?::(?P<rest>.*))?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed, a menu that was used, or a form that was sent.

    Attributes:
        subject: What it is about.
        verb: What is wanted.
        argument: What the id carries besides, "" if nothing.
        value: What was chosen in the menu, "" without one.
        fields: What was written in the form, by field.
        message: The card that was pressed; None where Discord names none.
    """

    subject: str
    verb: str
    argument: str = ""
    value: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    message: discord.Message | None = None

    @property
    def page(self) -> int:
        """The page that is wanted, the first where none is named."""
        number = self.argument.rpartition(":")[2]
        return int(number) if number.isdecimal() else 0

    def split(self, count: int) -> list[str]:
        """The argument in that many parts, "" for those that are missing."""
        parts = self.argument.split(":", count - 1)
        return parts + [""] * (count - len(parts))


Handler = Callable[[InteractionExchange, Press], Awaitable[None]]


class ActionDesk:
    """Knows what to do for each kind of press. Moderators only."""

    def __init__(self, desk: ModeratorDesk) -> None:
        self._desk = desk
        self._handlers: dict[tuple[str, str], tuple[Handler, bool]] = {}
        self._forms: dict[tuple[str, str], Callable[[Press], Form]] = {}

    def on(self, subject: str, verb: str, handler: Handler, *, urgent: bool = False) -> None:
        """Answer presses of this kind; urgent ones find room however busy it is."""
        self._handlers[(subject, verb)] = (handler, urgent)

    def on_form(self, subject: str, verb: str, make_form: Callable[[Press], Form]) -> None:
        """Open a form at presses of this kind."""
        self._forms[(subject, verb)] = make_form

    async def take(self, interaction: Interaction, press: Press) -> None:
        """Answer a press."""
        key = (press.subject, press.verb)
        if (make_form := self._forms.get(key)) is not None:
            form = make_form(press)

            async def give() -> Form:
                return form

            await self._desk.open_form(interaction, give)
            return
        handler, urgent = self._handlers.get(key, (_say_forgotten, False))
        await self._desk.serve(
            interaction,
            lambda exchange: handler(exchange, press),
            in_place=_is_private(interaction.message),
            urgent=urgent,
        )


class HasActions(Protocol):
    """The bot, as far as its buttons need it."""

    intake: Intake
    actions: ActionDesk


class ActionItem(ui.DynamicItem[ui.Item[Any]], template=_ID):
    """Answers every button and menu of ours that was ever sent, but "Show quotes"."""

    def __init__(self, item: ui.Item[Any], press: Press) -> None:
        super().__init__(item)
        self._press = press

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """What was pressed."""
        return cls(item, _read_press(interaction, match))

    async def callback(self, interaction: Interaction) -> None:
        """Do what it stands for, once for each press."""
        bot: HasActions = interaction.client
        if bot.intake.is_first_time(interaction.id):
            await bot.actions.take(interaction, self._press)


class FormListener(commands.Cog):
    """Takes the forms that people send; the library itself forgets them at a restart."""

    def __init__(self, *, actions: ActionDesk, intake: Intake) -> None:
        self._actions = actions
        self._intake = intake

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer a form of ours."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        match = _ID.fullmatch(str(data.get("custom_id", "")))
        if match is not None and self._intake.is_first_time(interaction.id):
            await self._actions.take(interaction, _read_press(interaction, match))


def _read_press(interaction: Interaction, match: re.Match[str]) -> Press:
    data: dict[str, Any] = dict(interaction.data or {})
    fields, chosen = _read_form(data.get("components"))
    values = data.get("values") or chosen
    return Press(
        subject=match["subject"],
        verb=match["verb"],
        argument=match["rest"] or "",
        value=str(values[0]) if values else "",
        fields=fields,
        message=interaction.message,
    )


def _read_form(components: object) -> tuple[dict[str, str], list[str]]:
    """The texts of a form by field, and what was chosen in its menu."""
    texts: dict[str, str] = {}
    chosen: list[str] = []
    for component in components if isinstance(components, list) else []:
        inner = component.get("component", component)
        if isinstance(inner.get("value"), str):
            texts[str(inner.get("custom_id", ""))] = inner["value"].strip()
        chosen += map(str, inner.get("values") or [])
    return texts, chosen


def _is_private(message: discord.Message | None) -> bool:
    """Whether the card may be changed in place: only the one who pressed it sees it."""
    return message is not None and message.flags.ephemeral


async def _say_forgotten(exchange: InteractionExchange, _: Press) -> None:
    await exchange.say(FORGOTTEN)
