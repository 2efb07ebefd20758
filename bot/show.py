"""How each command shows its result, and what it tells the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.contract import ReplyJson, SearchJson
from bot.errors import ExitCode
from bot.output import Output
from bot.reports import (
    history_as_text,
    problems_as_text,
    rebuild_as_text,
    report_as_text,
    status_as_text,
    verify_as_text,
)
from bot.terminal import (
    passages_as_text,
    passages_for_terminal,
    reply_as_text,
    reply_for_terminal,
)

Result = Mapping[str, Any]


def _done(_: Result) -> ExitCode:
    return ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Show:
    """What becomes of a result; ``performs`` is the command as ``dispatch`` knows it."""

    performs: str
    print: Callable[[Output, Result], None]
    exit_code: Callable[[Result], ExitCode] = _done
    takes_long: bool = False


def show_reply(output: Output, result: Result) -> None:
    """An answer or a refusal; what was missing on the way is said beside it."""
    reply = cast("ReplyJson", result)
    _print(output, result, lambda: reply_as_text(reply), lambda: reply_for_terminal(reply))


def show_passages(output: Output, result: Result) -> None:
    """The passages found."""
    found = cast("SearchJson", result)
    _print(output, result, lambda: passages_as_text(found), lambda: passages_for_terminal(found))


def show_report(output: Output, result: Result) -> None:
    """What an add, a sync or a removal did; what could not be read goes to standard error."""
    for problem in problems_as_text(result):
        output.notice(problem)
    if output.as_json:
        output.print_json(result)
    elif not output.quiet:
        output.print_text(report_as_text(result))


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
        else:
            output.print_text(as_text(result))

    return show


def _exit_of_reply(result: Result) -> ExitCode:
    return ExitCode.DONE if result["status"] == "answered" else ExitCode.REFUSED


def _exit_of_report(result: Result) -> ExitCode:
    """Some articles could be read: done, with the problems named. None: failed."""
    read = bool(result["added"] or result["changed"] or result["unchanged"])
    return ExitCode.FAILED if result["problems"] and not read else ExitCode.DONE


def _exit_of_verify(result: Result) -> ExitCode:
    return ExitCode.DONE if result["ok"] else ExitCode.FAILED


SHOWS: Mapping[str, Show] = {
    "ask": Show("ask", show_reply, _exit_of_reply),
    "search": Show("search", show_passages),
    "index add": Show("add", show_report, _exit_of_report, takes_long=True),
    "index sync": Show("sync", show_report, _exit_of_report, takes_long=True),
    "index remove": Show("remove", show_report),
    "index status": Show("status", _plain(status_as_text)),
    "index verify": Show("verify", _plain(verify_as_text), _exit_of_verify),
    "index rebuild": Show("rebuild", _plain(rebuild_as_text), takes_long=True),
    "index history": Show("history", _plain(history_as_text)),
}
