"""How a long job shows that it goes on."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.progress import Progress as ProgressBar
from rich.text import Text

from bot.output import Output, _Bars
from index.models import Progress


class Terminal(io.StringIO):
    """A terminal that remembers all that was drawn."""

    def isatty(self) -> bool:
        return True


def without_colours(drawn: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)


@pytest.fixture(autouse=True)
def _a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def draw(*steps: Progress) -> str:
    """What stands on a terminal after these steps."""
    terminal = Terminal()
    output = Output(io.StringIO(), terminal, as_json=False)
    with output.progress(bar=True) as on_progress:
        for step in steps:
            on_progress(step)
        before_leaving = terminal.tell()
    terminal.seek(before_leaving)  # on leaving, all bars are drawn once more
    return without_colours(terminal.read())


def test_a_bar_says_how_much_is_done() -> None:
    at_the_end = draw(Progress("embedding", 0, 4000), Progress("embedding", 1200, 4000))

    assert "embedding" in at_the_end
    assert "1,200 of 4,000" in at_the_end


def test_a_wait_for_another_job_is_shown_and_leaves_no_bar() -> None:
    at_the_end = draw(
        Progress("waiting for: sync by x (reading, 1 of 9)", 0),
        Progress("waiting for: sync by x (reading, 2 of 9)", 0),
    )
    assert at_the_end.count("waiting for: sync by x (reading, 2 of 9)") == 1

    at_the_end = draw(
        Progress("waiting for: sync by x (reading, 1 of 9)", 0), Progress("reading", 1, 3)
    )
    assert "waiting" not in at_the_end
    assert "1 of 3" in at_the_end


def test_a_stage_that_begins_anew_is_not_taken_for_finished() -> None:
    bar = ProgressBar(console=Console(file=io.StringIO()))
    bars = _Bars(bar)
    for done, total in ((0, 3), (3, 3)):
        bars.update(Progress("reading", done, total))
    (task,) = bar.tasks
    assert task.finished

    bars.update(Progress("reading", 1, 3))

    (task,) = bar.tasks
    assert (task.finished, task.completed, task.total) == (False, 1, 3)


def test_many_stages_leave_only_the_newest_bars() -> None:
    at_the_end = draw(*(Progress(f"stage {number}.", 1, 2) for number in range(50)))

    assert "stage 49." in at_the_end
    assert "stage 40." not in at_the_end


def test_elsewhere_a_wait_is_said_once() -> None:
    err = io.StringIO()
    with Output(io.StringIO(), err, as_json=False).progress(bar=True) as on_progress:
        for number in range(5):
            on_progress(Progress(f"waiting for: sync by x (reading, {number} of 9)", 0))
        on_progress(Progress("reading", 0, 3))

    assert err.getvalue().splitlines() == [
        "waiting for: sync by x (reading, 0 of 9) ...",
        "reading 0 of 3 ...",
    ]


def test_a_long_line_is_left_to_the_terminal_to_break_where_it_has_to_be_copied() -> None:
    out = Terminal()
    output = Output(out, io.StringIO(), as_json=False)
    output.print_rich(Text("x" * 300), wraps=False)
    output.print_rich(Text("y " * 150))

    lines = without_colours(out.getvalue()).splitlines()
    assert lines[0] == "x" * 300
    assert max(len(line) for line in lines[1:]) <= 100
