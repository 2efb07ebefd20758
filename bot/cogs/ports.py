"""What the cogs need from the rest, as small protocols and plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.answering.models import Question, Reply
from index.models import LibraryStatus, OnProgress, SyncReport


class Service(Protocol):
    """The libraries, one a server. ``bot.service.FootnoteService`` is the real one."""

    async def ask(self, library: str, question: Question) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        ...

    async def text_of(self, library: str, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...

    async def add(
        self, library: str, targets: Sequence[str], *, actor: str, on_progress: OnProgress
    ) -> SyncReport:
        """Read URLs and publish an edition."""
        ...

    async def add_uploads(
        self,
        library: str,
        uploads: Sequence[tuple[str, bytes]],
        *,
        actor: str,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Read files that somebody handed over, and publish an edition."""
        ...

    async def sync(self, library: str, *, actor: str, on_progress: OnProgress) -> SyncReport:
        """Read the remembered sources again and publish what changed."""
        ...

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        ...


class CommandHashStore(Protocol):
    """Remembers which commands Discord was last told about."""

    async def read(self, application_id: int) -> str | None:
        """The hash last written, None where there is none."""
        ...

    async def write(self, application_id: int, commands_hash: str) -> None:
        """Remember the hash of the commands that Discord has now."""
        ...


@dataclass(frozen=True, slots=True)
class BotConfig:
    """Limits of the Discord bot. Times in seconds, sizes in bytes."""

    questions_limit: int = 50
    questions_per_person: int = 2
    answer_timeout: float = 120.0
    stop_grace: float = 8.0
    upload_limit: int = 10 * 1024 * 1024
    upload_timeout: float = 60.0
    progress_interval: float = 2.0
    token_lifetime: float = 14 * 60.0
    """How long we rely on an interaction's token; Discord says 15 minutes."""
    answer_retention: timedelta = timedelta(days=90)


def library_of(guild_id: int) -> str:
    """The name of a server's own library."""
    return f"discord-{guild_id}"


def actor_of(user_id: int) -> str:
    """How a person of Discord is named in a library's history."""
    return f"discord:{user_id}"
