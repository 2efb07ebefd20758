"""What changes the articles: add, sync, plan, publish, and undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.outcomes import (
    describe_plan,
    describe_report,
)
from bot.reading import Upload
from bot.services.parts import Parts, shorten
from index.entries import SourceOptions
from index.errors import JobRefused
from index.models import (
    OnProgress,
    SyncReport,
    no_progress,
)
from index.plans import Consent, Plan
from index.sources import hide_credentials

_NO_CONSENT = Consent()
_BY_SCHEDULE = "schedule"
_ON_HOLD = "Schedules wait, since somebody went back to an earlier edition. Sync by hand to go on."


class Changes(Parts):
    """What changes the articles: add, sync, plan, publish, and undo."""

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

        title = "Adding " + shorten(", ".join(map(hide_credentials, targets)))
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

        title = "Adding " + shorten(names)
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
        report = await self._library(library).rollback(
            edition,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )
        return self._tell(library, report)

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
        report = await self._library(library).remove(
            article_ids,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )
        return self._tell(library, report)

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
        report = await self._library(library).remove_source(
            source,
            actor=actor,
            reason=reason,
            check=self._golden.check,
            on_progress=on_progress,
        )
        return self._tell(library, report)

    def _tell(self, library: str, report: SyncReport) -> SyncReport:
        """Tell who watches, where an edition was published."""
        if report.published:
            self._publications.tell(library)
        return report

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
                self._tell(library, report)
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
