"""What must never be in a line of the log, however it comes there."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.exception_lines import describe_message
from bot.logs import configure_logging, find_secrets
from bot.observing.observer import Observer, name_question
from bot.scrubbing import REMOVED, Scrubber, private
from bot.settings import Settings
from index.errors import StoreError
from index.threads import in_context

ASKED = 'Is Mrs. Canary-Whitlock, of "Ward 7", allowed\nto drive again?'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    it = io.StringIO()
    configure_logging(level="debug", stream=it, secrets=("hunter2hunter2",))
    yield it
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"cannot read {ASKED!r}"),
        KeyError(ASKED),
        RuntimeError(ASKED),
        RuntimeError(f"bad request: {json.dumps({'messages': [ASKED]})}"),
        RuntimeError(" ".join(ASKED.lower().split())),
        UnicodeDecodeError("utf-8", b"x", 0, 1, f"in '{ASKED}'"),
        ExceptionGroup("both failed", [KeyError(ASKED), StoreError(f"no: {ASKED}")]),
    ],
)
def test_an_exception_on_the_way_says_where_it_was_and_not_what_was_asked(
    stream: io.StringIO, error: Exception
) -> None:
    log = structlog.get_logger("bot.cogs")
    with Observer().question("q1", texts=(ASKED,)):
        try:
            try:
                raise error
            except Exception as caught:
                raise StoreError("The disk failed.") from caught
        except StoreError as caught:
            log.exception("failed", cause=repr(caught.__cause__))
            logging.getLogger("discord.http").exception("failed: %s", caught.__cause__)

    said = stream.getvalue()
    assert "Canary" not in said
    assert "canary" not in said
    assert "Ward 7" not in said
    assert type(error).__name__ in said
    assert "index.errors.StoreError: The disk failed." in said
    assert "test_log_lines.py" in said
    assert {line["question_id"] for line in lines(stream)} == {"q1"}


def test_a_message_of_another_is_kept_without_what_it_quotes() -> None:
    assert describe_message(ValueError("invalid literal for int() with base 10: 'Canary'")) == (
        "invalid literal for int() with base 10: '...'"
    )
    assert describe_message(KeyError("it's Canary")) == "'...'"
    assert describe_message(TypeError("'NoneType' object is not callable")) == (
        "'NoneType' object is not callable"
    )
    assert describe_message(StoreError("Article 'a' is gone.")) == "Article 'a' is gone."
    assert len(describe_message(RuntimeError("x" * 10_000))) < 700


def test_an_exception_that_cannot_even_be_printed_is_logged(stream: io.StringIO) -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    try:
        raise Broken
    except Broken:
        structlog.get_logger("bot").exception("failed")

    assert "Broken: (no message)" in lines(stream)[0]["exception"]


def test_a_circle_of_causes_comes_to_an_end(stream: io.StringIO) -> None:
    first, second = RuntimeError("one"), RuntimeError("two")
    first.__cause__, second.__cause__ = second, first
    structlog.get_logger("bot").error("failed", exc_info=first)

    assert "RuntimeError: one" in lines(stream)[0]["exception"]


def test_a_line_cannot_be_forged_by_an_exception(stream: io.StringIO) -> None:
    try:
        raise RuntimeError('x\r\n{"event": "forged"}\x1b[2J')
    except RuntimeError:
        structlog.get_logger("bot").exception("failed")

    (line,) = lines(stream)
    assert line["event"] == "failed"
    assert "\x1b" not in line["exception"]


async def test_threads_and_libraries_say_for_which_question_they_were(stream: io.StringIO) -> None:
    def work() -> None:
        logging.getLogger("chromadb.api").warning("slow while asked %s", ASKED)
        structlog.get_logger("index.library").info("worked")

    async def serve(id_: str) -> None:
        name_question(id_, (ASKED,))
        await asyncio.to_thread(work)
        with ThreadPoolExecutor(1) as pool:
            await asyncio.get_running_loop().run_in_executor(pool, in_context(work))

    await asyncio.gather(asyncio.create_task(serve("q1")), asyncio.create_task(serve("q2")))
    structlog.get_logger("bot").info("beside")

    found = [str(line.get("question_id")) for line in lines(stream)]
    assert sorted(found[:-1]) == ["q1"] * 4 + ["q2"] * 4
    assert found[-1] == "None"
    assert "Canary" not in stream.getvalue()


def test_who_asked_is_not_logged_but_where(stream: io.StringIO) -> None:
    structlog.get_logger("bot").info("asked", user=4711, user_id=4711, person="ann", guild=99)

    (line,) = lines(stream)
    assert line["guild"] == 99
    assert [line[key] for key in ("user", "user_id", "person")] == [REMOVED] * 3


@pytest.mark.parametrize(
    "said",
    [
        "postgresql://footnote:hunter3hunter3@db/x failed",
        "connection to postgresql://:hunter3hunter3@db/x failed",
        "dsn: host=db user=footnote password=hunter3hunter3 dbname=x",
        "dsn: password='hunter3 hunter3' host=db",
        "Authorization: Basic aHVudGVyM2h1bnRlcjM=",
        "GET https://api.example/v1?api_key=hunter3hunter3&x=1",
        "key sk-ant-api03-hunter3hunter3hunter3",
    ],
)
def test_secrets_in_error_texts_of_libraries_are_removed(stream: io.StringIO, said: str) -> None:
    logging.getLogger("psycopg").error("%s", said)
    try:
        raise ConnectionError(said)
    except ConnectionError:
        structlog.get_logger("bot").exception("failed", cause=said)

    assert "hunter3" not in stream.getvalue()
    assert "aHVudGVy" not in stream.getvalue()


def test_every_secret_of_the_settings_is_known_with_passwords_inside_addresses() -> None:
    settings = Settings(
        discord_token=SecretStr("canary-token"),
        llm_key=SecretStr("canary-key"),
        store=SecretStr("postgresql://footnote:p%40ss-canary@localhost/footnote"),
    )

    assert {"canary-token", "canary-key", "p%40ss-canary", "p@ss-canary"} <= set(
        find_secrets(settings)
    )


@given(text=st.text(min_size=8, max_size=60), around=st.text(max_size=20))
def test_a_private_text_is_found_however_it_is_written(text: str, around: str) -> None:
    text = text.strip()
    scrub = Scrubber(())
    with private((text,)):
        for spelled in (text, repr(text)[1:-1], json.dumps(text), json.dumps([{"a": text}])):
            event = scrub(None, "", {"event": f"{around}{spelled}"})
            assert len(text) < 8 or text not in str(event["event"]).removeprefix(around)


def test_a_short_question_does_not_blot_out_the_log(stream: io.StringIO) -> None:
    with Observer().question("q1", texts=("is",)):
        structlog.get_logger("bot").info("this is said")

    assert lines(stream)[0]["event"] == "this is said"
