"""How each server wants the bot to behave, as its moderators set it.

What a server has not said follows ``ServerSettings()``. Settings are read at every
question, so they are kept in memory where this process is the only one that writes them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bot.state.answers import Database
from index.connections import Connection
from index.sql import has_table

SCHEMA = "servers"
STEPS = (
    """
    CREATE TABLE server_settings (
        guild_id TEXT PRIMARY KEY,
        settings TEXT NOT NULL
    ) STRICT;
    """,
)
AUTO_LANGUAGE = "auto"
_KEPT = 10_000
_LIBRARY = "discord-"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the moderators of a server decided. Ids are Discord's; empty means no limit.

    Attributes:
        ask_channels: Where questions are answered; a thread counts as its channel. Empty:
            everywhere.
        ask_roles: Who may ask. Empty: everybody.
        moderator_roles: Who may moderate besides those who manage the server.
        auto_channels: Forums and channels whose new posts are answered unasked.
        private_by_default: Whether ``/ask`` answers only the asker unless told otherwise.
        language: A code of ``bot.speech``, or ``auto``: as Discord is set.
        cooldown: Seconds between two questions of one member; 0 for none.
        retention_days: How long answers, feedback and gaps are kept; None: as the operator set.
        retract: Whether deleting a question deletes the answer to it.
        direct_messages: Whether members may ask this server's library in private messages,
            where the operator allows that at all.
        day_tokens: Tokens of a language model a day; None: as the operator set.
        desk_channel: Where moderators hear of what members tell them.
    """

    ask_channels: tuple[int, ...] = ()
    ask_roles: tuple[int, ...] = ()
    moderator_roles: tuple[int, ...] = ()
    auto_channels: tuple[int, ...] = ()
    private_by_default: bool = False
    language: str = AUTO_LANGUAGE
    cooldown: int = 0
    retention_days: int | None = None
    retract: bool = True
    direct_messages: bool = True
    day_tokens: int | None = None
    desk_channel: int | None = None


DEFAULT = ServerSettings()


class ServerBook:
    """The settings of all servers.

    Args:
        database: Where they are kept.
        is_shared: Whether other processes write them too; then nothing is remembered.
    """

    def __init__(self, database: Database, *, is_shared: bool = False) -> None:
        self._database = database
        self._kept = 0 if is_shared else _KEPT
        self._known: OrderedDict[int, ServerSettings] = OrderedDict()

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def of(self, guild_id: int) -> ServerSettings:
        """The settings of a server."""
        if guild_id in self._known:
            return self._known[guild_id]

        def work(connection: Connection) -> ServerSettings:
            return _find(connection, guild_id)

        return self._keep(guild_id, await self._database.read(work))

    async def change(self, guild_id: int, **changes: object) -> ServerSettings:
        """Set what is named, and leave the rest; the settings as they are now."""

        def work(connection: Connection) -> ServerSettings:
            made = replace(_find(connection, guild_id), **changes)  # type: ignore[arg-type]
            connection.execute(
                "INSERT INTO server_settings VALUES (?, ?)"
                " ON CONFLICT (guild_id) DO UPDATE SET settings = excluded.settings",
                (str(guild_id), json.dumps(asdict(made))),
            )
            return made

        return self._keep(guild_id, await self._database.write(work))

    async def all(self) -> dict[int, ServerSettings]:
        """The servers that set anything."""

        def work(connection: Connection) -> dict[int, ServerSettings]:
            rows = connection.execute("SELECT guild_id, settings FROM server_settings")
            return {int(guild_id): _read(settings) for guild_id, settings in rows}

        return await self._database.read(work)

    def drop(self, guild_id: int) -> None:
        """Read the settings of a server anew when they are next asked for."""
        self._known.pop(guild_id, None)

    def _keep(self, guild_id: int, settings: ServerSettings) -> ServerSettings:
        self._known[guild_id] = settings
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return settings


def read_day_tokens(connection: Connection, library: str) -> int | None:
    """The tokens a day that a server allows its library; None where it set none."""
    guild_id = library.removeprefix(_LIBRARY)
    if guild_id == library or not guild_id.isdecimal():
        return None
    known = has_table(connection, "server_settings")
    return _find(connection, int(guild_id)).day_tokens if known else None


def _find(connection: Connection, guild_id: int) -> ServerSettings:
    row = connection.execute(
        "SELECT settings FROM server_settings WHERE guild_id = ?", (str(guild_id),)
    ).fetchone()
    return _read(row[0]) if row else DEFAULT


def _read(written: str) -> ServerSettings:
    """The settings as they were written, by this version or another."""
    given: dict[str, Any] = json.loads(written)
    known: dict[str, Any] = {
        field.name: given[field.name] for field in fields(ServerSettings) if field.name in given
    }
    for name, value in known.items():
        if isinstance(value, list):
            known[name] = tuple(value)
    return ServerSettings(**known)
