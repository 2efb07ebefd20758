"""The objects a loopback Discord talks about: people, a guild, channels and their payloads.

Payloads are the JSON shapes of Discord's API v10, with what discord.py reads and little more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
GUILD_TEXT, DM = 0, 1
ADMINISTRATOR, MANAGE_GUILD = 1 << 3, 1 << 5
EVERYDAY_PERMISSIONS = 0x8_0000_0000 | 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16


class Snowflakes:
    """Gives ids as Discord does: time in the upper bits, never the same twice."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> str:
        """The next id, later than all before."""
        now = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return str(self._last)


def timestamp() -> str:
    """Now, as Discord writes times."""
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the server; ``permissions`` is the bit set they have in every channel."""

    id: str
    name: str
    permissions: int = EVERYDAY_PERMISSIONS
    bot: bool = False

    def user(self) -> Payload:
        """The user object."""
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": None if self.bot else self.name.title(),
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }

    def member(self) -> Payload:
        """The guild member object, without its user."""
        return {
            "nick": None,
            "avatar": None,
            "roles": [],
            "joined_at": "2024-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }


@dataclass(frozen=True, slots=True)
class Guild:
    """A Discord server with one text channel."""

    id: str
    name: str
    channel_id: str

    def channel(self) -> Payload:
        """Its text channel."""
        return {
            "id": self.channel_id,
            "type": GUILD_TEXT,
            "name": "general",
            "guild_id": self.id,
            "position": 0,
            "permission_overwrites": [],
            "nsfw": False,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "topic": None,
            "last_message_id": None,
            "flags": 0,
        }

    def created(self, bot: Person, people: tuple[Person, ...]) -> Payload:
        """The ``GUILD_CREATE`` event for ``bot``."""
        members = [{**p.member(), "user": p.user()} for p in (bot, *people)]
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": people[0].id,
            "roles": [_everyone(self.id)],
            "channels": [self.channel()],
            "members": members,
            "member_count": len(members),
            "joined_at": "2024-01-01T00:00:00+00:00",
            "unavailable": False,
            "large": False,
            "preferred_locale": "en-US",
            **dict.fromkeys(("icon", "banner", "splash", "description", "afk_channel_id")),
            **dict.fromkeys(("system_channel_id", "rules_channel_id", "vanity_url_code")),
            **dict.fromkeys(("afk_timeout", "verification_level", "mfa_level", "nsfw_level"), 0),
            **dict.fromkeys(("default_message_notifications", "explicit_content_filter"), 0),
            **dict.fromkeys(("premium_tier", "system_channel_flags"), 0),
            **{k: [] for k in ("features", "emojis", "stickers", "threads", "presences")},
            **{k: [] for k in ("voice_states", "stage_instances", "guild_scheduled_events")},
        }


def _everyone(guild_id: str) -> Payload:
    return {
        "id": guild_id,
        "name": "@everyone",
        "permissions": str(EVERYDAY_PERMISSIONS),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


@dataclass
class World:
    """Who and what there is. Ids are the same in every test run."""

    bot: Person = Person("990000000000000001", "footnote", bot=True)
    asker: Person = Person("990000000000000002", "ada")
    moderator: Person = Person("990000000000000003", "grace", EVERYDAY_PERMISSIONS | MANAGE_GUILD)
    guild: Guild = Guild("990000000000000010", "The Quiet Harbour", "990000000000000011")
    dm_channel_id: str = "990000000000000020"
    other_guilds: list[Guild] = field(default_factory=list)

    @property
    def guilds(self) -> list[Guild]:
        """All guilds that the bot is in."""
        return [self.guild, *self.other_guilds]

    def visitor(self, number: int) -> Person:
        """One of many people who are not in the member list, numbered from 0."""
        return Person(str(990000000000001000 + number), f"visitor{number}")

    def guild_of(self, channel_id: str) -> Guild | None:
        """The guild that holds a channel, None for the direct messages."""
        return next((g for g in self.guilds if g.channel_id == channel_id), None)

    def channel(self, channel_id: str) -> Payload | None:
        """The channel object, None where there is no such channel."""
        if channel_id == self.dm_channel_id:
            return {"id": channel_id, "type": DM, "recipients": [self.asker.user()], "flags": 0}
        guild = self.guild_of(channel_id)
        return guild.channel() if guild else None

    def application(self) -> Payload:
        """The application object of the bot's owner."""
        return {
            "id": self.bot.id,
            "name": "Footnote",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": self.moderator.user(),
            "team": None,
            "flags": 0,
            "tags": [],
            "interactions_endpoint_url": None,
        }


def walk_components(components: list[Payload]) -> Iterator[Payload]:
    """Every component of a message, containers before what they hold."""
    for component in components:
        yield component
        yield from walk_components(component.get("components", []))
        if "accessory" in component:
            yield from walk_components([component["accessory"]])


def visible_text(message: Payload) -> str:
    """All words that a reader of the message sees: content, embeds, text components, buttons."""
    parts = [message["content"]]
    for embed in message["embeds"]:
        author, footer = embed.get("author", {}).get("name"), embed.get("footer", {}).get("text")
        parts += [author, embed.get("title"), embed.get("description")]
        parts += [text for f in embed.get("fields", []) for text in (f["name"], f["value"])]
        parts.append(footer)
    for component in walk_components(message["components"]):
        parts += [component.get("content"), component.get("label")]
    return "\n".join(part for part in parts if part)
