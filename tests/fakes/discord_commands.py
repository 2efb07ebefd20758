"""Builds the interactions that people's doings become, from the commands the bot registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.fakes.discord_payloads import DM, Payload, World, walk_components
from tests.fakes.discord_requests import Upload
from tests.fakes.discord_store import Interaction

SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, CHANNEL, ATTACHMENT, NUMBER = 3, 4, 5, 7, 11, 10
TYPES: Mapping[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    CHANNEL: dict,
    NUMBER: (int, float),
    ATTACHMENT: Upload,
}
BUTTON = 2


class NotPossibleError(AssertionError):
    """Discord's clients would not let a person do this; the message says why."""


def command_data(
    commands: Sequence[Payload],
    name: str,
    values: Mapping[str, Any],
    add_file: Callable[[Upload], Payload],
) -> Payload:
    """The ``data`` of a slash command, ``name`` with its subcommand: ``index status``.

    Raises:
        NotPossibleError: no such command is registered, or the values do not fit it.
    """
    words = name.split()
    command = _named(commands, words[0])
    path, leaf = [command], command
    for word in words[1:]:
        leaf = _named(leaf.get("options", []), word)
        path.append(leaf)
    definitions = leaf.get("options", [])
    if any(option["type"] in {SUBCOMMAND, GROUP} for option in definitions):
        raise NotPossibleError(f"/{name} needs one of its subcommands")
    resolved: dict[str, dict[str, Payload]] = {}
    options = _fill(definitions, values, add_file, resolved)
    for nested in reversed(path[1:]):
        options = [{"name": nested["name"], "type": nested["type"], "options": options}]
    data = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
    return {**data, "resolved": resolved} if resolved else data


def interaction_event(
    world: World, interaction: Interaction, data: Payload, message: Payload | None = None
) -> Payload:
    """The ``INTERACTION_CREATE`` event."""
    channel = world.channel(interaction.channel_id)
    guild, person = world.guild_of(interaction.channel_id), interaction.person
    if channel is None:
        raise NotPossibleError(f"there is no channel {interaction.channel_id}")
    event: Payload = {
        "id": interaction.id,
        "application_id": world.bot.id,
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel_id": interaction.channel_id,
        "channel": {**channel, "permissions": str(person.permissions)},
        "locale": "en-GB",
        "app_permissions": str(world.bot.permissions),
        "attachment_size_limit": 10_485_760,
        "entitlements": [],
        "context": 1 if channel["type"] == DM else 0,
        "authorizing_integration_owners": {"0": guild.id if guild else "0"},
    }
    if guild is None:
        event["user"] = person.user()
    else:
        member = {**person.member(), "user": person.user(), "permissions": str(person.permissions)}
        event |= {"guild_id": guild.id, "guild_locale": "en-US", "member": member}
        event["guild"] = {"id": guild.id, "locale": "en-US", "features": []}
    if message is not None:
        event["message"] = message
    return event


def find_button(message: Payload, label_or_id: str) -> Payload:
    """The button of a message, by its label or its ``custom_id``.

    Raises:
        NotPossibleError: there is none, or it cannot be pressed.
    """
    buttons = [c for c in walk_components(message["components"]) if c["type"] == BUTTON]
    for button in buttons:
        if label_or_id in {button.get("label"), button.get("custom_id")}:
            if button.get("disabled") or "custom_id" not in button:
                raise NotPossibleError(f"the button {label_or_id!r} cannot be pressed: {button}")
            return button
    raise NotPossibleError(f"no button {label_or_id!r} among {[b.get('label') for b in buttons]}")


def _named(entries: Sequence[Payload], name: str) -> Payload:
    for entry in entries:
        if entry["name"] == name:
            return entry
    raise NotPossibleError(f"{name!r} is not among {[entry['name'] for entry in entries]}")


def _fill(
    definitions: Sequence[Payload],
    values: Mapping[str, Any],
    add_file: Callable[[Upload], Payload],
    resolved: dict[str, dict[str, Payload]],
) -> list[Payload]:
    known = {definition["name"]: definition for definition in definitions}
    missing = [n for n, d in known.items() if d.get("required") and n not in values]
    if missing or set(values) - set(known):
        raise NotPossibleError(
            f"options {sorted(known)}, required {missing}, given {sorted(values)}"
        )
    options = []
    for name, given in values.items():
        _check_value(known[name], given)
        value = given
        if isinstance(given, Upload):
            attachment = add_file(given)
            value = attachment["id"]
            resolved.setdefault("attachments", {})[value] = attachment
        elif known[name]["type"] == CHANNEL:
            value = given["id"]
            resolved.setdefault("channels", {})[value] = {**given, "permissions": "0"}
        options.append({"name": name, "type": known[name]["type"], "value": value})
    return options


def _check_value(option: Payload, value: Any) -> None:
    wanted = TYPES.get(option["type"])
    if wanted is None or not isinstance(value, wanted):
        raise NotPossibleError(f"{option['name']} takes type {option['type']}, not {value!r}")
    choices = [choice["value"] for choice in option.get("choices", [])]
    if choices and value not in choices:
        raise NotPossibleError(f"{option['name']} is one of {choices}, not {value!r}")
    if option["type"] == STRING:
        shortest, longest = option.get("min_length", 0), option.get("max_length", 6000)
        if not shortest <= len(str(value)) <= longest:
            raise NotPossibleError(f"{option['name']} has {shortest} to {longest} characters")
