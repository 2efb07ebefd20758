from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
import structlog

from bot.answering.models import Question, Reason, Refusal
from bot.observing.catalog import Metric, NoFigures
from bot.observing.observer import Observer, name_question
from bot.observing.tracing import Attributes, Span
from index.breaker import BreakerSnapshot, BreakerState
from index.errors import StoreError
from index.meter import EMBEDDER, MODEL, metered
from index.records import JobInfo, JobState
from index.threads import in_context
from tests.fakes.discord_samples import bridge_answer

ASKED = "Who repaired the lighthouse lamp?"
REFUSAL = Refusal(
    question=Question(ASKED, id="q1"),
    edition=3,
    reason=Reason.NOT_SUPPORTED,
    passages=(),
    model="extractive",
    timings_ms={},
)
ANSWER = bridge_answer()


class Noted(NoFigures):
    """Remembers what was counted, by the metric's name."""

    def __init__(self) -> None:
        self.all: list[tuple[str, float, tuple[str, ...]]] = []

    def add(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        self.all.append((metric.name, by, labels))

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        self.all.append((metric.name, value, labels))

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        self.all.append((metric.name, value, labels))

    def of(self, name: str) -> list[tuple[float, tuple[str, ...]]]:
        return [(value, labels) for each, value, labels in self.all if each == name]


class Spans:
    """Remembers spans; it is the tracer and its only span."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, dict[str, object]]] = []
        self.stages: list[str] = []
        self.ended: list[tuple[dict[str, object], bool]] = []

    def begin(self, name: str, attributes: Attributes) -> Span:
        self.begun.append((name, dict(attributes)))
        return self

    def note_stage(self, name: str, seconds: float, attributes: Attributes) -> None:
        assert seconds >= 0
        assert isinstance(attributes, Mapping)
        self.stages.append(name)

    def end(self, attributes: Attributes, *, failed: bool) -> None:
        self.ended.append((dict(attributes), failed))


def test_a_question_ends_in_one_line_with_how_it_ended_and_none_of_its_words() -> None:
    figures, spans = Noted(), Spans()
    observer = Observer(figures, spans)
    with (
        structlog.testing.capture_logs() as logged,
        observer.question("q1", guild=77, texts=(ASKED,)) as asked,
    ):
        asked.note_reply(ANSWER)

    (line,) = logged
    assert (line["event"], line["log_level"]) == ("question_ended", "info")
    assert (line["outcome"], line["guild"], line["edition"]) == ("answered", 77, ANSWER.edition)
    assert "lighthouse" not in str(line)
    assert figures.of("footnote_questions_total") == [(1.0, ("ask", "answered", ""))]
    assert spans.begun == [("question ask", {"footnote.question_id": "q1"})]
    ((attributes, failed),) = spans.ended
    assert not failed
    assert "lighthouse" not in str(attributes)


def test_a_refusal_is_counted_by_its_reason() -> None:
    figures = Noted()
    with Observer(figures).question("q1") as asked:
        asked.note_reply(REFUSAL)

    assert figures.of("footnote_questions_total") == [
        (1.0, ("ask", "refused", Reason.NOT_SUPPORTED.value))
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "timeout"),
        (asyncio.CancelledError(), "cancelled"),
        (StoreError("The disk is full."), "index"),
        (ValueError("what?"), "error"),
    ],
)
def test_what_breaks_off_is_counted_as_failed_by_few_words(
    error: BaseException, reason: str
) -> None:
    figures, spans = Noted(), Spans()
    with pytest.raises(type(error)), Observer(figures, spans).question("q1"):
        raise error

    assert figures.of("footnote_questions_total") == [(1.0, ("ask", "failed", reason))]
    assert spans.ended[0][1]


def test_one_that_is_followed_twice_on_its_way_is_one_question() -> None:
    figures, spans = Noted(), Spans()
    observer = Observer(figures, spans)
    with observer.question("q1", guild=1) as outer, observer.question("q1") as inner:
        inner.note_reply(REFUSAL)
        inner.end_as("dropped", "deleted")

    assert inner is outer
    assert len(figures.of("footnote_questions_total")) == 1
    assert figures.of("footnote_questions_total")[0][1] == ("ask", "dropped", "deleted")
    assert len(spans.begun) == 1


async def test_questions_side_by_side_keep_their_stages_apart() -> None:
    spans = {name: Spans() for name in ("a", "b")}
    both = asyncio.Barrier(2)

    async def ask(name: str) -> None:
        observer = Observer(tracer=spans[name])
        with observer.question(name):
            await both.wait()
            observer.note_stage(f"stage of {name}", 0.1)
            await both.wait()

    await asyncio.gather(ask("a"), ask("b"))

    assert {name: each.stages for name, each in spans.items()} == {
        "a": ["stage of a"],
        "b": ["stage of b"],
    }


def test_each_stage_is_a_line_at_debug_with_its_milliseconds_a_figure_and_a_span() -> None:
    figures, spans = Noted(), Spans()
    observer = Observer(figures, spans)
    with structlog.testing.capture_logs() as logged, observer.question("q1"):
        observer.note_stage("search", 0.25, {"dense": 100.0})
        with observer.stage("show"):
            pass

    stages = [line for line in logged if line["event"] == "stage_ended"]
    assert [(line["stage"], line["log_level"]) for line in stages] == [
        ("search", "debug"),
        ("show", "debug"),
    ]
    assert (stages[0]["ms"], stages[0]["search_dense"]) == (250.0, 100.0)
    assert (0.25, ("search",)) in figures.of("footnote_stage_seconds")
    assert (0.1, ("search_dense",)) in figures.of("footnote_stage_seconds")
    assert spans.stages == ["search", "show"]


def test_a_stage_outside_of_any_question_is_no_error() -> None:
    Observer(Noted(), Spans()).note_stage("search", 0.1)


def test_a_job_is_counted_by_its_kind_and_end_and_is_open_only_meanwhile() -> None:
    figures, spans = Noted(), Spans()
    info = JobInfo("j1", "discord-1", "sync", "Sync", "command line", JobState.QUEUED, "")
    observer = Observer(figures, spans)
    with structlog.testing.capture_logs() as logged:
        with observer.job(info, lambda: replace(info, state=JobState.DONE)):
            pass
        with pytest.raises(RuntimeError), observer.job(info, lambda: failed(info)):
            raise RuntimeError

    assert figures.of("footnote_jobs_total") == [(1.0, ("sync", "done")), (1.0, ("sync", "failed"))]
    assert [by for by, _ in figures.of("footnote_jobs_open")] == [1.0, -1.0, 1.0, -1.0]
    assert [line["event"] for line in logged] == ["job_taken_on", "job_ended"] * 2
    assert "discord-1" not in str(figures.all)
    assert [failed for _, failed in spans.ended] == [False, True]


def failed(info: JobInfo) -> JobInfo:
    return replace(info, state=JobState.FAILED)


def test_calls_are_counted_by_part_and_those_that_somebody_cancelled_are_not() -> None:
    figures = Noted()
    observer = Observer(figures)
    with metered(observer, EMBEDDER):
        pass
    with pytest.raises(StoreError), metered(observer, MODEL):
        raise StoreError("no")
    with pytest.raises(asyncio.CancelledError), metered(observer, MODEL):
        raise asyncio.CancelledError

    assert [labels for _, labels in figures.of("footnote_call_seconds")] == [
        ("embedder", "no"),
        ("model", "yes"),
    ]


def test_a_breaker_is_shown_by_its_state_and_one_of_a_website_only_by_how_often_it_opens() -> None:
    figures = Noted()
    observer = Observer(figures)
    observer.note_breaker(BreakerSnapshot("model", BreakerState.OPEN, 5, 1, 0, 30.0))
    observer.note_breaker(BreakerSnapshot("fetcher", BreakerState.OPEN, 5, 1, 0, 30.0))

    assert figures.of("footnote_breaker_state") == [
        (0.0, ("model", "closed")),
        (1.0, ("model", "open")),
        (0.0, ("model", "half_open")),
    ]
    assert [labels for _, labels in figures.of("footnote_breaker_opened_total")] == [
        ("model",),
        ("fetcher",),
    ]


async def test_what_a_thread_of_ours_logs_says_for_which_question_it_was() -> None:
    async def serve() -> dict[str, object]:
        name_question("q7", ())
        look = in_context(lambda: dict(structlog.contextvars.get_contextvars()))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, look)

    found = await asyncio.create_task(serve())

    assert found == {"question_id": "q7"}
    assert "question_id" not in structlog.contextvars.get_contextvars()
