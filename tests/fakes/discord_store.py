"""What the loopback Discord keeps: messages, interactions and registered commands."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord_payloads import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Payload,
    Person,
    Snowflakes,
    World,
    timestamp,
)
from tests.fakes.discord_requests import Upload
from tests.fakes.discord_rules import find_pings, find_violations

EDITABLE = ("content", "embeds", "components")


class ApiError(Exception):
    """An answer of Discord that is not a success, with its HTTP status and its own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} (error code: {code}): {message}")
        self.status, self.code, self.message = status, code, message


@dataclass
class Interaction:
    """Something a person did with the bot, and how the bot answered.

    ``callback`` is the body of the first response and ``answered_after`` the seconds until
    it came. ``original_id`` names the message ``@original``, ``message_ids`` all messages
    that the bot sent for it, the original one included unless it is the clicked message.
    """

    id: str
    token: str
    kind: int
    channel_id: str
    person: Person
    clicked_id: str | None = None
    sent_at: float = field(default_factory=time.monotonic)
    callback: Payload | None = None
    answered_after: float | None = None
    original_id: str | None = None
    message_ids: list[str] = field(default_factory=list)
    edited: bool = False


class Store:
    """Messages by id, interactions by token, commands by scope (None is global)."""

    def __init__(self, world: World, ids: Snowflakes, file_url: Callable[[str, str], str]) -> None:
        self._world, self._ids, self._file_url = world, ids, file_url
        self.messages: dict[str, Payload] = {}
        self.deleted: list[Payload] = []
        self.files: dict[str, Upload] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str | None, list[Payload]] = {}
        self.typing: list[str] = []
        self.nonces: dict[tuple[str, str], str] = {}

    def open_interaction(
        self, kind: int, channel_id: str, person: Person, clicked_id: str | None = None
    ) -> Interaction:
        """Remember a new interaction."""
        token = secrets.token_urlsafe(48)
        interaction = Interaction(self._ids(), token, kind, channel_id, person, clicked_id)
        self.interactions[token] = interaction
        return interaction

    def add_message(
        self,
        channel_id: str,
        author: Person,
        body: Payload,
        *,
        files: Sequence[Upload] = (),
        allowed_flags: int = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12,
        extra: Payload | None = None,
    ) -> Payload:
        """Store a message that somebody sent.

        Raises:
            ApiError: Discord would refuse it.
        """
        flags = int(body.get("flags") or 0) & allowed_flags
        _refuse_violations(find_violations(body, flags=flags, has_files=bool(files), is_edit=False))
        message = self._blank_message(channel_id, author, flags)
        message.update({key: body.get(key) or message[key] for key in EDITABLE})
        message["attachments"] = [self.add_file(file) for file in files]
        message.update(self._reference(channel_id, body))
        self._note_pings(message, body)
        message.update(extra or {})
        self.messages[message["id"]] = message
        return message

    def add_loading_message(self, interaction: Interaction, *, ephemeral: bool) -> Payload:
        """The "thinking ..." message of a deferred answer."""
        flags = LOADING | (EPHEMERAL if ephemeral else 0)
        message = self._blank_message(interaction.channel_id, self._world.bot, flags)
        self.messages[message["id"]] = message
        return message

    def edit_message(self, message: Payload, body: Payload, files: Sequence[Upload] = ()) -> None:
        """Change what ``body`` names; an edit ends the thinking.

        Raises:
            ApiError: Discord would refuse it.
        """
        now_v2 = int(body.get("flags") or 0) & COMPONENTS_V2
        flags = (message["flags"] & ~LOADING) | now_v2
        loading = bool(message["flags"] & LOADING)
        after = {key: message[key] for key in EDITABLE} | body
        has_files = bool(files or message["attachments"])
        _refuse_violations(
            find_violations(after, flags=flags, has_files=has_files, is_edit=not loading)
        )
        empty: Payload = {"content": "", "embeds": [], "components": []}
        message.update({key: body[key] or empty[key] for key in EDITABLE if key in body})
        message["attachments"] += [self.add_file(file) for file in files]
        if loading:
            self._note_pings(message, body)
        message["flags"] = flags
        message["edited_timestamp"] = None if loading else timestamp()

    def delete_message(self, message: Payload) -> None:
        """Forget a message; ``deleted`` still has it."""
        self.deleted.append(self.messages.pop(message["id"]))

    def find_message(self, message_id: str | None) -> Payload:
        """A message by id.

        Raises:
            ApiError: there is none.
        """
        if message_id is None or message_id not in self.messages:
            raise ApiError(404, 10008, "Unknown Message")
        return self.messages[message_id]

    def overwrite_commands(self, guild_id: str | None, wanted: list[Payload]) -> list[Payload]:
        """Put ``wanted`` in place of all commands; one of the same name keeps its id."""
        known = {(c["type"], c["name"]): c for c in self.commands.get(guild_id, [])}
        stored = []
        for command in wanted:
            before = known.get((command.get("type", 1), command["name"]))
            ids = {"id": before["id"] if before else self._ids(), "version": self._ids()}
            defaults = {"type": 1, "description": "", "options": [], "contexts": None}
            scope = {"application_id": self._world.bot.id}
            if guild_id is not None:
                scope["guild_id"] = guild_id
            stored.append({**defaults, **command, **ids, **scope})
        self.commands[guild_id] = stored
        return stored

    def add_file(self, file: Upload) -> Payload:
        """Keep a file where it can be downloaded; gives its attachment object."""
        file_id = self._ids()
        self.files[file_id] = file
        url = self._file_url(file_id, file.filename)
        return {
            "id": file_id,
            "filename": file.filename,
            "size": len(file.data),
            "url": url,
            "proxy_url": url,
            "content_type": file.content_type,
        }

    def _blank_message(self, channel_id: str, author: Person, flags: int) -> Payload:
        guild = self._world.guild_of(channel_id)
        message: Payload = {
            "id": self._ids(),
            "channel_id": channel_id,
            "author": author.user(),
            "type": 0,
            "content": "",
            "timestamp": timestamp(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "pinned": False,
            "flags": flags,
            **{key: [] for key in ("mentions", "mention_roles", "attachments")},
            **{key: [] for key in ("embeds", "components")},
        }
        if guild is not None:
            message["guild_id"] = guild.id
        return message

    def _note_pings(self, message: Payload, body: Payload) -> None:
        replied_to = message.get("referenced_message") or {}
        pings = find_pings(body, replied_to.get("author", {}).get("id"))
        people = (self._world.bot, self._world.asker, self._world.moderator)
        message["mentions"] = [person.user() for person in people if person.id in pings]
        message["mention_roles"] = [g.id for g in self._world.guilds if g.id in pings]
        message["mention_everyone"] = bool(pings & {"everyone", "here"})

    def _reference(self, channel_id: str, body: Payload) -> Payload:
        reference = body.get("message_reference")
        if not reference:
            return {}
        replied_to = self.messages.get(str(reference["message_id"]))
        if replied_to is None and reference.get("fail_if_not_exists", True):
            raise ApiError(400, 50035, "message_reference: Unknown message")
        wanted = {"message_id": str(reference["message_id"]), "channel_id": channel_id}
        return {"type": 19, "message_reference": wanted, "referenced_message": replied_to}


def _refuse_violations(violations: list[str]) -> None:
    if violations == ["Cannot send an empty message"]:
        raise ApiError(400, 50006, violations[0])
    if violations:
        raise ApiError(400, 50035, "Invalid Form Body: " + "; ".join(violations))


def json_error(error: ApiError) -> dict[str, Any]:
    """The body of an error response."""
    return {"message": error.message, "code": error.code}
