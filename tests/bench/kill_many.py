"""Kills a job (SIGKILL) many times over, and counts what was lost.

Run with ``python -m tests.bench.kill_many --kills 200``. Each time a process of its own works
on a copy of a library of sixty articles and is killed at another instant: a third by the
clock, a third by counting SQL statements, embedded texts and calls of Chroma, a third while
Chroma writes. Then a new process opens the folder, looks at everything, and runs the job again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes import cutting
from tests.fakes.cutting import Cut, Kept, Seen, Told


@dataclass
class Count:
    """What became of the libraries whose job was killed."""

    kills: int = 0
    too_late: int = 0
    old: int = 0
    new: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def choose_cut(told: Told, choose: random.Random) -> Cut:
    """An instant of the job, of one of three kinds."""
    kind = choose.randrange(3)
    if kind == 0:
        return Cut(after=choose.random() * told.seconds)
    if kind == 1:
        return Cut(event=choose.randint(1, told.events))
    return Cut(call=choose.randint(1, told.calls), delay=choose.uniform(0.0, 0.006))


def kill_once(base: Path, job: str, cut: Cut, old: Seen, new: Seen, kept: Kept, n: Count) -> None:
    """Kill the job in a copy of ``base``, and count what a new process finds."""
    place = Path(tempfile.mkdtemp(prefix="kill-many-"))
    try:
        folder = Path(shutil.copytree(base, place / "data"))
        told = cutting.run_until(folder, job, cut)
        n.kills += told is None
        n.too_late += told is not None
        started = time.perf_counter()
        before, after, left = cutting.recover(folder, job)
        n.seconds.append(time.perf_counter() - started)
    except AssertionError as error:
        n.wrong.append(f"{cut}: {error}")
        return
    finally:
        shutil.rmtree(place, ignore_errors=True)
    n.old += before == old
    n.new += before == new
    if before not in (old, new):
        n.wrong.append(f"{cut}: neither the old edition nor the new one")
    if (after, left) != (new, kept):
        n.wrong.append(f"{cut}: run again, it ended elsewhere")


def run(job: str, kills: int, seed: int) -> Count:
    """Kill the job ``kills`` times."""
    choose, count = random.Random(seed), Count()
    with tempfile.TemporaryDirectory(prefix="kill-many-") as place:
        base, whole = Path(place) / "base", Path(place) / "whole"
        cutting.fill(base, synced=job not in {"sync", "add"})
        shutil.copytree(base, whole)
        old, _ = cutting.show(base)
        told = cutting.run_whole(whole, job)
        new, kept = cutting.show(whole)
        while count.kills < kills and count.too_late < kills:
            kill_once(base, job, choose_cut(told, choose), old, new, kept, count)
            done = count.kills + count.too_late
            if done % 20 == 0:
                sys.stderr.write(f"{done}: {len(count.wrong)} wrong\n")
    return count


def main() -> int:
    """Print the figures as JSON; exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", choices=sorted(cutting.JOBS), default="sync")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_311)
    given = parser.parse_args()
    count = run(given.job, given.kills, given.seed)
    figures = {
        "job": given.job,
        "killed": count.kills,
        "ended before it was killed": count.too_late,
        "old edition whole afterwards": count.old,
        "new edition whole afterwards": count.new,
        "wrong": count.wrong,
        "longest recovery, two looks and the job run again (s)": max(count.seconds, default=0.0),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 1 if count.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
