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
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as ProgressBar

from bot.errors import CommandError
from bot.terminal import clean
from index.models import OnProgress, Progress, no_progress

_WIDEST = 100
_LINE_SECONDS = 10.0


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

    def print_rich(self, renderable: RenderableType) -> None:
        """For a terminal: colours and links as it can show them."""
        console = _open_console(self._out)
        with console.capture() as capture:
            console.print(renderable, width=min(console.width, _WIDEST))
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
            with _open_console(self._err).status("Looking it up ..."):
                yield no_progress

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
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=_open_console(stream),
        transient=True,
    )


class _Bars:
    """One bar for each stage, in the order in which they begin."""

    def __init__(self, bar: ProgressBar) -> None:
        self._bar = bar
        self._stages: dict[str, Any] = {}

    def update(self, progress: Progress) -> None:
        if progress.stage not in self._stages:
            self._stages[progress.stage] = self._bar.add_task(clean(progress.stage), total=None)
        self._bar.update(
            self._stages[progress.stage], completed=progress.done, total=progress.total
        )


class _Lines:
    """A line when a stage begins, and every ten seconds while it lasts."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        self._print_line = print_line
        self._stage = ""
        self._said_at = 0.0

    def update(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage == self._stage and now - self._said_at < _LINE_SECONDS:
            return
        self._stage, self._said_at = progress.stage, now
        amount = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
        self._print_line(f"{progress.stage}{amount} ...")
