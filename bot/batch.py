"""Many questions in one process: JSON lines in, JSON lines out, in the same order.

Answers are written as soon as they and all before them are there, so that a
program can hold a conversation over the two pipes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from bot.contract import parse_history, parse_question_text
from bot.errors import CommandError, FootnoteError

AT_ONCE = 4
_LINE_BYTES = 1_000_000


class InvalidLineError(Exception):
    """A line is no question; ``id`` is the one it names, if it names one."""

    def __init__(self, message: str, line_id: object = None) -> None:
        super().__init__(message)
        self.line_id = line_id


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A line of the batch; ``id`` is a string, a number or None, given back as it came.

    ``history`` is as the line has it, and right.
    """

    id: str | int | float | None
    text: str
    history: list[dict[str, str]] = field(default_factory=list)


Perform = Callable[[BatchQuestion], Awaitable[dict[str, Any]]]


async def run_batch(source: str, perform: Perform, write: Callable[[dict[str, Any]], None]) -> bool:
    """Answer every line of the file ``source``, ``-`` for standard input.

    A line that is no question, or could not be answered, gives
    ``{"id", "error"}`` in its place; the others are answered.

    Returns:
        Whether every line was answered.

    Raises:
        CommandError: the file cannot be read.
    """
    waiting: asyncio.Queue[asyncio.Task[dict[str, Any]] | None] = asyncio.Queue(AT_ONCE)
    feeding = asyncio.create_task(_feed(source, perform, waiting))
    all_answered = True
    try:
        while (task := await waiting.get()) is not None:
            result = await task
            all_answered &= "error" not in result
            write(result)
        await feeding
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        while not waiting.empty():
            if (task := waiting.get_nowait()) is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    return all_answered


def parse_line(line: bytes) -> BatchQuestion:
    """The question of a line.

    Raises:
        InvalidLineError: the line is no question.
    """
    if len(line) > _LINE_BYTES:
        raise InvalidLineError(f"the line is longer than {_LINE_BYTES:,} bytes")
    try:
        value = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidLineError(f"the line is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidLineError('the line is no JSON object; give {"id": ..., "question": ...}')
    line_id = value.get("id")
    if isinstance(line_id, bool) or not isinstance(line_id, str | int | float | None):
        raise InvalidLineError("the id must be a string or a number")
    question = value.get("question")
    if not isinstance(question, str):
        raise InvalidLineError("the line has no question", line_id)
    try:
        turns = parse_history(value.get("history"))
        history = [{"question": turn.question, "answer": turn.answer} for turn in turns]
        return BatchQuestion(line_id, parse_question_text(question), history)
    except ValueError as error:
        raise InvalidLineError(str(error), line_id) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


async def _feed(
    source: str, perform: Perform, waiting: asyncio.Queue[asyncio.Task[dict[str, Any]] | None]
) -> None:
    try:
        async for line in _read_lines(source):
            # The queue is bounded: reading waits while enough questions are worked on.
            await waiting.put(asyncio.create_task(_answer_line(line, perform)))
    except CommandError:
        await waiting.put(None)
        raise
    await waiting.put(None)


async def _answer_line(line: bytes, perform: Perform) -> dict[str, Any]:
    try:
        question = parse_line(line)
    except InvalidLineError as error:
        return {"id": error.line_id, "error": str(error)}
    try:
        return {**await perform(question), "id": question.id}
    except FootnoteError as error:
        return {"id": question.id, "error": str(error)}


async def _read_lines(source: str) -> AsyncIterator[bytes]:
    """The lines that are not empty, as they come.

    They are read by a thread of its own, which may stay behind in a read: standard
    input can be silent for ever, and the command must still be able to end.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | OSError | None] = asyncio.Queue()
    room = threading.Semaphore(AT_ONCE * 2)
    file = _open(source)

    def hand_over(item: bytes | OSError | None) -> None:
        room.acquire()
        loop.call_soon_threadsafe(lines.put_nowait, item)

    def read() -> None:
        # A RuntimeError says that the loop has ended: nobody waits for more lines.
        with file, contextlib.suppress(RuntimeError):
            try:
                while line := _read_line(file):
                    if line.strip():
                        hand_over(line)
                hand_over(None)
            except OSError as error:
                hand_over(error)

    threading.Thread(target=read, name="batch-reader", daemon=True).start()
    while (item := await lines.get()) is not None:
        room.release()
        if isinstance(item, OSError):
            raise CommandError(f"{source} cannot be read: {item.strerror}")
        yield item


def _read_line(file: BinaryIO) -> bytes:
    """The next line; of one that is too long only so much that it shows."""
    line = file.readline(_LINE_BYTES + 1)
    rest = line
    while len(rest) > _LINE_BYTES and not rest.endswith(b"\n"):
        rest = file.readline(_LINE_BYTES + 1)
    return line


def _open(source: str) -> BinaryIO:
    try:
        if source == "-":
            return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)
        return Path(source).open("rb")
    except (OSError, AttributeError) as error:  # sys.stdin is None where it was closed
        raise CommandError(f"{source} cannot be read: {error}") from error
