"""What people type and send: settings, options, addresses, and lines on the local socket."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from bot.cogs.choices import KEY_LIMIT, article_key
from bot.contract import parse_history, parse_library_name, parse_question_text
from bot.contract_check import parse_message
from bot.errors import CommandError
from bot.owner.protocol import (
    ProtocolError,
    encode_message,
    encode_request,
    parse_error,
    parse_progress,
    parse_request,
    read_message,
)
from bot.params import Params
from bot.rendering.text import measure
from bot.settings import Settings, SettingsError, load_settings
from bot.since import read_since
from index.entries import EVERYTHING, SourceOptions
from index.schedules import ScheduleError, parse_schedule
from tests.fuzz.drawing import Draw, decode
from tests.fuzz.target import Target

_SECRET = "KVtR9mzsecretsecret"
_TODAY = date(2031, 6, 10)
_NOW = datetime(2031, 6, 10, tzinfo=UTC)
_KEY = b"k" * 32
_VERSION = "a" * 32
_PARAMS = tuple(name for name, value in vars(Params).items() if isinstance(value, property))
_SAID_BACK = {"id", "question"}
"""What names a request may be any text; it is only said back, as JSON."""
_OPENED = {"path", "targets", "targets_if_any"}
"""Names of files need not be UTF-8."""
_NAMES = tuple(
    "FOOTNOTE_" + name.upper() for name in Settings.model_fields if name != "discord_token"
)
_SECRET_NAMES = ("DISCORD_TOKEN", "FOOTNOTE_LLM_KEY", "FOOTNOTE_CHROMA_KEY")


def read_settings(data: bytes) -> None:
    """Any ``.env`` file gives settings or one line for each mistake, and never a secret."""
    draw = Draw(data)
    lines = [f"{draw.one_of(_SECRET_NAMES)}={_SECRET}"]
    lines += [f"{draw.one_of(_NAMES)}={draw.text(60)}" for _ in range(draw.number(0, 5))]
    content = "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n" + draw.rest()
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, clear=True):
        path = Path(folder) / ".env"
        path.write_bytes(content)
        try:
            settings = load_settings(env_file=path)
        except SettingsError as error:
            _are_lines(error.mistakes)
            return
    assert _SECRET not in repr(settings)
    assert _SECRET not in str(settings.model_dump())


def read_params(data: bytes) -> None:
    """Whatever comes with a command can be looked up and kept, or is refused in a sentence."""
    draw = Draw(data)
    try:
        given = json.loads(decode(draw.rest()))
    except (ValueError, RecursionError):
        return
    if not isinstance(given, dict):
        return
    params = Params(given)
    reads: dict[str, Callable[[], Any]] = {n: partial(getattr, params, n) for n in _PARAMS}
    reads["change_options"] = partial(params.change_options, EVERYTHING)
    for name, read in reads.items():
        try:
            value = read()
        except CommandError as error:
            _are_lines((str(error),))
            continue
        if name not in _SAID_BACK | _OPENED:
            _can_be_kept(value)


def read_options(data: bytes) -> None:
    """Days, schedules, names, questions and ids of articles, as people type them."""
    text = decode(data)
    since = read_since(text, _TODAY)
    assert since is None or date.min <= since <= date.max
    try:
        schedule = parse_schedule(text)
    except ScheduleError as error:
        _are_lines((str(error),))
    else:
        assert timedelta(0) < schedule.next_run(_NOW, key="k") - _NOW < timedelta(days=366 * 30)
        assert parse_schedule(schedule.text).text == schedule.text
    for parse in (parse_library_name, parse_question_text, parse_message):
        try:
            parse(text).encode()
        except ValueError as error:
            _are_lines((str(error),))
    assert 0 < measure(article_key(text or "x")) <= KEY_LIMIT


def read_socket(data: bytes) -> None:
    """Lines on the local socket: a request, or refused as none; nothing else comes of them."""
    asyncio.run(_read_socket(data))


async def _read_socket(data: bytes) -> None:
    reader = asyncio.StreamReader(limit=1 << 12)
    reader.feed_data(data)
    reader.feed_eof()
    with _told(ProtocolError):
        while (message := await read_message(reader)) is not None:
            assert encode_message(message).count(b"\n") == 1
            with _told(ProtocolError):
                parse_progress(message.get("progress"))
            with _told(ProtocolError):
                parse_error(message.get("error"))
            with _told(ProtocolError):
                encode_request(parse_request(message))
            with _told(ValueError):
                parse_history(message.get("history"))


def _can_be_kept(value: Any) -> None:
    if isinstance(value, str):
        value.encode()
        assert "\0" not in value
    elif isinstance(value, SourceOptions):
        _can_be_kept(astuple(value))
    elif isinstance(value, tuple):
        for part in value:
            _can_be_kept(part)


def _are_lines(sentences: Sequence[str]) -> None:
    """There is something to read, each on a line of its own, and no secret in it."""
    assert sentences
    for sentence in sentences:
        assert sentence.strip()
        assert "\n" not in sentence, sentence
        assert _SECRET not in sentence, sentence


@contextmanager
def _told(error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except error as told:
        _are_lines((str(told),))


TARGETS = {
    "read_settings": Target(
        read_settings,
        (
            b"=", b"\n", b"export ", b"'", b'"', b"${X}", b"#", b"FOOTNOTE_", b"DISCORD_", b"yes",
            b"1e9", b"nan", b"inf", b"0x", b"127.0.0.1:8360", b"https://",
        ),
        (
            b"\0\1\3\x05\0hello",
        ),
    ),
    "read_params": Target(
        read_params,
        (
            *(f'"{name}": '.encode() for name in _PARAMS), b"{", b"}", b"[", b"]", b'"', b"null",
            b"1e400", b"NaN", b"true", b"\\ud800", b"\\u0000", b", ",
        ),
        (
            b'{"library": "a", "question": "Why?", "since": "2024", "targets": ["/a"]}',
        ),
    ),
    "read_options": Target(
        read_options,
        (
            b"daily ", b"weekly ", b"hourly", b"06:00", b"*/5 ", b"* * * * *", b"L ", b"#", b"mon",
            b"since ", b"last ", b"3 days", b"2024-05-01", b"vor ", b"il y a ",
        ),
        (
            b"daily 06:00", b"0 6 * * mon-fri", b"since 3 weeks", b"March 2024",
        ),
    ),
    "read_socket": Target(
        read_socket,
        (
            b'{"command": "', b'"params": {', b'"version": "', b'"progress": {"stage": ',
            b'"done": ', b'"total": ', b'"error": ', b"1e400", b"NaN", b"null", b"\n", b"}",
            b"[" * 50,
        ),
        (
            b'{"command": "ask", "params": {}, "version": "1"}\n',
        ),
    ),
}  # fmt: skip
