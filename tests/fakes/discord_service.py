"""A service for the Discord bot that replies as it is told and notes what it was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.answering.models import Question, Reply
from index.models import LibraryStatus, OnProgress, Progress, SyncReport, no_progress
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer

EMPTY = LibraryStatus("discord-1", None, 0, 0, (), "tiny", 4096, 0)


class ScriptedService:
    """Gives ``reply`` to every question and ``report`` to every job, or raises ``error``.

    ``before`` is awaited first, so that a test can hold the service up; ``progress`` is
    what a job tells at its begin; ``tell`` tells more of the job that runs.
    """

    def __init__(self) -> None:
        self.reply: Reply = bridge_answer()
        self.report = SyncReport(edition=4, published=True, added=("a",), seconds=1.5)
        self.state = EMPTY
        self.texts = {article.version_id: article.text for article in (BRIDGE, LIBRARY)}
        self.error: Exception | None = None
        self.before: Callable[[], Awaitable[object]] | None = None
        self.progress: Sequence[Progress] = ()
        self.tell: OnProgress = no_progress
        self.asked: list[tuple[str, Question]] = []
        self.jobs: list[tuple[str, str, object, str]] = []
        self.read: list[tuple[str, str]] = []

    async def ask(self, library: str, question: Question) -> Reply:
        self.asked.append((library, question))
        await self._begin()
        return self.reply

    async def text_of(self, library: str, version_id: str) -> str:
        self.read.append((library, version_id))
        return self.texts[version_id]

    async def add(
        self, library: str, targets: Sequence[str], *, actor: str, on_progress: OnProgress
    ) -> SyncReport:
        return await self._work("add", library, list(targets), actor, on_progress)

    async def add_uploads(
        self,
        library: str,
        uploads: Sequence[tuple[str, bytes]],
        *,
        actor: str,
        on_progress: OnProgress,
    ) -> SyncReport:
        return await self._work("upload", library, list(uploads), actor, on_progress)

    async def sync(self, library: str, *, actor: str, on_progress: OnProgress) -> SyncReport:
        return await self._work("sync", library, None, actor, on_progress)

    async def status(self, library: str) -> LibraryStatus:
        self.jobs.append(("status", library, None, ""))
        return self.state

    async def _work(
        self, kind: str, library: str, what: object, actor: str, on_progress: OnProgress
    ) -> SyncReport:
        self.jobs.append((kind, library, what, actor))
        self.tell = on_progress
        for step in self.progress:
            on_progress(step)
        await self._begin()
        return self.report

    async def _begin(self) -> None:
        if self.before is not None:
            await self.before()
        if self.error is not None:
            raise self.error
