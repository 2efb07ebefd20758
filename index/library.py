"""The front door to one community's articles.

Readers always see one complete edition. Jobs that write run one at a time; a removal
does not wait for them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from index import (
    article_list,
    article_pages,
    describing,
    editions,
    page_rows,
    plan_rows,
    undoing,
    verifying,
    versions,
)
from index.collecting import Collector
from index.connections import Connection
from index.database import Database
from index.entries import SourceOptions
from index.errors import PlanBlocked, PlanOutdated
from index.golden import CheckGolden, check_nothing
from index.guards import blocked, load_fitting, tell_suspicious
from index.holds import hold_when_free, library_lock
from index.indexing import Indexer, WriteRate
from index.library_rows import LibraryRow
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Problem,
    ReadResult,
    SearchResult,
    Source,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.notes import Notes
from index.old_rows import Retention
from index.pages import PageText
from index.plans import Consent, Plan, PlanState
from index.prepared import Prepared
from index.preparing import Preparer
from index.publishing import Publisher
from index.rebuilding import Rebuilder
from index.records import CollectReport, GoldenCheck, SourceInfo
from index.rereading import Known, ReadSource, Rereader
from index.retrieval import Mode, Retriever
from index.scope import WHOLE, Scope
from index.steps import OnStep, Step, no_step
from index.transactions import Act
from index.vector_store import VectorStore
from index.views import EditionView

# Of a note in the history; the audit is no place for a thousand names.
_NOTE = 300


class Library:
    """One library: search it, add to it, look after it."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        vectors: VectorStore,
        retriever: Retriever,
        indexer: Indexer,
        rate: WriteRate,
        on_step: OnStep = no_step,
    ) -> None:
        self.name = name
        self._database = database
        self._vectors = vectors
        self._retriever = retriever
        self._fingerprint = indexer.fingerprint
        self._on_step = on_step
        self._rereader = Rereader(name=name, database=database)
        self._preparer = Preparer(name=name, database=database)
        self._publisher = Publisher(
            name=name,
            database=database,
            indexer=indexer,
            rate=rate,
            view=lambda edition: EditionView(self, edition),
            on_step=on_step,
        )
        self.notes = Notes(name=name, database=database, publisher=self._publisher)
        self._rebuilder = Rebuilder(
            name=name, database=database, vectors=vectors, indexer=indexer, rate=rate
        )
        self._collector = Collector(
            name=name, database=database, vectors=vectors, rebuild=self._rebuilder.rebuild
        )
        self._writing = asyncio.Lock()

    async def search(
        self,
        question: str,
        *,
        limit: int = 10,
        mode: Mode = Mode.FUSED,
        edition: int | None = None,
        today: date | None = None,
        scope: Scope = WHOLE,
    ) -> SearchResult:
        """Passages for a question from the current edition, or the one named; best first.

        ``today`` is what "last week" in it is counted from; None: the day it is. Only what
        lies within ``scope`` is given back, and every chunk of it is looked at.

        Raises:
            EmbedderMismatch: the index was made by another embedder or chunking.
        """
        self._publisher.check_fingerprint(await self._publisher.row())
        return await self._retriever.search(
            question, limit=limit, mode=mode, edition=edition, today=today, scope=scope
        )

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version, current or not.

        Raises:
            KeyError: no such version is stored.
        """
        row = await self._publisher.row()
        if row is None:
            raise KeyError(version_id)
        text = await self._database.read(lambda c: versions.text_of(c, row.pk, version_id))
        if text is None:
            raise KeyError(version_id)
        return text

    async def page_of(self, version_id: str) -> PageText | None:
        """The public page a version was last read from, None where none is kept."""
        row = await self._publisher.row()
        if row is None:
            return None
        return await self._database.read(lambda c: page_rows.load_page(c, row.pk, version_id))

    async def article_page(self, version_id: str) -> article_pages.ArticlePage:
        """A version of an article, current or not, with what became of it.

        Raises:
            KeyError: no such version is stored.
        """
        page = await self._database.read(
            lambda c: article_pages.find_page(c, self.name, version_id)
        )
        if page is None:
            raise KeyError(version_id)
        return page

    async def list_articles(
        self, *, text: str = "", notes_only: bool = False, page: int = 0, size: int = 8
    ) -> article_list.ArticleList:
        """A page of the articles, newest first; those whose title or id holds ``text``."""
        return await self._database.read(
            lambda c: article_list.list_articles(
                c, self.name, text=text, notes_only=notes_only, page=page, size=size
            )
        )

    async def describe_article(self, article_id: str) -> article_list.ArticleInfo | None:
        """All about an article of the current edition; None where there is none of that id."""
        return await self._database.read(
            lambda c: article_list.describe_article(c, self.name, article_id)
        )

    async def current_versions(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The ids of the versions that the current edition has of these articles."""
        return await self._database.read(
            lambda c: article_list.current_versions(c, self.name, article_ids)
        )

    async def known(self, source: Source) -> Known:
        """What need not be read again of a source, because the edition holds it as it is."""
        return await self._rereader.known(source)

    async def add(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        reason: str = "",
        options: SourceOptions | None = None,
        consent: Consent | None = None,
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Add what sources gave, remember them, and publish an edition if anything changed.

        Suspicious articles are held back as a plan, unless ``consent`` lets them in.

        Raises:
            PlanBlocked: golden questions would fail; the plan is kept.
        """
        started = time.perf_counter()
        async with self._alone():
            act = Act(actor, "add", note, reason, consent or Consent())
            prepared = await self._preparer.prepare(
                results, actor=actor, note=note, drop_missing=False, options=options
            )
            self._on_step(Step.PREPARED)
            report = await self._publish_safe(prepared, act, check, on_progress)
        return dataclasses.replace(report, seconds=time.perf_counter() - started)

    async def sync(
        self,
        read: ReadSource,
        *,
        actor: str,
        sources: Sequence[int] = (),
        reason: str = "",
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read remembered sources again, all or those named, and publish what changed.

        A source that cannot be read keeps its articles and is reported. Suspicious articles
        are held back as a plan.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
            PlanBlocked: it would drop an implausible share of the library, or golden
                questions would fail; nothing was published and the plan is kept.
            PlanOutdated: somebody went back to an earlier edition meanwhile.
        """
        started = time.perf_counter()
        async with self._alone():
            times_back = await self._publisher.times_back()
            prepared = await self._plan_sync(read, sources, actor=actor, with_differences=False)
            act = Act(actor, "sync", prepared.plan.note, reason, times_back=times_back)
            report = await self._publish_safe(prepared, act, check, on_progress)
        return dataclasses.replace(report, seconds=time.perf_counter() - started)

    async def plan_sync(self, read: ReadSource, *, actor: str, sources: Sequence[int] = ()) -> Plan:
        """What a sync would do, kept so that exactly this can be published.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
        """
        async with self._alone():
            prepared = await self._plan_sync(read, sources, actor=actor, with_differences=True)
            return await self._keep(prepared)

    async def plan_add(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        options: SourceOptions | None = None,
    ) -> Plan:
        """What an add would do, kept so that exactly this can be published."""
        async with self._alone():
            prepared = await self._preparer.prepare(
                results,
                actor=actor,
                note=note,
                drop_missing=False,
                options=options,
                with_differences=True,
            )
            return await self._keep(prepared)

    async def _plan_sync(
        self, read: ReadSource, sources: Sequence[int], *, actor: str, with_differences: bool
    ) -> Prepared:
        results, problems = await self._rereader.read_again(read, sources)
        self._on_step(Step.READ)
        prepared = await self._preparer.prepare(
            results,
            actor=actor,
            note="sync",
            drop_missing=True,
            with_differences=with_differences,
        )
        self._on_step(Step.PREPARED)
        plan = dataclasses.replace(prepared.plan, problems=(*problems, *prepared.plan.problems))
        return dataclasses.replace(prepared, plan=plan)

    async def _keep(self, prepared: Prepared) -> Plan:
        row = await self._publisher.open()
        kept = await self._database.write(lambda c: plan_rows.save_plan(c, row.pk, prepared))
        return dataclasses.replace(prepared.plan, id=kept)

    async def _publish_safe(
        self, prepared: Prepared, act: Act, check: CheckGolden, on_progress: OnProgress
    ) -> SyncReport:
        """Publish what needs nobody's consent, and keep the rest as a plan."""
        plan = prepared.plan
        if plan.drops_too_much and not act.consent.drop:
            stop = blocked(await self._keep(prepared), Consent(suspicious=True))
            assert stop is not None  # noqa: S101 - it drops too much
            raise stop
        doubtful = () if act.consent.suspicious else plan.suspicious
        waiting = {item.article_id for item in doubtful}
        held = None
        if waiting:
            part = prepared.only(waiting, plan_id=plan_rows.new_plan_id())
            held = (await self._keep(part)).id
            prepared = prepared.without(waiting)
        try:
            report = await self._publisher.publish(
                prepared, act, check=check, on_progress=on_progress
            )
        except PlanBlocked as error:
            kept = await self._keep(prepared)
            error.plan_id = kept.id
            raise
        return dataclasses.replace(
            report,
            held=held,
            suspicious=tell_suspicious(doubtful),
        )

    async def publish(
        self,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent | None = None,
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish exactly what a plan says.

        Raises:
            PlanOutdated: it is unknown, was used up, or its articles changed since.
            PlanBlocked: it needs more consent than was given; it stays open.
        """
        consent = consent or Consent()
        async with self._alone():
            row = await self._publisher.open()
            prepared = await self._database.read(lambda c: load_fitting(c, row, plan_id))
            plan = prepared.plan
            if (stop := blocked(plan, consent)) is not None:
                raise stop
            act = Act(actor, "publish", plan.note, reason, consent, plan_id)
            return await self._publisher.publish(
                prepared, act, check=check, on_progress=on_progress
            )

    @asynccontextmanager
    async def _alone(self, *, patience: float | None = None) -> AsyncIterator[bool]:
        """A block that no other writer's runs beside, in this process or another."""
        async with (
            self._writing,
            hold_when_free(self._database, library_lock(self.name), patience=patience) as is_alone,
        ):
            yield is_alone

    async def show_plan(self, plan_id: str) -> Plan:
        """A plan as people see it.

        Raises:
            PlanOutdated: there is no such plan.
        """
        row = await self._row_for(plan_id)
        return await self._database.read(lambda c: plan_rows.show_plan(c, row.pk, plan_id))

    async def plans(self) -> tuple[Plan, ...]:
        """The plans that can be published, newest first."""
        row = await self._publisher.row()
        if row is None:
            return ()
        return tuple(await self._database.read(lambda c: plan_rows.list_plans(c, row.pk)))

    async def discard(self, plan_id: str) -> None:
        """Put a plan away; nothing of it will be published.

        Raises:
            PlanOutdated: it is unknown or was used up.
        """
        row = await self._row_for(plan_id)

        def write(connection: Connection) -> None:
            plan_rows.load_plan(connection, row.pk, plan_id)
            plan_rows.close_plan(connection, row.pk, plan_id, PlanState.DISCARDED)

        await self._database.write(write)

    async def _row_for(self, plan_id: str) -> LibraryRow:
        row = await self._publisher.row()
        if row is None:
            raise PlanOutdated(f"There is no plan {plan_id[:20]!r}: the library is empty.")
        return row

    async def rollback(
        self,
        edition: int,
        *,
        actor: str,
        reason: str = "",
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish an earlier edition again. Costs what changed since, whatever the size.

        Schedules pause, so that nothing brings the change back by itself. Does not wait for a
        job that is running; that one then publishes nothing.

        Raises:
            SourceError: there is no such earlier edition, or it was collected.
        """
        return await self._publisher.apply(
            undoing.go_back(edition, self.name),
            Act(actor, "rollback", f"back to edition {edition}", reason),
            check=check,
            on_progress=on_progress,
        )

    async def remove(
        self,
        article_ids: Sequence[str],
        *,
        actor: str,
        reason: str = "",
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Take articles out of the answers at once; no sync brings them back.

        Does not wait for a job that is running.

        Raises:
            SourceError: an article that is not in the current edition.
        """
        gone = tuple(dict.fromkeys(article_ids))
        return await self._publisher.apply(
            undoing.take_out(gone),
            Act(actor, "remove", "remove " + ", ".join(gone)[:_NOTE], reason),
            check=check,
            on_progress=on_progress,
        )

    async def remove_source(
        self,
        source: int,
        *,
        actor: str,
        reason: str = "",
        check: CheckGolden = check_nothing,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Forget a source and take its articles out of the answers at once.

        Raises:
            SourceError: there is no such source.
        """
        known = {info.key: info.source.location for info in await self.sources()}
        place = str(known.get(source, source))
        report = await self._publisher.apply(
            undoing.forget_source(source),
            Act(actor, "remove source", f"remove source {place}"[:_NOTE], reason),
            check=check,
            on_progress=on_progress,
        )
        if report.published:
            return report
        note = Problem(place, "It is forgotten. None of its articles was in the answers.")
        return dataclasses.replace(report, notes=(note,))

    async def check_golden(self, check: CheckGolden) -> tuple[GoldenCheck, ...]:
        """How the golden questions fare in the current edition."""
        return tuple(await self._publisher.check_golden(check))

    async def rebuild(self, on_progress: OnProgress = no_progress) -> int:
        """Make the vector index anew from the database; returns the number of vectors.

        Nothing is embedded again, unless the index was made by another embedder or
        chunking: then every current article is chunked and embedded anew, and the
        library answers again when that is done.
        """
        async with self._alone():
            return await self._rebuilder.rebuild(on_progress)

    async def refill(self, on_progress: OnProgress = no_progress, *, waits: bool = True) -> int:
        """Put the current edition's vectors back into its collection where they are missing.

        Returns:
            How many; with ``waits`` false, none where another process writes, which does it.
        """
        async with self._alone(patience=None if waits else 0.0) as is_alone:
            return await self._rebuilder.refill(on_progress) if is_alone else 0

    async def collect(
        self, keep: Retention, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        """Delete what no kept edition holds, and give the disk space back."""
        async with self._alone():
            report = await self._collector.collect(
                keep, now=datetime.now(UTC), on_progress=on_progress
            )
        self._on_step(Step.COLLECTED)
        return report

    async def collect_if_due(self, keep: Retention, on_progress: OnProgress = no_progress) -> None:
        """The same, when there is anything to delete."""
        if await self._collector.is_due(keep, now=datetime.now(UTC)):
            await self.collect(keep, on_progress)

    async def sources(self) -> tuple[SourceInfo, ...]:
        """The remembered sources, oldest first."""
        return await self._rereader.sources()

    async def history(self) -> tuple[EditionInfo, ...]:
        """Every edition that is kept, newest first."""
        row = await self._publisher.row()
        if row is None:
            return ()
        return await self._database.read(lambda c: editions.history(c, row.pk))

    async def verify(self) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree about the current edition."""
        return await verifying.verify(self.name, self._database, self._vectors, self._fingerprint)

    async def status(self) -> LibraryStatus:
        """What the library holds now."""
        row, size = await self._publisher.row(), await self._database.size()
        if row is None:
            return LibraryStatus(self.name, None, 0, 0, (), self._fingerprint, size, 0)
        folder = self._vectors.folder
        return await self._database.read(
            lambda c: describing.describe(c, row, database_bytes=size, vectors=folder)
        )
