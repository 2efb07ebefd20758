"""A running job as a card that is edited while it runs, and the list of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment, readable_span
from bot.rendering.lists import Names, cut_page, page_buttons, show_title, write_actor
from bot.rendering.parts import Card, Tone
from bot.rendering.text import name_commands, shorten, shorten_lines
from bot.speech import mark, say_number, tr
from index.models import Progress
from index.records import JobInfo, JobState

_STAGE_LIMIT = 160
_OUTCOME_LIMIT = 200
_ENDING_LIMIT = 800
_BAR = 20
_FAST = 10
_FULL, _EMPTY = "█", "░"
_STATES = {
    JobState.QUEUED: mark("waiting"),
    JobState.RUNNING: mark("running"),
    JobState.DONE: mark("done"),
    JobState.FAILED: mark("failed"),
    JobState.CANCELLED: mark("cancelled"),
    JobState.INTERRUPTED: mark("interrupted"),
}
LEAVES_AT_WILL = mark("-# You may leave; the work goes on, and the result comes here.")


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
        # Below ten a tenth more or less is still something.
        shown = f"{rate:,.1f}" if rate < _FAST else f"{rate:,.0f}"
        pace.append(tr("{rate} a second", rate=shown))
    if seconds_left is not None:
        pace.append(tr("about {time} left", time=readable_span(seconds_left)))
    if pace:
        lines.append(f"-# {' · '.join(pace)}")
    actions = (
        (Button(tr("Cancel"), action_id("job", "cancel", job_id), Style.DANGER),) if job_id else ()
    )
    return Card(("\n".join(lines), tr(LEAVES_AT_WILL)), Tone.WORKING, actions=actions)


def render_busy(running: JobInfo, names: Names) -> Card:
    """That another job works on the library, with a way to end it."""
    why = tr("**One thing at a time, please.** Nothing was started, because this is running here:")
    text = f"{why}\n{_write_job(running, names)}"
    hint = "-# " + tr("Try again when it is over, or cancel it.")
    return Card((text, hint), Tone.REFUSAL, actions=_cancel_buttons([running]))


def render_jobs(jobs: Sequence[JobInfo], names: Names, page: int = 0) -> Card:
    """The newest jobs, the running one with its progress and a button to cancel it."""
    if not jobs:
        return Card((tr("No job was run in this library yet."),), Tone.PLAN)
    page, pages, blocks = cut_page(jobs, page, lambda job: _write_job(job, names))
    cancels = _cancel_buttons(jobs)
    turns = page_buttons(page, pages, "job", "list")
    return Card((tr("**Jobs**"), *blocks), Tone.PLAN, actions=(*cancels, *turns))


def describe_running(job: JobInfo) -> str:
    """What runs and how far it is, in one line."""
    return tr("**{job}** is {state}", job=_write_title(job), state=_write_state(job))


def render_ended(job: JobInfo, names: Names) -> Card:
    """How a job stands that somebody cancelled, or that a restart cut off."""
    if not job.state.is_over:
        text = tr("**{job}** is being cancelled …", job=_write_title(job))
        return Card((text,), Tone.WORKING)
    lines = [_write_job(job, names)]
    if job.state in {JobState.CANCELLED, JobState.INTERRUPTED}:
        lines.append(
            tr("Nothing half-done is in the answers; they come from one complete edition.")
        )
    return Card(("\n".join(lines),), Tone.REFUSAL)


def render_interrupted(job: JobInfo, *, resumed: bool) -> Card:
    """What became of a job that a restart cut off."""
    title = _write_title(job)
    if resumed:
        text = tr("**{job}** was cut off by a restart. I have started it again.", job=title)
        return Card((text,), Tone.WORKING)
    text = tr(
        "**{job}** was cut off by a restart. Nothing half-done is in the answers: they come "
        "from the last complete edition.",
        job=title,
    )
    return Card((text, "-# " + tr("Start it again if it is still wanted.")), Tone.WARNING)


def render_resumed(job: JobInfo, sentence: str, *, held: str | None = None) -> Card:
    """How a job ended that went on after a restart; ``held`` is a plan that waits."""
    told = shorten_lines(name_commands(sentence), _ENDING_LIMIT)
    text = f"{tr('**{job}** is over.', job=_write_title(job))}\n{told}"
    show = (
        (Button(tr("Show the plan"), action_id("plan", "show", held), Style.MAIN),) if held else ()
    )
    return Card(
        (text,),
        Tone.WARNING if held else Tone.DONE,
        actions=show,
    )


def _cancel_buttons(jobs: Sequence[JobInfo]) -> tuple[Button, ...]:
    """A button for the job that runs, if one does."""
    return tuple(
        Button(tr("Cancel it"), action_id("job", "cancel", job.id), Style.DANGER)
        for job in [job for job in jobs if job.state is JobState.RUNNING][:1]
    )


def _write_progress(progress: Progress | None) -> list[str]:
    if progress is None:
        return [tr("starting")]
    stage = shorten(progress.stage, _STAGE_LIMIT) or tr("working")
    if not progress.total:
        far = tr("{stage} · {done} so far", stage=stage, done=say_number(progress.done))
        return [far if progress.done else stage]
    done = min(progress.done, progress.total)
    filled = done * _BAR // progress.total
    bar = _FULL * filled + _EMPTY * (_BAR - filled)
    share = done / progress.total
    of = tr("{done} of {total}", done=say_number(done), total=say_number(progress.total))
    return [f"{stage} · {of}", f"`{bar}` {share:.0%}"]


def _write_state(job: JobInfo) -> str:
    if job.state is not JobState.RUNNING:
        return tr(_STATES[job.state])
    stage = _write_progress(Progress(job.stage, job.done, job.total))[0]
    return tr("running: {stage}", stage=stage)


def _write_title(job: JobInfo) -> str:
    return show_title(job.title or job.kind)


def _write_job(job: JobInfo, names: Names) -> str:
    state = _write_state(job)
    outcome = shorten(name_commands(job.outcome), _OUTCOME_LIMIT)
    line = f"**{_write_title(job)}** · {state}"
    told = f"{line}\n{outcome}" if outcome else line
    who = f"{moment(job.started_at or job.created_at)} · {write_actor(job.actor, names)}"
    return f"{told}\n-# {who} · `{shorten(job.id, 40)}`"
