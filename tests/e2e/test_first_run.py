"""The first run that is written down for new users is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/first-run.md"
PART = re.compile(
    r"<!-- edit (?P<edited>\S+): (?P<old>.+?) -> (?P<new>.+?) -->"
    r"|<!-- file (?P<written>\S+) -->\n```\w+\n(?P<text>.*?)```"
    r"|<!-- run -->\n```console\n(?P<commands>.*?)```",
    re.DOTALL,
)
PLAN = re.compile(r"^Plan (\w+) against", re.MULTILINE)
ANYTHING = "…"
END = "-- end --"
SECONDS = 120.0
# One process takes all commands, since most of the time of each goes into imports.
TERMINAL = f"""
import shlex, subprocess, sys
from bot.cli import main
for line in sys.stdin:
    words = shlex.split(line)
    main(words[1:]) if words[0] == "footnote" else subprocess.run(words, check=True)
    sys.stderr.flush()
    print({END!r}, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and the lines that it is said to show."""

    command: str
    shows: tuple[str, ...]


class Terminal:
    """Shows what commands say, on a machine that has Footnote and no settings."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def type(self, command: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.rstrip() == END:
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"$ {command}\n{''.join(lines)}")


@contextmanager
def open_terminal(folder: Path) -> Iterator[Terminal]:
    ours = ("FOOTNOTE_", "DISCORD_", "PYTEST_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with subprocess.Popen(
        [sys.executable, "-c", TERMINAL],
        cwd=folder,
        env={**kept, "HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            yield Terminal(process)
        finally:
            watch.cancel()
            process.kill()


def steps_in(block: str) -> list[Step]:
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [Step(first, tuple(rest)) for first, *rest in map(str.splitlines, commands)]


def is_shown(line: str, shown: str) -> bool:
    wanted = ".*".join(map(re.escape, line.split(ANYTHING)))
    return re.search(rf"^{wanted}$", shown, re.MULTILINE) is not None


def test_what_is_written_for_the_first_run_is_what_happens(tmp_path: Path) -> None:
    plan, commands = "PLAN", 0
    with open_terminal(tmp_path) as terminal:
        for part in PART.finditer(DOCUMENT.read_text(encoding="utf-8")):
            if name := part["written"]:
                (tmp_path / name).parent.mkdir(exist_ok=True)
                (tmp_path / name).write_text(part["text"], encoding="utf-8")
            if name := part["edited"]:
                text = (tmp_path / name).read_text(encoding="utf-8")
                assert part["old"] in text
                (tmp_path / name).write_text(text.replace(part["old"], part["new"]), "utf-8")
            for step in steps_in(part["commands"] or ""):
                shown = terminal.type(step.command.replace("PLAN", plan))
                missing = [line for line in step.shows if not is_shown(line, shown)]
                assert not missing, f"$ {step.command}\n{shown}"
                plan = found[1] if (found := PLAN.search(shown)) else plan
                commands += 1
    assert commands > 10, "the document's blocks were not found"
