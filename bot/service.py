"""What the command line, the local socket and Discord can ask for.

One object over one data folder; it holds no Discord and no terminal. Whatever takes
long runs as a job, one at a time in a library.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bot.answering.models import Answer, Question, Reply
from bot.golden import GoldenDesk
from bot.jobs import JobDesk
from bot.outcomes import (
    describe_archive,
    describe_collection,
    describe_plan,
    describe_report,
)
from bot.pace import Pace
from bot.reading import SourceReading, Upload
from index.decisions import Decisions
from index.entries import SourceOptions
from index.errors import JobRefused, SourceError
from index.libraries import Libraries
from index.library import Library
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Progress,
    SearchResult,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.old_rows import Retention
from index.plans import Consent, Plan
from index.records import (
    ArchiveReport,
    AuditEntry,
    CollectReport,
    GoldenCheck,
    GoldenQuestion,
    JobInfo,
    SourceInfo,
    Supersession,
)
from index.retrieval import Mode
from index.sources import hide_credentials

T = TypeVar("T")
_NO_CONSENT = Consent()
_SHOWN = 120
_BY_SCHEDULE = "schedule"
_ON_HOLD = "Schedules wait, since somebody went back to an earlier edition. Sync by hand to go on."


class FootnoteService:
    """The libraries of one data folder and what can be done with them.

    Args:
        libraries: The libraries.
        golden: Answers questions, and checks the golden ones.
        reading: Reads sources.
        jobs: Runs what takes long.
        retention: Which old editions are kept.
        waits: Whether a job waits while the library has another one, or is refused.
    """

    def __init__(
        self,
        *,
        libraries: Libraries,
        golden: GoldenDesk,
        reading: SourceReading,
        jobs: JobDesk,
        retention: Retention,
        waits: bool = True,
    ) -> None:
        self._libraries = libraries
        self._golden = golden
        self._reading = reading
        self._jobs = jobs
        self._retention = retention
        self._waits = waits

    def without_waiting(self) -> FootnoteService:
        """The same, but a job is refused while the library has another one."""
        return FootnoteService(
            libraries=self._libraries,
            golden=self._golden,
            reading=self._reading,
            jobs=self._jobs,
            retention=self._retention,
            waits=False,
        )

    async def ask(self, library: str, question: Question) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        return await self._golden.answerer(self._library(library)).reply(question)

    async def search(
        self, library: str, question: Question, limit: int, mode: Mode = Mode.FUSED
    ) -> SearchResult:
        """At most ``limit`` passages, best first."""
        return await self._library(library).search(question.text, limit=limit, mode=mode)

    async def text_of(self, library: str, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        return await self._library(library).text_of(version_id)

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
        """Read absolute paths and URLs and publish an edition; what is suspicious is held back.

        Raises:
            SourceError: a target is missing or gave nothing; then nothing was added.
            PlanBlocked: golden questions would fail; the plan is kept.
        """
        it = self._library(library)

        async def work(on_progress: OnProgress) -> SyncReport:
            results = await self._reading.read_targets(it, targets, options, on_progress)
            note = "add " + ", ".join(result.source.location for result in results)
            return await it.add(
                results,
                actor=actor,
                note=note,
                reason=reason,
                options=options,
                consent=Consent(suspicious=accept_suspicious),
                check=self._golden.check,
                on_progress=on_progress,
            )

        title = "Adding " + _shorten(", ".join(map(hide_credentials, targets)))
        return await self._publish(library, "add", title, actor, work, on_progress)

    async def add_uploads(
        self,
        library: str,
        uploads: Sequence[Upload],
        *,
        actor: str,
        accept_suspicious: bool = False,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read files that somebody handed over, and publish an edition."""
        it = self._library(library)
        names = ", ".join(name for name, _ in uploads)

        async def work(on_progress: OnProgress) -> SyncReport:
            results = await self._reading.read_uploads(uploads, on_progress)
            return await it.add(
                results,
                actor=actor,
                note=f"upload {names}",
                reason=reason,
                consent=Consent(suspicious=accept_suspicious),
                check=self._golden.check,
                on_progress=on_progress,
            )

        title = "Adding " + _shorten(names)
        return await self._publish(library, "upload", title, actor, work, on_progress)

    async def sync(
        self,
        library: str,
        *,
        actor: str,
        sources: Sequence[int] = (),
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read remembered sources again, all unless some are named, and publish what changed.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
            PlanBlocked: too much would go, or golden questions would fail; the plan is kept.
            JobRefused: a schedule asks, and schedules were put on hold.
        """
        it = self._library(library)

        async def work(on_progress: OnProgress) -> SyncReport:
            # While it waited for its turn somebody may have gone back to an earlier edition.
            if actor == _BY_SCHEDULE and any(
                info.paused for info in await it.sources() if info.key in sources
            ):
                raise JobRefused(_ON_HOLD)
            return await it.sync(
                lambda info, known: self._reading.read_again(info, known, on_progress),
                actor=actor,
                sources=sources,
                reason=reason,
                check=self._golden.check,
                on_progress=on_progress,
            )

        params = {"sources": list(sources), "reason": reason}
        return await self._publish(
            library, "sync", "Reading the sources again", actor, work, on_progress, params
        )

    async def plan(
        self,
        library: str,
        *,
        actor: str,
        targets: Sequence[str] = (),
        uploads: Sequence[Upload] = (),
        sources: Sequence[int] = (),
        options: SourceOptions | None = None,
        on_progress: OnProgress = no_progress,
    ) -> Plan:
        """What adding targets or uploads, or without any a sync, would change.

        Raises:
            SourceError: nothing could be read.
        """
        it = self._library(library)

        async def work(on_progress: OnProgress) -> Plan:
            if not targets and not uploads:
                return await it.plan_sync(
                    lambda info, known: self._reading.read_again(info, known, on_progress),
                    actor=actor,
                    sources=sources,
                )
            results = await self._reading.read_targets(it, targets, options, on_progress)
            results += await self._reading.read_uploads(uploads, on_progress)
            note = "add " + ", ".join(result.source.location for result in results)
            return await it.plan_add(results, actor=actor, note=note, options=options)

        return await self._jobs.run(
            library,
            "plan",
            "Planning",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_plan,
        )

    async def show_plan(self, library: str, plan_id: str) -> Plan:
        """A plan that was made; ``PlanOutdated`` when it is unknown."""
        return await self._library(library).show_plan(plan_id)

    async def plans(self, library: str) -> tuple[Plan, ...]:
        """The open plans, newest first."""
        return await self._library(library).plans()

    async def publish(
        self,
        library: str,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent = _NO_CONSENT,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish exactly this plan.

        Raises:
            PlanOutdated: it is unknown, used up, or no longer fits.
            PlanBlocked: it needs more consent than was given.
        """
        it = self._library(library)

        async def work(on_progress: OnProgress) -> SyncReport:
            return await it.publish(
                plan_id,
                actor=actor,
                reason=reason,
                consent=consent,
                check=self._golden.check,
                on_progress=on_progress,
            )

        params = {
            "plan": plan_id,
            "reason": reason,
            "drop": consent.drop,
            "suspicious": consent.suspicious,
            "golden": consent.golden,
        }
        title = f"Publishing the plan {plan_id}"
        return await self._publish(library, "publish", title, actor, work, on_progress, params)

    async def discard(self, library: str, plan_id: str, *, actor: str) -> None:
        """Throw an open plan away; ``PlanOutdated`` when there is none."""
        await self._library(library).discard(plan_id)
        await self._decisions(library).note(actor, "discard", f"plan {plan_id}")

    async def rollback(
        self,
        library: str,
        edition: int,
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish the state of an earlier edition as a new one, at once; schedules pause.

        A job that is running publishes nothing any more.

        Raises:
            SourceError: there is no such earlier edition.
        """
        return await self._library(library).rollback(
            edition,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )

    async def remove(
        self,
        library: str,
        article_ids: Sequence[str],
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Take articles out of the answers, at once, whatever job is running.

        Raises:
            SourceError: there is no such article.
        """
        return await self._library(library).remove(
            article_ids,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )

    async def remove_source(
        self,
        library: str,
        source: int,
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Take a source's articles out of the answers, at once, and forget it.

        Raises:
            SourceError: there is no such source.
        """
        return await self._library(library).remove_source(
            source,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        """Label an article as superseded by another; with None, take the label away."""
        return await self._decisions(library).supersede(
            article_id, by=by, actor=actor, reason=reason
        )

    async def supersessions(self, library: str) -> tuple[Supersession, ...]:
        """The articles that are labelled as superseded."""
        return await self._decisions(library).supersessions()

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        return await self._library(library).status()

    async def verify(self, library: str) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree."""
        return await self._library(library).verify()

    async def rebuild(
        self,
        library: str,
        on_progress: OnProgress = no_progress,
        *,
        actor: str = "command line",
    ) -> int:
        """Make the vector index anew; the number of its vectors."""
        return await self._jobs.run(
            library,
            "rebuild",
            "Rebuilding the vector index",
            actor,
            self._library(library).rebuild,
            on_progress=on_progress,
            waits=self._waits,
        )

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        """The editions that are kept, newest first."""
        return await self._library(library).history()

    async def audit(self, library: str, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Who did what, when and why, newest first."""
        return await self._decisions(library).audit(limit)

    async def sources(self, library: str) -> tuple[SourceInfo, ...]:
        """The remembered sources."""
        return await self._library(library).sources()

    async def set_options(
        self, library: str, source: int, options: SourceOptions, *, actor: str
    ) -> None:
        """Say how a source is read from the next time on."""
        await self._decisions(library).set_options(source, options, actor=actor)

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        """Say when a source is read again by itself; None for never."""
        return await self._decisions(library).set_schedule(source, schedule, actor=actor)

    async def golden(self, library: str) -> tuple[GoldenQuestion, ...]:
        """The golden questions."""
        return await self._decisions(library).golden()

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        """Keep a question whose answer cites this article, as it must from now on.

        Raises:
            SourceError: there is no such article, or the answer does not cite it now.
        """
        reply = await self.ask(library, Question(question, id="golden"))
        cited = {
            c.quote.article_id: c.quote.title
            for c in (reply.citations if isinstance(reply, Answer) else ())
        }
        if article_id not in cited:
            instead = (
                f"It cites {_shorten(', '.join(f'{t} ({i})' for i, t in cited.items()))}."
                if cited
                else "The articles do not answer it."
            )
            raise SourceError(
                f"The answer does not cite {_shorten(article_id)!r} now, so the question was not "
                f"kept: it would stop every publication. {instead}"
            )
        return await self._decisions(library).add_golden(question, article_id, actor=actor)

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        """Forget a golden question."""
        return await self._decisions(library).remove_golden(key, actor=actor)

    async def check_golden(
        self, library: str, *, on_progress: OnProgress = no_progress
    ) -> tuple[GoldenCheck, ...]:
        """Whether each golden question still cites its article."""
        golden = await self.golden(library)
        on_progress(Progress("asking the golden questions", 0, len(golden)))
        return await self._library(library).check_golden(self._golden.check)

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """The jobs, newest first; those that run with how far they are."""
        return await self._jobs.jobs(library, limit)

    def pace(self, library: str) -> Pace | None:
        """How fast the running job gets on."""
        return self._jobs.pace(library)

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        """Stop a job; without an id the one that runs. ``JobRefused`` when there is none."""
        return await self._jobs.cancel(library, job_id, actor)

    async def collect(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        """Give back the room of editions that are no longer kept."""

        async def work(on_progress: OnProgress) -> CollectReport:
            return await self._library(library).collect(self._retention, on_progress)

        return await self._jobs.run(
            library,
            "collect",
            "Collecting old editions",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_collection,
        )

    async def export(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Write the library whole to a file, in place of what was there."""

        async def work(on_progress: OnProgress) -> ArchiveReport:
            return await self._libraries.export(library, Path(path), on_progress)

        return await self._jobs.run(
            library,
            "export",
            "Exporting the library",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_archive,
        )

    async def import_archive(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Take in what an export wrote; the library must be empty."""

        async def work(on_progress: OnProgress) -> ArchiveReport:
            return await self._libraries.import_archive(
                library, Path(path), actor=actor, on_progress=on_progress
            )

        return await self._jobs.run(
            library,
            "import",
            "Importing a library",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_archive,
        )

    async def find_articles(
        self, library: str, text: str, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """Ids and titles of articles that hold ``text`` in either."""
        return await self._decisions(library).find_articles(text, limit)

    async def reports_channel(self, library: str) -> int | None:
        """The Discord channel where scheduled work is reported."""
        return await self._decisions(library).reports_channel()

    async def set_reports_channel(
        self, library: str, channel_id: int | None, *, actor: str
    ) -> None:
        """Choose that channel, or none."""
        await self._decisions(library).set_reports_channel(channel_id, actor=actor)

    async def names(self) -> list[str]:
        """The libraries that exist."""
        return await self._libraries.names()

    async def _publish(
        self,
        library: str,
        kind: str,
        title: str,
        actor: str,
        work: Callable[[OnProgress], Awaitable[SyncReport]],
        on_progress: OnProgress,
        params: Mapping[str, object] | None = None,
    ) -> SyncReport:
        """A job that may publish an edition, and then collects what is no longer kept."""

        async def work_and_collect(on_progress: OnProgress) -> SyncReport:
            report = await work(on_progress)
            if report.published:
                await self._library(library).collect_if_due(self._retention, on_progress)
            return report

        return await self._jobs.run(
            library,
            kind,
            title,
            actor,
            work_and_collect,
            params=params or {},
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_report,
        )

    def _library(self, name: str) -> Library:
        return self._libraries.library(name)

    def _decisions(self, name: str) -> Decisions:
        return self._libraries.decisions(name)


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
