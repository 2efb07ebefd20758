"""The front door to one community's articles.

Readers always see one complete edition. Jobs that write run one at a time; a removal
does not wait for them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from index import (
    editions,
    entry_rows,
    library_rows,
    plan_rows,
    verifying,
    versions,
)
from index.collecting import Collector
from index.database import Database
from index.editions import Changes
from index.entries import EntryState, SourceOptions
from index.errors import NothingToSync, PlanBlocked, PlanOutdated, SourceError
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
    SourceKind,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.old_rows import Retention
from index.plans import Consent, Plan, PlanItem, PlanKind, PlanState
from index.prepared import Prepared, puts
from index.preparing import Preparer
from index.publishing import Act, CheckGolden, Publisher, check_nothing
from index.rebuilding import Rebuilder
from index.records import CollectReport, GoldenCheck, SourceInfo
from index.retrieval import Mode, Retriever
from index.steps import OnStep, Step, no_step
from index.vector_store import VectorStore

Known = Mapping[str, EntryState]
ReadSource = Callable[[SourceInfo, Known], Awaitable[ReadResult]]
"""Reads a remembered source again, knowing what of it the edition holds."""


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
        self._preparer = Preparer(name=name, database=database)
        self._publisher = Publisher(
            name=name,
            database=database,
            indexer=indexer,
            rate=rate,
            view=lambda edition: _View(self, edition),
            on_step=on_step,
        )
        self._rebuilder = Rebuilder(
            name=name, database=database, vectors=vectors, indexer=indexer, rate=rate
        )
        self._collector = Collector(
            name=name, database=database, vectors=vectors, rebuild=self._rebuilder.rebuild
        )
        self._writing = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether a job that writes is running."""
        return self._writing.locked()

    async def search(
        self,
        question: str,
        *,
        limit: int = 10,
        mode: Mode = Mode.FUSED,
        edition: int | None = None,
    ) -> SearchResult:
        """Passages for a question from the current edition, or the one named; best first.

        Raises:
            EmbedderMismatch: the index was made by another embedder or chunking.
        """
        self._publisher.check_fingerprint(await self._publisher.row())
        return await self._retriever.search(question, limit=limit, mode=mode, edition=edition)

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

    async def known(self, source: Source) -> Known:
        """What need not be read again of a source, because the edition holds it as it is."""
        row = await self._publisher.row()
        if row is None:
            return {}

        def find(connection: sqlite3.Connection) -> Known:
            key = library_rows.find_source(connection, row.pk, source)
            return {} if key is None else self._known_of(connection, row, key)

        return await self._database.read(find)

    def _known_of(self, connection: sqlite3.Connection, row: LibraryRow, key: int) -> Known:
        members = editions.members(connection, row.pk, row.edition)
        return entry_rows.still_true(entry_rows.load_entries(connection, key), members)

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
        async with self._writing:
            act = Act(actor, "add", note, reason, consent or Consent())
            prepared = await self._preparer.prepare(
                results, actor=actor, note=note, drop_missing=False, options=options
            )
            self._on_step(Step.PREPARED)
            return await self._publish_safe(prepared, act, check, on_progress)

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
        """
        async with self._writing:
            prepared = await self._plan_sync(read, sources, actor=actor, with_differences=False)
            act = Act(actor, "sync", prepared.plan.note, reason)
            return await self._publish_safe(prepared, act, check, on_progress)

    async def plan_sync(self, read: ReadSource, *, actor: str, sources: Sequence[int] = ()) -> Plan:
        """What a sync would do, kept so that exactly this can be published.

        Raises:
            NothingToSync: no source is remembered, or none could be read.
        """
        async with self._writing:
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
        async with self._writing:
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
        results, problems = await self._read_again(read, sources)
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

    async def _read_again(
        self, read: ReadSource, wanted: Sequence[int]
    ) -> tuple[list[ReadResult], list[Problem]]:
        sources = [s for s in await self.sources() if s.source.kind is not SourceKind.UPLOAD]
        if wanted:
            unknown = set(wanted) - {s.key for s in sources}
            if unknown:
                raise SourceError(
                    f"There is no source {min(unknown)} to read again. "
                    "`footnote index sources` lists them."
                )
            sources = [s for s in sources if s.key in wanted]
        if not sources:
            raise NothingToSync(
                f"The library '{self.name}' has no source to read again. Add a folder, a file or "
                "a page first; uploaded files cannot be synced."
            )
        results, problems, outcomes = [], [], {}
        for source in sources:
            try:
                result = await read(source, await self.known(source.source))
            except SourceError as error:
                problems.append(Problem(source.source.location, f"{error} Its articles were kept."))
                outcomes[source.key] = f"failed: {error}"
            else:
                results.append(result)
                outcomes[source.key] = _outcome(result)
        await self._database.write(lambda c: library_rows.note_outcomes(c, outcomes, _now()))
        if not results:
            details = "; ".join(p.message for p in problems[:3])
            raise NothingToSync(f"No source could be read, so nothing was changed. {details}")
        return results, problems

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
            raise _blocked(await self._keep(prepared))
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
            suspicious=tuple(map(_tell_suspicious, doubtful)),
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
        async with self._writing:
            row = await self._publisher.open()
            prepared = await self._database.read(lambda c: _load_fitting(c, row, plan_id))
            plan = prepared.plan
            if (plan.drops_too_much and not consent.drop) or (
                plan.suspicious and not consent.suspicious
            ):
                raise _blocked(plan, consent)
            act = Act(actor, "publish", plan.note, reason, consent, plan_id)
            report = await self._publisher.publish(
                prepared, act, check=check, on_progress=on_progress
            )
        return dataclasses.replace(report, suspicious=tuple(map(_tell_suspicious, plan.suspicious)))

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

        def write(connection: sqlite3.Connection) -> None:
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

        Schedules pause, so that nothing brings the change back by itself.

        Raises:
            SourceError: there is no such earlier edition, or it was collected.
        """

        def find(connection: sqlite3.Connection, row: LibraryRow) -> Changes:
            if edition == row.edition:
                raise SourceError(f"Edition {edition} is the current one.")
            try:
                return editions.way_back(connection, row.pk, edition)
            except KeyError:
                raise SourceError(
                    f"There is no edition {edition} to go back to. "
                    "`footnote index history` lists those that are kept."
                ) from None

        def and_then(connection: sqlite3.Connection, row: LibraryRow) -> None:
            there = editions.members(
                connection, row.pk, editions.current_edition(connection, row.pk)
            )
            back = editions.withheld(connection, row.pk) & there.keys()
            editions.welcome(connection, row.pk, back)
            library_rows.pause_schedules(connection, row.pk, paused=True)

        async with self._writing:
            act = Act(actor, "rollback", f"back to edition {edition}", reason)
            return await self._publisher.apply(
                find, act, and_then=and_then, check=check, on_progress=on_progress
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

        def find(connection: sqlite3.Connection, row: LibraryRow) -> Changes:
            present = editions.members_of(connection, row.pk, row.edition, gone)
            unknown = [id_ for id_ in gone if id_ not in present]
            if unknown or not gone:
                raise SourceError(f"No such article: {', '.join(unknown) or '(none named)'}.")
            return Changes({}, gone, 0, 0)

        act = Act(actor, "remove", "remove " + ", ".join(gone)[:300], reason)
        if await self._publisher.row() is None:
            raise SourceError(f"No such article: {', '.join(gone) or '(none named)'}.")
        return await self._publisher.apply(
            find,
            act,
            and_then=lambda c, row: editions.withhold(c, row.pk, gone),
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
        known = {info.key: info for info in await self.sources()}
        if source not in known:
            raise SourceError(f"There is no source {source}. `footnote index sources` lists them.")

        def find(connection: sqlite3.Connection, row: LibraryRow) -> Changes:
            members = editions.members(connection, row.pk, row.edition)
            gone = tuple(id_ for id_, member in members.items() if member.source == source)
            return Changes({}, gone, 0, 0)

        note = f"remove source {known[source].source.location}"
        return await self._publisher.apply(
            find,
            Act(actor, "remove source", note[:300], reason),
            and_then=lambda c, _: library_rows.forget_source(c, source, _now()),
            check=check,
            on_progress=on_progress,
        )

    async def check_golden(self, check: CheckGolden) -> tuple[GoldenCheck, ...]:
        """How the golden questions fare in the current edition."""
        return tuple(await self._publisher.check_golden(check))

    async def rebuild(self, on_progress: OnProgress = no_progress) -> int:
        """Make the vector index anew from the database; returns the number of vectors.

        Nothing is embedded again, unless the index was made by another embedder or
        chunking: then every current article is chunked and embedded anew, and the
        library answers again when that is done.
        """
        async with self._writing:
            return await self._rebuilder.rebuild(on_progress)

    async def refill(self, on_progress: OnProgress = no_progress) -> int:
        """Put the current edition's vectors back into its collection where they are missing."""
        async with self._writing:
            return await self._rebuilder.refill(on_progress)

    async def collect(
        self, keep: Retention, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        """Delete what no kept edition holds, and give the disk space back."""
        async with self._writing:
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
        row = await self._publisher.row()
        if row is None:
            return ()
        return tuple(
            await self._database.read(
                lambda c: library_rows.describe_sources(c, row.pk, row.edition)
            )
        )

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
        row = await self._publisher.row()
        if row is None:
            size = _file_bytes(self._database.path)
            return LibraryStatus(self.name, None, 0, 0, (), self._fingerprint, size, 0)
        return await self._database.read(lambda c: self._describe(c, row))

    def _describe(self, connection: sqlite3.Connection, row: LibraryRow) -> LibraryStatus:
        known = editions.history(connection, row.pk)
        return LibraryStatus(
            library=self.name,
            edition=known[0] if known else None,
            articles=len(editions.members(connection, row.pk, row.edition)),
            chunks=editions.count_chunks(connection, row.pk, row.edition),
            sources=tuple(library_rows.list_sources(connection, row.pk)),
            embedder=row.fingerprint or "",
            database_bytes=_file_bytes(self._database.path),
            vector_bytes=sum(_file_bytes(f) for f in self._vectors.folder.rglob("*")),
        )


class _View:
    """One edition of a library, for asking golden questions before it is published."""

    def __init__(self, library: Library, edition: int) -> None:
        self._library = library
        self._edition = edition

    async def search(self, question: str, *, limit: int) -> SearchResult:
        return await self._library.search(question, limit=limit, edition=self._edition)

    async def text_of(self, version_id: str) -> str:
        return await self._library.text_of(version_id)


def _load_fitting(connection: sqlite3.Connection, row: LibraryRow, plan_id: str) -> Prepared:
    """The plan, when every article it would change is still what it was."""
    prepared = plan_rows.load_plan(connection, row.pk, plan_id)
    items = [item for item in prepared.plan.items if item.kind is not PlanKind.KEPT]
    before = {i.article_id: i.other if i.kind is PlanKind.MOVED else i.article_id for i in items}
    wanted = sorted({id_ for id_ in before.values() if id_ is not None} | set(before))
    present = editions.members_of(connection, row.pk, row.edition, wanted)
    withheld = editions.withheld(connection, row.pk) - set(prepared.welcome)
    for item in puts(items) + prepared.plan.of(PlanKind.REMOVED):
        member = present.get(before[item.article_id] or "")
        if (member.version_id if member else None) != item.old_version or (
            item.article_id in withheld
        ):
            raise PlanOutdated(
                f"The plan {plan_id} no longer fits: {item.title or item.article_id!r} was "
                "changed or removed since it was made. Make a new plan."
            )
    return prepared


def _blocked(plan: Plan, consent: Consent | None = None) -> PlanBlocked:
    consent = consent or Consent()
    drop = plan.drops_too_much and not consent.drop
    doubtful = plan.suspicious if not consent.suspicious else ()
    reasons = []
    if drop:
        reasons.append(
            f"it would drop {plan.drops} of {plan.articles} articles, which looks like a fault "
            "of the source"
        )
    if doubtful:
        names = ", ".join(item.title or item.article_id for item in doubtful[:3])
        more = f" and {len(doubtful) - 3} more" if len(doubtful) > 3 else ""  # noqa: PLR2004
        reasons.append(f"these look suspicious: {names}{more}")
    return PlanBlocked(
        f"Nothing was changed: {'; and '.join(reasons)}.",
        plan_id=plan.id,
        drop=drop,
        suspicious=bool(doubtful),
    )


def _tell_suspicious(item: PlanItem) -> Problem:
    return Problem(item.title or item.article_id, " ".join(item.suspicions))


def _outcome(result: ReadResult) -> str:
    if result.problems:
        return f"read, with {len(result.problems)} problem" + "s" * (len(result.problems) > 1)
    return "read"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _file_bytes(path: Path) -> int:
    """Size of a file and of the log that SQLite may keep beside it."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(f.stat().st_size for f in files if f.is_file())
