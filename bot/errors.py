"""Errors that end a command, each with one line for the person at the terminal.

FootnoteError              the line says why it failed and what to do
├── CommandError           the command could not be done
│   └── UnexpectedError    a mistake of ours
├── SettingsError          in settings.py
└── DataFolderError        in owner/folder.py
    └── FolderInUseError
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class FootnoteError(Exception):
    """Base of the errors that end a command; ``str(error)`` is the line to show."""

    exit_code = ExitCode.FAILED


class CommandError(FootnoteError):
    """A command could not be done; the line says why and what to do."""


class UnexpectedError(CommandError):
    """A mistake of ours: the line names it, the log has the traceback."""
