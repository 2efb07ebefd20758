"""The transactions of a publication: the next edition is laid out, then pointed at.

Plain functions over a connection, and what is told of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from index import audit, decision_rows, editions, entry_rows, library_rows, plan_rows
from index.connections import Connection
from index.editions import Changes, Member
from index.errors import PlanOutdated
from index.guards import is_as_planned
from index.indexing import IndexingTally
from index.library_rows import LibraryRow
from index.models import EditionInfo, Problem, SyncReport
from index.plans import Consent, Plan, PlanKind, PlanState
from index.prepared import PlannedSource, Prepared, puts
from index.records import AuditEntry, GoldenQuestion

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Act:
    """Who publishes, what and why.

    ``plan_id`` names the stored plan that this uses up. ``times_back`` is how often somebody
    had gone back when the work began: if somebody went back since, it must not be published.
    """

    actor: str
    action: str
    note: str
    reason: str = ""
    consent: Consent = field(default_factory=Consent)
    plan_id: str | None = None
    times_back: int | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """The next edition as it was laid out, and what did not fit any more.

    ``mark`` is that of the laying out: with another one, somebody laid out or published since.
    """

    row: LibraryRow
    info: EditionInfo
    changes: Changes
    added: tuple[str, ...]
    changed: tuple[str, ...]
    skipped: tuple[str, ...]
    golden: tuple[GoldenQuestion, ...]
    mark: str


class Displaced(Exception):
    """Somebody published, in this process or another, since the edition was laid out."""


def lay_out(connection: Connection, name: str, prepared: Prepared, act: Act) -> Laid:
    """Lay the next edition out, without what changed under our hands since it was planned.

    Raises:
        PlanOutdated: somebody went back to an earlier edition since the work began.
    """
    row = library_rows.find_library(connection, name)
    assert row is not None  # noqa: S101 - opened before
    _refuse_undone(connection, row.pk, act)
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
    return Laid(
        row,
        describe_edition(number, changes, act),
        changes,
        added,
        changed,
        tuple(skipped),
        golden,
        editions.laid_out(connection, row.pk),
    )


def put_away(connection: Connection, laid: Laid) -> None:
    """Clear away what was laid out, unless somebody else's stands in its place."""
    if editions.laid_out(connection, laid.row.pk) == laid.mark:
        editions.unstage(connection, laid.row.pk)


def publish(
    connection: Connection,
    laid: Laid,
    prepared: Prepared,
    act: Act,
    failing: Sequence[str],
) -> None:
    """Point readers at the edition that was laid out, with all that goes with it.

    Raises:
        PlanOutdated: somebody discarded the plan meanwhile.
        Displaced: somebody published or went back meanwhile; lay it out again.
    """
    library = laid.row.pk
    if editions.laid_out(connection, library) != laid.mark:
        raise Displaced
    if act.plan_id is not None:
        plan_rows.load_plan(connection, library, act.plan_id)
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
        audit.note_action(
            connection, library, write_entry(_needed(act, prepared.plan), laid.info, failing)
        )


def _refuse_undone(connection: Connection, library: int, act: Act) -> None:
    if act.times_back not in (None, editions.times_back(connection, library)):
        raise PlanOutdated(
            "Somebody went back to an earlier edition meanwhile, so nothing was published. "
            "Do it again if it is still wanted."
        )


def _needed(act: Act, plan: Plan) -> Act:
    """The act without consent that nothing asked for: an override is told only where it was one."""
    consent = dataclasses.replace(
        act.consent,
        drop=act.consent.drop and plan.drops_too_much,
        suspicious=act.consent.suspicious and bool(plan.suspicious),
    )
    return dataclasses.replace(act, consent=consent)


def _is_named(planned: PlannedSource) -> bool:
    """Whether somebody named the source, new or with its options, rather than reading it again."""
    return planned.key <= 0 or planned.options is not None


def _reserve(
    connection: Connection, library: int, prepared: Prepared, act: Act
) -> Mapping[int, int]:
    """The keys that the sources will have, by the key they have in the plan.

    They are remembered, and their options changed, only if this is published.
    """
    now = stamp()
    keys = {0: 0}
    for planned in prepared.sources:
        keys[planned.key] = (
            library_rows.reserve_source(connection, library, planned.source, act.actor, now)
            if _is_named(planned)
            else planned.key
        )
    return keys


def _remember(
    connection: Connection, library: int, prepared: Prepared, act: Act
) -> Mapping[int, int]:
    """The keys of the sources that were read, by the key they have in the plan."""
    now = stamp()
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


def report_publication(prepared: Prepared, laid: Laid, tally: IndexingTally) -> SyncReport:
    """What a publication did."""
    plan = prepared.plan
    published = bool(laid.changes.put or laid.changes.removed)
    moved = tuple((old, new) for new, old in _moves(plan, laid))
    gone = {old for old, _ in moved}
    notes = plan.notes
    if laid.skipped:
        notes = (
            *notes,
            Problem(
                list_names(laid.skipped), "Changed by somebody meanwhile, so it was left as it is."
            ),
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


def _moves(plan: Plan, laid: Laid) -> list[tuple[str, str]]:
    """New id and old id of what moved."""
    return [
        (item.article_id, item.other)
        for item in plan.of(PlanKind.MOVED)
        if item.other is not None and item.article_id in laid.changes.put
    ]


def describe_edition(number: int, changes: Changes, act: Act) -> EditionInfo:
    """The line of history of an edition that is laid out."""
    return EditionInfo(
        number,
        stamp(),
        act.actor,
        act.note,
        changes.added,
        changes.changed,
        len(changes.removed),
        act.reason,
    )


def write_entry(act: Act, info: EditionInfo | None, failing: Sequence[str]) -> AuditEntry:
    """What stands of it in the audit."""
    said_yes = [
        what
        for what, yes in (
            ("a large drop", act.consent.drop),
            ("suspicious articles", act.consent.suspicious),
            (f"failing golden questions: {list_names(failing)}", bool(failing)),
        )
        if yes
    ]
    counts = f"{info.added} added, {info.changed} changed, {info.removed} removed" if info else ""
    note = act.note.removeprefix(act.action).strip()
    detail = "; ".join(part for part in (note, counts) if part)
    if said_yes:
        detail += f"; accepted {', '.join(said_yes)}"
    return AuditEntry(
        stamp(), act.actor, act.action, detail, act.reason, info.number if info else None
    )


def list_names(names: Sequence[str]) -> str:
    """The first few names, and how many more."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def stamp() -> str:
    """The time now: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
