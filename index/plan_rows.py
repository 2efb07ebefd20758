"""Plans in SQLite: looked at by people, published or discarded, forgotten after a while."""

from __future__ import annotations

import dataclasses
import secrets

from index.connections import Connection, Row
from index.errors import PlanOutdated
from index.plans import Plan, PlanState
from index.prepared import Prepared, pack, unpack, unpack_plan

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ID = 8
# Plans hold whole articles; old ones only take up room.
_KEEP = 50


def new_plan_id() -> str:
    """An id that is easy to read aloud and to type."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID))


def save_plan(connection: Connection, library: int, prepared: Prepared) -> str:
    """Keep a plan; its id. One that is open and would do exactly the same gives it its id."""
    plan = prepared.plan
    mark = _mark(plan)
    for known in list_plans(connection, library):
        if _mark(known) == mark:
            same = dataclasses.replace(prepared, plan=dataclasses.replace(plan, id=known.id))
            connection.execute(
                "UPDATE plan SET created_at = ?, body = ?, material = ? WHERE id = ?",
                (plan.created_at, *pack(same), known.id),
            )
            return known.id
    body, material = pack(prepared)
    connection.execute(
        "INSERT INTO plan (id, library, created_at, state, body, material, place) "
        "VALUES (?, ?, ?, ?, ?, ?, "
        "(SELECT coalesce(max(place), 0) + 1 FROM plan WHERE library = ?))",
        (plan.id, library, plan.created_at, plan.state.value, body, material, library),
    )
    connection.execute(
        "DELETE FROM plan WHERE id IN (SELECT id FROM plan WHERE library = ? "
        "ORDER BY state = 'open' DESC, created_at DESC, place DESC LIMIT -1 OFFSET ?)",
        (library, _KEEP),
    )
    return plan.id


def _mark(plan: Plan) -> list[tuple[str, str, str | None, str | None]]:
    return sorted((i.kind.value, i.article_id, i.old_version, i.new_version) for i in plan.items)


def load_plan(connection: Connection, library: int, plan_id: str) -> Prepared:
    """A plan with all that publishing it needs.

    Raises:
        PlanOutdated: there is no such plan, or it was used up.
    """
    row = _find(connection, library, plan_id)
    plan = unpack_plan(row["body"])
    state = PlanState(row["state"])
    if state is not PlanState.OPEN:
        raise PlanOutdated(f"The plan {plan.id} was already {state}. Make a new plan.")
    return unpack(row["body"], row["material"])


def show_plan(connection: Connection, library: int, plan_id: str) -> Plan:
    """A plan as people see it, open or not.

    Raises:
        PlanOutdated: there is no such plan.
    """
    row = _find(connection, library, plan_id)
    return dataclasses.replace(unpack_plan(row["body"]), state=PlanState(row["state"]))


def list_plans(connection: Connection, library: int) -> list[Plan]:
    """The open plans, newest first."""
    rows = connection.execute(
        "SELECT body FROM plan WHERE library = ? AND state = 'open' "
        "ORDER BY created_at DESC, place DESC",
        (library,),
    )
    return [unpack_plan(row["body"]) for row in rows]


def close_plan(connection: Connection, library: int, plan_id: str, state: PlanState) -> None:
    """Mark a plan as published or discarded; its texts are not needed any more."""
    connection.execute(
        "UPDATE plan SET state = ?, material = ? WHERE library = ? AND id = ?",
        (state.value, b"", library, plan_id),
    )


def _find(connection: Connection, library: int, plan_id: str) -> Row:
    row: Row | None = connection.execute(
        "SELECT * FROM plan WHERE library = ? AND id = ?", (library, plan_id)
    ).fetchone()
    if row is None:
        raise PlanOutdated(
            f"There is no plan {plan_id[:20]!r}. `footnote index plans` lists those there are."
        )
    return row
