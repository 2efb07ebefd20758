"""What stands between a plan and its publication: a second look, and that it still fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from index import editions, library_rows, plan_rows
from index.connections import Connection
from index.editions import Member
from index.errors import PlanBlocked, PlanOutdated
from index.library_rows import LibraryRow
from index.models import Problem
from index.plans import Consent, Plan, PlanItem, PlanKind
from index.prepared import Prepared, puts


def load_fitting(connection: Connection, row: LibraryRow, plan_id: str) -> Prepared:
    """A stored plan, when every article it would change is still what it was.

    Raises:
        PlanOutdated: it is unknown, was used up, or no longer fits.
    """
    prepared = plan_rows.load_plan(connection, row.pk, plan_id)
    items = [item for item in prepared.plan.items if item.kind is not PlanKind.KEPT]
    wanted = sorted({id_ for i in items for id_ in (i.article_id, i.other) if id_ is not None})
    present = editions.members_of(connection, row.pk, row.edition, wanted)
    withheld = editions.withheld(connection, row.pk) - set(prepared.welcome)
    there = library_rows.list_sources(connection, row.pk).values()
    if any(key > 0 and key not in there for key in prepared.origins.values()):
        raise PlanOutdated(
            f"The plan {plan_id} no longer fits: its source was removed since it was made. "
            "Make a new plan."
        )
    for item in puts(items) + prepared.plan.of(PlanKind.REMOVED):
        if item.article_id in withheld or not is_as_planned(item, present):
            raise PlanOutdated(
                f"The plan {plan_id} no longer fits: {item.title or item.article_id!r} was "
                "changed or removed since it was made. Make a new plan."
            )
    return prepared


def is_as_planned(item: PlanItem, present: Mapping[str, Member]) -> bool:
    """Whether the edition still holds what the item was compared with, and nothing in its way."""
    before: str | None = item.article_id
    if item.kind is PlanKind.MOVED:
        if item.article_id in present:
            return False
        before = item.other
    member = present.get(before or "")
    return (member.version_id if member else None) == item.old_version


def blocked(plan: Plan, consent: Consent) -> PlanBlocked | None:
    """What a moderator has to say yes to before the plan is published; None if nothing."""
    drop = plan.drops_too_much and not consent.drop
    doubtful = plan.suspicious if not consent.suspicious else ()
    if not drop and not doubtful:
        return None
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


def tell_suspicious(items: Iterable[PlanItem]) -> tuple[Problem, ...]:
    """What is odd about each."""
    return tuple(Problem(i.title or i.article_id, " ".join(i.suspicions)) for i in items)
