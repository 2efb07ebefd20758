"""How each command shows its result, and what it tells the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot import check_view, gap_view, reports, reports_upkeep
from bot.contract import ReplyJson, SearchJson
from bot.errors import ExitCode
from bot.output import Output
from bot.plan_view import plan_as_text, plan_for_terminal, plans_as_text
from bot.terminal import (
    passages_as_text,
    passages_for_terminal,
    reply_as_text,
    reply_for_terminal,
)

_GOES_ON = (
    "Stopped. The answers come from one complete edition, as before, and what was embedded is "
    "kept: run the same command again and it goes on from there."
)
_NOTHING_CHANGED = "Stopped; nothing was changed. Run the same command again when you like."
_DONE_IS_DONE = (
    "Stopped. What was done is kept: run the same command again and it goes on from there."
)
_TAKEN_WHOLE = (
    "Stopped. A library is taken in whole or not at all: footnote index status shows which. "
    "Where it is empty, run the same command again."
)

Result = Mapping[str, Any]


def _done(_: Result) -> ExitCode:
    return ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Show:
    """What becomes of a result.

    ``performs`` is the command as ``dispatch`` knows it; ``stopped`` is what somebody reads
    who stops it, "" for one that is over at once.
    """

    performs: str
    print: Callable[[Output, Result], None]
    exit_code: Callable[[Result], ExitCode] = _done
    stopped: str = ""

    @property
    def takes_long(self) -> bool:
        """Whether its progress is shown."""
        return bool(self.stopped)


def show_reply(output: Output, result: Result) -> None:
    """An answer or a refusal; what was missing on the way is said beside it."""
    reply = cast("ReplyJson", result)
    _print(output, result, lambda: reply_as_text(reply), lambda: reply_for_terminal(reply))


def show_passages(output: Output, result: Result) -> None:
    """The passages found."""
    found = cast("SearchJson", result)
    _print(output, result, lambda: passages_as_text(found), lambda: passages_for_terminal(found))


def show_report(output: Output, result: Result) -> None:
    """What was published; what somebody has to look at goes to standard error."""
    for problem in reports.problems_as_text(result):
        output.notice(problem)
    if output.as_json:
        output.print_json(result)
    elif not output.quiet:
        output.print_text(reports.report_as_text(result))


def show_plan(output: Output, plan: Result) -> None:
    """What would change, and the command that publishes it."""
    if output.on_terminal:
        output.print_rich(plan_for_terminal(plan), wraps=False)
    else:
        _plain(plan_as_text)(output, plan)


def show_figures(output: Output, figures: Result) -> None:
    """What an evaluation measured; a person reads it as the table that comes with it."""
    if output.as_json:
        output.print_json(figures)
    else:
        output.print_text(str(figures["table"]))


def _print(
    output: Output,
    result: Result,
    as_text: Callable[[], str],
    for_terminal: Callable[[], Any],
) -> None:
    if output.as_json:
        output.print_json(result)
        return
    if output.on_terminal:
        output.print_rich(for_terminal())
    else:
        output.print_text(as_text())
    if result.get("notice"):
        output.notice(str(result["notice"]))


def _plain(as_text: Callable[[Result], str]) -> Callable[[Output, Result], None]:
    def show(output: Output, result: Result) -> None:
        if output.as_json:
            output.print_json(result)
        elif not output.quiet:
            output.print_text(as_text(result))

    return show


def _exit_of_reply(result: Result) -> ExitCode:
    return ExitCode.DONE if result["status"] == "answered" else ExitCode.REFUSED


def _exit_of_report(result: Result) -> ExitCode:
    """Some articles could be read: done, with the problems named. None: failed."""
    names = ("added", "changed", "unchanged", "moved", "duplicates", "suspicious")
    read = any(result[name] for name in names)
    return ExitCode.FAILED if result["problems"] and not read else ExitCode.DONE


def _exit_of_plan(plan: Result) -> ExitCode:
    """As of the report that publishing it would give."""
    read = plan["items"] or plan["unchanged"]
    return ExitCode.FAILED if plan["problems"] and not read else ExitCode.DONE


def _exit_of_check(result: Result) -> ExitCode:
    return ExitCode.DONE if result["ok"] else ExitCode.FAILED


_INDEX: Mapping[str, Show] = {
    "index add": Show("add", show_report, _exit_of_report, _GOES_ON),
    "index sync": Show("sync", show_report, _exit_of_report, _GOES_ON),
    "index plan": Show("plan", show_plan, _exit_of_plan, _NOTHING_CHANGED),
    "index show plan": Show("show plan", show_plan),
    "index plans": Show("plans", _plain(plans_as_text)),
    "index publish": Show("publish", show_report, stopped=_GOES_ON),
    "index discard": Show("discard", _plain(reports_upkeep.discarded_as_text)),
    "index rollback": Show("rollback", show_report, stopped=_GOES_ON),
    "index remove": Show("remove", show_report),
    "index remove source": Show("remove source", show_report),
    "index supersede": Show("supersede", _plain(reports_upkeep.supersession_as_text)),
    "index supersessions": Show("supersessions", _plain(reports_upkeep.supersessions_as_text)),
    "index status": Show("status", _plain(reports.status_as_text)),
    "index verify": Show("verify", _plain(reports.verify_as_text), _exit_of_check),
    "index rebuild": Show("rebuild", _plain(reports.rebuild_as_text), stopped=_DONE_IS_DONE),
    "index history": Show("history", _plain(reports.history_as_text)),
    "index audit": Show("audit", _plain(reports.audit_as_text)),
    "index sources": Show("sources", _plain(reports.sources_as_text)),
    "index options": Show("options", _plain(reports.source_as_text)),
    "index schedule": Show("schedule", _plain(reports.source_as_text)),
    "index recency": Show("recency", _plain(reports_upkeep.recency_as_text)),
    "index jobs": Show("jobs", _plain(reports_upkeep.jobs_as_text)),
    "index cancel": Show("cancel", _plain(reports_upkeep.cancelled_as_text)),
    "index collect": Show(
        "collect", _plain(reports_upkeep.collected_as_text), stopped=_DONE_IS_DONE
    ),
}

SHOWS: Mapping[str, Show] = {
    "ask": Show("ask", show_reply, _exit_of_reply),
    "search": Show("search", show_passages),
    "check": Show("check", _plain(check_view.checked_as_text), check_view.exit_of_check),
    **_INDEX,
    "gaps": Show("gaps", _plain(gap_view.gaps_as_text)),
    "gaps close": Show("gaps close", _plain(gap_view.closed_gap_as_text)),
    "golden add": Show("golden add", _plain(reports_upkeep.kept_golden_as_text)),
    "golden list": Show("golden", _plain(reports_upkeep.golden_as_text)),
    "golden remove": Show("golden remove", _plain(reports_upkeep.removed_golden_as_text)),
    "golden check": Show(
        "golden check", _plain(reports_upkeep.checks_as_text), _exit_of_check, _NOTHING_CHANGED
    ),
    "export": Show("export", _plain(reports_upkeep.exported_as_text), stopped=_NOTHING_CHANGED),
    "import": Show("import", _plain(reports_upkeep.imported_as_text), stopped=_TAKEN_WHOLE),
}
