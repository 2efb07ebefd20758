"""A job that waits or runs now: how it stands, how fast it is, and how to stop it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

from bot.pace import PaceMeter
from index.models import OnProgress, Progress
from index.records import JobInfo, JobState

_ACTORS = {"command line": "the command line", "schedule": "a schedule"}
_DISCORD = "discord:"
AGAIN = "Starting it again is safe."
BROKEN_OFF = f"Broken off where it was started. {AGAIN}"


class LiveJob:
    """A job of this process. ``report`` may be called from any thread, as often as one likes.

    ``task`` does the work; the desk sets it as soon as it is made. ``turn`` is set when the
    job comes first in its library's line.
    """

    task: asyncio.Task[Any]

    def __init__(self, info: JobInfo, params: str, on_progress: OnProgress) -> None:
        self.info = info
        self.params = params
        self.meter = PaceMeter()
        self.turn = asyncio.Event()
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._stopped: tuple[JobState, str] | None = None

    @property
    def stopped(self) -> tuple[JobState, str]:
        """The state and the sentence to end with when the task is cancelled."""
        return self._stopped or (JobState.INTERRUPTED, BROKEN_OFF)

    def report(self, progress: Progress) -> None:
        """Note how far the job is and pass it on; nothing comes after its end."""
        with self._lock:
            if self.info.state.is_over:
                return
            self.info = replace(
                self.info, stage=progress.stage, done=progress.done, total=progress.total
            )
        self.meter.note(progress)
        self._on_progress(progress)

    def say_waiting(self, busy: JobInfo) -> None:
        """Report what the job waits for, if that is news."""
        who = name_actor(busy.actor)
        stage = f"waiting for: {busy.title} by {who} ({describe_progress(busy)})"
        if stage != self.info.stage:
            self.report(Progress(stage, 0))

    def start(self, now: str) -> None:
        """Its turn has come."""
        with self._lock:
            self.info = replace(self.info, state=JobState.RUNNING, started_at=now, stage="")

    def end(self, state: JobState, outcome: str, now: str) -> None:
        """How it ended; only the first end counts."""
        with self._lock:
            if not self.info.state.is_over:
                self.info = replace(self.info, state=state, outcome=outcome, finished_at=now)

    def stop(self, state: JobState, outcome: str) -> None:
        """Cancel the work; it ends as told, unless it is over or ends by itself first."""
        if not self.info.state.is_over:
            self._stopped = self._stopped or (state, outcome)
            self.task.cancel()

    def cancel(self, actor: str) -> None:
        """Cancel the work because somebody wants that."""
        self.stop(JobState.CANCELLED, describe_cancelling(actor))


def describe_cancelling(actor: str) -> str:
    """How a job ended that somebody cancelled."""
    return f"Cancelled by {name_actor(actor)}. {AGAIN}"


def name_actor(actor: str) -> str:
    """Who started a job, within a sentence."""
    if actor.startswith(_DISCORD):
        return f"Discord user {actor.removeprefix(_DISCORD)}"
    return _ACTORS.get(actor, actor)


def describe_progress(job: JobInfo) -> str:
    """How far a job is, within a sentence."""
    if not job.stage:
        return "just begun"
    if job.total is None:
        return f"{job.stage}, {job.done:,} so far" if job.done else job.stage
    return f"{job.stage}, {job.done:,} of {job.total:,}"
