"""Which schemas this version of the program knows, and how many steps each has."""

from __future__ import annotations

from collections.abc import Mapping

from bot.reader import secret
from bot.state import (
    answers,
    changed,
    command_hash,
    corrections,
    feedback,
    gap_rows,
    homes,
    pending,
    replies,
    retention,
    server_changes,
    servers,
    shares,
    spending,
)
from index import chroma_home, schema

_MODULES = (
    schema,
    chroma_home,
    answers,
    changed,
    command_hash,
    corrections,
    feedback,
    gap_rows,
    homes,
    pending,
    replies,
    retention,
    server_changes,
    servers,
    shares,
    spending,
)


def known_schemas() -> Mapping[str, int]:
    """Their names and steps."""
    steps = {module.SCHEMA: len(module.STEPS) for module in _MODULES}
    return {**steps, secret.SCHEMA: len(secret.STEPS)}
