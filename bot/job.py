"""A command to carry out, with everything it may need."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.errors import ExitCode, FootnoteError, UnexpectedError
from bot.evaluation.options import EvalOptions
from bot.output import Output
from bot.owner.folder import DataFolder
from bot.owner.session import Session
from bot.ports import Service
from bot.settings import Settings
from index.models import OnProgress


class OpenServiceOf(Protocol):
    """Opens the service over the data folder of the settings, which this process must own."""

    def __call__(
        self, settings: Settings, *, on_notice: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Service]:
        """A context in which the service is open."""
        ...


class RunReader(Protocol):
    """Serves the web reader until it is told to stop."""

    def __call__(
        self,
        settings: Settings,
        *,
        host: str | None,
        port: int | None,
        on_notice: Callable[[str], None],
    ) -> Awaitable[int]:
        """The exit code; ``host`` and ``port`` go before those of the settings."""
        ...


class Evaluate(Protocol):
    """Measures the answers to a question set."""

    def __call__(
        self,
        settings: Settings,
        *,
        cases: Path | None,
        options: EvalOptions,
        on_progress: OnProgress,
    ) -> Awaitable[dict[str, Any]]:
        """The figures, as JSON; ``stopped`` is set where it was stopped before the end."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root offers to the command line.

    ``run_discord`` runs the bot until it is told to stop and gives its exit code;
    ``try_embedder`` embeds one text and gives the length of its vector; ``patience``
    is for how many seconds a data folder's owner that does not answer is waited for.
    """

    open_service: OpenServiceOf
    run_discord: Callable[[Settings], Awaitable[int]]
    run_reader: RunReader
    evaluate: Evaluate
    try_embedder: Callable[[Settings], Awaitable[int]]
    patience: float = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """A command to carry out: its words, and everything it may need.

    ``repeated`` holds the common options as they were given, for a command to give next.
    """

    command: str
    params: Mapping[str, Any]
    settings: Settings
    output: Output
    parts: Parts
    repeated: str = ""

    def open_session(self, *, yields: bool = False) -> Session:
        """The data folder, as its owner or through it."""
        return Session(
            DataFolder(self.settings.data),
            command=f"footnote {self.command}",
            open_service=partial(self.parts.open_service, self.settings),
            on_notice=self.output.notice,
            patience=self.parts.patience,
            yields=yields,
        )

    def request(self, **params: object) -> dict[str, Any]:
        """Parameters for ``dispatch``, with the library and an id."""
        return {
            "library": self.settings.library,
            "id": uuid.uuid4().hex[:12],
            "repeated": self.repeated,
            **params,
        }


def report_error(output: Output, error: FootnoteError) -> ExitCode:
    """Say on one line why a command failed; the cause of a mistake of ours goes to the log."""
    if isinstance(error, UnexpectedError):
        structlog.get_logger(__name__).debug("unexpected error", exc_info=error.__cause__ or error)
    output.error(str(error))
    return error.exit_code
