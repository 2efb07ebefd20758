"""Checks what an operator needs; each line says what to do."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import prompts
from bot.checks import Check, State
from bot.doctor_operating import check_operating
from bot.errors import ExitCode, FootnoteError
from bot.job import Job
from bot.llm.connecting import ModelSettingsError
from bot.naming import guild_of
from bot.output import Output
from bot.owner.folder import DataFolder
from bot.settings import Settings, SettingsError
from bot.terminal import clean, count_of
from prompts import PromptError

PYTHONS = ((3, 11), (3, 13))
_LITTLE_SPACE = 1_000_000_000
_NO_SPACE = 100_000_000
_EMBEDDER_SECONDS = 60.0
_TOKEN_SHAPE = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{25,}")


def run_doctor(job: Job) -> int:
    """Check everything, print it, and exit 1 when something must be mended."""
    checks = asyncio.run(_check_all(job, online=bool(job.params.get("online"))))
    return show_checks(job.output, checks)


def report_mistakes(output: Output, error: SettingsError) -> int:
    """What can be said when the settings themselves cannot be read."""
    mistakes = [
        Check("settings", State.FAIL, mistake, "Mend it in the environment or in .env.")
        for mistake in error.mistakes
    ]
    return show_checks(output, [check_python(sys.version_info[:2]), *mistakes])


def show_checks(output: Output, checks: Sequence[Check]) -> int:
    """Print the checks; the exit code they lead to."""
    failed = any(check.state is State.FAIL for check in checks)
    if output.as_json:
        output.print_json({"ok": not failed, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            todo = f" {check.todo}" if check.todo else ""
            line = clean(f"{check.name}: {check.message}{todo}")
            output.print_text(f"{check.state:<4}  {line}")
    return ExitCode.FAILED if failed else ExitCode.DONE


async def _check_all(job: Job, *, online: bool) -> list[Check]:
    checks = [check_python(sys.version_info[:2])]
    checks.append(Check("settings", State.OK, "All settings are known and can be used."))
    folder = check_folder(job.settings.data)
    checks += [folder, check_space(job.settings.data)]
    checks += await _check_stores(job.settings)
    if all(check.state is not State.FAIL for check in checks):
        checks += [check async for check in _check_index(job)]
    checks += [await _check_embedder(job), await check_scorer(job.settings)]
    checks += await _check_model(job.settings, online=online)
    checks.append(check_prompts(job.settings.llm_prompts))
    checks.append(await _check_reader(job.settings, online=online))
    checks += await check_operating(job.settings)
    checks.append(check_token(job.settings))
    if online and job.settings.discord_token is not None:
        from bot.doctor_online import check_discord

        checks += await check_discord(job.settings)
    else:
        checks.append(check_intents(job.settings))
    return checks


def check_python(version: tuple[int, ...]) -> Check:
    """Whether this Python is one that Footnote is tested with."""
    shown = ".".join(map(str, version))
    if PYTHONS[0] <= tuple(version) <= PYTHONS[1]:
        return Check("python", State.OK, f"Python {shown}.")
    return Check("python", State.FAIL, f"Python {shown} is not supported.", "Use 3.11 to 3.13.")


def check_prompts(folder: Path | None = None) -> Check:
    """Whether the prompts are whole and use the variables they may, the operator's own too."""
    try:
        found = prompts.load_all(folder=folder)
    except PromptError as error:
        advice = "Mend the file, or remove it." if folder else "Install Footnote again."
        return Check("prompts", State.FAIL, str(error), advice)
    return Check("prompts", State.OK, f"{len(found)} can be used.")


def check_folder(path: Path) -> Check:
    """Whether the data folder can be used, without making it."""
    todo = "Choose another with --data DIR or FOOTNOTE_DATA, or mend its permissions."
    shown = path.absolute()
    existing = next((p for p in (shown, *shown.parents) if p.exists()), Path("/"))
    if not existing.is_dir():
        return Check("data folder", State.FAIL, f"{existing} is not a folder.", todo)
    if not os.access(existing, os.W_OK | os.X_OK):
        return Check("data folder", State.FAIL, f"{existing} cannot be written.", todo)
    if existing != shown:
        return Check("data folder", State.OK, f"{shown} will be made by the first command.")
    return Check("data folder", State.OK, f"{shown} can be written.")


def check_space(path: Path) -> Check:
    """Whether there is room to index."""
    existing = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
    free = shutil.disk_usage(existing).free
    message = f"{free / 1_000_000_000:,.1f} GB are free."
    if free < _NO_SPACE:
        return Check("disk", State.FAIL, message, "Make room: an index would not be finished.")
    if free < _LITTLE_SPACE:
        return Check("disk", State.WARN, message, "Make room before you index many articles.")
    return Check("disk", State.OK, message)


def check_intents(settings: Settings) -> Check:
    """Which of Discord's privileged intents the settings ask for."""
    if settings.message_content:
        return Check(
            "intents",
            State.OK,
            "FOOTNOTE_MESSAGE_CONTENT asks for the message content intent.",
            "It has to be on on the Bot page of your application; --online looks.",
        )
    return Check("intents", State.OK, "None of Discord's privileged intents is needed.")


def check_token(settings: Settings) -> Check:
    """Whether a token is set and looks like one. It is never shown."""
    todo = "Copy it from the Bot page of your application in Discord's developer portal."
    token = settings.discord_token
    if token is None:
        return Check(
            "token", State.WARN, "DISCORD_TOKEN is not set; only `footnote run` needs it.", todo
        )
    if not _TOKEN_SHAPE.fullmatch(token.get_secret_value()):
        return Check("token", State.FAIL, "DISCORD_TOKEN does not look like a bot's token.", todo)
    return Check("token", State.OK, "DISCORD_TOKEN is set and looks like a bot's token.")


async def check_scorer(settings: Settings) -> Check:
    """Whether the packaged sentence scorer can be used; without it, answers go on."""
    if not settings.scorer:
        return Check("sentence scorer", State.OK, "It is switched off (FOOTNOTE_SCORER=no).")
    from index.sentence_scorer import load_pair_reader

    try:
        reader = await asyncio.to_thread(load_pair_reader)
        await asyncio.to_thread(reader.score, "Does it work?", "It works.")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the operator must read it
        message = f"Answers are chosen without it. {error or type(error).__name__}"
        return Check("sentence scorer", State.WARN, message, "Install Footnote anew.")
    return Check("sentence scorer", State.OK, "It can read a question with a sentence.")


async def _check_index(job: Job) -> AsyncIterator[Check]:
    """The owner, and each library; through the owner where somebody else is it."""
    folder = DataFolder(job.settings.data)
    if not folder.path.is_dir():
        yield Check("index", State.WARN, "Nothing is indexed yet.", "footnote index add TARGET")
        return
    yield _check_owner(folder)
    try:
        async with job.open_session() as session:
            names = (await session.perform("names", job.request()))["libraries"]
            for name in names:
                report = await session.perform("verify", {**job.request(), "library": name})
                status = await session.perform("status", {**job.request(), "library": name})
                yield _describe_library(name, status, report, _say_who_reads(name, job.settings))
    except ModelSettingsError:  # told by a check of its own
        message = "It was not looked at, because the language model's settings cannot be used."
        yield Check("index", State.WARN, message, "Mend them first.")
        return
    except FootnoteError as error:
        yield Check("index", State.FAIL, str(error))
        return
    if not names:
        yield Check("index", State.WARN, "Nothing is indexed yet.", "footnote index add TARGET")


def _check_owner(folder: DataFolder) -> Check:
    if folder.try_lock():
        folder.release()
        return Check("owner", State.OK, "No other process uses the data folder.")
    owner = folder.read_owner()
    who = owner.describe() if owner else "another process"
    return Check("owner", State.OK, f"The data folder is in use by {who}, which is asked.")


def _say_who_reads(name: str, settings: Settings) -> str:
    """A hint where a bot is meant to run and the library belongs to no server."""
    if settings.discord_token is None or guild_of(name) is not None:
        return ""
    return "No Discord server answers from it; a server's own is --library discord-SERVER_ID."


def _describe_library(
    name: str, status: dict[str, Any], report: dict[str, Any], who_reads: str
) -> Check:
    label = f"index {name}"
    if not report["ok"]:
        problems = "; ".join(report["problems"])
        return Check(label, State.FAIL, problems, f"footnote index rebuild --library {name}")
    if not status["articles"]:
        return Check(label, State.WARN, "No articles yet.", "footnote index add TARGET")
    return Check(
        label,
        State.OK,
        f"Edition {report['edition']:,} is whole: {count_of(status['articles'], 'article')}, "
        f"{count_of(report['chunks'], 'chunk')}.",
        who_reads,
    )


async def _check_stores(settings: Settings) -> list[Check]:
    from bot.doctor_store import check_store
    from bot.doctor_vectors import check_vectors

    return [await check_store(settings), await check_vectors(settings)]


async def _check_model(settings: Settings, *, online: bool) -> list[Check]:
    from bot.doctor_model import check_model

    return await check_model(settings, online=online)


async def _check_reader(settings: Settings, *, online: bool) -> Check:
    from bot.doctor_reader import check_reader

    return await check_reader(settings, online=online)


async def _check_embedder(job: Job) -> Check:
    try:
        async with asyncio.timeout(_EMBEDDER_SECONDS):
            length = await job.parts.try_embedder(job.settings)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the operator must read it
        message = f"The embedder does not work: {error or type(error).__name__}"
        return Check("embedder", State.FAIL, message, "Install Footnote anew.")
    return Check("embedder", State.OK, f"It gives vectors of {length} numbers.")
