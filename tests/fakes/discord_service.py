"""A service for the Discord bot that replies as it is told and notes what it was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot.answering.engine import OnUnderway, ignore_underway
from bot.answering.models import Question, Reply
from index.entries import SourceOptions
from index.errors import JobRefused, PlanOutdated
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Progress,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.plans import Consent, Plan
from index.recency import OFF, Recency, parse_recency
from index.records import (
    AuditEntry,
    GoldenCheck,
    GoldenQuestion,
    JobInfo,
    JobState,
    SourceInfo,
    Supersession,
)
from tests.fakes.discord_checks import ScriptedChecks
from tests.fakes.discord_config import ScriptedSettings
from tests.fakes.discord_curating import ScriptedCurating
from tests.fakes.discord_gaps import ScriptedGaps
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer

EMPTY = LibraryStatus("discord-1", None, 0, 0, (), "tiny", 4096, 0)
NO_CONSENT = Consent()
NOW = "2031-06-10T12:00:00+00:00"


@dataclass(frozen=True)
class Call:
    """What was asked for: the method, the library, who asked, and the rest by name."""

    name: str
    library: str
    actor: str = ""
    given: tuple[object, ...] = ()
    reason: str = ""
    consent: Consent = NO_CONSENT
    options: SourceOptions | None = None


class ScriptedService(ScriptedChecks, ScriptedSettings, ScriptedCurating, ScriptedGaps):
    """Gives ``reply`` to every question and ``report`` to every publication, or raises ``error``.

    ``before`` is awaited first, so that a test can hold the service up; ``progress`` is
    what a job tells at its begin; ``tell`` tells more of the job that runs, ``on_underway``
    of the reply that is made. Like the real one it does one job at a time. ``reply_to`` makes
    a reply of its own for each question.
    """

    def __init__(self) -> None:
        ScriptedCurating.__init__(self)
        ScriptedGaps.__init__(self)
        self.reply: Reply = bridge_answer()
        self.report = SyncReport(edition=4, published=True, added=("a",), seconds=1.5)
        self.state = EMPTY
        self.texts = {article.version_id: article.text for article in (BRIDGE, LIBRARY)}
        self.error: Exception | None = None
        self.before: Callable[[], Awaitable[object]] | None = None
        self.progress: Sequence[Progress] = ()
        self.tell: OnProgress = no_progress
        self.asked: list[tuple[str, Question]] = []
        self.calls: list[Call] = []
        self.read: list[tuple[str, str]] = []
        self.open_plans: dict[str, Plan] = {}
        self.articles: dict[str, str] = {BRIDGE.id: BRIDGE.title, LIBRARY.id: LIBRARY.title}
        self.editions: tuple[EditionInfo, ...] = ()
        self.entries: tuple[AuditEntry, ...] = ()
        self.remembered: tuple[SourceInfo, ...] = ()
        self.preferred = OFF
        self.kept: tuple[GoldenQuestion, ...] = ()
        self.checks: tuple[GoldenCheck, ...] = ()
        self.past_jobs: tuple[JobInfo, ...] = ()
        self.running: JobInfo | None = None
        self.channel: int | None = None
        self.reply_to: Callable[[Question], Reply] | None = None
        self.on_underway: OnUnderway = ignore_underway
        self.whole = VerifyReport(4, 40, ("chunks",), ())

    @property
    def called(self) -> list[str]:
        """The names of what was asked for that changes something."""
        return [call.name for call in self.calls]

    async def ask(
        self, library: str, question: Question, on_underway: OnUnderway = ignore_underway
    ) -> Reply:
        self.asked.append((library, question))
        self.on_underway = on_underway
        await self._begin()
        return self.reply if self.reply_to is None else self.reply_to(question)

    async def text_of(self, library: str, version_id: str) -> str:
        self.read.append((library, version_id))
        return self.texts[version_id]

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        options: SourceOptions | None = None,
        on_progress: OnProgress,
    ) -> SyncReport:
        call = Call("add", library, actor, tuple(targets), options=options)
        return await self._work(call, on_progress)

    async def add_uploads(
        self,
        library: str,
        uploads: Sequence[tuple[str, bytes]],
        *,
        actor: str,
        on_progress: OnProgress,
    ) -> SyncReport:
        return await self._work(Call("upload", library, actor, tuple(uploads)), on_progress)

    async def sync(self, library: str, *, actor: str, on_progress: OnProgress) -> SyncReport:
        return await self._work(Call("sync", library, actor), on_progress)

    async def plan(
        self,
        library: str,
        *,
        actor: str,
        targets: Sequence[str] = (),
        uploads: Sequence[tuple[str, bytes]] = (),
        on_progress: OnProgress,
    ) -> Plan:
        call = Call("plan", library, actor, (*targets, *uploads))
        await self._work(call, on_progress)
        return next(iter(self.open_plans.values()))

    async def show_plan(self, library: str, plan_id: str) -> Plan:
        if plan_id not in self.open_plans or self.open_plans[plan_id].library != library:
            raise PlanOutdated(f"There is no plan {plan_id}.")
        return self.open_plans[plan_id]

    async def plans(self, library: str) -> tuple[Plan, ...]:
        await self._begin()
        return tuple(plan for plan in self.open_plans.values() if plan.library == library)

    async def publish(
        self,
        library: str,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent = NO_CONSENT,
        on_progress: OnProgress,
    ) -> SyncReport:
        call = Call("publish", library, actor, (plan_id,), reason, consent)
        return await self._work(call, on_progress)

    async def discard(self, library: str, plan_id: str, *, actor: str) -> None:
        self.calls.append(Call("discard", library, actor, (plan_id,)))
        self.open_plans.pop(plan_id)

    async def rollback(
        self, library: str, edition: int, *, actor: str, reason: str = "", on_progress: OnProgress
    ) -> SyncReport:
        return await self._work(Call("rollback", library, actor, (edition,), reason), on_progress)

    async def remove(
        self,
        library: str,
        article_ids: Sequence[str],
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress,
    ) -> SyncReport:
        call = Call("remove", library, actor, tuple(article_ids), reason)
        return await self._work(call, on_progress)

    async def remove_source(
        self, library: str, source: int, *, actor: str, reason: str = "", on_progress: OnProgress
    ) -> SyncReport:
        call = Call("remove_source", library, actor, (source,), reason)
        return await self._work(call, on_progress)

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        self.calls.append(Call("supersede", library, actor, (article_id, by), reason))
        await self._begin()
        if by is None:
            return None
        return Supersession(article_id, by, self.articles[by], actor, NOW, reason)

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        await self._begin()
        return self.editions

    async def audit(self, library: str, limit: int = 50) -> tuple[AuditEntry, ...]:
        return self.entries[:limit]

    async def sources(self, library: str) -> tuple[SourceInfo, ...]:
        await self._begin()
        return self.remembered

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        self.calls.append(Call("schedule", library, actor, (source, schedule)))
        await self._begin()
        found = next(each for each in self.remembered if each.key == source)
        return replace(found, schedule=schedule, next_run=NOW if schedule else None)

    async def recency(self, library: str) -> Recency:
        return self.preferred

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        self.calls.append(Call("recency", library, actor, (setting,)))
        self.preferred = parse_recency(setting)
        return self.preferred

    async def golden(self, library: str) -> tuple[GoldenQuestion, ...]:
        await self._begin()
        return self.kept

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        self.calls.append(Call("add_golden", library, actor, (question, article_id)))
        await self._begin()
        return GoldenQuestion(9, question, article_id, self.articles[article_id], actor, NOW)

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        self.calls.append(Call("remove_golden", library, actor, (key,)))
        return next(each for each in self.kept if each.key == key)

    async def check_golden(
        self, library: str, *, on_progress: OnProgress
    ) -> tuple[GoldenCheck, ...]:
        await self._work(Call("check_golden", library), on_progress)
        return self.checks

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        running = (self.running,) if self.running else ()
        return (*running, *self.past_jobs)[:limit]

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        self.calls.append(Call("cancel", library, actor, (job_id,)))
        if self.running is None or job_id not in {None, self.running.id}:
            raise JobRefused("There is no such job here, or it is over.")
        return replace(self.running, state=JobState.CANCELLED, outcome="Cancelled.")

    async def find_articles(
        self, library: str, text: str, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        await self._begin()
        wanted = text.casefold()
        pairs = self.articles.items()
        return tuple(p for p in pairs if wanted in f"{p[0]} {p[1]}".casefold())[:limit]

    async def reports_channel(self, library: str) -> int | None:
        return self.channel

    async def set_reports_channel(
        self, library: str, channel_id: int | None, *, actor: str
    ) -> None:
        self.calls.append(Call("reports", library, actor, (channel_id,)))
        self.channel = channel_id

    async def status(self, library: str) -> LibraryStatus:
        return self.state

    async def verify(self, library: str) -> VerifyReport:
        return self.whole

    async def _work(self, call: Call, on_progress: OnProgress) -> SyncReport:
        if self.running is not None:
            raise JobRefused(f"{self.running.title} is running here.")
        self.calls.append(call)
        self.running = JobInfo(
            "0123abcd",
            call.library,
            call.name,
            f"Job {call.name}",
            call.actor,
            JobState.RUNNING,
            NOW,
        )
        try:
            self.tell = self._passing_on(on_progress)
            for step in self.progress:
                self.tell(step)
            await self._begin()
        finally:
            self.running = None
        return self.report

    def _passing_on(self, on_progress: OnProgress) -> OnProgress:
        def tell(progress: Progress) -> None:
            if self.running is not None:
                self.running = replace(
                    self.running,
                    stage=progress.stage,
                    done=progress.done,
                    total=progress.total,
                )
            on_progress(progress)

        return tell

    async def _begin(self) -> None:
        if self.before is not None:
            await self.before()
        if self.error is not None:
            raise self.error
