"""Turns a plan into the next edition of a library.

Everything is prepared first, where no reader sees it: texts and vectors are stored, the
next edition is laid out, the golden questions are asked of it. One transaction then
publishes. The caller sees to it that only one such job runs at a time in a library;
a removal may come between, and is respected.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from index import (
    audit,
    decision_rows,
    editions,
    entry_rows,
    library_rows,
    plan_rows,
)
from index.database import Database
from index.editions import Changes, Member
from index.errors import EmbedderMismatch, PlanBlocked
from index.guards import is_as_planned
from index.indexing import Indexer, IndexingTally, WriteRate
from index.library_rows import LibraryRow
from index.models import (
    EditionInfo,
    OnProgress,
    Problem,
    Progress,
    SearchResult,
    SyncReport,
)
from index.plans import Consent, Plan, PlanKind, PlanState
from index.prepared import PlannedSource, Prepared, puts
from index.records import AuditEntry, GoldenCheck, GoldenQuestion
from index.steps import OnStep, Step, no_step
from index.undoing import Undo

_SHOWN = 5


class Searchable(Protocol):
    """One edition of a library, published or only laid out."""

    async def search(self, question: str, *, limit: int) -> SearchResult:
        """Passages for a question, best first."""
        ...

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...


CheckGolden = Callable[[Searchable, Sequence[GoldenQuestion]], Awaitable[Sequence[GoldenCheck]]]
"""Asks golden questions and says how they fare."""
ViewEdition = Callable[[int], Searchable]


async def check_nothing(_: Searchable, __: Sequence[GoldenQuestion]) -> Sequence[GoldenCheck]:
    """For callers without an answering engine: every golden question passes."""
    return ()


@dataclass(frozen=True, slots=True)
class Act:
    """Who publishes, what and why. ``plan_id`` names the stored plan that this uses up."""

    actor: str
    action: str
    note: str
    reason: str = ""
    consent: Consent = field(default_factory=Consent)
    plan_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Laid:
    """The next edition as it was laid out, and what did not fit any more."""

    row: LibraryRow
    info: EditionInfo
    changes: Changes
    added: tuple[str, ...]
    changed: tuple[str, ...]
    skipped: tuple[str, ...]
    golden: tuple[GoldenQuestion, ...]


class Publisher:
    """Publishes editions of one library."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        indexer: Indexer,
        rate: WriteRate,
        view: ViewEdition,
        on_step: OnStep = no_step,
    ) -> None:
        self._name = name
        self._database = database
        self._indexer = indexer
        self._rate = rate
        self._view = view
        self._on_step = on_step
        self._publishing = asyncio.Lock()

    async def row(self) -> LibraryRow | None:
        """The library's row, or None before its first article."""
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))

    async def open(self) -> LibraryRow:
        """The library's row, made now if it is new.

        Raises:
            EmbedderMismatch: the index was made by another embedder or chunking.
        """
        row = await self._database.write(
            lambda c: library_rows.open_library(c, self._name, self._indexer.fingerprint)
        )
        self.check_fingerprint(row)
        return row

    def check_fingerprint(self, row: LibraryRow | None) -> None:
        """Refuse to work on an index that another embedder or chunking made.

        Raises:
            EmbedderMismatch: it was; the error says how to rebuild.
        """
        if row is None or row.fingerprint in (None, self._indexer.fingerprint):
            return
        raise EmbedderMismatch(
            f"The library '{self._name}' was indexed with '{row.fingerprint}', but this "
            f"installation uses '{self._indexer.fingerprint}'. Run `footnote --library "
            f"{self._name} index rebuild` to index it anew; no article is lost."
        )

    async def publish(
        self,
        prepared: Prepared,
        act: Act,
        *,
        check: CheckGolden,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Publish what was prepared; guards have been asked before.

        Raises:
            PlanBlocked: a golden question would no longer cite its article; nothing was
                published. ``plan_id`` is that of ``prepared``.
        """
        started, busy = time.perf_counter(), self._indexer.busy_seconds
        row = await self.open()
        tally = await self._store(row, prepared, on_progress)
        async with self._publishing:
            laid = await self._database.write(lambda c: _lay_out(c, self._name, prepared, act))
            self._on_step(Step.STAGED)
            failing = await self._ask_golden(laid, prepared, act, check, on_progress)
            await self._database.write(lambda c: _publish(c, laid, prepared, act, failing))
            self._on_step(Step.PUBLISHED)
        report = _report(prepared, laid, tally)
        return dataclasses.replace(
            report,
            failing=failing,
            seconds=time.perf_counter() - started,
            embedding_seconds=self._indexer.busy_seconds - busy,
        )

    async def apply(
        self, undo: Undo, act: Act, *, check: CheckGolden, on_progress: OnProgress
    ) -> SyncReport:
        """Publish a change that is urgent and made of stored versions.

        Golden questions do not stop it; those that fail afterwards are named.

        Raises:
            SourceError: it cannot be done; nothing was changed.
        """
        started = time.perf_counter()
        row = await self.row() or LibraryRow(0, self._name, 0, None, None)
        self.check_fingerprint(row)
        changes = await self._database.read(lambda c: undo.find(c, row))
        ids = [member.version_id for member in changes.put.values()]
        tally = await self._indexer.restore_versions(row, ids, on_progress)
        if ids:
            await self._fill(row, ids, on_progress)

        def write(connection: sqlite3.Connection) -> tuple[Changes, EditionInfo | None]:
            current = library_rows.find_library(connection, self._name)
            assert current is not None  # noqa: S101 - something was found in it
            last = undo.find(connection, current)
            info = None
            if last.put or last.removed:
                number = editions.stage(connection, current.pk, last)
                info = _info(number, last, act)
                editions.commit(connection, current.pk, info)
            undo.and_then(connection, current)
            audit.note_action(connection, current.pk, _entry(act, info, ()))
            return last, info

        async with self._publishing:
            changes, info = await self._database.write(write)
            self._on_step(Step.PUBLISHED)
        new = tuple(changes.put)[: changes.added]
        return SyncReport(
            info.number if info else row.edition,
            published=info is not None,
            added=new,
            changed=tuple(changes.put)[changes.added :],
            removed=changes.removed,
            chunks_written=tally.chunks_written,
            texts_embedded=tally.texts_embedded,
            failing=_failing(await self.check_golden(check)),
            seconds=time.perf_counter() - started,
        )

    async def check_golden(self, check: CheckGolden) -> Sequence[GoldenCheck]:
        """How the golden questions fare in the current edition."""
        row = await self.row()
        if row is None:
            return ()
        golden = await self._database.read(lambda c: decision_rows.list_golden(c, row.pk))
        return await check(self._view(row.edition), golden) if golden else ()

    async def _store(
        self, row: LibraryRow, prepared: Prepared, on_progress: OnProgress
    ) -> IndexingTally:
        incoming = list(prepared.articles.values())
        tally = await self._indexer.store_versions(row, incoming, on_progress)
        self._on_step(Step.STORED)
        await self._fill(row, [article.version_id for article in incoming], on_progress)
        self._on_step(Step.FILLED)
        return tally

    async def _fill(
        self, row: LibraryRow, version_ids: Sequence[str], on_progress: OnProgress
    ) -> None:
        assert row.collection is not None  # noqa: S101 - set when the library was made
        await self._indexer.fill_vectors(
            row, version_ids, row.collection, rate=self._rate, on_progress=on_progress
        )

    async def _ask_golden(
        self,
        laid: _Laid,
        prepared: Prepared,
        act: Act,
        check: CheckGolden,
        on_progress: OnProgress,
    ) -> tuple[str, ...]:
        """The golden questions that would fail and that somebody accepted."""
        if not laid.golden or not (laid.changes.put or laid.changes.removed):
            return ()
        on_progress(Progress("asking the golden questions", 0, len(laid.golden)))
        accepted = False
        try:
            failing = _failing(await check(self._view(laid.info.number), laid.golden))
            self._on_step(Step.CHECKED)
            accepted = not failing or act.consent.golden
        finally:
            if not accepted:
                await self._database.write(lambda c: editions.unstage(c, laid.row.pk))
        if not accepted:
            whose = "its" if len(failing) == 1 else "their"
            raise PlanBlocked(
                f"{_count(len(failing), 'golden question')} would no longer cite {whose} article, "
                f"so nothing was published: {_list(failing)}.",
                plan_id=prepared.plan.id,
                golden=True,
                failing=failing,
            )
        return failing


def _lay_out(connection: sqlite3.Connection, name: str, prepared: Prepared, act: Act) -> _Laid:
    """Lay the next edition out, without what changed under our hands since it was planned."""
    row = library_rows.find_library(connection, name)
    assert row is not None  # noqa: S101 - opened before
    keys = _reserve(connection, row.pk, prepared, act)
    items = (*puts(prepared.plan.items), *prepared.plan.of(PlanKind.REMOVED))
    touched = {id_ for i in items for id_ in (i.article_id, i.other) if id_ is not None}
    present = editions.members_of(connection, row.pk, row.edition, sorted(touched))
    withheld = editions.withheld(connection, row.pk) - set(prepared.welcome)
    there = {0, *library_rows.list_sources(connection, row.pk).values()}
    there.update(keys[s.key] for s in prepared.sources if _is_named(s))
    put: dict[str, Member] = {}
    removed: list[str] = []
    skipped: list[str] = []
    for item in items:
        before = item.other if item.kind is PlanKind.MOVED else item.article_id
        if item.article_id in withheld or not is_as_planned(item, present):
            skipped.append(item.article_id)
        elif item.new_version is None:
            removed.append(item.article_id)
        elif (source := keys[prepared.origins[item.article_id]]) not in there:
            skipped.append(item.article_id)  # its source was removed meanwhile
        else:
            put[item.article_id] = Member(item.new_version, source)
            if item.kind is PlanKind.MOVED and before is not None:
                removed.append(before)
    added = tuple(id_ for id_ in put if id_ not in present)
    changed = tuple(id_ for id_ in put if id_ in present)
    changes = Changes(put, tuple(removed), len(added), len(changed))
    number = editions.stage(connection, row.pk, changes)
    # As they will be once this is published: a question goes with its article to a new id.
    ids = {i.other: i.article_id for i in prepared.plan.of(PlanKind.MOVED) if i.article_id in put}
    golden = tuple(
        dataclasses.replace(g, article_id=ids.get(g.article_id, g.article_id))
        for g in decision_rows.list_golden(connection, row.pk)
    )
    return _Laid(row, _info(number, changes, act), changes, added, changed, tuple(skipped), golden)


def _publish(
    connection: sqlite3.Connection,
    laid: _Laid,
    prepared: Prepared,
    act: Act,
    failing: Sequence[str],
) -> None:
    library = laid.row.pk
    changes = bool(laid.changes.put or laid.changes.removed)
    if changes:
        editions.commit(connection, library, laid.info)
    editions.welcome(connection, library, prepared.welcome)
    decision_rows.follow_moves(
        connection, library, ((old, new) for new, old in _moves(prepared.plan, laid))
    )
    keys = _remember(connection, library, prepared, act)
    skipped = set(laid.skipped)
    for source in prepared.sources:
        kept = tuple(s for s in source.entries.put if s.article_id not in skipped)
        entry_rows.save_entries(
            connection,
            keys[source.key],
            dataclasses.replace(source.entries, put=kept),
        )
    if act.plan_id is not None:
        plan_rows.close_plan(connection, library, act.plan_id, PlanState.PUBLISHED)
    if act.action == "sync":
        library_rows.pause_schedules(connection, library, paused=False)
    if changes:
        audit.note_action(connection, library, _entry(act, laid.info, failing))


def _is_named(planned: PlannedSource) -> bool:
    """Whether somebody named the source, new or with its options, rather than reading it again."""
    return planned.key <= 0 or planned.options is not None


def _reserve(
    connection: sqlite3.Connection, library: int, prepared: Prepared, act: Act
) -> Mapping[int, int]:
    """The keys that the sources will have, by the key they have in the plan.

    They are remembered, and their options changed, only if this is published.
    """
    now = _now()
    keys = {0: 0}
    for planned in prepared.sources:
        keys[planned.key] = (
            library_rows.reserve_source(connection, library, planned.source, act.actor, now)
            if _is_named(planned)
            else planned.key
        )
    return keys


def _remember(
    connection: sqlite3.Connection, library: int, prepared: Prepared, act: Act
) -> Mapping[int, int]:
    """The keys of the sources that were read, by the key they have in the plan."""
    now = _now()
    keys = {0: 0}
    for planned in prepared.sources:
        keys[planned.key] = (
            library_rows.remember_source(
                connection, library, planned.source, act.actor, now, planned.options
            )
            if _is_named(planned)
            else planned.key
        )
    return keys


def _report(prepared: Prepared, laid: _Laid, tally: IndexingTally) -> SyncReport:
    plan = prepared.plan
    published = bool(laid.changes.put or laid.changes.removed)
    moved = tuple((old, new) for new, old in _moves(plan, laid))
    gone = {old for old, _ in moved}
    notes = plan.notes
    if laid.skipped:
        notes = (
            *notes,
            Problem(_list(laid.skipped), "Changed by somebody meanwhile, so it was left as it is."),
        )
    return SyncReport(
        laid.info.number if published else laid.row.edition,
        published=published,
        added=tuple(id_ for id_ in laid.added if id_ not in {new for _, new in moved}),
        changed=laid.changed,
        removed=tuple(id_ for id_ in laid.changes.removed if id_ not in gone),
        unchanged=plan.unchanged,
        problems=plan.problems,
        chunks_written=tally.chunks_written,
        texts_embedded=tally.texts_embedded,
        moved=moved,
        duplicates=tuple(
            (item.article_id, item.other or "") for item in plan.of(PlanKind.DUPLICATE)
        ),
        notes=notes,
    )


def _moves(plan: Plan, laid: _Laid) -> list[tuple[str, str]]:
    """New id and old id of what moved."""
    return [
        (item.article_id, item.other)
        for item in plan.of(PlanKind.MOVED)
        if item.other is not None and item.article_id in laid.changes.put
    ]


def _info(number: int, changes: Changes, act: Act) -> EditionInfo:
    return EditionInfo(
        number,
        _now(),
        act.actor,
        act.note,
        changes.added,
        changes.changed,
        len(changes.removed),
        act.reason,
    )


def _entry(act: Act, info: EditionInfo | None, failing: Sequence[str]) -> AuditEntry:
    said_yes = [
        what
        for what, yes in (
            ("a large drop", act.consent.drop),
            ("suspicious articles", act.consent.suspicious),
            (f"failing golden questions: {_list(failing)}", bool(failing)),
        )
        if yes
    ]
    counts = f"{info.added} added, {info.changed} changed, {info.removed} removed" if info else ""
    note = act.note.removeprefix(act.action).strip()
    detail = "; ".join(part for part in (note, counts) if part)
    if said_yes:
        detail += f"; accepted {', '.join(said_yes)}"
    return AuditEntry(
        _now(), act.actor, act.action, detail, act.reason, info.number if info else None
    )


def _failing(checks: Iterable[GoldenCheck]) -> tuple[str, ...]:
    return tuple(
        f"“{check.golden.question}” (expects {check.golden.title or check.golden.article_id})"
        for check in checks
        if not check.passes
    )


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
