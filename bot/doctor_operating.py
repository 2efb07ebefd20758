"""Checks what lets an operator look into a running bot: its health, traces and backups."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import json
from http import HTTPStatus

from bot.checks import Check, State
from bot.observing.probe import ask_health
from bot.settings import Settings

_EXPORTER = "opentelemetry.exporter.otlp.proto.http"


async def check_operating(settings: Settings) -> list[Check]:
    """How the running bot says it is, and whether traces can be sent."""
    checks = [await check_health(settings)]
    if settings.traces is not None:
        checks.append(check_traces(settings.traces))
    return checks


async def check_health(settings: Settings) -> Check:
    """What /ready of a running bot says; that none runs is no fault."""
    name = "health"
    if settings.health_listen is None:
        message = "Nothing answers /health, /ready and /metrics; FOOTNOTE_HEALTH_LISTEN is not set."
        return Check(name, State.OK, message)
    try:
        status, said = await asyncio.to_thread(ask_health, "/ready", settings.health_listen)
    except (OSError, http.client.HTTPException, ValueError):
        message = f"Nobody answers at {settings.health_listen}: the bot does not run."
        return Check(name, State.OK, message)
    if status == HTTPStatus.OK:
        return Check(name, State.OK, f"The bot that runs is ready ({settings.health_listen}).")
    reasons = _read_reasons(said)
    if reasons is None:
        todo = "Choose another FOOTNOTE_HEALTH_LISTEN, or stop what listens there."
        return Check(name, State.FAIL, f"{settings.health_listen} belongs to somebody else.", todo)
    message = f"The bot that runs is not ready: {reasons}."
    return Check(name, State.WARN, message, "docs/watching.md says what each reason means.")


def check_traces(address: str) -> Check:
    """Whether the packages that send traces are there."""
    try:
        found = importlib.util.find_spec(_EXPORTER) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        todo = 'pip install "footnote-bot[traces]", or empty FOOTNOTE_TRACES.'
        return Check("traces", State.FAIL, "What sends traces is not installed.", todo)
    return Check("traces", State.OK, f"They are sent to {address}.")


def _read_reasons(said: str) -> str | None:
    """The reasons that /ready gave, as words; None where that was not our answer."""
    try:
        reasons = json.loads(said)["reasons"]
        return ", ".join(sorted(str(reason) for reason in reasons)) or "it does not say why"
    except (ValueError, TypeError, KeyError):
        return None
