"""What a scheduled run did, and whether moderators should hear of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.errors import JobRefused, PlanBlocked
from index.models import Problem, SyncReport
from index.schedule_rows import DueSource

_HELD = " Held back: "
_FAILED = "failed: "
_READ = "read"
_PARTLY = "partly"
_READABLE = (_READ, _PARTLY)
_NAMES_KEPT = 5


@dataclass(frozen=True, slots=True)
class Run:
    """A scheduled run that is over: its report, or why there is none."""

    report: SyncReport | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class ScheduledOutcome:
    """What moderators should know of a scheduled run.

    Attributes:
        sources: Where was read.
        report: What was published, None if nothing could be.
        problem: What failed, or waits for a moderator, unlike the last time; else "".
        held: The plan that waits for a moderator.
        recovered: Whether a source that failed the last time can be read again.
    """

    sources: tuple[str, ...]
    report: SyncReport | None = None
    problem: str = ""
    held: str | None = None
    recovered: bool = False


def write_outcomes(due: Sequence[DueSource], noted: Mapping[int, str], run: Run) -> dict[int, str]:
    """What to remember of each source, by key.

    Args:
        due: The sources that were read.
        noted: What reading noted of each by itself: "read", "read, with 2 problems",
            "failed: ...", or "" where it did not come so far.
        run: How the run ended.
    """
    held = f"{_HELD}{_describe_held(run)}" if _describe_held(run) else ""
    return {source.key: _outcome(noted.get(source.key, ""), run.error) + held for source in due}


def judge(
    due: Sequence[DueSource], outcomes: Mapping[int, str], run: Run
) -> ScheduledOutcome | None:
    """What moderators should hear, or None: nothing changed, and nothing is worse than before.

    A failure that goes on alike is told once, and once more when it is over.
    """
    failures = [
        Problem(source.location, now.removeprefix(_FAILED))
        for source in due
        if _is_worse(now := _reading(outcomes[source.key]), _reading(source.outcome))
    ]
    held = _describe_held(run)
    if held in {_held(source.outcome) for source in due}:
        held = ""
    recovered = any(
        _has_failed(source.outcome) and _state(_reading(outcomes[source.key])) in _READABLE
        for source in due
    )
    has_changed = run.report is not None and run.report.published
    if not (failures or held or recovered or has_changed):
        return None
    return ScheduledOutcome(
        sources=tuple(source.location for source in due),
        report=run.report,
        problem="\n".join(filter(None, [_list_failures(failures), held])),
        held=_find_plan(run),
        recovered=recovered,
    )


def _list_failures(failures: Sequence[Problem]) -> str:
    if len({failure.message for failure in failures}) == 1:
        return failures[0].message
    return "\n".join(f"{failure.where}: {failure.message}" for failure in failures)


def _outcome(noted: str, error: Exception | None) -> str:
    if isinstance(error, JobRefused):
        return f"skipped: {error}"
    if error is None or isinstance(error, PlanBlocked) or _has_failed(noted):
        return noted or _READ
    return f"{_FAILED}{error}"


def _describe_held(run: Run) -> str:
    """Why something waits, alike for the same cause: without the name of the plan."""
    if isinstance(run.error, PlanBlocked):
        return str(run.error).replace(run.error.plan_id, "PLAN")
    if run.report is None or run.report.held is None:
        return ""
    names = [problem.where for problem in run.report.suspicious]
    more = f" and {len(names) - _NAMES_KEPT} more" if len(names) > _NAMES_KEPT else ""
    return f"{', '.join(names[:_NAMES_KEPT])}{more} look suspicious."


def _find_plan(run: Run) -> str | None:
    if isinstance(run.error, PlanBlocked):
        return run.error.plan_id
    return run.report.held if run.report else None


def _reading(outcome: str) -> str:
    return outcome.partition(_HELD)[0]


def _held(outcome: str) -> str:
    return outcome.partition(_HELD)[2]


def _has_failed(outcome: str) -> bool:
    return outcome.startswith(_FAILED)


def _is_worse(now: str, before: str) -> bool:
    """Whether it fails, or is read in part only, and did not do so before."""
    if _has_failed(now):
        return now != before
    return _state(now) == _PARTLY and _state(before) == _READ


def _state(reading: str) -> str:
    # How many problems there are is another matter: pages come and go.
    if reading.startswith(f"{_READ},"):
        return _PARTLY
    return reading.partition(":")[0] or _READ
