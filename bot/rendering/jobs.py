"""A running job as a card that is edited while it runs, and the list of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment, readable_span
from bot.rendering.lists import Names, cut_page, page_buttons, show_title, write_actor
from bot.rendering.parts import Card, Tone
from bot.rendering.text import name_commands, shorten, shorten_lines
from index.models import Progress
from index.records import JobInfo, JobState

_STAGE_LIMIT = 160
_OUTCOME_LIMIT = 200
_ENDING_LIMIT = 800
_BAR = 20
_FULL, _EMPTY = "█", "░"
_STATES = {
    JobState.QUEUED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
    JobState.INTERRUPTED: "interrupted",
}
LEAVES_AT_WILL = "-# You may leave; the work goes on, and the result comes here."


def render_job(
    title: str,
    progress: Progress | None,
    *,
    job_id: str | None = None,
    rate: float | None = None,
    seconds_left: float | None = None,
) -> Card:
    """How far a job is.

    Args:
        title: What is done, for people.
        progress: The latest; None before the first.
        job_id: Under which it can be cancelled; without one there is no button yet.
        rate: How many of what is counted are done a second.
        seconds_left: Of this stage, roughly.
    """
    lines = [f"**{shorten(title, _STAGE_LIMIT)}** …", *_write_progress(progress)]
    pace = []
    if rate:
        pace.append(f"{rate:,.1f} a second" if rate < 10 else f"{rate:,.0f} a second")  # noqa: PLR2004
    if seconds_left is not None:
        pace.append(f"about {readable_span(seconds_left)} left")
    if pace:
        lines.append(f"-# {' · '.join(pace)}")
    cancel = Button("Cancel", action_id("job", "cancel", job_id), Style.DANGER) if job_id else None
    return Card(
        ("\n".join(lines), LEAVES_AT_WILL), Tone.WORKING, actions=(cancel,) if cancel else ()
    )


def render_busy(running: JobInfo, names: Names) -> Card:
    """That another job works on the library, with a way to end it."""
    text = (
        "**One thing at a time, please.** Nothing was started, because this is running here:\n"
        f"{_write_job(running, names)}"
    )
    hint = "-# Try again when it is over, or cancel it."
    return Card((text, hint), Tone.REFUSAL, actions=_cancel_buttons([running]))


def render_jobs(jobs: Sequence[JobInfo], names: Names, page: int = 0) -> Card:
    """The newest jobs, the running one with its progress and a button to cancel it."""
    if not jobs:
        return Card(("No job was run in this library yet.",), Tone.PLAN)
    page, pages, blocks = cut_page(jobs, page, lambda job: _write_job(job, names))
    cancels = _cancel_buttons(jobs)
    turns = page_buttons(page, pages, "job", "list")
    return Card(("**Jobs**", *blocks), Tone.PLAN, actions=(*cancels, *turns))


def describe_running(job: JobInfo) -> str:
    """What runs and how far it is, in one line."""
    return f"**{show_title(job.title or job.kind)}** is {_write_state(job)}"


def render_ended(job: JobInfo, names: Names) -> Card:
    """How a job stands that somebody cancelled, or that a restart cut off."""
    if not job.state.is_over:
        text = f"**{show_title(job.title or job.kind)}** is being cancelled …"
        return Card((text,), Tone.WORKING)
    lines = [_write_job(job, names)]
    if job.state in {JobState.CANCELLED, JobState.INTERRUPTED}:
        lines.append("Nothing half-done is in the answers; they come from one complete edition.")
    return Card(("\n".join(lines),), Tone.REFUSAL)


def render_interrupted(job: JobInfo, *, resumed: bool) -> Card:
    """What became of a job that a restart cut off."""
    title = show_title(job.title or job.kind)
    if resumed:
        text = f"**{title}** was cut off by a restart. I have started it again."
        return Card((text,), Tone.WORKING)
    text = (
        f"**{title}** was cut off by a restart. Nothing half-done is in the answers: they come "
        "from the last complete edition."
    )
    return Card((text, "-# Start it again if it is still wanted."), Tone.WARNING)


def render_resumed(job: JobInfo, sentence: str, *, held: str | None = None) -> Card:
    """How a job ended that went on after a restart; ``held`` is a plan that waits."""
    told = shorten_lines(name_commands(sentence), _ENDING_LIMIT)
    text = f"**{show_title(job.title or job.kind)}** is over.\n{told}"
    show = (Button("Show the plan", action_id("plan", "show", held), Style.MAIN),) if held else ()
    return Card(
        (text,),
        Tone.WARNING if held else Tone.DONE,
        actions=show,
    )


def _cancel_buttons(jobs: Sequence[JobInfo]) -> tuple[Button, ...]:
    """A button for the job that runs, if one does."""
    return tuple(
        Button("Cancel it", action_id("job", "cancel", job.id), Style.DANGER)
        for job in [job for job in jobs if job.state is JobState.RUNNING][:1]
    )


def _write_progress(progress: Progress | None) -> list[str]:
    if progress is None:
        return ["starting"]
    stage = shorten(progress.stage, _STAGE_LIMIT) or "working"
    if not progress.total:
        return [f"{stage} · {progress.done:,} so far" if progress.done else stage]
    done = min(progress.done, progress.total)
    filled = done * _BAR // progress.total
    bar = _FULL * filled + _EMPTY * (_BAR - filled)
    share = done / progress.total
    return [f"{stage} · {done:,} of {progress.total:,}", f"`{bar}` {share:.0%}"]


def _write_state(job: JobInfo) -> str:
    if job.state is not JobState.RUNNING:
        return _STATES[job.state]
    return f"running: {_write_progress(Progress(job.stage, job.done, job.total))[0]}"


def _write_job(job: JobInfo, names: Names) -> str:
    state = _write_state(job)
    outcome = shorten(name_commands(job.outcome), _OUTCOME_LIMIT)
    line = f"**{show_title(job.title or job.kind)}** · {state}"
    told = f"{line}\n{outcome}" if outcome else line
    who = f"{moment(job.started_at or job.created_at)} · {write_actor(job.actor, names)}"
    return f"{told}\n-# {who} · `{shorten(job.id, 40)}`"
