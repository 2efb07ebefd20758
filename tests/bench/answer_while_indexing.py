"""How much slower answers become while articles are indexed, with the bot's own settings.

Half of the articles are indexed first; then questions are asked one after the other, first
alone and then while the other half is taken in. Both are measured in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from bot.answering.models import Question
from bot.service import FootnoteService
from bot.settings import load_settings
from bot.wiring import open_gentle_service
from tests.bench.change_one import load_lines

_PAUSE = 0.2


async def ask_until(
    service: FootnoteService, questions: list[str], done: asyncio.Event
) -> tuple[list[float], list[float]]:
    """Seconds of each answer, and how late the event loop was beside."""
    answers: list[float] = []
    lags: list[float] = []
    at = 0
    while not done.is_set():
        started = time.perf_counter()
        await service.ask("default", Question(questions[at % len(questions)], id=str(at)))
        answers.append(time.perf_counter() - started)
        started = time.perf_counter()
        await asyncio.sleep(_PAUSE)
        lags.append(time.perf_counter() - started - _PAUSE)
        at += 1
    return answers, lags


def show(name: str, seconds: list[float]) -> str:
    """Median, p99 and worst in milliseconds."""
    cuts = quantiles(seconds, n=100)
    values = (cuts[49], cuts[98], max(seconds))
    told = ", ".join(f"{v * 1000:,.0f}" for v in values)
    return f"  {name:<34} p50, p99, worst: {told} ms   ({len(seconds)})"


async def measure(lines: list[dict[str, object]], questions: list[str], folder: Path) -> None:
    """Index, ask, and print."""
    halves = (lines[::2], lines[1::2])
    files = [folder / "first.jsonl", folder / "second.jsonl"]
    for file, half in zip(files, halves, strict=True):
        file.write_text("".join(json.dumps(line) + "\n" for line in half))
    (folder / "data").mkdir()
    settings = load_settings({"data": folder / "data"}, env_file=folder / "none")
    async with open_gentle_service(settings, on_notice=print) as service:
        await service.add("default", [str(files[0])], actor="bench")
        done = asyncio.Event()
        asking = asyncio.create_task(ask_until(service, questions, done))
        await asyncio.sleep(20)
        done.set()
        alone = await asking
        done = asyncio.Event()
        asking = asyncio.create_task(ask_until(service, questions, done))
        started = time.perf_counter()
        await service.add("default", [str(files[1])], actor="bench")
        seconds = time.perf_counter() - started
        done.set()
        beside = await asking
    sys.stdout.write(f"{len(halves[1]):,} articles taken in beside, in {seconds:.0f} s\n")
    for name, (answers, lags) in (("alone", alone), ("while indexing", beside)):
        sys.stdout.write(f"{name}\n{show('answer', answers)}\n{show('event loop late by', lags)}\n")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    arguments = parser.parse_args()
    questions = [
        str(line.get("question") or line["query"]) for line in load_lines(arguments.questions)
    ]
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        asyncio.run(measure(load_lines(arguments.articles), questions, Path(folder)))


if __name__ == "__main__":
    main()
