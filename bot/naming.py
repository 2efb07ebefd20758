"""How servers and people of Discord are named in libraries."""

from __future__ import annotations


def library_of(guild_id: int) -> str:
    """The name of a server's own library."""
    return f"discord-{guild_id}"


def guild_of(library: str) -> int | None:
    """The server whose library has this name; None for a library of no server."""
    number = library.removeprefix("discord-")
    return int(number) if library.startswith("discord-") and number.isdecimal() else None


def actor_of(user_id: int) -> str:
    """How a person of Discord is named in a library's history."""
    return f"discord:{user_id}"
