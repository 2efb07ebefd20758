"""How a job ended, in a sentence for the list of jobs."""

from __future__ import annotations

from index.models import SyncReport
from index.plans import Plan, PlanKind
from index.records import ArchiveReport, CollectReport


def describe_report(report: SyncReport) -> str:
    """What was published."""
    held = f" The plan {report.held} waits for a look." if report.held else ""
    if not report.published:
        return f"Nothing changed; edition {report.edition} stays.{held}"
    counts = (
        (len(report.added), "added"),
        (len(report.changed), "changed"),
        (len(report.moved), "moved"),
        (len(report.removed), "removed"),
    )
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"Published edition {report.edition}: {told}.{held}"


def describe_plan(plan: Plan) -> str:
    """What would change."""
    if plan.is_empty:
        return "Nothing would change."
    counts = ", ".join(
        f"{len(plan.of(kind))} {kind.value}"
        for kind in (PlanKind.ADDED, PlanKind.CHANGED, PlanKind.MOVED, PlanKind.REMOVED)
        if plan.of(kind)
    )
    return f"Made the plan {plan.id}: {counts}."


def describe_collection(report: CollectReport) -> str:
    """What was given back."""
    freed = max(0, report.bytes_before - report.bytes_after)
    return f"Collected {report.editions} old editions and gave back {freed / 1e6:,.1f} MB."


def describe_archive(report: ArchiveReport) -> str:
    """What an archive holds."""
    return f"{report.articles} articles in {report.editions} editions, {report.size / 1e6:,.1f} MB."
