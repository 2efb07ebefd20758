"""Carries out the commands of the command line, once their words are understood."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot import evaluating, wiring
from bot.backing_up import run_backup, run_restore
from bot.batch import BatchQuestion, run_batch
from bot.chat import run_chat
from bot.dispatch import describe_error
from bot.doctor import report_mistakes, run_doctor
from bot.errors import ExitCode, FootnoteError
from bot.job import Job, Parts, report_error
from bot.logs import configure_logging, find_secrets
from bot.options import Options
from bot.output import PipeClosedError, open_standard_output
from bot.scrubbing import private
from bot.settings import Settings, SettingsError, load_settings
from bot.show import SHOWS, show_figures

_UNSET = (
    "DISCORD_TOKEN is not set. Copy the token from the Bot page of your application "
    "in Discord's developer portal, and set it in the environment or in .env."
)

Task = Callable[[Job], int]
_WRITTEN_BY_PEOPLE = ("question", "message", "reason")


def run(
    command: str, params: Mapping[str, Any], options: Options, parts: Parts | None = None
) -> int:
    """Carry out a command; its exit code. Errors become a line on standard error."""
    output = open_standard_output(as_json=options.as_json, quiet=options.quiet)
    try:
        settings = load_settings({"data": options.data, "library": options.library})
        prepare_logging(settings, default_level="info" if command == "run" else "warning")
        job = Job(command, params, settings, output, parts or wired_parts(), options.repeat())
        asked = (str(params[name]) for name in _WRITTEN_BY_PEOPLE if params.get(name))
        with private(asked):
            return _TASKS[command](job)
    except SettingsError as error:
        if command == "doctor":
            return report_mistakes(output, error)
        for mistake in error.mistakes:
            output.error(mistake)
        return ExitCode.USAGE
    except PipeClosedError:
        return ExitCode.PIPE_CLOSED
    except KeyboardInterrupt:
        if command in SHOWS and SHOWS[command].stopped:
            output.notice(SHOWS[command].stopped)
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outer edge: nobody else is there to catch it
        return report_error(output, describe_error(error))
    finally:
        close_quietly()


def prepare_logging(settings: Settings, *, default_level: str) -> None:
    """Set up the logs; a level that the operator chose goes before the default."""
    chosen = "log_level" in settings.model_fields_set
    configure_logging(
        level=settings.log_level if chosen else default_level,
        as_json=settings.log_json,
        secrets=find_secrets(settings),
    )


def close_quietly() -> None:
    """Flush standard output; when that fails, keep the interpreter from complaining again."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
            os.dup2(nowhere.fileno(), 1)


def _in_loop(task: Callable[[Job], Coroutine[Any, Any, int]]) -> Task:
    return lambda job: asyncio.run(task(job))


async def _carry_out(job: Job) -> int:
    """One command, one result."""
    show = SHOWS[job.command]
    async with job.open_session() as session:
        try:
            with job.output.progress(bar=show.takes_long) as on_progress:
                result = await session.perform(
                    show.performs, job.request(**job.params), on_progress
                )
        except FootnoteError as error:
            return report_error(job.output, error)
        show.print(job.output, result)
        return show.exit_code(result)


async def _answer_questions(job: Job) -> int:
    """``ask`` and ``search``: one question, or a batch of them."""
    batch = job.params.get("batch")
    if batch is None:
        return await _carry_out(job)
    params = {name: value for name, value in job.params.items() if name != "batch"}
    async with job.open_session() as session:

        async def perform(question: BatchQuestion) -> dict[str, Any]:
            given = {**params, "question": question.text, "history": question.history}
            request = job.request(**given)
            return await session.perform(job.command, request)

        all_answered = await run_batch(str(batch), perform, job.output.print_json)
    return ExitCode.DONE if all_answered else ExitCode.FAILED


async def _run_bot(job: Job) -> int:
    if job.settings.discord_token is None:
        raise SettingsError((_UNSET,))
    return await job.parts.run_discord(job.settings)


async def _run_reader(job: Job) -> int:
    return await job.parts.run_reader(
        job.settings,
        host=job.params["host"],
        port=job.params["port"],
        on_notice=job.output.notice,
    )


async def _evaluate(job: Job) -> int:
    with job.output.progress(bar=True) as on_progress:
        figures = await job.parts.evaluate(
            job.settings,
            cases=job.params["cases"],
            options=job.params["options"],
            on_progress=on_progress,
        )
    show_figures(job.output, figures)
    return ExitCode.INTERRUPTED if figures.get("stopped") else ExitCode.DONE


def wired_parts() -> Parts:
    """Those of the composition root."""

    async def try_embedder(settings: Settings) -> int:
        embedder = wiring.make_embedder(settings)
        try:
            return len(await embedder.embed_query("Does it work?"))
        finally:
            await embedder.close()

    return Parts(
        open_service=wiring.open_service,
        run_discord=wiring.run_discord,
        run_reader=wiring.run_reader,
        evaluate=evaluating.evaluate,
        try_embedder=try_embedder,
    )


_TASKS: Mapping[str, Task] = {
    **{command: _in_loop(_carry_out) for command in SHOWS},
    "ask": _in_loop(_answer_questions),
    "search": _in_loop(_answer_questions),
    "chat": run_chat,
    "run": _in_loop(_run_bot),
    "reader": _in_loop(_run_reader),
    "eval": _in_loop(_evaluate),
    "doctor": run_doctor,
    "backup": run_backup,
    "restore": run_restore,
}
