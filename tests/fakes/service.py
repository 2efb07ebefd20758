"""A service that answers at once, for the command line, the socket and the data folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.answering.checked import CheckedMessage
from bot.answering.engine import (
    COMPOSING,
    SEARCHING,
    OnUnderway,
    Underway,
    ignore_underway,
)
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
from bot.ports import NOTHING
from bot.settings import Settings
from bot.state.gaps import Cause, Gap, Nearest, Order
from index.entries import SourceOptions
from index.errors import PlanBlocked, PlanOutdated, SourceError
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
from index.plans import Consent, Plan, PlanItem, PlanKind
from index.recency import OFF, Recency, parse_recency
from index.records import (
    ArchiveReport,
    AuditEntry,
    CollectReport,
    GoldenCheck,
    GoldenQuestion,
    JobInfo,
    JobState,
    SourceInfo,
    Supersession,
)
from tests.fakes.discord_checks import make_check

TEXT = "The fountain was mended in May. It cost 400 crowns."
ACTOR = "command line"
NOW = "2026-01-02T03:04:05Z"
PLAN_ID = "p7"
EDITION = EditionInfo(3, NOW, ACTOR, "add town", 2, 1, 0)
SOURCE = SourceInfo(
    key=1,
    source=Source(SourceKind.FOLDER, "/town"),
    options=SourceOptions(include=("news/*",)),
    articles=2,
    added_by=ACTOR,
    added_at=NOW,
)
GOLDEN = GoldenQuestion(4, "When was it mended?", "fountain", "The fountain runs again", ACTOR, NOW)
GAP = Gap(
    7,
    "Who paid for the fountain?",
    Cause.NOT_SUPPORTED,
    (Nearest("fountain", "The fountain runs again"),),
    3,
    "2026-01-02T03:04:05+00:00",
    "2026-01-03T03:04:05+00:00",
    4,
)
JOB = JobInfo("j1", "default", "sync", "sync", ACTOR, JobState.QUEUED, NOW)


def make_plan(**changes: Any) -> Plan:
    """A plan with an article of each kind, of which one is suspicious."""

    def item(kind: PlanKind, article_id: str, **more: Any) -> PlanItem:
        return PlanItem(kind, article_id, article_id.title(), "/town", **more)

    fields: dict[str, Any] = {
        "id": PLAN_ID,
        "library": "default",
        "base_edition": 3,
        "created_at": NOW,
        "actor": ACTOR,
        "note": "sync",
        "items": (
            item(PlanKind.ADDED, "bridge", new_version="v9"),
            item(
                PlanKind.CHANGED,
                "fountain",
                old_version="v1",
                new_version="v2",
                suspicions=("It shrank by 90 %.",),
                diff=("@ 1", "-It cost 400 crowns.", "+It cost 500 crowns.", " The end."),
            ),
            item(PlanKind.REMOVED, "market", old_version="v3"),
            item(PlanKind.MOVED, "new/hall", other="old/hall"),
            item(PlanKind.DUPLICATE, "copy", other="bridge", reason="bridge is older"),
            item(PlanKind.KEPT, "mill", reason="its page could not be read"),
        ),
        "articles": 10,
        "unchanged": 6,
        "drops": 3,
        "drops_too_much": True,
        "problems": (Problem("/town/mill.md", "is no text"),),
        "notes": (Problem("/town/robots.txt", "forbids /secret"),),
    }
    return Plan(**{**fields, **changes})


def make_held_report() -> SyncReport:
    """A report with everything that somebody may have to look at."""
    return SyncReport(
        4,
        published=True,
        added=("a",),
        moved=(("old/hall", "new/hall"),),
        duplicates=(("copy", "bridge"),),
        notes=(Problem("/town/robots.txt", "forbids /secret"),),
        held="p8",
        suspicious=(Problem("odd.md", "looks like a login page"),),
    )


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

    ``asked`` holds what it was asked for, ``cancelled`` what was given up, ``calls`` what it
    was given with commands that change something.
    """

    asked: list[tuple[str, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    seconds: float = 0.05
    problems: tuple[str, ...] = ()
    articles: int = 2
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    source: SourceInfo = SOURCE
    preferred: Recency = OFF
    questions: list[Question] = field(default_factory=list)
    kept_gaps: tuple[Gap, ...] = (GAP,)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for what was asked or given up to be as ``reached`` says."""
        while not reached():
            self._changed.clear()
            await self._changed.wait()

    async def ask(
        self, library: str, question: Question, on_underway: OnUnderway = ignore_underway
    ) -> Reply:
        self._note(library, question.text)
        self.questions.append(question)
        on_underway(Underway(SEARCHING))
        on_underway(Underway(COMPOSING, passages=8))
        await self._behave(question.text)
        if "refuse" in question.text:
            return Refusal(question, 3, Reason.NOTHING_FOUND, (make_passage(),))
        return make_answer(question)

    async def record_gap(self, library: str, reply: Reply) -> bool:
        self._call("record_gap", question=reply.question.text)
        return True

    async def gaps(
        self,
        library: str,
        *,
        closed_too: bool = False,
        order: Order = Order.NEWEST,
        cause: Cause | None = None,
    ) -> Sequence[Gap]:
        self._call("gaps", closed_too=closed_too, order=order, cause=cause)
        return (
            (*self.kept_gaps, replace(GAP, key=8, closed_at=NOW)) if closed_too else self.kept_gaps
        )

    async def close_gap(self, library: str, key: int) -> Gap | None:
        self._call("close_gap", key=key)
        return replace(GAP, closed_at=NOW) if key == GAP.key else None

    async def check_message(self, library: str, text: str, id_: str) -> CheckedMessage:
        self._note(library, text)
        await self._behave(text)
        return make_check(text, id_)

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
        options: SourceOptions | None = None,
        accept_suspicious: bool = False,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        self._note(library, " ".join(targets))
        self._call("add", options=options, accept_suspicious=accept_suspicious, reason=reason)
        for done in range(3):
            on_progress(Progress("reading", done, 3))
            await self._behave(" ".join(targets))
        if any("missing" in target for target in targets):
            raise SourceError(f"There is no file {targets[0]}; check its name.")
        if any("broken" in target for target in targets):
            return SyncReport(3, published=False, problems=(Problem("broken.md", "is no text"),))
        if any("odd" in target for target in targets) and not accept_suspicious:
            return make_held_report()
        problems = (Problem("half.jsonl:7", "is no JSON"),) if "half" in targets[0] else ()
        return SyncReport(4, published=True, added=("a", "b"), problems=problems, chunks_written=5)

    async def sync(
        self,
        library: str,
        *,
        actor: str,
        sources: Sequence[int] = (),
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        self._call("sync", sources=tuple(sources), reason=reason)
        if 13 in sources:
            raise PlanBlocked(
                "30 of 100 articles would leave the answers.", plan_id="p13", drop=True
            )
        return SyncReport(3, published=False, unchanged=2)

    async def plan(
        self,
        library: str,
        *,
        actor: str,
        targets: Sequence[str] = (),
        sources: Sequence[int] = (),
        options: SourceOptions | None = None,
        on_progress: OnProgress = no_progress,
    ) -> Plan:
        self._call("plan", targets=tuple(targets), sources=tuple(sources), options=options)
        on_progress(Progress("reading", 0, 3))
        await self._behave(" ".join(targets))
        return make_plan()

    async def show_plan(self, library: str, plan_id: str) -> Plan:
        if plan_id != PLAN_ID:
            raise PlanOutdated(f"There is no plan {plan_id}.")
        return make_plan()

    async def plans(self, library: str) -> Sequence[Plan]:
        return (make_plan(),)

    async def publish(
        self,
        library: str,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent = NOTHING,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        self._call("publish", plan_id=plan_id, reason=reason, consent=consent)
        await self._behave(plan_id)
        if plan_id != PLAN_ID:
            raise PlanOutdated(f"There is no plan {plan_id}.")
        if not (consent.drop and consent.golden):
            raise PlanBlocked(
                "30 of 100 articles would leave the answers, and 1 golden question fails.",
                plan_id=plan_id,
                drop=not consent.drop,
                golden=not consent.golden,
            )
        return SyncReport(6, published=True, removed=("a",), failing=("When?",))

    async def discard(self, library: str, plan_id: str, *, actor: str) -> None:
        self._call("discard", plan_id=plan_id)

    async def rollback(
        self,
        library: str,
        edition: int,
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        self._call("rollback", edition=edition, reason=reason)
        return SyncReport(7, published=True, changed=("a",))

    async def remove(
        self, library: str, article_ids: Sequence[str], *, actor: str, reason: str = ""
    ) -> SyncReport:
        self._call("remove", article_ids=tuple(article_ids), reason=reason)
        return SyncReport(5, published=True, removed=tuple(article_ids))

    async def remove_source(
        self, library: str, source: int, *, actor: str, reason: str = ""
    ) -> SyncReport:
        self._call("remove_source", source=source, reason=reason)
        return SyncReport(5, published=True, removed=("a", "b"))

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        self._call("supersede", article_id=article_id, by=by, reason=reason)
        if by is None:
            return None
        return Supersession(article_id, by, "The new one", actor, NOW, reason)

    async def supersessions(self, library: str) -> Sequence[Supersession]:
        return (Supersession("old", "new", "The new one", ACTOR, NOW, "it moved"),)

    async def names(self) -> Sequence[str]:
        return ["default"]

    async def status(self, library: str) -> LibraryStatus:
        edition = EDITION if self.articles else None
        return LibraryStatus(
            library, edition, self.articles, 5, (SOURCE.source,), "fake:1", 1_500_000, 2_500_000
        )

    async def verify(self, library: str) -> VerifyReport:
        return VerifyReport(3, 5, ("chunks", "vectors"), self.problems)

    async def rebuild(self, library: str, on_progress: OnProgress = no_progress) -> int:
        return 5

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        return (EDITION,)

    async def audit(self, library: str, limit: int = 50) -> Sequence[AuditEntry]:
        self._call("audit", limit=limit)
        return (AuditEntry(NOW, ACTOR, "rollback", "to edition 2", "it was wrong", 3),)

    async def sources(self, library: str) -> Sequence[SourceInfo]:
        return (self.source,)

    async def set_options(
        self, library: str, source: int, options: SourceOptions, *, actor: str
    ) -> None:
        self._call("set_options", source=source, options=options)
        self.source = replace(self.source, options=options)

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        self._call("set_schedule", source=source, schedule=schedule)
        next_run = NOW if schedule else None
        self.source = replace(self.source, schedule=schedule, next_run=next_run)
        return self.source

    async def recency(self, library: str) -> Recency:
        return self.preferred

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        self.preferred = parse_recency(setting)
        self._call("set_recency", setting=setting)
        return self.preferred

    async def golden(self, library: str) -> Sequence[GoldenQuestion]:
        return (GOLDEN,)

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        await self._behave(question)
        return replace(GOLDEN, question=question, article_id=article_id)

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        return replace(GOLDEN, key=key)

    async def check_golden(
        self, library: str, *, on_progress: OnProgress = no_progress
    ) -> Sequence[GoldenCheck]:
        if self.problems:
            return (GoldenCheck(GOLDEN, passes=False, cited=("library",)),)
        return (GoldenCheck(GOLDEN, passes=True, cited=("fountain",)),)

    async def jobs(self, library: str, limit: int = 20) -> Sequence[JobInfo]:
        self._call("jobs", limit=limit)
        return (
            replace(JOB, state=JobState.RUNNING, stage="embedding", done=3, total=9),
            replace(JOB, state=JobState.DONE, outcome="Published edition 3."),
        )

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        self._call("cancel", job_id=job_id)
        return replace(JOB, state=JobState.CANCELLED)

    async def collect(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        return CollectReport(4, 30, 90, 5_000_000, 2_000_000)

    async def export(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        self._call("export", path=path)
        await self._behave(path)
        return ArchiveReport(library, 2, 3, 3, 1, 12_345)

    async def import_archive(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        self._call("import", path=path)
        return ArchiveReport(library, 2, 3, 3, 1, 12_345)

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

    def _call(self, name: str, **given: Any) -> None:
        self.calls.append((name, given))

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

    async def run_reader(settings: Settings, **given: Any) -> int:
        given["on_notice"](f"{settings.data} at {given['host']}:{given['port']}")
        return 0

    async def evaluate(settings: Settings, **given: Any) -> dict[str, Any]:
        stopped = settings.library == "stopped"
        return {"table": "hits@4  0.500", "cases": str(given["cases"]), "stopped": stopped}

    async def try_embedder(settings: Settings) -> int:
        return 384

    return Parts(open_service, run_discord, run_reader, evaluate, try_embedder, patience)
