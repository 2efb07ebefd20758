"""Measures every question set that is there, as ``make eval`` does.

The seeds always; the development sets where their folder lies beside the checkout, sampled
so that it ends in some minutes on two cores. What is left out is said. For each set the
report is written as JSON and, where matplotlib is installed, a chart; the report of the run
before is kept beside it, so that the two can be compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.cli import main as footnote
from bot.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Set:
    """A question set. Its library is kept between runs where its articles are in our format.

    ``sample`` is how many of its questions a quick run asks, 0 for none; None: all of them.
    """

    name: str
    cases: str
    articles: str | None = None
    sample: int | None = None
    keeps_library: bool = False


SETS = (
    Set(
        "newshop_dev",
        "newshop_dev/questions.jsonl",
        "newshop_dev/articles.jsonl.gz",
        keeps_library=True,
    ),
    Set(
        "squad_articles",
        "squad_articles/questions.jsonl",
        "squad_articles/articles.jsonl",
        sample=400,
        keeps_library=True,
    ),
    Set("clapnq", "clapnq/questions.jsonl", "clapnq/passages.jsonl", sample=200),
    Set("timeqa", "timeqa/questions.jsonl.gz", "timeqa/articles.jsonl.gz", sample=0),
    Set("conversations", "conversations/tasks.jsonl.gz"),
    Set("attribution", "attribution/dev.jsonl.gz"),
    Set("bipia", "injections/bipia_text_attacks.jsonl", sample=150),
    Set("cyberseceval", "injections/cyberseceval_prompt_injection.jsonl", sample=150),
    Set("poisoned_facts", "injections/poisoned_facts.jsonl"),
)


class Runs:
    """Runs of the command line, one a set."""

    def __init__(self, out: Path, *, full: bool) -> None:
        self._out = out
        out.mkdir(parents=True, exist_ok=True)
        self._full = full
        self._draws = find_spec("matplotlib") is not None
        self.left_out: list[str] = []

    def measure_seeds(self) -> int:
        """The questions of the repository itself."""
        cases, articles = ROOT / "seeds" / "questions.jsonl", ROOT / "seeds"
        return self._evaluate("seeds", [str(cases), "--articles", str(articles)])

    def measure(self, wanted: Set, folder: Path) -> int:
        """One of the development sets."""
        sample = None if self._full else wanted.sample
        if sample == 0:
            self.left_out.append(f"{wanted.name} altogether")
            return ExitCode.DONE
        words = [str(folder / wanted.cases)]
        if sample is not None:
            words += ["--sample", str(sample)]
            self.left_out.append(f"{wanted.name} but for {sample} questions")
        if wanted.articles is None:
            return self._evaluate(wanted.name, words)
        articles = str(folder / wanted.articles)
        if not wanted.keeps_library:
            return self._evaluate(wanted.name, [*words, "--articles", articles])
        data = ["--data", str(self._out / "libraries" / wanted.name)]
        code = footnote([*data, "index", "add", "--quiet", articles])
        return code or self._evaluate(wanted.name, [*words, *data])

    def _evaluate(self, name: str, words: Sequence[str]) -> int:
        report = self._out / f"{name}.json"
        before = report.with_suffix(".before.json")
        if report.exists():
            report.replace(before)
        options = ["--save", str(report)]
        if self._draws:
            options += ["--chart", str(report.with_suffix(".png"))]
        started = time.monotonic()
        code = footnote(["eval", *words, *options])
        _say(f"\n{name}: {time.monotonic() - started:.0f} s; {report}")
        if before.exists() and report.exists():
            _say(f"Compare: footnote eval {report} --compare {before}")
        _say("-" * 72)
        return code

    def closing_words(self) -> Iterator[str]:
        """What was not done."""
        if self.left_out:
            yield f"Left out: {', '.join(self.left_out)}."
            yield "make eval FULL=1 asks everything that is there."
        if not self._draws:
            yield "No charts: they need matplotlib (pip install 'footnote-bot[chart]')."


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, and say what is left out; the exit code of the first run that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the development sets are")
    parser.add_argument("--out", type=Path, default=Path(".footnote/eval"))
    parser.add_argument("--full", action="store_true", help="all questions of all sets")
    given = parser.parse_args()
    runs = Runs(given.out.absolute(), full=given.full)
    worst = runs.measure_seeds()
    for wanted in SETS:
        if worst == ExitCode.INTERRUPTED:
            break
        if (given.folder / wanted.cases).exists():
            worst = runs.measure(wanted, given.folder) or worst
        else:
            runs.left_out.append(f"{wanted.name} (not in {given.folder})")
    for line in runs.closing_words():
        _say(line)
    return worst


if __name__ == "__main__":
    sys.exit(main())
