"""A language model that says what it is told, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from bot.answering.ports import Request

Piece = str | Exception


@dataclass
class ScriptedModel:
    """Streams one reply a request, piece by piece; an exception among the pieces is raised.

    The last reply serves all further requests. ``hung_up`` counts the replies that nobody
    listened to until their end.
    """

    replies: Sequence[Sequence[Piece] | str] = ("NO_ANSWER",)
    name: str = "scripted"
    follows_schemas: bool = False
    requests: list[Request] = field(default_factory=list)
    hung_up: int = 0

    async def stream(self, request: Request) -> AsyncGenerator[str, None]:
        """The next reply."""
        reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(request)
        finished = False
        try:
            for piece in [reply] if isinstance(reply, str) else reply:
                if isinstance(piece, Exception):
                    finished = True
                    raise piece
                yield piece
            finished = True
        finally:
            self.hung_up += not finished

    @property
    def prompt(self) -> str:
        """The prompt of the only request."""
        (request,) = self.requests
        return request.prompt
