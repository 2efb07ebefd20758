"""Checks the vector index: where it is, and whether its server lives and lets us in."""

from __future__ import annotations

import asyncio

from bot.checks import Check, State
from bot.settings import Settings
from bot.wiring_vectors import make_chroma
from index.chroma_at import ChromaAt
from index.errors import VectorStoreError

NAME = "vector index"
_SECONDS = 10.0


async def check_vectors(settings: Settings) -> Check:
    """What there is to say about the vector index; a server is asked for its version."""
    try:
        at = make_chroma(settings)
    except VectorStoreError as error:
        return Check(NAME, State.FAIL, str(error), "Set FOOTNOTE_CHROMA_KEY anew.")
    if at is None:
        return Check(NAME, State.OK, f"Chroma, embedded in {settings.data / 'chroma'}.")
    # Here, since chromadb takes more than a second to import.
    from index.chroma_client import look_at_server  # noqa: PLC0415

    try:
        version = await asyncio.to_thread(look_at_server, at, _SECONDS)
    except VectorStoreError as error:
        todo = "Start it, or correct FOOTNOTE_CHROMA, _CHROMA_KEY, _TENANT or _DATABASE."
        return Check(NAME, State.FAIL, f"{_name(at)} does not answer as it should: {error}", todo)
    if at.key and not at.is_secure and at.host not in {"localhost", "127.0.0.1", "[::1]"}:
        todo = "Use https, or a network that nobody else is in."
        return Check(NAME, State.WARN, f"{_name(at)} is sent its key in plain text.", todo)
    return Check(NAME, State.OK, f"{_name(at)} answers (version {version}).")


def _name(at: ChromaAt) -> str:
    return at.name[:1].upper() + at.name[1:]
