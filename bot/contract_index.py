"""The JSON of the index commands, read by other programs. Add to it; change nothing.

Each function turns a value into plain JSON types; see ``contract.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from index.entries import SourceOptions
from index.models import (
    EditionInfo,
    LibraryStatus,
    Problem,
    Source,
    SyncReport,
    VerifyReport,
)
from index.plans import Plan, PlanItem, PlanKind
from index.recency import Recency
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

Json = dict[str, Any]


def report_to_json(report: SyncReport, publish_with: str | None = None) -> Json:
    """What an add, a sync, a publication, a removal or a rollback did.

    ``publish_with`` is the command that publishes what is held back; null if nothing is.
    """
    return {
        "edition": report.edition,
        "published": report.published,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "problems": _problems_to_json(report.problems),
        "chunks_written": report.chunks_written,
        "texts_embedded": report.texts_embedded,
        "seconds": report.seconds,
        "embedding_seconds": report.embedding_seconds,
        "moved": [{"article_id": now, "was": was} for was, now in report.moved],
        "duplicates": [{"article_id": lost, "winner": won} for lost, won in report.duplicates],
        "notes": _problems_to_json(report.notes),
        "held": report.held,
        "suspicious": _problems_to_json(report.suspicious),
        "failing": list(report.failing),
        "publish_with": publish_with,
    }


def plan_to_json(
    plan: Plan,
    *,
    publish_with: str | None = None,
    needs: Sequence[str] = (),
    diffs: bool = True,
) -> Json:
    """What would change.

    ``publish_with`` is the command that publishes it, null if nothing would change; ``needs``
    are the options by which a moderator accepts what is odd about it.
    """
    return {
        "id": plan.id,
        "library": plan.library,
        "base_edition": plan.base_edition,
        "created_at": plan.created_at,
        "actor": plan.actor,
        "note": plan.note,
        "state": str(plan.state),
        "empty": plan.is_empty,
        "counts": {str(kind): len(plan.of(kind)) for kind in PlanKind},
        "articles": plan.articles,
        "unchanged": plan.unchanged,
        "drops": plan.drops,
        "drops_too_much": plan.drops_too_much,
        "suspicious": len(plan.suspicious),
        "items": [_item_to_json(item, diffs=diffs) for item in plan.items],
        "problems": _problems_to_json(plan.problems),
        "notes": _problems_to_json(plan.notes),
        "publish_with": publish_with,
        "needs": list(needs),
    }


def status_to_json(status: LibraryStatus, sources: Sequence[SourceInfo] = ()) -> Json:
    """What a library holds; ``edition`` is null while nothing was published.

    ``sources`` add to each source what is known of it.
    """
    known = {info.source: source_to_json(info) for info in sources}
    return {
        "library": status.library,
        "edition": edition_to_json(status.edition) if status.edition else None,
        "articles": status.articles,
        "chunks": status.chunks,
        "sources": [known.get(source) or _place_to_json(source) for source in status.sources],
        "embedder": status.embedder,
        "database_bytes": status.database_bytes,
        "vector_bytes": status.vector_bytes,
    }


def verify_to_json(report: VerifyReport) -> Json:
    """Whether the parts of a library agree."""
    return {
        "ok": not report.problems,
        "edition": report.edition,
        "chunks": report.chunks,
        "checks": list(report.checks),
        "problems": list(report.problems),
    }


def edition_to_json(edition: EditionInfo) -> Json:
    """One line of a library's history."""
    return {
        "number": edition.number,
        "published_at": edition.published_at,
        "actor": edition.actor,
        "note": edition.note,
        "added": edition.added,
        "changed": edition.changed,
        "removed": edition.removed,
        "reason": edition.reason,
    }


def audit_to_json(entry: AuditEntry) -> Json:
    """Who did what, when and why."""
    return asdict(entry)


def source_to_json(info: SourceInfo) -> Json:
    """A remembered source; ``key`` names it in commands."""
    return {
        "key": info.key,
        **_place_to_json(info.source),
        "options": options_to_json(info.options),
        "articles": info.articles,
        "added_by": info.added_by,
        "added_at": info.added_at,
        "schedule": info.schedule,
        "next_run": info.next_run,
        "last_run": info.last_run,
        "outcome": info.outcome,
        "paused": info.paused,
    }


def options_to_json(options: SourceOptions) -> Json:
    """How a source is read."""
    return {
        "include": list(options.include),
        "exclude": list(options.exclude),
        "language": options.language,
        "limit": options.limit,
    }


def recency_to_json(recency: Recency) -> Json:
    """A library's setting of recency; ``half_life_days`` is null where it is off."""
    return {
        "recency": str(recency),
        "half_life_days": None if recency.is_off else recency.half_life_days,
        "description": recency.describe(),
    }


def golden_to_json(golden: GoldenQuestion) -> Json:
    """A question whose answer must cite its article."""
    return asdict(golden)


def checks_to_json(checks: Sequence[GoldenCheck]) -> Json:
    """How the golden questions fare."""
    return {
        "ok": all(check.passes for check in checks),
        "checks": [
            {**asdict(check.golden), "passes": check.passes, "cited": list(check.cited)}
            for check in checks
        ],
    }


def supersession_to_json(supersession: Supersession) -> Json:
    """An article that is labelled as superseded, and by which."""
    return asdict(supersession)


def job_to_json(job: JobInfo) -> Json:
    """A job on a library."""
    return {**asdict(job), "state": str(job.state)}


def collect_to_json(report: CollectReport) -> Json:
    """What collecting old editions gave back; sizes in bytes."""
    return asdict(report)


def archive_to_json(report: ArchiveReport, path: str) -> Json:
    """What an export wrote, or an import took in."""
    return {**asdict(report), "path": path}


def _item_to_json(item: PlanItem, *, diffs: bool) -> Json:
    return {
        "kind": str(item.kind),
        "article_id": item.article_id,
        "title": item.title,
        "where": item.where,
        "old_version": item.old_version,
        "new_version": item.new_version,
        "other": item.other,
        "reason": item.reason,
        "suspicions": list(item.suspicions),
        "diff": list(item.diff) if diffs else [],
    }


def _place_to_json(source: Source) -> Json:
    return {"kind": str(source.kind), "location": source.location}


def _problems_to_json(problems: Iterable[Problem]) -> list[Json]:
    return [{"where": problem.where, "message": problem.message} for problem in problems]
