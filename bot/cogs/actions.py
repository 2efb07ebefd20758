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
from bot.cogs.moderation import Desk
from bot.rendering.actions import Form
from bot.speech import mark, tr

FORGOTTEN = mark("I no longer know this button. Please use the command again.")
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
        values: All that was chosen, where a menu lets several be chosen; none is possible.
        fields: What was written in the form, by field.
        message: The card that was pressed; None where Discord names none.
    """

    subject: str
    verb: str
    argument: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
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
OwnHandler = Callable[[Interaction, Press], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Route:
    handler: Handler
    desk: Desk
    urgent: bool = False
    in_place: bool = True
    private: bool = True


class ActionDesk:
    """Knows what to do for each kind of press, and who may press.

    Args:
        desk: Admits moderators, who alone may press what does not say otherwise.
        members: Admits whoever may ask.
    """

    def __init__(self, desk: Desk, members: Desk) -> None:
        self._desk = desk
        self._members = members
        self._routes: dict[tuple[str, str], _Route] = {}
        self._forms: dict[tuple[str, str], tuple[Callable[[Press], Form], Desk]] = {}
        self._own: dict[tuple[str, str], OwnHandler] = {}

    def on(
        self,
        subject: str,
        verb: str,
        handler: Handler,
        *,
        urgent: bool = False,
        members: bool = False,
        in_place: bool = True,
        private: bool = True,
    ) -> None:
        """Answer presses of this kind.

        Args:
            subject: What it is about.
            verb: What is wanted.
            handler: What to do.
            urgent: Whether it finds room however busy it is.
            members: Whether whoever may ask may press, and not moderators alone.
            in_place: Whether a card that only its reader sees is changed in place.
            private: Whether only who pressed sees what comes.
        """
        desk = self._members if members else self._desk
        self._routes[(subject, verb)] = _Route(handler, desk, urgent, in_place, private)

    def on_form(
        self,
        subject: str,
        verb: str,
        make_form: Callable[[Press], Form],
        *,
        members: bool = False,
    ) -> None:
        """Open a form at presses of this kind."""
        desk = self._members if members else self._desk
        self._forms[(subject, verb)] = (make_form, desk)

    def on_own(self, subject: str, verb: str, handler: OwnHandler) -> None:
        """Leave presses of this kind to who admits and acknowledges by themselves."""
        self._own[(subject, verb)] = handler

    async def take(self, interaction: Interaction, press: Press) -> None:
        """Answer a press."""
        key = (press.subject, press.verb)
        if key in self._own:
            await self._own[key](interaction, press)
            return
        if key in self._forms:
            make_form, desk = self._forms[key]

            async def give() -> Form:
                return make_form(press)

            await desk.open_form(interaction, give)
            return
        route = self._routes.get(key) or _Route(_say_forgotten, self._members)
        await route.desk.serve(
            interaction,
            lambda exchange: route.handler(exchange, press),
            in_place=route.in_place and _is_private(interaction.message),
            urgent=route.urgent,
            private=route.private,
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
        values=tuple(map(str, values)),
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
    await exchange.say(tr(FORGOTTEN))
