"""An exception as lines for the log: where it happened and what it was, not with whose words.

Messages of exceptions quote what could not be read, and that may be anything that somebody
wrote. So what other people's messages quote is left out; our own are sentences.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator

from structlog.typing import EventDict, WrappedLogger

from bot.scrubbing import conceal

_OURS = ("bot.", "index.", "prompts.")
# These quote names of the program.
_ABOUT_CODE = (TypeError, AttributeError, NameError, ImportError, AssertionError)
_QUOTED = re.compile(r"'(?:[^'\\]|\\.){1,}'|\"(?:[^\"\\]|\\.){1,}\"", re.DOTALL)
_LEFT_OUT = "'...'"
_MOST_FRAMES = 40
_MOST_CHARACTERS = 600
_DEEPEST = 12


def write_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A step of structlog: puts lines in place of ``exc_info``."""
    error = _find_error(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "\n".join(_write(error, _DEEPEST))
    return event


def describe_message(error: BaseException) -> str:
    """The message of an exception without what it quotes."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception that cannot even say what it is
        return "(no message)"
    message = conceal(message)
    if not type(error).__module__.startswith(_OURS) and not isinstance(error, _ABOUT_CODE):
        message = _QUOTED.sub(_LEFT_OUT, message)
    if len(message) > _MOST_CHARACTERS:
        message = f"{message[:_MOST_CHARACTERS]} ..."
    return message


def _find_error(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if len(given) > 1 and isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _write(error: BaseException, depth: int) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth:
        yield from _write(cause, depth - 1)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from "".join(traceback.format_tb(error.__traceback__, -_MOST_FRAMES)).splitlines()
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    message = describe_message(error)
    yield f"{name}: {message}" if message else name
    if isinstance(error, BaseExceptionGroup) and depth:
        for each in error.exceptions:
            yield from (f"  | {line}" for line in _write(each, depth - 1))
