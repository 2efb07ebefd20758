"""What the command line needs from the rest, as small protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.answering.models import Question, Reply
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    SearchResult,
    SyncReport,
    VerifyReport,
    no_progress,
)


class Service(Protocol):
    """The libraries of one data folder and what can be done with them."""

    async def ask(self, library: str, question: Question) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        ...

    async def search(self, library: str, question: Question, limit: int) -> SearchResult:
        """At most ``limit`` passages, best first."""
        ...

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read absolute paths and URLs and publish an edition."""
        ...

    async def sync(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> SyncReport:
        """Read the remembered sources again and publish what changed."""
        ...

    async def remove(self, library: str, article_ids: Sequence[str], *, actor: str) -> SyncReport:
        """Take articles out of the answers."""
        ...

    async def names(self) -> Sequence[str]:
        """The libraries that exist."""
        ...

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        ...

    async def verify(self, library: str) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree."""
        ...

    async def rebuild(self, library: str, on_progress: OnProgress = no_progress) -> int:
        """Put all vectors back into Chroma; their number."""
        ...

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        """The editions published so far."""
        ...


class OpenService(Protocol):
    """Opens the service on a data folder that the caller owns; heavy, so called late."""

    def __call__(self, *, on_notice: Callable[[str], None]) -> AbstractAsyncContextManager[Service]:
        """A context in which the service is open."""
        ...
