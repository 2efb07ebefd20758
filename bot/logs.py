"""Logs: one place sets them up; secrets, questions and control characters stay out.

Ours and those of the libraries go through the same steps, to standard error, as
JSON lines or, for a terminal, as text.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import BaseModel, SecretStr
from structlog.typing import Processor

from bot.exception_lines import write_exception
from bot.scrubbing import Scrubber

_LIBRARIES = (
    "discord",
    "chromadb",
    "httpx",
    "httpcore",
    "aiohttp",
    "asyncio",
    "trafilatura",
    "onnxruntime",
    "psycopg",
)
# Whether traces arrive is said by us, once in a while; it would repeat it with each batch.
_MUTE = ("opentelemetry",)


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
        write_exception,
        Scrubber(secrets),
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
    for name in _MUTE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.captureWarnings(capture=True)


def find_secrets(settings: BaseModel) -> tuple[str, ...]:
    """Every secret of a settings object, and the password within those that are addresses."""
    fields = type(settings).model_fields
    given = (getattr(settings, name) for name in fields)
    secrets = [each.get_secret_value() for each in given if isinstance(each, SecretStr)]
    passwords = []
    for secret in secrets:
        try:
            password = urlsplit(secret).password
        except ValueError:
            continue
        passwords += [password, unquote(password)] if password else []
    return tuple(filter(None, (*secrets, *passwords)))
