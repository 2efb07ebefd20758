"""A service that answers at once, for the command line, the socket and the data folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.answering.models import (
    Answer,
    AnswerSentence,
    Citation,
    Question,
    Quote,
    Reason,
    Refusal,
    Reply,
)
from bot.job import Parts
from bot.settings import Settings
from index.errors import SourceError
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Passage,
    Problem,
    Progress,
    SearchResult,
    Source,
    SourceKind,
    Span,
    SyncReport,
    VerifyReport,
    no_progress,
)

TEXT = "The fountain was mended in May. It cost 400 crowns."
EDITION = EditionInfo(3, "2026-01-02T03:04:05Z", "command line", "add town", 2, 1, 0)


def make_passage(**changes: Any) -> Passage:
    """A passage over all of ``TEXT``."""
    fields: dict[str, Any] = {
        "chunk_id": "c1",
        "article_id": "fountain",
        "version_id": "v1",
        "title": "The fountain runs again",
        "url": "https://town.example/fountain",
        "published_at": "2026-01-02",
        "authors": ("A. Writer",),
        "publisher": "The Town Crier",
        "heading": "",
        "start": 0,
        "end": len(TEXT),
        "text": TEXT,
        "sentences": (Span(0, 31), Span(32, 51)),
        "score": 0.75,
        "cosine": 0.6,
        "bm25": 4.2,
    }
    return Passage(**{**fields, **changes})


def make_answer(question: Question, **changes: Any) -> Answer:
    """An answer of two sentences with a source each."""

    def cite(number: int, start: int, end: int) -> Citation:
        fields: dict[str, Any] = {
            "article_id": "fountain",
            "version_id": "v1",
            "title": "The fountain runs again",
            "url": "https://town.example/fountain",
            "published_at": "2026-01-02T10:00:00Z",
            "authors": ("A. Writer",),
            "publisher": "The Town Crier",
            "start": start,
            "end": end,
            "text": TEXT[start:end],
        }
        quote = Quote(**{**fields, **changes})
        link = f"{quote.url}#:~:text=quote-{number}" if quote.url else None
        return Citation(number, quote, link)

    return Answer(
        question=question,
        edition=3,
        sentences=(AnswerSentence(TEXT[:31], (1,)), AnswerSentence(TEXT[32:], (2,))),
        citations=(cite(1, 0, 31), cite(2, 32, 51)),
        passages=(make_passage(),),
        model="extractive",
        timings_ms={"search": 1.5},
    )


@dataclass
class FakeService:
    """Answers any question but those that contain ``refuse``, ``slow``, ``fail`` or ``crash``.

    ``asked`` holds what it was asked for, ``cancelled`` what was given up.
    """

    asked: list[tuple[str, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    seconds: float = 0.05
    problems: tuple[str, ...] = ()
    articles: int = 2
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for what was asked or given up to be as ``reached`` says."""
        while not reached():
            self._changed.clear()
            await self._changed.wait()

    async def ask(self, library: str, question: Question) -> Reply:
        self._note(library, question.text)
        await self._behave(question.text)
        if "refuse" in question.text:
            return Refusal(question, 3, Reason.NOTHING_FOUND, (make_passage(),))
        return make_answer(question)

    async def search(self, library: str, question: Question, limit: int) -> SearchResult:
        self._note(library, question.text)
        await self._behave(question.text)
        return SearchResult(3, (make_passage(),) * min(limit, 3), {"search": 1.0}, {})

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        self._note(library, " ".join(targets))
        for done in range(3):
            on_progress(Progress("reading", done, 3))
            await self._behave(" ".join(targets))
        if any("missing" in target for target in targets):
            raise SourceError(f"There is no file {targets[0]}; check its name.")
        if any("broken" in target for target in targets):
            return SyncReport(3, published=False, problems=(Problem("broken.md", "is no text"),))
        problems = (Problem("half.jsonl:7", "is no JSON"),) if "half" in targets[0] else ()
        return SyncReport(4, published=True, added=("a", "b"), problems=problems, chunks_written=5)

    async def sync(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> SyncReport:
        return SyncReport(3, published=False, unchanged=2)

    async def remove(self, library: str, article_ids: Sequence[str], *, actor: str) -> SyncReport:
        return SyncReport(5, published=True, removed=tuple(article_ids))

    async def names(self) -> Sequence[str]:
        return ["default"]

    async def status(self, library: str) -> LibraryStatus:
        source = Source(SourceKind.FOLDER, "/town")
        edition = EDITION if self.articles else None
        return LibraryStatus(
            library, edition, self.articles, 5, (source,), "fake:1", 1_500_000, 2_500_000
        )

    async def verify(self, library: str) -> VerifyReport:
        return VerifyReport(3, 5, ("chunks", "vectors"), self.problems)

    async def rebuild(self, library: str, on_progress: OnProgress = no_progress) -> int:
        return 5

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        return (EDITION,)

    async def _behave(self, text: str) -> None:
        if "crash" in text:
            raise RuntimeError("an inner secret")
        if "fail" in text:
            raise SourceError("The library is out of order; mend it.")
        seconds = 600.0 if "hang" in text else self.seconds if "slow" in text else 0.0
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled.append(text)
            self._changed.set()
            raise

    def _note(self, library: str, text: str) -> None:
        self.asked.append((library, text))
        self._changed.set()


def make_parts(
    service: FakeService | None = None, *, opening_seconds: float = 0.0, patience: float = 15.0
) -> Parts:
    """Parts over one fake service; the embedder works and the bot ends at once."""
    service = service or FakeService()

    @asynccontextmanager
    async def open_service(
        settings: Settings, *, on_notice: Callable[[str], None]
    ) -> AsyncIterator[FakeService]:
        await asyncio.sleep(opening_seconds)
        if "notice" in settings.library:
            on_notice("The vector index was rebuilt.")
        yield service

    async def run_discord(settings: Settings) -> int:
        return 0

    async def evaluate(settings: Settings, **given: Any) -> dict[str, Any]:
        return {"table": "hits@4  0.500", "cases": str(given["cases"])}

    async def try_embedder(settings: Settings) -> int:
        return 384

    return Parts(open_service, run_discord, evaluate, try_embedder, patience)
