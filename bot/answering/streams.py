"""Listens to a language model and hangs up when nobody wants to hear more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.answering.ports import LanguageModel, Request


@asynccontextmanager
async def listen(model: LanguageModel, request: Request) -> AsyncIterator[AsyncIterator[str]]:
    """The pieces of a reply; leaving the block ends the request, also in the middle of it."""
    pieces = model.stream(request)
    try:
        yield pieces
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
