"""A conversation in the terminal.

The prompt waits in the main thread, where the terminal's line editing and Ctrl-C
work; the data folder is served meanwhile by an event loop in another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections import deque
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from bot.contract import HISTORY_TURNS, SearchJson
from bot.errors import ExitCode, FootnoteError
from bot.job import Job, report_error
from bot.owner.session import Session
from bot.show import show_passages, show_reply

_T = TypeVar("_T")
_HELP = """\
Ask a question in your own words. Every sentence of an answer carries the number of its source.
A question may go on from those before it: "And when was that?"
  /sources   the passages that the last answer was made from
  /new       begin anew; what was said before counts no more
  /help      this
  /quit      leave; so does Ctrl-D"""


def run_chat(job: Job) -> int:
    """Ask, answer, and again, until the input ends."""
    with _event_loop() as run, _open(job, run) as session:
        try:
            status = run(session.perform("status", job.request()))
        except FootnoteError as error:
            return report_error(job.output, error)
        if sys.stdin.isatty():
            job.output.notice(_welcome(status))
        conversation = _Conversation(job, run, session)
        while (line := _read_line()) is not None:
            if line and not conversation.follow(line):
                break
    return ExitCode.DONE


class _Run:
    """Runs a coroutine in the other thread and waits for it; Ctrl-C cancels it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self, work: Coroutine[Any, Any, _T]) -> _T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise


class _Conversation:
    """What was said so far, as far as the next question and ``/sources`` need it."""

    def __init__(self, job: Job, run: _Run, session: Session) -> None:
        self._job = job
        self._run = run
        self._session = session
        self._last: Mapping[str, Any] | None = None
        self._turns: deque[dict[str, str]] = deque(maxlen=HISTORY_TURNS)

    def follow(self, line: str) -> bool:
        """Do what the line says; False when it says to leave."""
        if line in {"/quit", "/exit", "/q"}:
            return False
        if line == "/sources":
            self._show_sources()
        elif line == "/new":
            self._begin_anew()
        elif line == "/help":
            self._job.output.print_text(_HELP)
        elif line.startswith("/"):
            self._job.output.notice("There is no such command; /help lists them.")
        else:
            self._answer(line)
        return True

    def _answer(self, question: str) -> None:
        output = self._job.output
        request = self._job.request(question=question, history=list(self._turns), keeps_gap=True)
        try:
            with output.progress(bar=False) as on_progress:
                reply = self._run(self._session.perform("ask", request, on_progress))
        except FootnoteError as error:
            report_error(output, error)
        except KeyboardInterrupt:
            if not sys.stdin.isatty():
                raise
            output.notice("Stopped.")
        else:
            self._last = reply
            # As it was understood, it can be understood again without what came before.
            asked = str(reply["asked_as"] or question)
            self._turns.append({"question": asked, "answer": str(reply["answer"])})
            show_reply(output, reply)
            if not output.as_json:
                output.print_text("")

    def _begin_anew(self) -> None:
        self._last = None
        self._turns.clear()
        self._job.output.notice("What was said before counts no more.")

    def _show_sources(self) -> None:
        if self._last is None:
            self._job.output.notice("Nothing was asked yet.")
        else:
            show_passages(self._job.output, cast("SearchJson", {**self._last, "notice": None}))


def _welcome(status: Mapping[str, Any]) -> str:
    if not status["articles"]:
        return "This library has no articles yet; add some: footnote index add TARGET"
    return (
        f"{status['articles']:,} articles, edition {status['edition']['number']:,}. "
        "Ask a question; /help shows more, /quit leaves."
    )


def _read_line() -> str | None:
    """The next line without surrounding space; None at the end of the input."""
    if not sys.stdin.isatty():
        return _stripped(sys.stdin.readline())
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - gives input() editing and a history
    try:
        if sys.stdout.isatty():
            return input("\n> ").strip()
        sys.stderr.write("> ")
        sys.stderr.flush()
        return _stripped(sys.stdin.readline())
    except EOFError:
        sys.stderr.write("\n")
        return None


def _stripped(line: str) -> str | None:
    return line.strip() if line else None


@contextmanager
def _event_loop() -> Iterator[_Run]:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever, name="chat-loop", daemon=True)
        thread.start()
        try:
            yield _Run(loop)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@contextmanager
def _open(job: Job, run: _Run) -> Iterator[Session]:
    async def open_session() -> Session:
        return job.open_session(yields=True)

    session = run(open_session())
    try:
        yield session
    except BaseException as error:
        run(session.__aexit__(type(error), error, None))
        raise
    else:
        run(session.__aexit__(None, None, None))
