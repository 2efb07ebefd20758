"""Follows questions and jobs on their way: a line in the log, a figure, a span for each step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from bot.answering.models import Answer, Reply
from bot.breakers import log_breaker
from bot.observing.catalog import (
    BREAKER,
    BREAKER_OPENED,
    BREAKERS,
    CALL_SECONDS,
    JOB_SECONDS,
    JOBS,
    JOBS_OPEN,
    MODEL_MONEY,
    MODEL_TOKENS,
    NO_FIGURES,
    QUESTION_SECONDS,
    QUESTIONS,
    STAGE_SECONDS,
    Figures,
)
from bot.observing.tracing import NO_TRACER, Span, Tracer
from bot.scrubbing import keep_private, private
from index.breaker import BreakerSnapshot, BreakerState
from index.errors import FootnoteIndexError
from index.records import JobInfo

_ON_ITS_WAY: ContextVar[Asked | None] = ContextVar("footnote_question", default=None)
_MILLISECONDS = 1000


class Asked:
    """One question on its way: how it ended, as far as that is known."""

    def __init__(self, id_: str, span: Span) -> None:
        self.id = id_
        self.span = span
        self.outcome = ""
        self.reason = ""
        self.facts: dict[str, str | int | float | bool] = {}

    def end_as(self, outcome: str, reason: str = "") -> None:
        """Say how it ended; the last word counts."""
        self.outcome, self.reason = outcome, reason

    def note_reply(self, reply: Reply) -> None:
        """The engine replied."""
        self.facts |= {
            "edition": reply.edition,
            "composer": reply.model,
            "passages": len(reply.passages),
        }
        if isinstance(reply, Answer):
            self.facts |= {
                "sentences": len(reply.sentences),
                "citations": len(reply.citations),
                "differs": bool(reply.differences),
            }
            self.end_as("answered")
        else:
            self.end_as("refused", reply.reason.value)


def name_question(id_: str, texts: Iterable[str]) -> None:
    """Whatever this task logs from now on is about this question, and never shows these texts.

    For a task that serves one person and ends with it; also what goes wrong after the question
    is over is then found by its id.
    """
    structlog.contextvars.bind_contextvars(question_id=id_)
    keep_private(texts)


class Observer:
    """Told of all that happens to questions, jobs and calls, from any thread.

    Texts are taken only to keep them out of the log. Nothing that it is told makes it raise.

    Args:
        figures: Where it is counted.
        tracer: Where spans go.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        figures: Figures = NO_FIGURES,
        tracer: Tracer = NO_TRACER,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.figures = figures
        self._tracer = tracer
        self._clock = clock
        self._log = structlog.get_logger(__name__)

    @contextmanager
    def question(
        self, id_: str, *, kind: str = "ask", guild: int | None = None, texts: Iterable[str] = ()
    ) -> Iterator[Asked]:
        """Follow a question inside of the context; one within another of its id is the same.

        What the context raises is how it ended, unless that was said before.
        """
        outer = _ON_ITS_WAY.get()
        if outer is not None and outer.id == id_:
            yield outer
            return
        asked = Asked(id_, self._tracer.begin(f"question {kind}", {"footnote.question_id": id_}))
        before = _ON_ITS_WAY.set(asked)
        began = self._clock()
        try:
            with private(texts), structlog.contextvars.bound_contextvars(question_id=id_):
                try:
                    yield asked
                except BaseException as error:
                    asked.end_as("failed", _name_failure(error))
                    raise
                finally:
                    self._end_question(asked, kind, guild, self._clock() - began)
        finally:
            _ON_ITS_WAY.reset(before)

    def _end_question(self, asked: Asked, kind: str, guild: int | None, seconds: float) -> None:
        outcome = asked.outcome or "dropped"
        self.figures.add(QUESTIONS, kind, outcome, asked.reason)
        self.figures.observe(QUESTION_SECONDS, seconds, kind, outcome)
        facts = {"outcome": outcome, "reason": asked.reason, **asked.facts}
        self._log.info("question_ended", kind=kind, guild=guild, ms=_milliseconds(seconds), **facts)
        attributes = {f"footnote.{name}": value for name, value in facts.items()}
        asked.span.end(attributes, failed=outcome == "failed")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage of the question on its way, inside of the context."""
        began = self._clock()
        try:
            yield
        finally:
            self.note_stage(name, self._clock() - began)

    def note_stage(
        self, name: str, seconds: float, parts_ms: Mapping[str, float] | None = None
    ) -> None:
        """A stage of the question on its way has ended; ``parts_ms`` are milliseconds of parts."""
        parts = {f"{name}_{part}": ms for part, ms in (parts_ms or {}).items()}
        self.figures.observe(STAGE_SECONDS, seconds, name)
        for part, ms in parts.items():
            self.figures.observe(STAGE_SECONDS, ms / _MILLISECONDS, part)
        self._log.debug("stage_ended", stage=name, ms=_milliseconds(seconds), **parts)
        asked = _ON_ITS_WAY.get()
        if asked is not None:
            milliseconds = {f"footnote.{part}_ms": ms for part, ms in parts.items()}
            asked.span.note_stage(name, seconds, milliseconds)

    @contextmanager
    def job(self, info: JobInfo, now: Callable[[], JobInfo]) -> Iterator[None]:
        """Follow a job inside of the context; ``now`` gives how it stands."""
        began = self._clock()
        span = self._tracer.begin(f"job {info.kind}", {"footnote.job_id": info.id})
        self.figures.add(JOBS_OPEN)
        try:
            with structlog.contextvars.bound_contextvars(job_id=info.id):
                self._log.info("job_taken_on", job=info.kind)
                try:
                    yield
                finally:
                    seconds = self._clock() - began
                    state = now().state.value
                    self.figures.add(JOBS, info.kind, state)
                    self.figures.observe(JOB_SECONDS, seconds, info.kind)
                    span.end({"footnote.state": state}, failed=state == "failed")
                    ms = _milliseconds(seconds)
                    self._log.info("job_ended", job=info.kind, state=state, ms=ms)
        finally:
            self.figures.add(JOBS_OPEN, by=-1.0)

    def note_call(self, part: str, seconds: float, *, failed: bool) -> None:
        """A call ended; see ``index.meter``."""
        self.figures.observe(CALL_SECONDS, seconds, part, "yes" if failed else "no")

    def note_breaker(self, snapshot: BreakerSnapshot) -> None:
        """A circuit breaker changed its state.

        Of those of websites there may be any number, so what state they are in is not kept.
        """
        log_breaker(snapshot)
        if snapshot.state is BreakerState.OPEN:
            self.figures.add(BREAKER_OPENED, snapshot.name)
        if snapshot.name not in BREAKERS:
            return
        for state in BreakerState:
            here = 1.0 if state is snapshot.state else 0.0
            self.figures.set(BREAKER, here, snapshot.name, state.value)

    def note_spending(self, *, read: int, written: int, money: float) -> None:
        """A call of the language model has used so much."""
        self.figures.add(MODEL_TOKENS, "read", by=float(read))
        self.figures.add(MODEL_TOKENS, "written", by=float(written))
        self.figures.add(MODEL_MONEY, by=money)


def _name_failure(error: BaseException) -> str:
    """One of few words, for a label."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, asyncio.CancelledError | GeneratorExit | KeyboardInterrupt):
        return "cancelled"
    if type(error).__module__.startswith(("discord", "aiohttp")):
        return "discord"
    return "index" if isinstance(error, FootnoteIndexError) else "error"


def _milliseconds(seconds: float) -> float:
    return round(seconds * _MILLISECONDS, 1)
