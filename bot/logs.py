"""Logs: one place sets them up; secrets, questions and control characters stay out.

Ours and those of the libraries go through the same steps, to standard error, as
JSON lines or, for a terminal, as text.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REMOVED = "[removed]"
_SECRET_KEY = re.compile(
    r"token(?!s)|secret|passw|authorization|api_?key|cookie|credential", re.IGNORECASE
)
_SECRET_SHAPES = (
    re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"),  # Discord's tokens
    re.compile(r"(?<=/webhooks/)\d+/[\w-]{20,}"),  # Discord's webhook and interaction tokens
    re.compile(r"(?<=/interactions/)\d+/[\w-]{20,}"),
    re.compile(r"\b(?:sk|pk|rk|ghp|gho|xox[abp])[-_][\w-]{16,}"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]{8,}|(?<=Bot )[\w.-]{20,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
# What people asked and were told is theirs; a log needs at most how long it was.
_PRIVATE_KEYS = frozenset({"question", "query", "answer", "text", "quote", "content", "params"})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LIBRARIES = ("discord", "chromadb", "httpx", "httpcore", "asyncio", "trafilatura", "onnxruntime")


def configure_logging(
    *,
    level: str = "info",
    as_json: bool | None = None,
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send all logs to ``stream``, by default standard error.

    Args:
        level: debug, info, warning or error, for our own; libraries speak from warning on.
        as_json: JSON lines; None: unless the stream is a terminal.
        secrets: Texts that must not appear, such as the token.
        stream: Where the lines go.
    """
    stream = stream or sys.stderr
    as_json = not stream.isatty() if as_json is None else as_json
    steps = _shared_steps(secrets)
    rendering: list[Processor] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    if not as_json:
        rendering = [structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *steps],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    _route_standard_logging(handler, level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *steps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared_steps(secrets: Sequence[str]) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _Scrubber(secrets),
    ]


def _route_standard_logging(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for ours in ("bot", "index", "prompts"):
        logging.getLogger(ours).setLevel(level)
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = True
    logging.captureWarnings(capture=True)


class _Scrubber:
    """The last step before rendering: takes out what must not be logged, at any depth."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(sorted((s for s in secrets if s), key=len, reverse=True))

    def __call__(
        self, _logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]
    ) -> EventDict:
        return {key: self._scrub(key, value) for key, value in event.items()}

    def _scrub(self, key: str, value: object) -> object:
        # Keys with an underscore in front are structlog's own: the record and where it came from.
        if key.startswith("_") or value is None or isinstance(value, bool | int | float):
            return value
        if key in _PRIVATE_KEYS:
            return f"({len(str(value))} characters)"
        if _SECRET_KEY.search(key):
            return REMOVED
        if isinstance(value, Mapping):
            return {str(k): self._scrub(str(k), v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._scrub("", item) for item in value]
        return self._clean(str(value), keep_lines=key in {"exception", "stack"})

    def _clean(self, text: str, *, keep_lines: bool) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REMOVED)
        for shape in _SECRET_SHAPES:
            text = shape.sub(REMOVED, text)
        control = _CONTROL_BUT_LINES if keep_lines else _CONTROL
        text = control.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
