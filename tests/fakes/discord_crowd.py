"""A crowd in two servers that does whatever Discord lets it do, at random, in turns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import discord
import simcord
from simcord.backend.errors import BackendError
from simcord.components import walk_components

_BUTTON, _TEXT_INPUT, _URL_STYLE = 2, 4, 5
_MENUS = {3: "string", 5: "user", 6: "role", 7: "mentionable", 8: "channel"}
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE = 3, 4, 5, 6, 7, 8
_KEPT = 30
_IMPOSSIBLE = (simcord.SetupError, simcord.OptionError, BackendError, ValueError)
"""What an actor cannot do: a menu they may not see, a message that is gone, a wrong value."""


@dataclass
class Side:
    """One server with its people, and the words that only it knows."""

    guild: simcord.GuildHandle
    channels: list[simcord.ChannelHandle]
    roles: list[simcord.RoleHandle]
    people: list[simcord.MemberActor]
    secrets: frozenset[str]
    questions: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    shown: list[Any] = field(default_factory=list)

    def note(self, message: Any) -> None:
        """Remember a message that somebody here can see."""
        self.shown.append(message)
        del self.shown[:-_KEPT]


class Crowd:
    """People of both servers.

    Args:
        env: The Discord they are in.
        sides: The servers.
        chance: Decides everything.
    """

    def __init__(self, env: simcord.Env, sides: list[Side], chance: random.Random) -> None:
        self._env = env
        self._sides = sides
        self._chance = chance
        self.done: list[str] = []

    async def act(self) -> Side:
        """Somebody does something; the server they are in."""
        side = self._chance.choice(self._sides)
        actor, channel = self._chance.choice(side.people), self._chance.choice(side.channels)
        kinds = (self._ask, *[self._command] * 2, *[self._press] * 3, self._menu)
        kind = self._chance.choice(kinds)
        try:
            await kind(side, actor, channel)
        except _IMPOSSIBLE as cannot:
            self.done.append(f"could not: {cannot}")
        return side

    async def _ask(
        self, side: Side, actor: simcord.MemberActor, channel: simcord.ChannelHandle
    ) -> None:
        question = self._chance.choice(side.questions)
        if self._chance.random() < 0.5:
            bot = self._env.bot
            assert bot is not None
            assert bot.user is not None
            reply_to = self._chance.choice([None, *side.shown[-3:]])
            await actor.send(channel, f"<@{bot.user.id}> {question}", reply_to=reply_to)
            self.done.append("mention")
            if channel.last_message is not None:
                side.note(channel.last_message)
            return
        private = self._chance.choice([True, False])
        await self._take(
            side, actor, await actor.slash(channel, "ask", question=question, private=private)
        )
        self.done.append("/ask")

    async def _command(
        self, side: Side, actor: simcord.MemberActor, channel: simcord.ChannelHandle
    ) -> None:
        # The first of them moderates, and sees more commands.
        actor = side.people[0] if self._chance.random() < 0.7 else actor
        names = actor.available_commands(channel)
        if not names:
            return
        name = self._chance.choice(names)
        options = dict(self._fill(side, name))
        self.done.append(f"/{name}")
        await self._take(side, actor, await actor.slash(channel, name, **options))

    def _fill(self, side: Side, name: str) -> Iterator[tuple[str, Any]]:
        words = name.split()
        root = self._env.backend.find_command(words[0], None, type=1)
        level: Any = root
        for word in words[1:]:
            level = next(o for o in level["options"] if o["name"] == word)
        for option in (level or {}).get("options", []):
            if option.get("required") or self._chance.random() < 0.3:
                value = self._value(side, option)
                if value is not None:
                    yield option["name"], value

    def _value(self, side: Side, option: dict[str, Any]) -> Any:
        if option.get("choices"):
            return self._chance.choice(option["choices"])["value"]
        made: dict[int, Any] = {
            _STRING: self._text(side),
            _INTEGER: self._chance.randint(option.get("min_value", 0), 5),
            _BOOLEAN: self._chance.choice([True, False]),
            _USER: self._chance.choice(side.people),
            _CHANNEL: self._chance.choice(side.channels),
            _ROLE: self._chance.choice(side.roles),
            11: self._chance.choice(side.files),
        }
        return made.get(option["type"])

    def _text(self, side: Side) -> str:
        return self._chance.choice([*side.questions, "a", "1", "mild", "2020", "hourly", "x" * 60])

    async def _press(
        self, side: Side, actor: simcord.MemberActor, channel: simcord.ChannelHandle
    ) -> None:
        if not side.shown:
            await self._ask(side, actor, channel)
            return
        message = self._chance.choice(side.shown)
        parts = [p for p in walk_components(_raw(message)) if p.get("custom_id")]
        if not parts:
            return
        part = self._chance.choice(parts)
        self.done.append(f"press {part.get('label') or part.get('placeholder')}")
        if part["type"] == _BUTTON:
            result = await actor.click(message, custom_id=part["custom_id"])
        elif part["type"] in _MENUS:
            result = await actor.select(
                message, [self._choose(side, part)], custom_id=part["custom_id"]
            )
        else:
            return
        await self._take(side, actor, result)

    def _choose(self, side: Side, part: dict[str, Any]) -> Any:
        match _MENUS[part["type"]]:
            case "string":
                return self._chance.choice(part["options"])["value"]
            case "role":
                return self._chance.choice(side.roles)
            case "channel":
                return self._chance.choice(side.channels)
            case _:
                return self._chance.choice(side.people)

    async def _menu(
        self, side: Side, actor: simcord.MemberActor, channel: simcord.ChannelHandle
    ) -> None:
        commands = self._env.backend.visible_commands(user_id=actor.id, channel_id=channel.id)
        names = [c["name"] for c in commands if c.get("type") == 3]
        history = channel.history()
        if not names or not history:
            return
        name = self._chance.choice(names)
        target = self._chance.choice(history[-10:])
        self.done.append(f"menu {name}")
        await self._take(side, actor, await actor.context_menu(channel, name, target))

    async def _take(
        self, side: Side, actor: simcord.MemberActor, result: simcord.InteractionResult
    ) -> None:
        """Remember what came, and fill in the form if one did."""
        if result.modal is not None:
            values = dict(self._fill_form(side, result.modal))
            self.done.append(f"form {result.modal.get('title')}")
            await self._take(side, actor, await actor.submit_modal(result, values))
            return
        for message in [result.response, *result.followups]:
            if message is not None:
                side.note(message)

    def _fill_form(self, side: Side, modal: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for part in walk_components(modal["components"]):
            if part["type"] == _TEXT_INPUT:
                text = f"{self._text(side)} and {self._chance.choice(sorted(side.secrets))}"
                yield part["custom_id"], text[: part.get("max_length", 4000)]
            elif part["type"] in _MENUS:
                yield part["custom_id"], [self._choose(side, part)]


def secrets_in(body: object, secrets: frozenset[str]) -> list[str]:
    """Which of the words stand anywhere in the texts of a request's body."""
    found: list[str] = []
    if isinstance(body, dict):
        for value in body.values():
            found += secrets_in(value, secrets)
    elif isinstance(body, list | tuple):
        for value in body:
            found += secrets_in(value, secrets)
    elif isinstance(body, str):
        found += [secret for secret in secrets if secret.lower() in body.lower()]
    return found


def _raw(message: Any) -> list[dict[str, Any]]:
    components: list[Any] = list(message.components)
    return [dict(c.to_dict()) if isinstance(c, discord.Component) else c for c in components]
