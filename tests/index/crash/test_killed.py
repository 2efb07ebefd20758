"""A process that is killed (SIGKILL) while it works on a library leaves one complete edition.

A sync of sixty articles, some changed, moved, gone, new, twice there or held back, is killed at
56 random instants and at each of its steps by name:

- 28 by counting what it does: SQL statements (inside transactions as between them), embedded
  texts, calls of Chroma; 8 of them among the last, where the edition is published;
- 10 while Chroma writes, some milliseconds into a call;
- 18 by the clock, spread over the time that the sync takes undisturbed.

Rollback, collection and rebuild are killed at 5 random instants each. After each, a new process
opens the folder, looks at everything there is, and runs the job again.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.steps import Step
from tests.fakes import cutting
from tests.fakes.cutting import Cut, Kept, Seen, Told

SEED = 20_311
SIDE_BY_SIDE = 3
STEPS_OF_A_SYNC = [
    Step.READ,
    Step.PREPARED,
    Step.STORED,
    Step.FILLED,
    Step.STAGED,
    Step.CHECKED,
    Step.PUBLISHED,
]
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True, slots=True)
class Story:
    """A library before a job and after, and how the job goes undisturbed."""

    job: str
    base: Path
    old: Seen
    new: Seen
    kept: Kept
    told: Told


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yesterday") / "data"
    cutting.fill(folder)
    return folder


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("today") / "data"
    cutting.fill(folder, synced=True)
    return folder


@pytest.fixture(scope="module")
def sync(yesterday: Path) -> Story:
    return tell("sync", yesterday)


def tell(job: str, base: Path) -> Story:
    old, _ = cutting.show(base)
    with copy_of(base) as folder:
        told = cutting.run_whole(folder, job)
        new, kept = cutting.show(folder)
    assert old.problems == new.problems == ()
    return Story(job, base, old, new, kept, told)


class copy_of:  # noqa: N801 - reads as a word
    """A copy of a data folder, gone afterwards."""

    def __init__(self, base: Path) -> None:
        self._base = base

    def __enter__(self) -> Path:
        self._place = Path(tempfile.mkdtemp(prefix="killed-"))
        shutil.copytree(self._base, self._place / "data")
        return self._place / "data"

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._place, ignore_errors=True)


def cut_off(story: Story, cut: Cut, *, quick_look: bool = True) -> list[str]:
    """What is wrong after a job was cut off; empty if all is well."""
    with copy_of(story.base) as folder:
        told = cutting.run_until(folder, story.job, cut)
        before, after, kept = cutting.recover(folder, story.job, quick_look=quick_look)
    wrong = []
    if told is not None and cut.after is None:
        wrong.append("it was not cut off")
    if told is not None and before != story.new:
        wrong.append("it ended, but not with the new edition")
    if before not in (story.old, story.new):
        wrong.append(f"neither the old edition nor the new one: {differences(story, before)}")
    if after != story.new:
        wrong.append(f"run again, it ended elsewhere: {differences(story, after)}")
    if kept != story.kept:
        wrong.append(f"run again, it left something else: {unlike(kept, story.kept)}")
    return [f"{cut}: {what}" for what in wrong]


def differences(story: Story, seen: Seen) -> str:
    return f"from the old one {unlike(seen, story.old)}, from the new one {unlike(seen, story.new)}"


def unlike(one: Seen | Kept, other: Seen | Kept) -> list[str]:
    return [
        f"{name}: {str(getattr(one, name))[:200]}"
        for name in one.__dataclass_fields__
        if getattr(one, name) != getattr(other, name)
    ]


def cut_all(story: Story, cuts: Sequence[Cut]) -> list[str]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return [line for lines in pool.map(lambda cut: cut_off(story, cut), cuts) for line in lines]


def instants(story: Story, *, counted: int, last: int = 0) -> list[Cut]:
    """Cuts at random events, ``last`` of them among those of the publishing transaction."""
    choose, total = random.Random(SEED), story.told.events
    events = choose.sample(range(1, total + 1), counted - last)
    return [Cut(event=event) for event in (*events, *choose.sample(range(total - 60, total), last))]


def test_a_sync_that_is_killed_at_any_event_leaves_one_edition(sync: Story) -> None:
    assert cut_all(sync, instants(sync, counted=28, last=8)) == []


def test_a_sync_that_is_killed_while_chroma_writes_leaves_one_edition(sync: Story) -> None:
    choose = random.Random(SEED)
    cuts = [
        Cut(call=choose.randint(1, sync.told.calls), delay=choose.uniform(0.0, 0.006))
        for _ in range(10)
    ]

    assert [line for line in cut_all(sync, cuts) if "not cut off" not in line] == []


def test_a_sync_that_is_killed_at_any_time_leaves_one_edition(sync: Story) -> None:
    choose = random.Random(SEED)
    shares = [(place + choose.random()) / 18 for place in range(18)]

    assert cut_all(sync, [Cut(after=share * sync.told.seconds) for share in shares]) == []


@pytest.mark.parametrize("step", STEPS_OF_A_SYNC, ids=lambda step: step.name.lower())
def test_a_sync_that_is_killed_after_a_step_leaves_one_edition(sync: Story, step: Step) -> None:
    assert tuple(STEPS_OF_A_SYNC) == sync.told.steps
    # With the real look into the folder where Chroma was open, as after a power cut.
    assert cut_off(sync, Cut(step=step), quick_look=step is not Step.FILLED) == []


@pytest.mark.parametrize("job", ["rollback", "collect", "rebuild"])
def test_any_other_job_that_is_killed_leaves_one_edition(today: Path, job: str) -> None:
    story = tell(job, today)
    cuts = instants(story, counted=5)
    if story.told.steps:
        cuts.append(Cut(step=story.told.steps[-1]))

    assert cut_all(story, cuts) == []
