"""Where a command's words go: the answer to standard output, all else to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as ProgressBar
from rich.text import Text

from bot.errors import CommandError
from bot.terminal import clean
from index.models import OnProgress, Progress, no_progress

_WIDEST = 100
_LINE_SECONDS = 10.0
_MOST_BARS = 6
_FAST = 10


class PipeClosedError(Exception):
    """Whoever read standard output has gone, as ``head`` does."""


class Output:
    """Writes for a person or, with ``as_json``, for a program."""

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool, quiet: bool = False) -> None:
        self._out = out
        self._err = err
        self.as_json = as_json
        self.quiet = quiet

    @property
    def on_terminal(self) -> bool:
        """Whether a person reads standard output directly."""
        return self._out.isatty() and not self.as_json

    def print_json(self, value: Mapping[str, Any]) -> None:
        """One line of JSON."""
        self.print_text(json.dumps(value, ensure_ascii=not self._writes_utf8()))

    def print_text(self, text: str) -> None:
        """Plain text and a line's end.

        Raises:
            PipeClosedError: nobody reads any more.
            CommandError: it cannot be written, as on a full disk.
        """
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError as error:
            raise PipeClosedError from error
        except (OSError, ValueError) as error:
            raise CommandError(f"Standard output cannot be written: {error}") from error

    def print_rich(self, renderable: RenderableType, *, wraps: bool = True) -> None:
        """For a terminal: colours and links as it can show them.

        Without ``wraps`` the terminal breaks long lines itself, so that they can be copied.
        """
        console = _open_console(self._out)
        width = min(console.width, _WIDEST) if wraps else None
        with console.capture() as capture:
            console.print(renderable, width=width, soft_wrap=not wraps)
        self.print_text(capture.get().rstrip("\n"))

    def notice(self, message: str) -> None:
        """Something worth knowing beside the answer."""
        self._print_error_line(clean(message))

    def error(self, message: str) -> None:
        """Why it failed and what to do, on one line."""
        self._print_error_line(f"footnote: {clean(message)}")

    @contextmanager
    def progress(self, *, bar: bool) -> Iterator[OnProgress]:
        """A bar or a sign of work on a terminal; elsewhere a few lines in place of a bar."""
        if self.quiet:
            yield no_progress
        elif not self._err.isatty():
            yield _Lines(self.notice).update if bar else no_progress
        elif bar:
            with _open_bar(self._err) as bars:
                yield _Bars(bars).update
        else:
            with _open_console(self._err).status("Looking it up ...") as status:
                yield lambda progress: status.update(Text(f"{clean(progress.stage)} ..."))

    def _print_error_line(self, line: str) -> None:
        try:
            self._err.write(line + "\n")
            self._err.flush()
        except (OSError, ValueError):
            return  # nobody is left to tell

    def _writes_utf8(self) -> bool:
        return (getattr(self._out, "encoding", "") or "").lower().replace("-", "") == "utf8"


def open_standard_output(*, as_json: bool, quiet: bool = False) -> Output:
    """The output of this process. A character the terminal cannot show never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    return Output(sys.stdout, sys.stderr, as_json=as_json, quiet=quiet)


def _open_console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def _open_bar(stream: TextIO) -> ProgressBar:
    return ProgressBar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _Amount(),
        _Rate(),
        TimeElapsedColumn(),
        _TimeLeft(),
        console=_open_console(stream),
        transient=True,
    )


class _Amount(ProgressColumn):
    """How much is done, of how much where that is known."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(f"{task.completed:,.0f}" if task.completed else "")
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}", style="progress.download")


class _Rate(ProgressColumn):
    """How much is done in a second, as soon as that can be told."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:,.0f}/s" if speed >= _FAST else f"{speed:.1f}/s", style="dim")


class _TimeLeft(TimeRemainingColumn):
    """How long it may take yet, as soon as that can be told."""

    def render(self, task: Task) -> Text:
        if task.finished or task.time_remaining is None:
            return Text("")
        return super().render(task).append(" left")


class _Bars:
    """One bar for each stage, in the order in which they begin; the newest few are shown."""

    def __init__(self, bar: ProgressBar) -> None:
        self._bar = bar
        self._stages: dict[str, TaskID] = {}
        self._latest = Progress("", 0)

    def update(self, progress: Progress) -> None:
        stage, latest = _name_stage(progress), self._latest
        if stage != _name_stage(latest):
            self._forget_waiting(latest)
        if stage not in self._stages:
            self._add(stage)
        elif stage == _name_stage(latest) and progress.done < latest.done:
            # The stage began anew, with the next source: its pace is not the old one's.
            self._bar.reset(self._stages[stage])
        self._bar.update(
            self._stages[stage],
            description=clean(progress.stage),
            completed=progress.done,
            total=progress.total,
        )
        self._latest = progress

    def _add(self, stage: str) -> None:
        self._stages[stage] = self._bar.add_task(stage, total=None)
        if len(self._stages) > _MOST_BARS:
            self._remove(next(iter(self._stages)))

    def _forget_waiting(self, latest: Progress) -> None:
        """A stage that counted nothing, such as waiting for another job, leaves no bar behind."""
        if not latest.done and latest.total is None and _name_stage(latest) in self._stages:
            self._remove(_name_stage(latest))

    def _remove(self, stage: str) -> None:
        self._bar.remove_task(self._stages.pop(stage))


class _Lines:
    """A line when a stage begins, and every ten seconds while it lasts."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        self._print_line = print_line
        self._stage = ""
        self._said_at = 0.0

    def update(self, progress: Progress) -> None:
        now, stage = time.monotonic(), _name_stage(progress)
        if stage == self._stage and now - self._said_at < _LINE_SECONDS:
            return
        self._stage, self._said_at = stage, now
        amount = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
        self._print_line(f"{progress.stage}{amount} ...")


def _name_stage(progress: Progress) -> str:
    """The stage without what is said in brackets of the job that it waits for: that changes."""
    return progress.stage.partition(" (")[0]
