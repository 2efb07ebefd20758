from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.logs import configure_logging

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def _put_logging_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_event_is_one_line_of_json(stream: io.StringIO) -> None:
    configure_logging(stream=stream)
    structlog.get_logger("bot.cogs").info("answered", edition=3, seconds=0.2)

    (line,) = lines(stream)
    assert line["event"] == "answered"
    assert (line["edition"], line["seconds"], line["level"]) == (3, 0.2, "info")
    assert line["logger"] == "bot.cogs"
    assert line["timestamp"].endswith("Z")


def test_standard_logging_goes_the_same_way(stream: io.StringIO) -> None:
    configure_logging(stream=stream)
    logging.getLogger("index.library").info("published %s", 4, extra={"chunks": 7})

    (line,) = lines(stream)
    assert (line["event"], line["chunks"]) == ("published 4", 7)


@pytest.mark.parametrize("library", ["discord.gateway", "chromadb.api", "somebody.else"])
def test_libraries_speak_from_warning_on(stream: io.StringIO, library: str) -> None:
    configure_logging(level="debug", stream=stream)
    logging.getLogger(library).info("chatter")
    logging.getLogger(library).warning("trouble")

    assert [line["event"] for line in lines(stream)] == ["trouble"]


def test_our_own_level_is_the_one_that_was_set(stream: io.StringIO) -> None:
    configure_logging(level="warning", stream=stream)
    structlog.get_logger("bot.client").info("chatter")
    structlog.get_logger("bot.client").warning("trouble")

    assert [line["event"] for line in lines(stream)] == ["trouble"]


@pytest.mark.parametrize("as_json", [True, False])
def test_the_token_appears_nowhere(stream: io.StringIO, *, as_json: bool) -> None:
    configure_logging(stream=stream, as_json=as_json, secrets=["hunter2hunter2"])
    log = structlog.get_logger("bot")
    log.warning("hunter2hunter2", where={"deep": ["in hunter2hunter2 here"]})
    log.warning("another", found=TOKEN, discord_token="x1y2z3", headers={"Authorization": "q"})
    logging.getLogger("discord").warning("login with %s", "hunter2hunter2")
    try:
        int("hunter2hunter2")
    except ValueError:
        log.exception("failed")
        logging.getLogger("discord").exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("hunter2hunter2", stacklevel=1)

    shown = stream.getvalue()
    assert "hunter2" not in shown
    assert TOKEN not in shown
    assert "x1y2z3" not in shown
    assert shown.count("Traceback") == 2


@pytest.mark.parametrize(
    "secret",
    [
        "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246c2VjcmV0dG9rZW4/messages",
        "https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb246c2VjcmV0/callback",
        "http://reader:opensesame@intranet/page",
        "Authorization: Bearer c2VjcmV0c2VjcmV0",
        "sk-aW50ZXJhY3Rpb246c2VjcmV0",
    ],
)
def test_what_is_shaped_like_a_secret_is_removed(stream: io.StringIO, secret: str) -> None:
    configure_logging(stream=stream)
    structlog.get_logger("bot").warning("request failed", url=secret)

    (line,) = lines(stream)
    assert "[removed]" in line["url"]
    assert "c2VjcmV0" not in line["url"]
    assert "opensesame" not in line["url"]


def test_what_people_ask_is_not_logged(stream: io.StringIO) -> None:
    configure_logging(level="debug", stream=stream)
    structlog.get_logger("bot").info("asked", question="Who is ill?", params={"question": "ill?"})
    logging.getLogger("bot.x").info("asked", extra={"question": "Who is ill?"})

    assert "ill" not in stream.getvalue()
    assert lines(stream)[0]["question"] == "(11 characters)"


def test_control_characters_cannot_forge_a_line_or_steer_a_terminal(stream: io.StringIO) -> None:
    configure_logging(stream=stream, as_json=False)
    structlog.get_logger("bot").warning("title\n\x1b[2Jforged", name="a\u202eb\r\x9b31m\ud800")

    (line,) = stream.getvalue().splitlines()
    assert "\\u000a\\u001b[2Jforged" in line
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e" for c in line)


def test_configuring_twice_does_not_double_the_lines(stream: io.StringIO) -> None:
    configure_logging(stream=io.StringIO())
    configure_logging(stream=stream)
    logging.getLogger("bot").warning("once")

    assert len(lines(stream)) == 1
